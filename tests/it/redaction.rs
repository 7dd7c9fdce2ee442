//! Credentials and customers' data show up in no `Debug`, no `Display`, no span and no panic.

mod every_type;
mod panics;

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use nd8::webhooks::Verifier;
use nd8::{Billing, Client, Dashboard, Decimal, Product};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{CHECKOUT, Server};

const CANARY: &str = "canary";

/// A subscriber that writes down every span and event there is.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<String>>);

impl Visit for Diary {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let mut diary = self.0.lock().expect("no thread panics while it holds the lock");
        write!(diary, " {}={value:?}", field.name()).expect("a string takes anything");
    }
}

impl Subscriber for Diary {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn billing() -> Billing {
    Billing::new("US", format!("{CANARY}-first"), format!("{CANARY}-last"), format!("{CANARY}@example.com"))
        .postal_code(format!("{CANARY}-zip"))
        .phone(format!("{CANARY}-phone"))
}

fn key() -> String {
    format!("{CANARY}-key")
}

fn print(error: &nd8::Error) -> String {
    let mut printed = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        write!(printed, " {cause} {cause:?}").expect("a string takes anything");
        source = cause.source();
    }
    printed
}

#[test]
fn nothing_that_is_built_shows_it() {
    let client = Client::builder(key());
    let mut printed = format!("{client:?}");
    write!(printed, "{:?}", Client::builder(key()).base_url("https://me:canary@api.test/api"))
        .expect("a string takes anything");
    let client = client.build().expect("the client is built");
    let dashboard = Dashboard::builder(key()).build().expect("the client is built");
    let checkout = client.checkouts().create(billing(), [Product::ad_hoc(CANARY, 1, Decimal::ONE)]);
    let checkout = checkout.success_url(format!("https://shop.test/{CANARY}"));
    write!(printed, "{client:?} {dashboard:?} {checkout:?} {:?}", client.raw())
        .expect("a string takes anything");
    write!(printed, "{:?} {:?}", billing(), Verifier::new(key())).expect("a string takes anything");
    write!(printed, "{:?}", client.refunds().create("TX1", CANARY)).expect("a string takes anything");
    let storefront = nd8::Storefront::builder().build().expect("the client is built");
    let start = storefront.payment_links().start_checkout(uuid::Uuid::nil().into(), billing());
    write!(printed, "{start:?}").expect("a string takes anything");
    assert!(!printed.contains(CANARY), "{printed}");
    assert!(printed.contains("TX1"), "but ids are what a log needs");
}

#[tokio::test]
async fn no_call_writes_it_to_spans_or_errors() {
    let diary = Diary::default();
    // While there is only one subscriber, tracing asks the thread that meets a span first whether anybody wants it, and
    // the other tests' threads have none. With two it asks the subscribers.
    let _second = tracing::Dispatch::new(Diary::default());
    let _guard = tracing::subscriber::set_default(diary.clone());
    let echo = r#"{"billing_email":["canary@example.com is not an address."],"canary-zip":["canary-key"],"detail":"canary"}"#;
    for (status, body) in
        [(201, CHECKOUT), (400, echo), (500, echo), (201, echo), (201, "canary"), (401, "<p>canary-key</p>")]
    {
        let server = Server::with_json(status, body).await;
        let client = Client::builder(key()).base_url(&server.url).build().expect("the client is built");
        let products = [Product::ad_hoc("Mug", 1, Decimal::ONE)];
        let result = client.checkouts().create(billing(), products).send().await;
        assert_eq!(server.only().header("authorization"), Some("Api-Key canary-key"), "it was sent, though");
        let printed = match &result {
            Ok(checkout) => format!("{checkout:?}"),
            Err(error) => print(error),
        };
        assert!(!printed.contains(CANARY), "{status}: {printed}");
    }
    // Nobody listens; the query of the URL has it.
    let nobody =
        Client::builder(key()).base_url("http://127.0.0.1:9/api").build().expect("the client is built");
    let error = nobody.refunds().list().search(CANARY).send().await.expect_err("no server listens");
    assert!(!print(&error).contains(CANARY), "{}", print(&error));
    let error = Client::builder("canary\nkey").build().expect_err("the request cannot be sent");
    assert!(error.is_configuration(), "{error:?}");
    assert!(!print(&error).contains(CANARY), "{}", print(&error));

    let diary = diary.0.lock().expect("no thread panics while it holds the lock").clone();
    assert!(!diary.contains(CANARY), "{diary}");
    assert!(
        diary.contains("operation=\"create_checkout\"") && diary.contains("path=\"/refunds/\""),
        "{diary}"
    );
}

/// Whoever runs an endpoint has to see why nothing arrives.
#[test]
fn a_rejected_delivery_logs_its_reason_and_nothing_that_was_sent() {
    use axum::response::IntoResponse as _;
    use nd8::webhooks::DeliveryRejection;

    let diary = Diary::default();
    // See above.
    let _second = tracing::Dispatch::new(Diary::default());
    let _guard = tracing::subscriber::set_default(diary.clone());
    let verifier = Verifier::new(key());
    let body = br#"{"event":"canary"}"#;
    let signed = verifier.signed_headers("canary-id", CANARY, body);
    let refused = |verifier: &Verifier, headers: &[(&str, String)], body: &[u8]| {
        verifier.verify(headers, body).expect_err("the request is refused")
    };
    for (error, status, reason) in [
        (refused(&verifier, &signed, b"{}"), 400, "the webhook signature does not match the body"),
        (refused(&verifier, &[], body), 400, "the webhook has no header X-Webhook-Signature"),
        (
            refused(&verifier.clone().max_body(1), &signed, body),
            413,
            "the webhook body is larger than 1 bytes",
        ),
        (
            refused(&verifier.clone().also(" canary"), &signed, body),
            500,
            "a webhook secret begins or ends with white space",
        ),
    ] {
        let responses: [fn(nd8::webhooks::Error) -> axum::response::Response; 2] =
            [|error| error.into_response(), |error| DeliveryRejection::Refused(error).into_response()];
        for respond in responses {
            assert_eq!(respond(error).status(), status);
            let logged =
                std::mem::take(&mut *diary.0.lock().expect("no thread panics while it holds the lock"));
            assert!(logged.contains(reason) && !logged.contains(CANARY), "{logged}");
        }
    }
    let broken = DeliveryRejection::Unreadable(axum::Error::new(std::io::Error::other("reset")));
    assert_eq!(broken.into_response().status(), 400);
    let logged = diary.0.lock().expect("no thread panics while it holds the lock").clone();
    assert!(logged.contains("the body of the webhook broke off") && logged.contains("reset"), "{logged}");
}

#[test]
fn responses_show_what_a_log_needs_and_no_more() {
    let payment: nd8::Payment = serde_json::from_value(serde_json::json!({
        "id": "TXabc123", "amount": "99.00", "status": "paid", "currency": "USD", "payer_email": "canary@example.com",
        "products": [{"id": "p1", "name": "canary"}], "depositAttempts": [{"status": "failed", "errorMessage": "canary"}],
        "brand_new": "canary",
    }))
    .expect("the JSON fits the type");
    let printed = format!("{payment:?}");
    assert!(!printed.contains(CANARY), "{printed}");
    for shown in ["TXabc123", "99.00", "Paid", "USD", "p1", "[redacted]"] {
        assert!(printed.contains(shown), "{shown}: {printed}");
    }
}
