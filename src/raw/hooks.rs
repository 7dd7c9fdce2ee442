//! Hooks around every generated request: adds the credential, and detects redirects that the HTTP client followed.
//!
//! Credentials are checked twice. Each high-level client has only the operations that its credential is for, so that calling another
//! one is a compile error. That covers neither the low-level client nor a document that gives an operation another credential, so the hook
//! compares the credential with the generated table of operations again, before each request. It fails closed: an operation that is
//! not in the table, a credential of another kind, or a kind that this version does not know is an error, and nothing is sent.
//! A request without its credential would at best be refused, and one with another credential would disclose it.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use serde::de::DeserializeOwned;

use super::response::{read_response, read_response_strictly};
use super::{BodyEnd, Client, Context, Error, RawResponse, ResponseValue, operation};

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The inner `reqwest::Client` prints default headers, which may be anything.
        f.debug_struct("Client")
            .field("baseurl", &self.baseurl)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Sends a GET operation that has no path parameters, with the query of the attempt's context. The generated method would
    /// first write each of its parameters into a URL, whose query is then replaced.
    pub(crate) async fn send_query<T: DeserializeOwned>(
        &self,
        operation_id: &'static str,
    ) -> Result<ResponseValue<T>, Error<()>> {
        let path = operation(operation_id).map(|operation| operation.path).unwrap_or_default();
        let url = format!("{}{path}", self.baseurl);
        let mut request = self.client.get(url).header(ACCEPT, JSON).build()?;
        let info = OperationInfo { operation_id };
        self.pre(&mut request, &info).await?;
        let response = self.exec(request, &info).await?;
        read_response(&self.inner, response).await
    }

    /// Sends a request that the documents do not describe. No table lists the credential that it takes, so it has the client's own.
    pub(crate) async fn send_any<T: DeserializeOwned>(
        &self,
        method: http::Method,
        path: &str,
        query: &[(String, String)],
        body: Option<Vec<u8>>,
    ) -> Result<ResponseValue<T>, Error<()>> {
        let mut request = self.client.request(method, format!("{}{path}", self.baseurl)).header(ACCEPT, JSON);
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, JSON).body(body);
        }
        let mut request = request.build()?;
        if let Some(attempt) = &self.inner.attempt {
            attempt.prepare(&mut request);
        }
        let authorization =
            self.inner.own_authorization().map_err(|problem| Error::Custom(problem.to_owned()))?;
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let response = self.exec(request, &OperationInfo { operation_id: "any" }).await?;
        read_response_strictly(&self.inner, response).await
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl ClientHooks<Context> for Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, info: &OperationInfo) -> Result<(), Error<E>> {
        let Some(operation) = operation(info.operation_id) else {
            return Err(Error::Custom(format!("`{}` is not in the operation table", info.operation_id)));
        };
        let authorization = self
            .inner
            .authorization(operation.security)
            .map_err(|problem| Error::Custom(format!("{} {problem}", operation.id)))?;
        if let Some(attempt) = &self.inner.attempt {
            attempt.prepare(request);
        }
        // After the headers of the attempt, so that none of them replaces the credential.
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        _info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        let sent_to = request.url().clone();
        let response = self.client().execute(sent_once(request)).await?;
        if *response.url() == sent_to {
            return Ok(response);
        }
        // Django redirects a POST to a path without a trailing slash with 301. An HTTP client that follows turns it into a GET
        // and reports its 200, as if the POST had succeeded. This crate's own HTTP client does not follow redirects; if a
        // caller's or a browser's does, the response is turned into a redirect again.
        match &self.inner.attempt {
            Some(attempt) => {
                attempt.receive(redirect(response.url()));
                Ok(response)
            }
            None => Ok(without_attempt(response)),
        }
    }
}

/// Replaces the body by one that cannot be cloned, so that no HTTP client repeats the request by itself: neither after a refused
/// HTTP/2 stream nor after a 307 or 308. Settings of the HTTP client would not do: a caller's own one is already built, and
/// retry hooks, counts and budgets would not see the repeat.
#[cfg(not(target_family = "wasm"))]
fn sent_once(mut request: reqwest::Request) -> reqwest::Request {
    let body = request.body_mut().take().unwrap_or_else(|| Bytes::new().into());
    *request.body_mut() = Some(reqwest::Body::wrap(body));
    request
}

/// Returns the request unchanged: a browser decides by itself what it repeats.
#[cfg(target_family = "wasm")]
fn sent_once(request: reqwest::Request) -> reqwest::Request {
    request
}

/// Returns a response that redirects to another URL. The original status is not available, so it is 302: after a 302 or 303,
/// a POST may have taken effect, and the caller must not assume that it has not.
fn redirect(to: &reqwest::Url) -> RawResponse {
    let location = HeaderValue::try_from(to.as_str()).ok().map(|location| (LOCATION, location));
    RawResponse {
        status: StatusCode::FOUND,
        headers: location.into_iter().collect(),
        body: Bytes::new(),
        end: BodyEnd::Complete,
    }
}

#[cfg(not(target_family = "wasm"))]
fn without_attempt(followed: reqwest::Response) -> reqwest::Response {
    let RawResponse { status, headers, body, .. } = redirect(followed.url());
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.into()
}

/// Returns the response unchanged: reqwest cannot create one in a browser, and `fetch` has followed the redirect already.
#[cfg(target_family = "wasm")]
fn without_attempt(followed: reqwest::Response) -> reqwest::Response {
    followed
}
