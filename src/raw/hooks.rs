//! What happens around every generated request: the credential goes on, a redirect comes to light.

use std::fmt;

use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use serde::de::DeserializeOwned;

use super::{Client, Context, Error, ResponseValue, operation};

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
        match response.status().is_success() {
            true => ResponseValue::from_response(response).await,
            false => Err(Error::UnexpectedResponse(response)),
        }
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
        let mut response = self.client().execute(request).await?;
        if *response.url() != sent_to {
            response = redirect(response.url());
        }
        match &self.inner.exchange {
            Some(exchange) => exchange.read(response).await,
            None => Ok(response),
        }
    }
}

/// An HTTP client that follows redirects turns a POST that Django answered with 301 for want of a trailing slash into a
/// GET, and reports its 200. The client of this crate does not follow; should a caller's own do, the answer is
/// put back into what the server first said.
fn redirect(to: &reqwest::Url) -> reqwest::Response {
    let mut response = http::Response::new(String::new());
    *response.status_mut() = http::StatusCode::MOVED_PERMANENTLY;
    if let Ok(location) = to.as_str().parse() {
        response.headers_mut().insert(LOCATION, location);
    }
    response.into()
}
