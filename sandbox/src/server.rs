//! Which path leads where, and what Django does around the paths: slashes, methods, unknown routes.
//!
//! Not here: what the operations do.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};

use crate::auth::Merchant;
use crate::error::ApiError;
use crate::sandbox::Shared;
use crate::{checkout, dashboard, page, payment, refund, refund_list};

type Methods = MethodRouter<Arc<Shared>>;

/// The API is served under each of these.
const PREFIXES: [&str; 2] = ["/api", "/sandbox/api"];

/// Builds the router of one sandbox.
pub(crate) fn router(sandbox: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        for (path, methods) in operations() {
            router = with_slash(router, &format!("{prefix}{path}"), methods);
        }
    }
    router
        .route("/pay/{token}", get(page::show))
        .route("/pay/{token}/{act}", post(page::act))
        .fallback(unknown_route)
        .with_state(sandbox)
}

fn operations() -> Vec<(&'static str, Methods)> {
    let mut operations = vec![
        ("/checkout/create/", with_405(post(checkout::create))),
        ("/transactions/{id}/", with_405(get(payment::get))),
        ("/transactions/{id}/refund/", with_405(post(refund::create))),
        ("/refunds/", get(refund_list::list).fallback(dashboard::other_than_list)),
        ("/refunds/{id}/", with_405(get(refund::get))),
    ];
    operations.extend(dashboard::PRIVATE.iter().map(|path| (*path, any(dashboard::private))));
    operations.extend(dashboard::PUBLIC.iter().map(|path| (*path, any(dashboard::public))));
    operations
}

/// Adds a path, and the redirect for callers who forget its slash.
fn with_slash(router: Router<Arc<Shared>>, path: &str, methods: Methods) -> Router<Arc<Shared>> {
    let bare = path.trim_end_matches('/');
    router.route(bare, any(add_slash)).route(path, methods)
}

/// Redirects as Django's `APPEND_SLASH` does: with 301, which makes most clients turn a POST into a GET.
async fn add_slash(uri: Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("{}/{query}", uri.path());
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)]).into_response()
}

/// Refuses other methods, to callers with a key; the router adds `Allow`.
fn with_405(methods: Methods) -> Methods {
    methods.fallback(async |_: Merchant, method: Method| ApiError::MethodNotAllowed(method))
}

/// An unknown route is outside of the API, so it gets a page and no JSON.
async fn unknown_route() -> (StatusCode, Html<String>) {
    (StatusCode::NOT_FOUND, page::unknown_route())
}
