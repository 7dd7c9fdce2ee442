//! Routes: which path leads to which handler, and the middleware around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::Extension;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, get, patch, post};

use crate::api::payment_links::{management, public};
use crate::api::refunds::refund;
use crate::api::{api_keys, checkout, dashboard_snapshot, organization, payment, refunds, webhook_endpoint};
use crate::app::app_state::AppState;
use crate::contract::document::operations_at;
use crate::contract::paths::PATHS;
use crate::http::framework;
use crate::http::middleware::validate::{self, Validator};
use crate::http::middleware::{acknowledge, faults, guard, log, panics};
use crate::http::pages::unknown_route;
use crate::{admin, checkout_page, dashboard};

type Methods = MethodRouter<Arc<AppState>>;

/// API is served under each of these.
pub(crate) const PREFIXES: [&str; 2] = ["/api", "/sandbox/api"];

/// Builds the router of one sandbox.
pub(crate) fn router(sandbox: Arc<AppState>) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for rules in PATHS {
            let path = rules.path;
            let validator = Validator {
                prefix,
                operations: operations_at(path),
                quirks: Arc::clone(&sandbox.quirks),
                log: Arc::clone(&sandbox.contract),
            };
            let methods = handlers(path)
                .fallback(framework::other_method)
                .layer(Extension(rules))
                .layer(from_fn(framework::negotiate))
                .layer(from_fn_with_state(validator, validate::validate))
                .layer(from_fn_with_state((Arc::clone(&sandbox.faults), path), faults::inject));
            let path = format!("{prefix}{path}");
            router =
                router.route(path.trim_end_matches('/'), any(framework::add_slash)).route(&path, methods);
        }
    }
    router
        .merge(
            admin::routes()
                .merge(dashboard::page::routes())
                .merge(checkout_page::page::routes())
                .layer(from_fn_with_state(Arc::clone(&sandbox), guard::guard)),
        )
        .fallback(async || unknown_route())
        .layer(from_fn_with_state(Arc::clone(&sandbox), acknowledge::acknowledge))
        .layer(from_fn(panics::catch_panics))
        .layer(from_fn_with_state(Arc::clone(&sandbox), log::log))
        .with_state(sandbox)
}

/// Returns the handlers of a path of the API.
fn handlers(path: &str) -> Methods {
    match path {
        "/checkout/create/" => post(checkout::create),
        "/transactions/{id}/" => get(payment::get),
        "/transactions/{id}/refund/" => post(refund::create),
        "/refunds/" => get(refunds::list::list).post(refund::create_from_dashboard),
        "/refunds/{id}/" => get(refund::get),
        "/organization/" => get(organization::get).patch(organization::update),
        "/organization/dashboard/" => get(dashboard_snapshot::snapshot),
        "/organization/api-keys/" => get(api_keys::list).post(api_keys::create),
        "/organization/api-keys/rotate/" => post(api_keys::rotate),
        "/organization/api-keys/{id}/revoke/" => post(api_keys::revoke),
        "/organization/webhooks/" => get(webhook_endpoint::get).put(webhook_endpoint::set),
        "/payment-links/" => get(management::list).post(management::create),
        "/payment-links/{id}/" => patch(management::update).get(management::get).delete(management::delete),
        "/payment-links/{id}/payments/" => get(management::payments),
        "/payment-links/public/{token}/" => get(public::get),
        "/payment-links/public/{token}/checkout/" => post(public::checkout),
        other => unreachable!("no handler for {other}: `PATHS` and this function list the same paths"),
    }
}
