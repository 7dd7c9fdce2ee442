//! Verifies that a delivery is from ND8: secrets, bounds, and the order of the checks.
//!
//! The signature is checked before anything else is parsed, so that a forger reaches no parser, and all other refusals are about
//! genuine deliveries.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::clock::Clock;
use super::delivery::{Delivery, DeliveryId};
use super::error::{Error, Kind};
use super::headers::{
    DELIVERY_ID_HEADER, EVENT_HEADER, Headers, SIGNATURE_HEADER, TIMESTAMP_HEADER, single, token,
};
use super::timestamp;
use crate::secret;

const SCHEME: &str = "sha256=";
/// The time for which `MemoryDeduplicator` remembers by default: no repeat is accepted that it has forgotten.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// Clocks differ by minutes at most, and nothing is sent ahead of time.
const DEFAULT_MAX_AHEAD: Duration = Duration::from_secs(5 * 60);
/// The longest date with an offset and nanoseconds has 35 characters.
const MAX_TIMESTAMP_LENGTH: usize = 64;
const DEFAULT_MAX_BODY: usize = 1024 * 1024;

/// Checks that deliveries come from ND8. `Debug` does not print the secrets.
///
/// Defaults: a timestamp of at most three days ago and at most five minutes ahead, a body of at most 1 MiB, the
/// system's clock. A clone is cheap enough to make for each request.
///
/// The bound is three days, because a shorter one refuses genuine deliveries and stops no attacker. ND8 does not document whether a
/// repeat has the time of the first attempt, so after an outage of ten minutes a bound of five could refuse all delayed
/// deliveries. The timestamp is not signed, so an attacker who replays a delivery can also renew it. Deliveries that are older than
/// [`MemoryDeduplicator`](super::MemoryDeduplicator) remembers by default are refused, because repeats among them would not be detected.
///
/// # Example: while the secret is being changed
///
/// ```
/// use nd8::webhooks::Verifier;
///
/// let body = br#"{"event":"webhook.test"}"#;
/// let sent_by_nd8 = Verifier::new("old secret").signed_headers("b7c1", "webhook.test", body);
///
/// let verifier = Verifier::new("new secret").also("old secret").checked()?;
/// let delivery = verifier.verify(&sent_by_nd8, body)?;
/// assert_eq!(delivery.matched_secret, 1, "ND8 still signs with the old one");
/// # Ok::<(), nd8::webhooks::Error>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    secrets: Vec<SecretString>,
    max_age: Option<Duration>,
    max_ahead: Option<Duration>,
    max_body: usize,
    clock: Clock,
}

