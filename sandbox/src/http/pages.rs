//! Layout and headers of HTML pages, and the pages for unknown paths and unhandled errors.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::store::state_file::WriteFailure;

/// Returns the page for a change that could not be saved, in the form of [`server_error`].
pub(crate) fn write_failed(failure: &WriteFailure) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { title { "Server Error (500)" } }
            body { h1 { "Server Error (500)" } p { (failure) } }
        }
    };
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page.into_string())).into_response()
}

/// Returns the page for an unhandled error: no JSON, and no details.
pub(crate) fn server_error() -> Response {
    let page = "<!doctype html>\n<html lang=\"en\">\n<head><title>Server Error (500)</title></head>\n<body>\n\
                <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n";
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
}

const STYLE: &str = include_str!("style.css");

/// Returns the page for an unknown path, which is outside of the API and so gets no JSON.
pub(crate) fn unknown_route() -> (StatusCode, Html<String>) {
    (
        StatusCode::NOT_FOUND,
        Html(layout("Not found", html! { p { "Nothing is served at this address." } }).into_string()),
    )
}

pub(crate) fn layout(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · ND8 sandbox" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

/// Sends a page that runs no script, loads nothing, and is neither framed nor cached.
pub(crate) fn page(status: StatusCode, markup: Markup) -> Response {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            // No `form-action`: browsers hold the redirect to the merchant against it.
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
        // Without the origin of an own page, its forms would be refused as foreign; other sites get nothing.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, HEADERS, Html(markup.into_string())).into_response()
}
