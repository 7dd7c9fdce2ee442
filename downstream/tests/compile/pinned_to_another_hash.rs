nd8::require_api!(version = "1.1.0", sha256 = "ab12cd34");

fn main() {}
