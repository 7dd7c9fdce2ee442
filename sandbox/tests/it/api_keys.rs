//! API keys through the dashboard: made, shown once, rotated, revoked.

use nd8_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Caller, Dashboard, order, text};

#[tokio::test]
async fn a_secret_is_shown_once_and_its_prefix_always() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);

    let request = json!({ "name": "Web shop", "allowed_scopes": "refunds:read,checkout:create" });
    let created = dashboard.post("/organization/api-keys/", &request).await.expect(201);
    let secret = text(&created["raw_key"]);
    assert!(secret.starts_with(text(&created["prefix"])));
    assert!(text(&created["prefix"]).len() < secret.len() / 2);

    let listed = dashboard.get("/organization/api-keys/").await;
    assert!(!listed.body.contains(secret));
    assert!(!listed.body.contains(sandbox.api_key()));
    let listed = listed.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 2, "newest first, and the one that each sandbox has");
    assert_eq!(listed[0]["allowed_scopes"], json!(["refunds:read", "checkout:create"]));
    for field in ["id", "name", "prefix", "allowed_scopes", "status", "created_at"] {
        assert_eq!(listed[0][field], created[field], "{field}");
    }
    assert!(listed[0].get("raw_key").is_none());

    let caller = Caller::with_key(&sandbox, secret);
    caller.checkout(&order()).await;
    caller.get("/refunds/").await.expect(200);
    caller.get("/transactions/TX1/").await.expect(403);
}

#[tokio::test]
async fn a_key_without_scopes_has_all_of_them() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);

    for request in [json!({}), json!({ "name": "", "allowed_scopes": "" })] {
        let created = dashboard.post("/organization/api-keys/", &request).await.expect(201);
        assert_eq!(created["allowed_scopes"], json!([]));
        let caller = Caller::with_key(&sandbox, text(&created["raw_key"]));
        caller.checkout(&order()).await;
        caller.get("/transactions/TX1/").await.expect(404);
    }
    let bare = dashboard.do_at("/organization/api-keys/").await.expect(201);
    assert_eq!(bare["allowed_scopes"], json!([]));
}

#[tokio::test]
async fn what_makes_no_key_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);

    for (request, field) in [
        (json!({ "allowed_scopes": "payments:read,everything" }), "allowed_scopes"),
        (json!({ "allowed_scopes": ["payments:read"] }), "allowed_scopes"),
        (json!({ "allowed_scopes": null }), "allowed_scopes"),
        (json!({ "name": "x".repeat(256) }), "name"),
        (json!({ "name": 7 }), "name"),
    ] {
        let errors = dashboard.post("/organization/api-keys/", &request).await.expect(400);
        assert!(errors[field][0].is_string(), "{errors}");
    }
    assert_eq!(dashboard.get("/organization/api-keys/").await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rotating_replaces_the_newest_key_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let request = json!({ "name": "Web shop", "allowed_scopes": "refunds:read" });
    let old = dashboard.post("/organization/api-keys/", &request).await.expect(201);

    let new = dashboard.do_at("/organization/api-keys/rotate/").await.expect(200);

    Caller::with_key(&sandbox, text(&old["raw_key"])).get("/refunds/").await.expect(401);
    Caller::with_key(&sandbox, text(&new["raw_key"])).get("/refunds/").await.expect(200);
    Caller::of(&sandbox).get("/refunds/").await.expect(200);
    assert_ne!(new["id"], old["id"]);
    assert_eq!((&new["name"], &new["allowed_scopes"]), (&old["name"], &old["allowed_scopes"]));
    let statuses = dashboard.get("/organization/api-keys/").await.expect(200);
    let statuses: Vec<_> = statuses.as_array().unwrap().iter().map(|key| text(&key["status"])).collect();
    assert_eq!(statuses, ["active", "revoked", "active"]);
}

#[tokio::test]
async fn revoking_ends_a_key_at_once_and_for_good() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let id = dashboard.get("/organization/api-keys/").await.expect(200)[0]["id"].clone();
    let caller = Caller::of(&sandbox);
    caller.get("/refunds/").await.expect(200);

    for _ in 0..2 {
        let revoked = dashboard.do_at(&format!("/organization/api-keys/{id}/revoke/")).await.expect(200);
        assert_eq!((&revoked["id"], &revoked["status"]), (&id, &json!("revoked")));
        assert!(revoked.get("raw_key").is_none());
        caller.get("/refunds/").await.expect(401);
    }
    dashboard.do_at("/organization/api-keys/1/revoke/").await.expect(404);
    dashboard.do_at("/organization/api-keys/x/revoke/").await.expect(404);

    // Where no key is left, rotating makes one.
    let new = dashboard.do_at("/organization/api-keys/rotate/").await.expect(200);
    Caller::with_key(&sandbox, text(&new["raw_key"])).get("/refunds/").await.expect(200);
}
