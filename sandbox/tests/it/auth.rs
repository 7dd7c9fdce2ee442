//! Credentials and scopes.

use nd8_sandbox::{Sandbox, Scope};
use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Reply, http, manual, order};

async fn with_header(sandbox: &Sandbox, path: &str, header: Option<(&str, &str)>) -> Reply {
    let mut request = http().get(format!("{}{path}", sandbox.base_url()));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    Reply::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_missing_key_is_distinguished_from_an_unknown_one() {
    let sandbox = Sandbox::start().await.unwrap();

    let missing = with_header(&sandbox, "/refunds/", None).await;
    assert_eq!(missing.expect(401), json!({ "detail": "Authentication credentials were not provided." }));
    assert_eq!(missing.header("www-authenticate"), "Api-Key");

    for header in
        [("Authorization", "Api-Key nd8_sandbox_wrong"), ("Api-Key", "nd8_sandbox_wrong"), ("Api-Key", "")]
    {
        let wrong = with_header(&sandbox, "/refunds/", Some(header)).await;
        assert_eq!(wrong.expect(401), json!({ "detail": "This API key is not known here." }));
        assert_eq!(wrong.header("www-authenticate"), "Api-Key");
    }
}

#[tokio::test]
async fn both_headers_carry_a_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let key = sandbox.api_key();

    assert_eq!(with_header(&sandbox, "/refunds/", Some(("Api-Key", key))).await.status, 200);
    let scheme = format!("Api-Key {key}");
    assert_eq!(with_header(&sandbox, "/refunds/", Some(("Authorization", &scheme))).await.status, 200);
}

#[tokio::test]
async fn neither_credential_is_accepted_in_place_of_the_other() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = format!("Token {}", sandbox.session_token());

    let response = with_header(&sandbox, "/refunds/", Some(("Authorization", &token))).await;
    assert!(response.expect(401)["detail"].is_string());
    assert_eq!(response.header("www-authenticate"), "Api-Key");

    let response = with_header(&sandbox, "/organization/", Some(("Api-Key", sandbox.api_key()))).await;
    assert!(response.expect(401)["detail"].is_string());
    assert_eq!(response.header("www-authenticate"), "Token");
}

#[tokio::test]
async fn dashboard_operations_take_the_session_and_nothing_else() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = format!("Token {}", sandbox.session_token());
    let nobody = "0e8dbd8c-97cb-4a29-a1bb-3f2a4e2d1a11";

    for (path, status) in [
        ("/organization/".to_owned(), 200),
        ("/organization/dashboard/".to_owned(), 200),
        ("/organization/api-keys/".to_owned(), 200),
        ("/organization/api-keys/rotate/".to_owned(), 405),
        ("/organization/api-keys/7/revoke/".to_owned(), 405),
        ("/organization/webhooks/".to_owned(), 200),
        ("/payment-links/".to_owned(), 200),
        (format!("/payment-links/{nobody}/"), 404),
        (format!("/payment-links/{nobody}/payments/"), 404),
    ] {
        let path = path.as_str();
        let response = with_header(&sandbox, path, Some(("Authorization", &token))).await;
        assert_eq!(response.status, status, "{path}");
        assert_eq!(with_header(&sandbox, path, None).await.status, 401, "{path}");
        let wrong = with_header(&sandbox, path, Some(("Authorization", "Token wrong"))).await;
        assert_eq!(wrong.status, 401, "{path}");
        let key = with_header(&sandbox, path, Some(("Api-Key", sandbox.api_key()))).await;
        assert_eq!((key.status, key.header("www-authenticate")), (401, "Token"), "{path}");
    }
}

#[tokio::test]
async fn sandbox_keys_are_taken_under_both_prefixes_and_production_keys_under_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let production = sandbox.create_production_key(&[]);
    assert!(production.starts_with("nd8_live_"), "{production}");
    let under = async |prefix: &str, key: &str| {
        let url = sandbox.base_url().replace("/api", prefix);
        http().get(format!("{url}/refunds/")).header("Api-Key", key).send().await.unwrap().status().as_u16()
    };

    assert_eq!(under("/api", sandbox.api_key()).await, 200);
    assert_eq!(under("/sandbox/api", sandbox.api_key()).await, 200);
    assert_eq!(under("/api", &production).await, 200);
    assert_eq!(under("/sandbox/api", &production).await, 401);
}

#[tokio::test]
async fn production_keys_may_not_simulate() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::with_key(&sandbox, &sandbox.create_production_key(&[]));
    let mut request = order();
    caller.checkout(&request).await;

    request["sandbox_simulate"] = json!("payment_failed");
    let errors = caller.post("/checkout/create/", &request).await.expect(400);
    assert_eq!(errors, json!({ "sandbox_simulate": ["Only sandbox keys may simulate."] }));
    Caller::of(&sandbox).checkout(&request).await;
}

#[tokio::test]
async fn each_operation_needs_one_of_its_scopes() {
    let sandbox = manual().await;
    let everything = Caller::of(&sandbox);
    let payment_id = everything.paid(&sandbox, "100").await;
    let reason = json!({ "reason": "x", "amount": "1.00" });
    let refund = everything.refund(&payment_id, &reason).await.expect(200);
    let refund_path = format!("/refunds/{}/", refund["refund_id"]);
    let payment_path = format!("/transactions/{payment_id}/");

    let scopes = [
        Scope::CheckoutCreate,
        Scope::PaymentsRead,
        Scope::PaymentsWrite,
        Scope::RefundsRead,
        Scope::RefundsWrite,
    ];
    for scope in scopes {
        let caller = Caller::with_key(&sandbox, &sandbox.create_api_key(&[scope]));
        let allowed = [
            caller.post("/checkout/create/", &order()).await,
            caller.get(&payment_path).await,
            caller.refund(&payment_id, &reason).await,
            caller.get("/refunds/").await,
            caller.get(&refund_path).await,
        ]
        .map(|response| match response.status {
            200 | 201 => true,
            _ => {
                assert!(response.expect(403)["detail"].is_string());
                false
            }
        });
        let expected = match scope {
            Scope::CheckoutCreate => [true, false, false, false, false],
            Scope::PaymentsRead => [false, true, false, true, true],
            Scope::RefundsRead => [false, false, false, true, true],
            Scope::PaymentsWrite | Scope::RefundsWrite => [false, false, true, false, false],
            other => panic!("a new scope: {other}"),
        };
        assert_eq!(allowed, expected, "{scope}");
    }
}

#[tokio::test]
async fn a_missing_scope_comes_before_a_look_at_the_rest() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::with_key(&sandbox, &sandbox.create_api_key(&[Scope::RefundsRead]));

    assert_eq!(caller.get("/transactions/TXnobody/").await.status, 403);
    assert_eq!(
        caller.request(Method::POST, "/checkout/create/").body("{").send().await.unwrap().status(),
        403
    );
}
