use nd8::raw::types::Payment;

fn main() {}
