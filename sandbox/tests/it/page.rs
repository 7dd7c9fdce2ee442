//! Hosted checkout page, as a browser without JavaScript uses it.

use nd8_sandbox::{PaymentError, Sandbox};
use serde_json::{Value, json};

use crate::support::{Caller, Reply, http, order, submit, text};

async fn get(url: &str) -> Reply {
    Reply::of(http().get(url).send().await.unwrap()).await
}

/// Presses cancel, or pay with this card.
async fn press(checkout: &Value, card: &str) -> Reply {
    let button = if card == "cancel" { "cancel" } else { "pay" };
    let (page, card) = (text(&checkout["checkout_url"]), format!("card={card}"));
    submit(page, &format!("{page}/{button}"), &card).await
}

#[tokio::test]
async fn the_page_shows_the_order_and_its_buttons_act() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let checkout = caller.checkout(&order()).await;

    let page = get(text(&checkout["checkout_url"])).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    for shown in ["1 × Sandbox tea", "12.50 USD", "Ada Lovelace", "ada@shop.example"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for button in ["pay", "cancel"] {
        let action = format!("action=\"/pay/{}/{button}\"", text(&checkout["token"]));
        assert!(page.body.contains(&action), "{button}");
    }

    let declined = press(&checkout, "declined").await;
    assert_eq!(declined.status, 200);
    assert!(declined.body.contains("Try again"));
    let paid = press(&checkout, "succeeds").await;
    assert_eq!(paid.status, 200);
    let payment_id = paid.body.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
    assert_eq!(caller.payment_status(payment_id).await, "paid");
    let again =
        http().post(format!("{}/pay", text(&checkout["checkout_url"]))).json(&json!({ "card": "succeeds" }));
    assert_eq!(again.send().await.unwrap().status(), 410);
    assert_eq!(get(text(&checkout["checkout_url"])).await.status, 410);
}

#[tokio::test]
async fn the_customer_is_sent_to_the_urls_of_the_merchant() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let mut request = order();
    request["successUrl"] = json!("https://shop.example/thanks?a=1&b=2");
    request["failedUrl"] = json!("https://shop.example/sorry");
    request["cancelUrl"] = json!("https://shop.example/bye%20bye");

    let checkout = caller.checkout(&request).await;
    for (button, location) in
        [("declined", "https://shop.example/sorry"), ("succeeds", "https://shop.example/thanks?a=1&b=2")]
    {
        let response = press(&checkout, button).await;
        assert_eq!((response.status, response.header("location")), (303, location));
    }
    let checkout = caller.checkout(&request).await;
    let response = press(&checkout, "cancel").await;
    assert_eq!((response.status, response.header("location")), (303, "https://shop.example/bye%20bye"));
}

#[tokio::test]
async fn what_others_typed_is_escaped() {
    let sandbox = Sandbox::start().await.unwrap();
    let attack = "<script>alert('x')</script>\" onload=\"y";
    let mut request = order();
    for field in ["billing_first_name", "billing_last_name"] {
        request[field] = json!(attack);
    }
    request["billing_postal_code"] = json!("<b>\"&'</b>");
    request["billing_phone"] = json!("<i>1</i>");
    request["products"] = json!([{ "name": attack, "quantity": 1, "unit_price": 1 }]);
    let checkout = Caller::of(&sandbox).checkout(&request).await;

    let page = get(text(&checkout["checkout_url"])).await;

    assert_eq!(page.status, 200);
    for tag in ["<script", "<b>", "<i>", "\" onload=\""] {
        assert!(!page.body.contains(tag), "{tag}");
    }
    assert_eq!(page.body.matches("&lt;script&gt;").count(), 3);
}

#[tokio::test]
async fn unknown_checkouts_and_buttons_get_a_page() {
    let sandbox = Sandbox::start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    let origin = sandbox.base_url().replace("/api", "");

    for path in ["/pay/nothing", "/pay/%FF", "/pay/%3Cscript%3E"] {
        let page = get(&format!("{origin}{path}")).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.body.contains("<h1>Unknown checkout</h1>"), "{path}");
    }
    assert_eq!(press(&checkout, "explode").await.status, 400);
    let url = format!("{}/explode", text(&checkout["checkout_url"]));
    assert_eq!(http().post(url).send().await.unwrap().status(), 404);
    // Pressing nothing that exists leaves the checkout unchanged.
    assert_eq!(press(&checkout, "succeeds").await.status, 200);
}

#[tokio::test]
async fn each_card_has_its_outcome() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for (card, title, status) in [
        ("succeeds", "Paid", "paid"),
        ("declined", "Declined", "failed"),
        ("insufficient_funds", "Declined", "failed"),
        ("expired", "Declined", "failed"),
        ("second_attempt", "Declined", "failed"),
        ("processing", "In processing", "processing"),
        ("cancel", "Canceled", "canceled"),
    ] {
        let checkout = caller.checkout(&order()).await;
        let page = press(&checkout, card).await;
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{card}: {}", page.body);
        let payment_id = page.body.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
        assert_eq!(caller.payment_status(payment_id).await, status, "{card}");
        if card == "second_attempt" {
            let again = get(text(&checkout["checkout_url"])).await;
            assert!(again.body.contains("The bank asks to try again. You may try again."));
            assert!(press(&checkout, card).await.body.contains("<h1>Paid</h1>"));
        }
        if card == "processing" {
            assert_eq!(get(text(&checkout["checkout_url"])).await.status, 410);
            sandbox.fail_payment(payment_id).unwrap();
            assert_eq!(sandbox.fail_payment(payment_id), Err(PaymentError::NotProcessing));
            assert_eq!(caller.payment_status(payment_id).await, "failed");
            assert!(press(&checkout, card).await.body.contains("<h1>In processing</h1>"));
            sandbox.complete_payment(payment_id).unwrap();
            assert_eq!(caller.payment_status(payment_id).await, "paid");
        }
    }
}

#[tokio::test]
async fn what_the_merchant_simulates_is_what_comes_of_paying() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for (simulate, status) in [
        ("payment_failed", "failed"),
        ("checkout_canceled", "canceled"),
        ("canceled", "canceled"),
        ("success_pending_deposit", "processing"),
        ("checkout_pending", "processing"),
    ] {
        let mut request = order();
        request["sandbox_simulate"] = json!(simulate);
        let checkout = caller.checkout(&request).await;
        assert!(get(text(&checkout["checkout_url"])).await.body.contains(simulate));
        let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
        assert_eq!(caller.payment_status(&payment_id).await, status, "{simulate}");
    }
}
