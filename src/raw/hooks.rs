//! What happens around every generated request: the credential goes on, a redirect comes to light.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use serde::de::DeserializeOwned;

use super::answer::{answer, answer_as_asked};
use super::{Client, Context, End, Error, Received, ResponseValue, operation};

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
    /// Sends an operation that reads and has nothing in its path, with the query that the exchange has for it. The generated method
    /// would first put each of its parameters into the URL, all for nothing.
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
        answer(&self.inner, response).await
    }

    /// Sends a request that the documents do not describe, with whatever credential there is.
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
        if let Some(exchange) = &self.inner.exchange {
            exchange.prepare(&mut request);
        }
        let authorization =
            self.inner.own_authorization().map_err(|problem| Error::Custom(problem.to_owned()))?;
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let response = self.exec(request, &OperationInfo { operation_id: "any" }).await?;
        answer_as_asked(&self.inner, response).await
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
        if let Some(exchange) = &self.inner.exchange {
            exchange.prepare(request);
        }
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
        // An HTTP client that follows redirects turns a POST that Django redirects with 301 for want of a trailing slash into
        // a GET, and reports its 200. The client of this crate does not follow; should a caller's own do, or a browser's,
        // the response becomes a redirect again.
        match &self.inner.exchange {
            Some(exchange) => {
                exchange.receive(redirect(response.url()));
                Ok(response)
            }
            None => Ok(without_exchange(response)),
        }
    }
}

/// Makes the body one that cannot be copied, so that no HTTP client repeats the request by itself: neither after a refused HTTP/2 stream
/// nor after a 307 or 308. A caller's own client cannot be configured any more, and hooks, counts and budgets would not see the repeat.
#[cfg(not(target_family = "wasm"))]
fn sent_once(mut request: reqwest::Request) -> reqwest::Request {
    let body = request.body_mut().take().unwrap_or_else(|| Bytes::new().into());
    *request.body_mut() = Some(reqwest::Body::wrap(body));
    request
}

/// A browser follows what it follows.
#[cfg(target_family = "wasm")]
fn sent_once(request: reqwest::Request) -> reqwest::Request {
    request
}

/// Makes the response that redirects to another URL. Its status is not known any more: after a 302 or 303, a POST may have taken effect.
fn redirect(to: &reqwest::Url) -> Received {
    let location = HeaderValue::try_from(to.as_str()).ok().map(|location| (LOCATION, location));
    Received {
        status: StatusCode::FOUND,
        headers: location.into_iter().collect(),
        body: Bytes::new(),
        end: End::Complete,
    }
}

#[cfg(not(target_family = "wasm"))]
fn without_exchange(followed: reqwest::Response) -> reqwest::Response {
    let Received { status, headers, body, .. } = redirect(followed.url());
    let mut response = http::Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.into()
}

/// In a browser no answer can be made, and the raw client has to live with what `fetch` followed.
#[cfg(target_family = "wasm")]
fn without_exchange(followed: reqwest::Response) -> reqwest::Response {
    followed
}
