//! Nothing that a server, a customer or a merchant wrote gets into a report or into the overlay.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use nd8_probe::{Assumptions, Format, Options, Report, Target, Webhooks};
use nd8_sandbox::Sandbox;
use serde_json::json;

use crate::support::{DAY, Prepared, Served, response, send};

const MARKER: &str = "mArKeR";

/// Everything that a report can become.
fn all_forms(report: &Report) -> String {
    let forms = [Format::Text, Format::Json, Format::Markdown].map(|format| report.render(format));
    let entries = report.overlay().unwrap().entries.iter().map(|(_, _, line)| line.as_str());
    forms.join("\n") + &entries.collect::<Vec<_>>().join("\n") + &format!("{report:?}")
}

/// A server whose every text, key, header and address has the marker in it.
fn marked(method: &Method, path: &str, body: &str) -> axum::response::Response {
    let text = |status: u16, body: &serde_json::Value| {
        let mut response = response(status, "application/json", body.to_string());
        for name in ["www-authenticate", "location", "retry-after", "allow", "x-request-id"] {
            response
                .headers_mut()
                .insert(name, format!("{MARKER} https://{MARKER}.example/?token={MARKER}").parse().unwrap());
        }
        response
    };
    let row = json!({
        "id": format!("RF{MARKER}"), "transaction_id": MARKER, "amount": MARKER, "currency": MARKER, "status": MARKER,
        "reason": format!("{MARKER}@example.com"), "created_at": MARKER, format!("{MARKER}@example.com"): MARKER,
        "payer_email": MARKER, "products": [{ "id": MARKER, "name": MARKER }],
        "depositAttempts": [{ "status": MARKER, "errorMessage": MARKER, MARKER: MARKER }],
        "name": MARKER, "endpoint_url": format!("https://example.com/?token={MARKER}"), "token": MARKER,
        "checkout_id": MARKER, "order_id": MARKER, "checkout_url": format!("https://{MARKER}.example/"),
        "expires_at": MARKER, "refund_id": MARKER, "refund_public_id": MARKER, "prefix": MARKER,
    });
    let error = json!({ "billing_email": [MARKER], MARKER: [MARKER], "detail": MARKER, "code": MARKER });
    if *method == Method::POST || *method == Method::PUT {
        return match body {
            body if body.contains("nd8-probe-unknown") => text(400, &json!({ "sandbox_simulate": [MARKER] })),
            body if body.contains("billing_last_name") => text(201, &row),
            body if path.contains("TX") && body.contains("reason") => text(200, &row),
            _ => text(400, &error),
        };
    }
    match path {
        path if path.contains("missing") || path.contains("00000000") => text(404, &error),
        path if path.contains("/refunds/")
            || path.contains("api-keys")
            || path.ends_with("/payment-links/") =>
        {
            text(200, &json!([row, row, row]))
        }
        _ => text(200, &row),
    }
}

#[tokio::test]
async fn nothing_that_a_server_writes_is_printed() {
    let server = Served::start(marked).await;
    let key = format!("key{MARKER}");
    let session = format!("session{MARKER}");
    let mut options = Options::new(Target::new(&key, Some(&session), Some(&server.base_url)).unwrap());
    options.payment = Some(format!("TX{MARKER}"));
    options.product = Some(format!("product{MARKER}"));
    options.refunds = true;
    options.limits.burst = 0;
    options.limits.webhook_wait = std::time::Duration::from_millis(50);
    options.webhooks = Some(Webhooks {
        listen: "127.0.0.1:0".parse().unwrap(),
        url: Some(format!("https://{MARKER}.example/hook")),
    });
    let report = nd8_probe::run(&options, &crate::support::assumptions(), DAY).await.unwrap();
    assert!(
        report.otherwise().count() > 20,
        "the server does everything otherwise: {}",
        report.otherwise().count()
    );
    assert!(
        !all_forms(&report).to_lowercase().contains(&MARKER.to_lowercase()),
        "{}",
        report.render(Format::Text)
    );
    assert!(!options.plan().concat().contains(MARKER));
    assert!(!format!("{options:?}").contains(MARKER));
}

#[tokio::test]
async fn nothing_of_a_merchant_and_customers_is_printed() {
    let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    let sandbox = &prepared.sandbox;
    let client = crate::support::plain_client();
    let organization = json!({ "name": MARKER, "contact_email": format!("{MARKER}@example.com") });
    let response = client
        .patch(format!("{}/organization/", sandbox.base_url()))
        .header("authorization", format!("Token {}", sandbox.session_token()))
        .json(&organization)
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success());
    let link =
        json!({ "name": MARKER, "products": [{ "product_id": nd8_sandbox::SEEDED_PRODUCT, "quantity": 1 }] });
    send(sandbox, "/payment-links/", "Token", sandbox.session_token(), &link).await;
    sandbox.set_webhook_url(format!("http://127.0.0.1:9/?token={MARKER}"));

    let pages = Arc::new(Mutex::new(Vec::new()));
    let shown = Arc::clone(&pages);
    prepared.options.pages = Some(Arc::new(move |url: &str| shown.lock().unwrap().push(url.to_owned())));
    let report = prepared.run().await;
    let (printed, sandbox) = (all_forms(&report), &prepared.sandbox);
    for secret in
        [MARKER, sandbox.api_key(), sandbox.session_token(), sandbox.webhook_secret(), sandbox.origin()]
    {
        assert!(!printed.contains(secret), "{secret}");
    }
    assert!(!printed.contains(prepared.options.payment.as_deref().unwrap()));
    let pages = pages.lock().unwrap();
    assert!(pages.len() >= 5);
    for page in pages.iter() {
        assert!(!printed.contains(page.rsplit('/').next().unwrap()), "the token of a checkout is printed");
    }
}

#[test]
fn an_overlay_with_an_unknown_fact_is_refused() {
    let overlay = r#"{"observations": [{"fact": "no.fact", "seen": "x"}]}"#;
    let error = Assumptions::from_overlay(overlay).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the overlay has an observation of the unknown fact `no.fact`: correct or remove it"
    );
}
