fn look_up(client: nd8::Client, paid: nd8::webhooks::TransactionStatusChanged) {
    let _ = client.payments().get(paid.order_id.unwrap());
}

fn main() {}
