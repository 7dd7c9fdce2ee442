//! Retention: the oldest entries go, and what they counted stays.

use nd8_sandbox::{Decimal, PaymentError, RefundPolicy, Retention, Sandbox};
use serde_json::{Value, json};

use crate::support::{Caller, Dashboard, Receiver, http, text};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn the_oldest_payments_go_with_all_that_belongs_to_them() {
    let keep = Retention::default().payments(3).refunds(2).deliveries(4).requests(2);
    let mut receiver = Receiver::responding(200).await;
    let builder = Sandbox::builder().retention(keep).refunds(RefundPolicy::Manual).webhook_url(&receiver.url);
    let sandbox = builder.start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let mut payments = Vec::new();
    let mut refunds = Vec::new();
    for _ in 0..6 {
        let payment_id = caller.paid(&sandbox, "5").await;
        let refund =
            caller.refund(&payment_id, &json!({ "reason": "x", "amount": "1.00" })).await.expect(200);
        refunds.push(text(&refund["refund_public_id"]).to_owned());
        payments.push((payment_id, refund["transaction_id"].clone()));
        // So that none of its deliveries is forgotten before it was attempted.
        sandbox.clock().settled().await;
    }
    for (index, (payment_id, number)) in payments.iter().enumerate() {
        let status = if index < 3 { 404 } else { 200 };
        caller.get(&format!("/transactions/{payment_id}/")).await.expect(status);
        caller.get(&format!("/transactions/{number}/")).await.expect(status);
    }
    let listed = caller.get("/refunds/").await.expect(200);
    assert_eq!(
        listed.as_array().unwrap().len(),
        2,
        "the refunds of forgotten payments, and the oldest of the others"
    );
    caller.get(&format!("/refunds/{}/", refunds[3])).await.expect(404);
    assert_eq!(sandbox.deliveries().len(), 4);
    let numbers: Vec<_> = payments.iter().map(|(_, number)| number.as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one + 1 == *next), "no number is given twice: {numbers:?}");

    // What is left goes on as before, and a restart does not bring anything back.
    caller.refund(&payments[5].0, &json!({ "reason": "rest" })).await.expect(200);
    let snapshot = sandbox.snapshot();
    sandbox.restore(&snapshot).unwrap();
    caller.get(&format!("/transactions/{}/", payments[2].0)).await.expect(404);
    caller.get(&format!("/transactions/{}/", payments[5].0)).await.expect(200);
    sandbox.clock().settled().await;
    assert!(!receiver.next().await.body.is_empty());
}

