fn refund(client: nd8::Client, refund: nd8::Refund) {
    let _ = client.payments().get(&refund.id);
}

fn main() {}
