use nd8::webhooks::PaymentStatus;

fn main() {}
