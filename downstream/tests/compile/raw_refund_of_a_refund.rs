use nd8::raw::types::RefundRequest;

fn refund(client: nd8::Client, refund: nd8::Refund, body: RefundRequest) {
    let _ = client.raw().create_refund(&refund.id, &body);
}

fn main() {}
