nd8::require_api!(version = "1.0.0");

fn main() {}
