//! Which path leads where.
//!
//! Not here: what the operations do, and what surrounds them all (`django`).

use std::sync::Arc;

use axum::extract::Extension;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, get, patch, post};
use axum::{Router, http::StatusCode, response::Html};

use crate::contract::{self, Watch, operations_at};
use crate::django::{self, View};
use crate::error::Door;
use crate::shared::Shared;
use crate::{
    api_key, checkout, control, dashboard, faults, keep, link_management, organization, page, payment,
    public_link, quirks, refund, refund_list, ui, webhook_config, webhooks,
};

type Methods = MethodRouter<Arc<Shared>>;

/// The API is served under each of these.
pub(crate) const PREFIXES: [&str; 2] = ["/api", "/sandbox/api"];

const GET: &str = "GET, HEAD, OPTIONS";
const POST: &str = "POST, OPTIONS";
const KEY: Option<Door> = Some(Door::ApiKey);
const TOKEN: Option<Door> = Some(Door::Token);

/// Builds the router of one sandbox.
pub(crate) fn router(sandbox: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for (path, allow, door, methods) in operations() {
            let view = View { allow, door };
            let methods = methods.fallback(django::other_method);
            let methods = methods.layer(Extension(view)).layer(from_fn(django::negotiate));
            let watch = Watch {
                prefix,
                operations: operations_at(path),
                quirks: Arc::clone(&sandbox.quirks),
                log: Arc::clone(&sandbox.contract),
            };
            let methods = methods.layer(from_fn_with_state(watch, contract::watch));
            let methods = methods.layer(from_fn_with_state((Arc::clone(&sandbox), path), faults::inject));
            let path = format!("{prefix}{path}");
            router = router.route(path.trim_end_matches('/'), any(django::add_slash)).route(&path, methods);
        }
    }
    let own = control::routes()
        .merge(webhooks::routes())
        .merge(faults::routes())
        .merge(quirks::routes())
        .merge(ui::routes());
    router
        .route("/pay/{token}", get(page::show))
        .route("/pay/{token}/{act}", post(page::act))
        .merge(own.layer(from_fn_with_state(Arc::clone(&sandbox), ui::guard)))
        .fallback(unknown_route)
        .layer(from_fn(django::catch_panics))
        .layer(from_fn_with_state(Arc::clone(&sandbox), keep::acknowledge))
        .layer(from_fn_with_state(Arc::clone(&sandbox), ui::note))
        .with_state(sandbox)
}

/// Paths, the methods they take, the credential they ask for, and who answers.
fn operations() -> Vec<(&'static str, &'static str, Option<Door>, Methods)> {
    vec![
        ("/checkout/create/", POST, KEY, post(checkout::create)),
        ("/transactions/{id}/", GET, KEY, get(payment::get)),
        ("/transactions/{id}/refund/", POST, KEY, post(refund::create)),
        ("/refunds/", GET, KEY, get(refund_list::list).post(dashboard::create_refund)),
        ("/refunds/{id}/", GET, KEY, get(refund::get)),
        (
            "/organization/",
            "GET, PATCH, HEAD, OPTIONS",
            TOKEN,
            get(organization::get).patch(organization::update),
        ),
        ("/organization/dashboard/", GET, TOKEN, get(dashboard::snapshot)),
        (
            "/organization/api-keys/",
            "GET, POST, HEAD, OPTIONS",
            TOKEN,
            get(api_key::list).post(api_key::create),
        ),
        ("/organization/api-keys/rotate/", POST, TOKEN, post(api_key::rotate)),
        ("/organization/api-keys/{id}/revoke/", POST, TOKEN, post(api_key::revoke)),
        (
            "/organization/webhooks/",
            "GET, PUT, HEAD, OPTIONS",
            TOKEN,
            get(webhook_config::get).put(webhook_config::set),
        ),
        (
            "/payment-links/",
            "GET, POST, HEAD, OPTIONS",
            TOKEN,
            get(link_management::list).post(link_management::create),
        ),
        (
            "/payment-links/{id}/",
            "GET, PATCH, DELETE, HEAD, OPTIONS",
            TOKEN,
            patch(link_management::update).get(link_management::get).delete(link_management::delete),
        ),
        ("/payment-links/{id}/payments/", GET, TOKEN, get(link_management::payments)),
        ("/payment-links/public/{token}/", GET, None, get(public_link::get)),
        ("/payment-links/public/{token}/checkout/", POST, None, post(public_link::checkout)),
    ]
}

/// Says whether there is an operation, written as `GET /refunds/`.
pub(crate) fn has_operation(operation: &str) -> bool {
    let Some((method, path)) = operation.split_once(' ') else { return false };
    let known = operations();
    let found = known.iter().find(|(known, ..)| *known == path);
    found.is_some_and(|(_, allow, ..)| allow.split(", ").any(|allowed| allowed == method))
}

/// An unknown route is outside of the API, so it gets a page and no JSON.
pub(crate) async fn unknown_route() -> (StatusCode, Html<String>) {
    (StatusCode::NOT_FOUND, page::unknown_route())
}