#[tokio::test]
async fn unpaid_checkouts_go_as_well() {
    let sandbox = Sandbox::builder().retention(Retention::default().payments(2)).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for _ in 0..20 {
        caller.checkout(&crate::support::order()).await;
    }
    let snapshot: Value = serde_json::from_str(sandbox.snapshot().as_json()).unwrap();
    assert_eq!(snapshot["state"]["checkouts"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn pending_deliveries_are_bounded_too() {
    let keep = Retention::default().deliveries(3);
    let down = crate::support::ReceiverDown::new();
    let sandbox = Sandbox::builder().retention(keep).webhook_url(&down.url).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for _ in 0..5 {
        caller.paid(&sandbox, "1").await;
    }
    assert_eq!(sandbox.deliveries().len(), 3);
    // Those that are left still go out, each payment's in order.
    let mut receiver = down.up();
    sandbox.clock().advance(std::time::Duration::from_secs(60 * 60)).await;
    assert!(sandbox.deliveries().iter().all(nd8_sandbox::Delivery::is_acknowledged));
    receiver.next().await;
}

async fn link(sandbox: &Sandbox, max_uses: u32) -> (Dashboard, String, String) {
    let dashboard = Dashboard::of(sandbox);
    let products = json!([{ "product_id": nd8_sandbox::SEEDED_PRODUCT }]);
    let link = json!({ "name": "x", "products": products, "max_uses": max_uses });
    let link = dashboard.post("/payment-links/", &link).await.expect(201);
    let path = format!("/payment-links/{}/", text(&link["id"]));
    (
        dashboard,
        path,
        format!("{}/payment-links/public/{}/checkout/", sandbox.base_url(), text(&link["token"])),
    )
}

async fn open(url: &str) -> (u16, String) {
    let customer = json!({ "billing_country": "FR", "billing_first_name": "A", "billing_last_name": "B", "billing_email": "a@b.example" });
    let opened = http().post(url).json(&customer).send().await.unwrap();
    let status = opened.status().as_u16();
    let body: Value = opened.json().await.unwrap();
    (status, body["checkout_id"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_processing_payment_uses_a_link() {
    let sandbox = Sandbox::start().await.unwrap();
    let (dashboard, path, url) = link(&sandbox, 1).await;
    let checkouts = [open(&url).await.1, open(&url).await.1];
    let first = sandbox.customer(&checkouts[0]).pay_with(nd8_sandbox::Card::Processing).await.unwrap();

    assert!(sandbox.customer(&checkouts[1]).pay().await.is_err(), "the link is used up");
    assert_eq!(open(&url).await.0, 400);
    assert_eq!(dashboard.get(&path).await.expect(200)["uses"], 1);

    // A decline frees the use, and the first customer gets it.
    sandbox.fail_payment(&first).unwrap();
    assert_eq!(dashboard.get(&path).await.expect(200)["uses"], 0);
    sandbox.customer(&checkouts[1]).pay().await.unwrap();
    assert!(sandbox.customer(&checkouts[0]).pay().await.is_err());
}

#[tokio::test]
async fn settling_past_the_limit_or_twice_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let (dashboard, path, url) = link(&sandbox, 3).await;
    let mut payments = Vec::new();
    for _ in 0..3 {
        let checkout_id = open(&url).await.1;
        payments.push(sandbox.customer(checkout_id).pay_with(nd8_sandbox::Card::Processing).await.unwrap());
    }
    sandbox.complete_payment(&payments[0]).unwrap();
    assert_eq!(sandbox.complete_payment(&payments[0]), Err(PaymentError::NotProcessing));
    assert_eq!(sandbox.fail_payment(&payments[0]), Err(PaymentError::NotProcessing));

    dashboard.patch(&path, &json!({ "max_uses": 1 })).await.expect(200);
    assert_eq!(sandbox.complete_payment(&payments[1]), Err(PaymentError::LinkUsedUp));
    let caller = Caller::of(&sandbox);
    assert_eq!(caller.payment_status(&payments[1]).await, "processing", "nothing has changed");
    sandbox.fail_payment(&payments[1]).unwrap();
    sandbox.fail_payment(&payments[2]).unwrap();
    assert_eq!(dashboard.get(&path).await.expect(200)["uses"], 1);
}

#[tokio::test]
async fn forgotten_payments_still_count_for_their_link() {
    let sandbox = Sandbox::builder().retention(Retention::default().payments(1)).start().await.unwrap();
    let (dashboard, path, url) = link(&sandbox, 2).await;
    for _ in 0..2 {
        sandbox.customer(open(&url).await.1).pay().await.unwrap();
    }
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    let totals = dashboard.get(&path).await.expect(200);
    assert_eq!(
        (&totals["uses"], &totals["payments_count"], &totals["amount_paid"]),
        (&json!(2), &json!(2), &json!("25.00"))
    );
    assert_eq!(open(&url).await.0, 400, "the link stays used up");
}

#[tokio::test]
async fn amounts_are_net_of_the_fee() {
    let sandbox = Sandbox::builder().fee(decimal("2.9"), decimal("0.30")).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "100").await;
    let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
    assert_eq!(payment["amount"], "96.80");
    let too_much = json!({ "reason": "x", "amount": "96.81" });
    caller.refund(&payment_id, &too_much).await.expect(400);
    let refund = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
    assert_eq!(refund["amount"], "96.80");
    let fees = &Dashboard::of(&sandbox).get("/organization/").await.expect(200)["fees"];
    assert_eq!(fees, &json!({ "percent": "2.90", "fixed": "0.30" }));
}
