//! Production is refused at each sign of it, and where the server proves nothing; in neither case anything is created.

use axum::http::Method;
use axum::response::Response;
use nd8_probe::{Refusal, Verdict};
use serde_json::Value;

use crate::support::{Served, json, response};

/// What a server shows of itself.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sign {
    /// Keys are refused under /sandbox/api/.
    Prefix,
    /// Keys are refused there as the framework does without a challenge.
    PrefixForbidden,
    /// The key may not simulate.
    Simulate,
    /// The key may not simulate, which only a complete request shows, and the prefix is not served.
    SimulateLater,
    /// The same in a sentence of no field.
    SimulateInWords,
    /// The same with another status.
    SimulateForbidden,
    /// A header states it.
    Header,
    /// A field of a list states it.
    Field,
    /// A field of a created checkout states it.
    FieldOfCheckout,
    /// Nothing is served under the prefix, and `sandbox_simulate` is a field like any other unknown one.
    Nothing,
    /// None of these.
    Sandbox,
}

/// Responds as a sandbox would, but for one sign.
pub(crate) fn respond(sign: Sign, method: &Method, path: &str, body: &str) -> Response {
    let is_prefixed = path.starts_with("/sandbox/");
    if path.contains("/refunds/") && *method == Method::GET {
        return match sign {
            Sign::Prefix if is_prefixed => json(401, r#"{"detail": "No."}"#),
            Sign::PrefixForbidden if is_prefixed => json(403, r#"{"detail": "No."}"#),
            Sign::Nothing | Sign::SimulateLater if is_prefixed => response(404, "text/html", "<h1>404</h1>"),
            Sign::Header => {
                let mut response = json(200, "[]");
                response.headers_mut().insert("x-nd8-environment", "production".parse().unwrap());
                response
            }
            Sign::Field => json(200, r#"[{"id": "RF1", "livemode": true}]"#),
            _ => json(200, "[]"),
        };
    }
    if path.contains("/checkout/create/") && *method == Method::POST {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let simulate = body["sandbox_simulate"].as_str().unwrap_or("canceled");
        let is_complete = body.get("billing_last_name").is_some();
        let is_known = simulate != "nd8-probe-unknown" && simulate != "nd8-probe";
        if !is_complete && is_known && sign == Sign::SimulateInWords {
            return json(400, r#"{"non_field_errors": ["Only Sandbox keys may simulate."]}"#);
        }
        if !is_complete && is_known && sign == Sign::SimulateForbidden {
            return json(403, r#"{"detail": "sandbox_simulate: not with this key"}"#);
        }
        let is_refused = match sign {
            Sign::Nothing => false,
            Sign::Simulate => true,
            Sign::SimulateLater => is_complete || !is_known,
            _ => !is_known,
        };
        if is_refused {
            return json(400, r#"{"sandbox_simulate": ["No."], "billing_email": ["No."]}"#);
        }
        if !is_complete {
            return json(400, r#"{"billing_email": ["No."]}"#);
        }
        let mode = if sign == Sign::FieldOfCheckout { r#", "mode": "live""# } else { "" };
        return json(201, &format!(r#"{{"checkout_id": "o1", "order_id": "o1", "token": "t"{mode}}}"#));
    }
    if path.ends_with("/transactions/TX1/") {
        return json(200, r#"{"id": "TX1", "status": "paid", "amount": "60.00"}"#);
    }
    json(404, r#"{"detail": "Not found."}"#)
}

async fn serve(sign: Sign) -> Served {
    Served::start(move |method, path, body| respond(sign, method, path, body)).await
}

#[tokio::test]
async fn a_sign_before_anything_is_created_is_a_refusal() {
    for (sign, expected) in [
        (Sign::Prefix, "the key is refused under /sandbox/api/"),
        (Sign::PrefixForbidden, "the key is refused under /sandbox/api/"),
        (Sign::Simulate, "the key may not send sandbox_simulate"),
        (Sign::SimulateInWords, "the key may not send sandbox_simulate"),
        (Sign::SimulateForbidden, "the key may not send sandbox_simulate"),
        (Sign::Header, "a response states that this is production (a header)"),
        (Sign::Field, "a response states that this is production"),
        (Sign::Nothing, "did not prove that it is a sandbox"),
    ] {
        let server = serve(sign).await;
        let refusal = server.run().await.expect_err("is refused");
        assert!(refusal.to_string().contains(expected), "{refusal}");
        assert_eq!(server.creations(), [] as [&str; 0], "{refusal}");
    }
}

#[tokio::test]
async fn a_sign_at_the_first_checkout_stops_the_run() {
    for sign in [Sign::SimulateLater, Sign::FieldOfCheckout] {
        let server = serve(sign).await;
        let report = server.run().await.expect("begins");
        assert!(report.is_live(), "{:?}", report.stopped());
        let creations = server.creations();
        // The one that showed the sign, and nothing after it.
        assert_eq!(creations.len(), 1, "{creations:?}");
        assert!(creations.iter().all(|request| request.contains("sandbox_simulate")), "{creations:?}");
        assert_eq!(server.asked.lock().unwrap().len(), report.requests());
        let rest = report.findings().iter().find(|finding| finding.fact.id == "list.shape").unwrap();
        assert_eq!(rest.verdict, Verdict::Unseen(report.stopped().unwrap()));
    }
}

#[tokio::test]
async fn a_sandbox_is_none_of_these() {
    let server = serve(Sign::Sandbox).await;
    let report = server.run().await.expect("is no production");
    assert!(!report.is_live() && report.stopped().is_none(), "{:?}", report.stopped());
    assert!(server.creations().iter().any(|request| request.contains("/refund/")), "refunds were asked for");
    let checkouts = server.creations().into_iter().filter(|request| request.contains("/checkout/create/"));
    assert!(checkouts.clone().count() > 0 && checkouts.clone().count() <= 7);
    assert!(checkouts.into_iter().all(|request| request.contains("sandbox_simulate")), "each has it");
}

/// A refund that is throttled may have been made: each is sent once.
#[tokio::test]
async fn what_may_have_been_made_is_not_sent_again() {
    for status in [429, 500, 503] {
        let server =
            Served::start(move |method, path, body| match respond(Sign::Sandbox, method, path, body) {
                _ if path.contains("TX1/refund/") => {
                    let mut response = json(status, r#"{"detail": "Request was throttled."}"#);
                    response.headers_mut().insert("retry-after", "0".parse().unwrap());
                    response
                }
                other => other,
            })
            .await;
        server.run().await.expect("is a sandbox");
        let mut refunds = server.creations();
        refunds.retain(|request| request.contains("TX1/refund/"));
        let sent = refunds.len();
        refunds.sort();
        refunds.dedup();
        assert!(sent > 0 && refunds.len() == sent, "{status}: {refunds:?}");
    }
}

/// The key is served under the prefix, and the server creates checkouts whatever `sandbox_simulate` is: one shows it.
#[tokio::test]
async fn a_server_that_ignores_the_simulation_gets_no_more_checkouts_and_no_refunds() {
    let server = Served::start(|method, path, body| match respond(Sign::Sandbox, method, path, body) {
        _ if body.contains("billing_last_name") => json(201, r#"{"checkout_id": "o1"}"#),
        _ if path.contains("/checkout/create/") => json(400, r#"{"billing_email": ["No."]}"#),
        other => other,
    })
    .await;
    let report = server.run().await.expect("is served under the prefix");
    assert_eq!(server.creations().len(), 1, "{:?}", server.creations());
    let finding = report.findings().iter().find(|finding| finding.fact.id == "checkout.status").unwrap();
    assert!(
        matches!(finding.verdict, Verdict::Unseen(reason) if reason.contains("does not validate sandbox_simulate"))
    );
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_a_refusal() {
    let server = Served::start(|_, _, _| json(401, r#"{"detail": "No."}"#)).await;
    assert_eq!(server.run().await.err(), Some(Refusal::KeyNotAccepted(401)));
    assert_eq!(server.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn refunds_are_made_only_of_the_payment_that_was_named_and_only_if_asked_for() {
    for (refunds, payment) in [(false, Some("TX1".to_owned())), (true, None)] {
        let server = serve(Sign::Sandbox).await;
        let mut options = server.options();
        (options.refunds, options.payment) = (refunds, payment);
        nd8_probe::run(&options, &Default::default(), crate::support::DAY).await.unwrap();
        assert!(server.creations().iter().all(|request| !request.contains("TX1/refund/")), "{refunds}");
    }
}
