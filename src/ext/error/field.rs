//! An error in one field of a request.

use std::fmt;

/// A validation error for one field, from the server or from this crate.
///
/// Its own `Display` and `Debug` print the message, which may repeat what a customer typed. Those of [`Error`](crate::Error) never do.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # server.mock(|_, then| drop(then.status(400).body(r#"{"amount":["Exceeds what is left."]}"#)));
/// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
/// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
/// assert_eq!(error.messages()[0].to_string(), "/amount: Exceeds what is left.");
/// assert!(!format!("{error} {error:?}").contains("Exceeds"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FieldError {
    /// Field, as a JSON pointer into the request: `/billing_country`, `/products/0/quantity`; empty for the whole.
    pub pointer: String,
    /// Message, for people.
    pub message: String,
    /// Code, for programs, if the server sends one.
    pub code: Option<String>,
}

impl FieldError {
    pub(in crate::ext) fn new(pointer: &str, message: &str, code: Option<&str>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer}: {}", self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FieldError;

    #[test]
    fn a_field_error_prints_its_message() {
        let about_a_field = FieldError::new("/amount", "Too much.", Some("max_value"));
        assert_eq!(about_a_field.to_string(), "/amount: Too much.");
        assert_eq!(FieldError::new("", "Closed.", None).to_string(), "Closed.");
        let debug = format!("{about_a_field:?}");
        for part in ["/amount", "Too much.", "max_value"] {
            assert!(debug.contains(part), "{debug}");
        }
    }
}
