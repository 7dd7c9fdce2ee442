//! List of refunds: filters, search, ordering, pages.

use nd8_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Caller, manual, text};

/// Two payments; three refunds of the first, one of the second.
async fn four_refunds() -> (Sandbox, Caller, [String; 2], Vec<Value>) {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let payments = [caller.paid(&sandbox, "100").await, caller.paid(&sandbox, "100").await];
    let mut refunds = Vec::new();
    for (payment_id, reason, amount) in [
        (&payments[0], "Broken cup", "30.00"),
        (&payments[0], "Late", "5.00"),
        (&payments[0], "broken again", "20.00"),
        (&payments[1], "Wrong colour", "10.00"),
    ] {
        let body = json!({ "reason": reason, "amount": amount });
        refunds.push(caller.refund(payment_id, &body).await.expect(200));
    }
    (sandbox, caller, payments, refunds)
}

async fn reasons(caller: &Caller, query: &str) -> Vec<String> {
    let list = caller.get(&format!("/refunds/?{query}")).await.expect(200);
    list.as_array().unwrap().iter().map(|refund| text(&refund["reason"]).to_owned()).collect()
}

#[tokio::test]
async fn lists_are_bare_arrays_newest_first() {
    let (_sandbox, caller, _, _) = four_refunds().await;

    let newest_first = ["Wrong colour", "broken again", "Late", "Broken cup"];
    assert_eq!(reasons(&caller, "").await, newest_first);
    assert_eq!(reasons(&caller, "ordering=-created_at").await, newest_first);
    assert_eq!(reasons(&caller, "ordering=nonsense&status=&search=").await, newest_first);
    assert_eq!(
        reasons(&caller, "ordering=created_at").await,
        ["Broken cup", "Late", "broken again", "Wrong colour"]
    );
    assert_eq!(
        reasons(&caller, "ordering=amount").await,
        ["Late", "Wrong colour", "broken again", "Broken cup"]
    );
    assert_eq!(
        reasons(&caller, "ordering=-amount").await,
        ["Broken cup", "broken again", "Wrong colour", "Late"]
    );
}

#[tokio::test]
async fn filters_and_search_narrow_the_list() {
    let (sandbox, caller, payments, refunds) = four_refunds().await;
    sandbox.complete_refund(text(&refunds[1]["refund_public_id"])).unwrap();
    sandbox.fail_refund(text(&refunds[2]["refund_public_id"])).unwrap();

    assert_eq!(reasons(&caller, "status=completed").await, ["Late"]);
    assert_eq!(reasons(&caller, "status=failed").await, ["broken again"]);
    assert_eq!(reasons(&caller, "status=processing").await, ["Wrong colour", "Broken cup"]);
    assert!(reasons(&caller, "status=rejected").await.is_empty());
    assert_eq!(reasons(&caller, "search=BROKEN").await, ["broken again", "Broken cup"]);
    assert_eq!(reasons(&caller, &format!("search={}", payments[1])).await, ["Wrong colour"]);
    let number = &refunds[3]["transaction_id"];
    assert_eq!(reasons(&caller, &format!("search={number}")).await, ["Wrong colour"]);
    assert_eq!(reasons(&caller, "search=broken&status=failed").await, ["broken again"]);
    // Each word has to be found, in whatever order and field.
    assert_eq!(reasons(&caller, "search=again,broken").await, ["broken again"]);
    assert_eq!(reasons(&caller, &format!("search={}%20colour", payments[1])).await, ["Wrong colour"]);
    assert!(reasons(&caller, &format!("search={}+colour", payments[0])).await.is_empty());
    let by_status = reasons(&caller, "ordering=status,-amount").await;
    assert_eq!(by_status, ["Late", "broken again", "Broken cup", "Wrong colour"]);

    let refund = caller.get(&format!("/refunds/{}/", refunds[3]["refund_id"])).await.expect(200);
    let created_at = text(&refund["created_at"]);
    let window = format!("created_at__gte={created_at}&created_at__lte={created_at}");
    assert!(reasons(&caller, &window).await.contains(&"Wrong colour".to_owned()));
    assert!(reasons(&caller, "created_at__lte=2001-01-01T00:00:00Z").await.is_empty());
    assert_eq!(reasons(&caller, "created_at__gte=2001-01-01T00:00:00%2B02:00").await.len(), 4);
}

#[tokio::test]
async fn filters_that_make_no_sense_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (query, field) in [
        ("status=paid", "status"),
        ("created_at__gte=yesterday", "created_at__gte"),
        ("created_at__lte=2026-01-01T00:00:00", "created_at__lte"),
    ] {
        let errors = caller.get(&format!("/refunds/?{query}")).await.expect(400);
        assert!(errors[field][0].is_string(), "{errors}");
    }
}

#[tokio::test]
async fn pages_end_with_an_invalid_page() {
    let (_sandbox, caller, _, _) = four_refunds().await;

    assert_eq!(reasons(&caller, "page=1&page_size=3").await.len(), 3);
    assert_eq!(reasons(&caller, "page=2&page_size=3").await, ["Broken cup"]);
    for query in ["page=3&page_size=3", "page=2", "page=0", "page=x"] {
        let response = caller.get(&format!("/refunds/?{query}")).await;
        assert_eq!(response.expect(404), json!({ "detail": "Invalid page." }), "{query}");
    }
}