impl Verifier {
    /// Creates a verifier with the webhook secret of the organization.
    ///
    /// A verifier with an invalid secret refuses everything; see [`checked`](Verifier::checked), which fails at once.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self::from_secrets([secret])
    }

    /// Creates a verifier with all secrets that a delivery may be signed with, the newest first. Without any, everything is refused.
    pub fn from_secrets<S: Into<SecretString>>(secrets: impl IntoIterator<Item = S>) -> Self {
        Self {
            secrets: secrets.into_iter().map(Into::into).collect(),
            max_age: Some(DEFAULT_MAX_AGE),
            max_ahead: Some(DEFAULT_MAX_AHEAD),
            max_body: DEFAULT_MAX_BODY,
            clock: Clock::system(),
        }
    }

    /// Accepts this secret as well, for the time in which an old one is still in use. Do not call it with a blank secret: everything
    /// is then refused.
    #[must_use]
    pub fn also(mut self, secret: impl Into<SecretString>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// Allows timestamps to be this far off, in the past and in the future.
    #[must_use]
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.max_age(tolerance).max_ahead(tolerance)
    }

    /// Allows timestamps to be this far in the past, or without a limit with `None`.
    ///
    /// ND8 does not document whether it renews the timestamp of a repeated delivery. If it does not, deliveries that were repeated
    /// after an outage of the receiver are refused as stale under a bound that is shorter than the outage.
    ///
    /// With this bound and [`max_ahead`](Self::max_ahead) both `None`, the header is not needed:
    /// [`Delivery::timestamp`] is `None` if it is missing, repeated or unreadable.
    ///
    /// # Example: deliveries without a timestamp
    ///
    /// ```
    /// use nd8::webhooks::{DELIVERY_ID_HEADER, SIGNATURE_HEADER, Verifier};
    ///
    /// let verifier = Verifier::new("whsec").max_age(None).max_ahead(None);
    /// let headers = [(DELIVERY_ID_HEADER, "b7c1".to_owned()), (SIGNATURE_HEADER, verifier.sign(b"{}"))];
    /// assert_eq!(verifier.verify(&headers, b"{}")?.timestamp, None);
    /// # Ok::<(), nd8::webhooks::Error>(())
    /// ```
    #[must_use]
    pub fn max_age(mut self, max_age: impl Into<Option<Duration>>) -> Self {
        self.max_age = max_age.into();
        self
    }

    /// Allows timestamps to be this far in the future, or without a limit with `None`.
    #[must_use]
    pub fn max_ahead(mut self, max_ahead: impl Into<Option<Duration>>) -> Self {
        self.max_ahead = max_ahead.into();
        self
    }

    /// Refuses bodies of more bytes than this, before anything is computed over them.
    ///
    /// The axum extractor stops reading at this limit. With other frameworks the body is in memory before the verifier receives it:
    /// set a limit there too.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets a function that returns the current time instead of the system's clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Returns the verifier if all its secrets are valid. Call it last, when the program starts: a verifier that was not checked
    /// refuses each delivery for the same reason, with the status 500.
    ///
    /// # Errors
    ///
    /// Fails as [`check`](Self::check) does.
    ///
    /// # Example: a secret that was read from a file with its line end
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("whsec").also("an older one").checked()?;
    /// assert_eq!(verifier.verify_signature(&verifier.sign(b"{}"), b"{}"), Ok(0));
    ///
    /// assert!(Verifier::new("whsec").also("an older one\n").checked().unwrap_err().is_configuration());
    /// # Ok::<(), nd8::webhooks::Error>(())
    /// ```
    pub fn checked(self) -> Result<Self, Error> {
        self.check()?;
        Ok(self)
    }

    /// Checks that there are secrets, and that each is valid: it is not empty, has no white space at either end, no line end and no
    /// other invisible character, is not in quotation marks, and does not begin with a word such as `Bearer`. Nothing is trimmed.
    /// Every verification does this.
    ///
    /// # Errors
    ///
    /// Fails with an error for which [`is_configuration`](Error::is_configuration) returns true.
    ///
    /// # Example: a secret that was never set
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// assert!(Verifier::new("whsec").check().is_ok());
    /// assert!(Verifier::new("whsec").also(" ").check().unwrap_err().is_configuration());
    /// assert!(Verifier::new("whsec\n").check().unwrap_err().is_configuration());
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        if self.secrets.is_empty() {
            return Err(Kind::NoSecret.into());
        }
        match self.secrets.iter().find_map(|secret| secret::flaw(secret.expose_secret())) {
            Some(flaw) => Err(Kind::Secret(flaw).into()),
            None => Ok(()),
        }
    }

    /// Checks a delivery and then reads it: size, signature, timestamp, delivery id, and only then the payload.
    ///
    /// The body must be the bytes as received. One that was parsed and written again has another signature.
    ///
    /// A payload that cannot be read is no error but [`Event::Unreadable`](super::Event::Unreadable), and an event that this
    /// version does not know is [`Event::Unknown`](super::Event::Unknown): both are from ND8.
    ///
    /// # Errors
    ///
    /// Fails with the first check that failed; [`Error`] has a predicate for each.
    ///
    /// # Example: reading a delivery
    ///
    /// ```
    /// use nd8::PaymentStatus;
    /// use nd8::webhooks::{Event, Verifier};
    ///
    /// let verifier = Verifier::new("whsec");
    /// let body = br#"{"event":"transaction.status_changed","transaction_id":"TXabc123","order_id":"org1-1-a",
    ///     "amount":"99.00","status":"paid","currency":"USD","depositAttempts":[]}"#;
    /// # let headers = verifier.signed_headers("b7c1", "transaction.status_changed", body);
    ///
    /// let delivery = verifier.verify(&headers, body)?;
    /// let Event::TransactionStatusChanged(payment) = delivery.event else { panic!("it is about a payment") };
    /// assert_eq!(payment.status, Some(PaymentStatus::Paid));
    /// # Ok::<(), nd8::webhooks::Error>(())
    /// ```
    pub fn verify<H: Headers + ?Sized>(&self, headers: &H, body: &[u8]) -> Result<Delivery, Error> {
        let envelope = self.open(headers, body)?;
        Ok(Delivery::read(envelope, Bytes::copy_from_slice(body)))
    }

    /// Checks the size and the signature only, and returns the index of the secret that it was made with: 0 for the first.
    ///
    /// All secrets are tried, also after one has matched, and each comparison takes the same time wherever the signatures differ.
    ///
    /// # Errors
    ///
    /// Fails with an error for which [`is_configuration`](Error::is_configuration), [`is_too_large`](Error::is_too_large) or
    /// [`is_signature`](Error::is_signature) returns true.
    ///
    /// # Example: a signature and nothing else
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("whsec");
    /// let signature = verifier.sign(b"{}");
    /// assert_eq!(verifier.verify_signature(&signature, b"{}"), Ok(0));
    /// assert!(verifier.verify_signature(&signature, b"{ }").is_err());
    /// ```
    pub fn verify_signature(&self, signature_header: &str, body: &[u8]) -> Result<usize, Error> {
        self.check_before_signature(body)?;
        self.match_signature(signature_header.as_bytes(), body)
    }

    /// Signs a body as ND8 does, for tests: the value of the signature header, made with the first secret.
    ///
    /// # Example: a delivery of your own making
    ///
    /// ```
    /// let verifier = nd8::webhooks::Verifier::new("whsec");
    /// assert!(verifier.sign(b"{}").starts_with("sha256="));
    /// assert_eq!(verifier.verify_signature(&verifier.sign(b"{}"), b"{}"), Ok(0));
    /// ```
    pub fn sign(&self, body: &[u8]) -> String {
        let key = self.secrets.first().map(|secret| secret.expose_secret()).unwrap_or_default();
        format!("{SCHEME}{}", base16ct::lower::encode_string(&mac(key, body).finalize().into_bytes()))
    }

    /// Returns all headers of a delivery as ND8 sends them, for tests: signed with the first secret, sent now.
    pub fn signed_headers(&self, delivery_id: &str, event: &str, body: &[u8]) -> [(&'static str, String); 4] {
        [
            (EVENT_HEADER, event.to_owned()),
            (DELIVERY_ID_HEADER, delivery_id.to_owned()),
            (TIMESTAMP_HEADER, self.clock.now().as_second().to_string()),
            (SIGNATURE_HEADER, self.sign(body)),
        ]
    }

    /// Checks everything that is checked before the payload is read.
    pub(super) fn open<H: Headers + ?Sized>(&self, headers: &H, body: &[u8]) -> Result<Envelope, Error> {
        self.check_before_signature(body)?;
        let matched_secret = self.match_signature(single(headers, SIGNATURE_HEADER)?, body)?;
        let timestamp = self.timestamp(headers)?;
        let id = token(headers, DELIVERY_ID_HEADER, DeliveryId::MAX_LENGTH)?;
        // It is for logs only, so a malformed name does not refuse a delivery whose signature is valid.
        let announced = token(headers, EVENT_HEADER, super::event::MAX_NAME_LENGTH).ok();
        Ok(Envelope {
            id: DeliveryId::new(id),
            timestamp,
            matched_secret,
            announced: announced.filter(|name| super::event::is_a_name(name)).map(str::to_owned),
        })
    }

    #[cfg(feature = "axum")]
    pub(super) fn body_limit(&self) -> usize {
        self.max_body
    }

    fn check_before_signature(&self, body: &[u8]) -> Result<(), Error> {
        // Also without `checked`: a forger can compute the signature of an empty secret.
        self.check()?;
        if body.len() > self.max_body {
            return Err(Kind::TooLarge { limit: self.max_body }.into());
        }
        Ok(())
    }

    fn match_signature(&self, header: &[u8], body: &[u8]) -> Result<usize, Error> {
        let hex = header.trim_ascii().strip_prefix(SCHEME.as_bytes()).ok_or(Kind::Signature)?;
        // Either case, because ND8 documents only that it is hexadecimal.
        let signature = base16ct::mixed::decode_vec(hex).map_err(|_| Kind::Signature)?;
        // The loop does not stop at a match, so that its duration does not reveal which secret matched.
        let mut matched = None;
        for (index, secret) in self.secrets.iter().enumerate() {
            let matches = mac(secret.expose_secret(), body).verify_slice(&signature).is_ok();
            matched = matched.or(matches.then_some(index));
        }
        matched.ok_or_else(|| Kind::Signature.into())
    }

    fn timestamp<H: Headers + ?Sized>(&self, headers: &H) -> Result<Option<Timestamp>, Error> {
        let read = single(headers, TIMESTAMP_HEADER).and_then(|value| {
            let text = str::from_utf8(value).ok().filter(|text| text.len() <= MAX_TIMESTAMP_LENGTH);
            text.and_then(timestamp::read).ok_or_else(|| Kind::MalformedHeader(TIMESTAMP_HEADER).into())
        });
        let timestamp = match read {
            Ok(timestamp) => timestamp,
            // Without a bound, nothing depends on the header.
            Err(_) if self.max_age.is_none() && self.max_ahead.is_none() => return Ok(None),
            Err(error) => return Err(error),
        };
        let age = self.clock.now().duration_since(timestamp);
        let (bound, refusal): (_, fn(Duration) -> Kind) = if age.is_negative() {
            (self.max_ahead, |tolerance| Kind::FromTheFuture { tolerance })
        } else {
            (self.max_age, |tolerance| Kind::Stale { tolerance })
        };
        match bound {
            Some(bound) if age.unsigned_abs() > bound => Err(refusal(bound).into()),
            _ => Ok(Some(timestamp)),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.secrets.len())
            .field("max_age", &self.max_age)
            .field("max_ahead", &self.max_ahead)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

/// The values from the headers of a verified delivery.
pub(super) struct Envelope {
    pub(super) id: DeliveryId,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) matched_secret: usize,
    pub(super) announced: Option<String>,
}

fn mac(key: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104)"),
    };
    mac.update(body);
    mac
}
