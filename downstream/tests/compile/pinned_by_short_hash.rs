nd8::require_api!(sha256 = "79661d4");

fn main() {}
