//! Predicates for the kinds of failure.

use super::Error;
use super::failure::{Failure, never_connected};

impl Error {
    /// Returns whether a client could not be built: its credential, its base URL, its name or TLS.
    ///
    /// ```
    /// let error = nd8::Client::builder("key").base_url("not a URL").build().unwrap_err();
    /// assert!(error.is_configuration());
    /// ```
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.failure, Failure::Configuration { .. })
    }

    /// Returns whether the arguments were refused, by this crate or by the server (400).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), nd8::Error> {
    /// let client = nd8::Client::builder("key").build()?;
    /// let error = client.payments().get("").send().await.unwrap_err();
    /// assert!(error.is_invalid_input());
    /// assert_eq!(error.messages()[0].pointer, "/id");
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.0.failure, Failure::Input(_)) || self.is_status(400)
    }

    /// Returns whether no connection could be made, so that nothing was sent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let unused = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    /// let client = nd8::Client::builder("key").base_url(format!("http://{unused}/api")).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_connect());
    /// assert_eq!(error.outcome(), nd8::Outcome::NotSent);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_connect(&self) -> bool {
        matches!(&self.0.failure, Failure::Transport { source, .. } if never_connected(source))
    }

    /// Returns whether the call or its last attempt timed out. Where no time was left to begin with, nothing was sent.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = silent.local_addr()?;
    /// let client = nd8::Client::builder("key").base_url(format!("http://{address}/api")).build()?;
    /// let call = client.refunds().create("TXabc123", "Returned").timeout(Duration::from_millis(100));
    /// let error = call.send().await.unwrap_err();
    /// assert!(error.is_timeout() && error.is_transport());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        match &self.0.failure {
            Failure::Transport { source, .. } => source.is_timeout(),
            failure => matches!(failure, Failure::NoTime),
        }
    }

    /// Returns whether the connection failed: it could not be opened, it broke, or it timed out.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = listener.local_addr()?;
    /// # let server = std::thread::spawn(move || {
    /// #     let (mut connection, _) = listener.accept()?;
    /// #     std::io::Read::read(&mut connection, &mut [0; 4096])
    /// # });
    /// # let client = nd8::Client::builder("key").base_url(format!("http://{address}/api")).build()?;
    /// // The server hangs up in the middle of it.
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_transport() && !error.is_connect());
    /// assert_eq!(error.outcome(), nd8::Outcome::Unknown);
    /// # assert!(server.join().expect("does not panic")? > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_transport(&self) -> bool {
        matches!(self.0.failure, Failure::Transport { .. })
    }

    /// Returns whether a response was truncated in a way that the HTTP client does not detect.
    pub(in crate::ext) fn is_cut_off(&self) -> bool {
        matches!(&self.0.failure, Failure::Undecodable { received: Some(received), .. } if received.is_cut_off())
    }

    /// Returns whether the server limits the rate of requests (429).
    ///
    /// ```
    /// use nd8::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(429)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let call = client.payments().get("TXabc123").retry(RetryPolicy::never());
    /// assert!(call.send().await.unwrap_err().is_rate_limited());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(429)
    }

    /// Returns whether the credential was missing or wrong (401).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// let client = nd8::Client::builder("an unknown key").base_url(sandbox.base_url()).build()?;
    /// let error = client.payments().get("TXabc123").send().await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(401)
    }

    /// Returns whether the credential does not allow this (403), such as an API key without the scope.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// let key = sandbox.create_api_key(&[nd8_sandbox::Scope::CheckoutCreate]);
    /// let client = nd8::Client::builder(key).base_url(sandbox.base_url()).build()?;
    /// let error = client.payments().get("TXabc123").send().await.unwrap_err();
    /// assert!(error.is_forbidden());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_forbidden(&self) -> bool {
        self.is_status(403)
    }

    /// Returns whether the resource was not found (404).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let error = client.refunds().get("RFnone").send().await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.is_status(404)
    }

    /// Returns whether the response is a redirect. Redirects are never followed: a POST would silently become a GET.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(302).header("location", "https://elsewhere.test/")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_redirect());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_redirect(&self) -> bool {
        matches!(&self.0.failure, Failure::Status(received) if received.status.is_redirection())
    }

    /// Returns whether a response of success could not be read. The request has most likely taken effect, unless the body
    /// reports a failure.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body("<p>Done.</p>")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_decode());
    /// assert_eq!(error.outcome(), nd8::Outcome::Unknown);
    /// assert_eq!(error.body(), Some(&b"<p>Done.</p>"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_decode(&self) -> bool {
        matches!(
            self.0.failure,
            Failure::Undecodable { .. }
                | Failure::InvalidPage { .. }
                | Failure::Unidentified { .. }
                | Failure::Contradictory(_)
        )
    }

    /// Returns whether the server returned the same page twice, so that the end of the list cannot be proved. Items were inserted
    /// faster than they were read, or the server ignores `page` or sends a circular `next`.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let refund = serde_json::json!({"id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
    /// #     "status": "completed", "created_at": "2026-01-31T12:00:00Z"});
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).json_body(serde_json::json!([refund]))));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// // The server sends a full page, whichever is asked for.
    /// let refunds = client.refunds().list().page_size(1).items();
    /// let error = refunds.try_collect::<Vec<_>>().await.unwrap_err();
    /// assert!(error.is_repeated_page());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_repeated_page(&self) -> bool {
        matches!(self.0.failure, Failure::RepeatedPage)
    }

    /// Returns whether a list ended with fewer items than the server counted on the first page.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|when, then| {
    /// #     when.query_param("page", "2");
    /// #     then.status(404).json_body(serde_json::json!({"detail": "Invalid page."}));
    /// # });
    /// # server.mock(|when, then| {
    /// #     when.query_param_missing("page");
    /// #     then.status(200).body(r#"{"count": 7, "next": null, "results": [{"id": "RF1"}]}"#);
    /// # });
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// // The server counts seven refunds, and sends one.
    /// let error = client.refunds().list().items().try_collect::<Vec<_>>().await.unwrap_err();
    /// assert!(error.is_incomplete_list());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_incomplete_list(&self) -> bool {
        matches!(self.0.failure, Failure::IncompleteList { .. })
    }

    /// Returns whether a response was larger than [`max_body`](crate::Builder::max_body).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body("[] and on it goes")));
    /// let client = nd8::Client::builder("key").base_url(server.base_url()).max_body(2).build()?;
    /// let error = client.refunds().list().send().await.unwrap_err();
    /// assert!(error.is_too_large());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.failure, Failure::TooLarge(_))
    }

    fn is_status(&self, status: u16) -> bool {
        matches!(&self.0.failure, Failure::Status(received) if received.status == status)
    }
}
