//! The error of a refused delivery. It repeats nothing that was sent, because a forger chooses that, and errors are logged.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::secret::Flaw;

/// A delivery was refused: do nothing with it, and respond with [`response_status`](Error::response_status).
///
/// Neither `Display` nor `Debug` prints a secret, a body or the value of a header.
///
/// # Example: distinguishing refusals
///
/// ```
/// use nd8::webhooks::Verifier;
///
/// let verifier = Verifier::new("whsec");
/// let body = br#"{"event":"webhook.test"}"#;
/// let headers = verifier.signed_headers("b7c1", "webhook.test", body);
///
/// let error = verifier.verify(&headers, b"another body").unwrap_err();
/// assert!(error.is_signature());
/// assert_eq!(error.response_status(), 400);
/// assert_eq!(error.to_string(), "the webhook signature does not match the body");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    NoSecret,
    Secret(Flaw),
    TooLarge { limit: usize },
    MissingHeader(&'static str),
    RepeatedHeader(&'static str),
    MalformedHeader(&'static str),
    Signature,
    Stale { tolerance: Duration },
    FromTheFuture { tolerance: Duration },
}

impl Error {
    /// Returns whether the [`Verifier`](super::Verifier) has no secret or an invalid one, such as one with white space at either end,
    /// and so refuses everything.
    ///
    /// This is an error of the receiver, not of the sender. [`Verifier::checked`](super::Verifier::checked) finds it when the
    /// program starts.
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let forgotten = Verifier::new("");
    /// let signature = forgotten.sign(b"{}");
    /// assert!(forgotten.verify_signature(&signature, b"{}").unwrap_err().is_configuration());
    /// ```
    pub fn is_configuration(&self) -> bool {
        matches!(self.kind, Kind::NoSecret | Kind::Secret(_))
    }

    /// Returns whether the body is larger than [`Verifier::max_body`](super::Verifier::max_body) allows.
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("whsec").max_body(2);
    /// assert!(verifier.verify_signature("sha256=00", b"{ }").unwrap_err().is_too_large());
    /// ```
    pub fn is_too_large(&self) -> bool {
        matches!(self.kind, Kind::TooLarge { .. })
    }

    /// Returns whether a header is missing, occurs more than once, or cannot be read. For a signature header that cannot be read,
    /// [`is_signature`](Error::is_signature) returns true instead.
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let nothing: [(&str, &str); 0] = [];
    /// let error = Verifier::new("whsec").verify(&nothing, b"{}").unwrap_err();
    /// assert!(error.is_header());
    /// assert_eq!(error.to_string(), "the webhook has no header X-Webhook-Signature");
    /// ```
    pub fn is_header(&self) -> bool {
        matches!(self.kind, Kind::MissingHeader(_) | Kind::RepeatedHeader(_) | Kind::MalformedHeader(_))
    }

    /// Returns whether the signature is malformed, or belongs to another body or secret. These are not distinguished, because the
    /// difference would help a forger.
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let signature = Verifier::new("another secret").sign(b"{}");
    /// let error = Verifier::new("whsec").verify_signature(&signature, b"{}").unwrap_err();
    /// assert!(error.is_signature());
    /// ```
    pub fn is_signature(&self) -> bool {
        self.kind == Kind::Signature
    }

    /// Returns whether the timestamp is further in the past than [`Verifier::max_age`](super::Verifier::max_age) allows.
    ///
    /// ```
    /// use std::time::Duration;
    /// use nd8::webhooks::Verifier;
    ///
    /// let now = "2026-01-02T03:04:05Z".parse()?;
    /// let then = "2026-01-02T03:00:05Z".parse()?;
    /// let headers = Verifier::new("whsec").clock(move || then).signed_headers("b7c1", "webhook.test", b"{}");
    /// let verifier = Verifier::new("whsec").max_age(Duration::from_secs(60)).clock(move || now);
    /// assert!(verifier.verify(&headers, b"{}").unwrap_err().is_stale());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_stale(&self) -> bool {
        matches!(self.kind, Kind::Stale { .. })
    }

    /// Returns whether the timestamp is further in the future than [`Verifier::max_ahead`](super::Verifier::max_ahead)
    /// allows.
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let now = "2026-01-02T03:04:05Z".parse()?;
    /// let later = "2026-01-02T04:04:05Z".parse()?;
    /// let headers = Verifier::new("whsec").clock(move || later).signed_headers("b7c1", "webhook.test", b"{}");
    /// let verifier = Verifier::new("whsec").clock(move || now);
    /// assert!(verifier.verify(&headers, b"{}").unwrap_err().is_from_the_future());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_from_the_future(&self) -> bool {
        matches!(self.kind, Kind::FromTheFuture { .. })
    }

    /// Returns the status to respond with: 413 for a body that is too large, 500 for a verifier without a usable secret, 400 otherwise.
    ///
    /// ND8 treats any 2xx as an acknowledgement, so that none of these is one.
    ///
    /// # Example: a forged delivery, and a missing secret
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let error = Verifier::new("whsec").verify_signature("sha256=00", b"{}").unwrap_err();
    /// assert_eq!(error.response_status(), 400);
    /// assert_eq!(Verifier::new("").check().unwrap_err().response_status(), 500, "the fault is ours");
    /// ```
    pub fn response_status(&self) -> StatusCode {
        match self.kind {
            Kind::NoSecret | Kind::Secret(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Kind::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::MissingHeader(_)
            | Kind::RepeatedHeader(_)
            | Kind::MalformedHeader(_)
            | Kind::Signature
            | Kind::Stale { .. }
            | Kind::FromTheFuture { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::NoSecret => f.write_str("there is no webhook secret to verify with"),
            Kind::Secret(flaw) => f.write_str(match flaw {
                Flaw::Empty => "a webhook secret is empty",
                Flaw::Untrimmed => "a webhook secret begins or ends with white space",
                Flaw::Control => {
                    "a webhook secret has a line break or another character in it that is not visible"
                }
                Flaw::Quoted => "a webhook secret is in quotation marks",
                Flaw::Prefixed => {
                    "a webhook secret begins with a word that is not part of it, such as `Bearer`"
                }
            }),
            Kind::TooLarge { limit } => write!(f, "the webhook body is larger than {limit} bytes"),
            Kind::MissingHeader(name) => write!(f, "the webhook has no header {name}"),
            Kind::RepeatedHeader(name) => write!(f, "the webhook has the header {name} more than once"),
            Kind::MalformedHeader(name) => write!(f, "the webhook header {name} cannot be read"),
            Kind::Signature => f.write_str("the webhook signature does not match the body"),
            Kind::Stale { tolerance } => write!(f, "the webhook is older than {tolerance:?}"),
            Kind::FromTheFuture { tolerance } => {
                write!(f, "the webhook is more than {tolerance:?} ahead of this machine's clock")
            }
        }
    }
}

impl std::error::Error for Error {}
