use nd8::{PaymentId, RefundId};

fn main() {
    let refund: RefundId = PaymentId::from("TXabc123");
    drop(refund);
}
