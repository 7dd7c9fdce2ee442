use nd8::ext::Client;

fn main() {}
