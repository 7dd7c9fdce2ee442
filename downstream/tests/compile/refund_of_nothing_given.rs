fn refund(client: nd8::Client, amount: Option<nd8::Money>) {
    let _ = client.refunds().create("TX1", "A mug broke").amount(amount);
}

fn main() {}
