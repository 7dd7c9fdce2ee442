nd8::require_api!(sha256 = "not a hash");

fn main() {}
