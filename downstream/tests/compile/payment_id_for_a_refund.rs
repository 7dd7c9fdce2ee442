fn look_up(client: nd8::Client, payment: nd8::Payment) {
    let _ = client.refunds().get(&payment.id);
}

fn main() {}
