//! Refuses requests of other web sites to what needs no credential: a browser on this machine reaches the sandbox, whichever
//! site a page is from.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::app_state::AppState;

/// Refuses requests that a page of another site makes, and those under a name that somebody may have pointed here.
pub(crate) async fn guard(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    if is_foreign(request.headers(), sandbox.remote_callers) {
        let text = "The sandbox answers this to its own pages and to programs only.\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap, any_name: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let other_site = text(header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let named = !name.eq_ignore_ascii_case("localhost") && name.parse::<IpAddr>().is_err();
    other_site || (named && !any_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_kept_away() {
        let foreign = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_foreign(&pairs.collect(), false)
        };
        for host in ["127.0.0.1:80", "localhost:8080", "LOCALHOST", "[::1]:80"] {
            assert!(!foreign(&[("host", host)]), "{host}");
        }
        assert!(foreign(&[("host", "rebound.example:80")]));
        assert!(foreign(&[("host", "127.0.0.1:80"), ("sec-fetch-site", "cross-site")]));
        assert!(!foreign(&[("host", "127.0.0.1:80"), ("sec-fetch-site", "same-origin")]));
    }
}
