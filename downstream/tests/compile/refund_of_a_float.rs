fn refund(client: nd8::Client) {
    let _ = client.refunds().create("TX1", "A mug broke").amount(29.99);
}

fn main() {}
