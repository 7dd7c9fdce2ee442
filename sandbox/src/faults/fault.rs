//! A fault: what goes wrong, and with which requests.
//!
//! Delays are real time, whatever the time of the sandbox's clock. Faults are not part of the state: a snapshot does not contain them, and a
//! reset leaves them on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Describes what goes wrong, and with which requests.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use nd8_sandbox::{Fault, Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// // The second refund is made, and its response is lost.
/// let fault = Fault::reset_after_commit().on("POST /transactions/{id}/refund/").nth(2);
/// let id = sandbox.faults().add(fault);
///
/// assert_eq!(sandbox.faults().hits(id), Some(0));
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Method and path as the document has them; all operations, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nth: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u8>,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) action: Action,
}

/// Describes what is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Action {
    Status {
        status: u16,
        #[serde(default)]
        body: String,
        /// `text/html` if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// True if the request does its work all the same.
        #[serde(default)]
        after_commit: bool,
    },
    Delay {
        millis: u64,
    },
    ResetBefore,
    ResetAfter,
    Truncate,
    Garble,
    Drip {
        millis: u64,
    },
    ContentType(String),
}

impl Fault {
    /// Responds with this status and this body, as HTML unless the body is JSON, and does nothing else: as a gateway in
    /// front of ND8 would. An invalid status becomes 500.
    pub fn status(status: u16, body: impl Into<String>) -> Fault {
        let body = body.into();
        let json = serde_json::from_str::<serde::de::IgnoredAny>(&body).is_ok();
        let content_type = json.then(|| "application/json".to_owned());
        Fault::doing(Action::Status { status, body, content_type, after_commit: false })
    }

    /// As [`Fault::status`], after the request has done its work.
    pub fn status_after_commit(status: u16, body: impl Into<String>) -> Fault {
        let mut fault = Fault::status(status, body);
        if let Action::Status { after_commit, .. } = &mut fault.action {
            *after_commit = true;
        }
        fault
    }

    /// Lets the request wait that long before it is looked at.
    pub fn delay(span: Duration) -> Fault {
        Fault::doing(Action::Delay { millis: millis(span) })
    }

    /// Resets the connection before the request has done anything.
    pub fn reset_before_commit() -> Fault {
        Fault::doing(Action::ResetBefore)
    }

    /// Resets the connection after the request has done its work, instead of a response.
    pub fn reset_after_commit() -> Fault {
        Fault::doing(Action::ResetAfter)
    }

    /// Cuts the response in the middle of its body.
    pub fn truncated() -> Fault {
        Fault::doing(Action::Truncate)
    }

    /// Replaces bytes of the response body by others.
    pub fn garbled() -> Fault {
        Fault::doing(Action::Garble)
    }

    /// Sends the response body byte by byte, with this pause before each.
    pub fn slow_drip(pause: Duration) -> Fault {
        Fault::doing(Action::Drip { millis: millis(pause) })
    }

    /// Responds with another content type, such as `text/html`.
    pub fn content_type(content_type: impl Into<String>) -> Fault {
        Fault::doing(Action::ContentType(content_type.into()))
    }

    /// Restricts the fault to an operation, written as in the document: `POST /transactions/{id}/refund/`. Without this,
    /// it is for all of them.
    pub fn on(mut self, operation: impl Into<String>) -> Fault {
        self.operation = Some(operation.into());
        self
    }

    /// Only the n-th request that the rule sees is hit; the first is 1.
    pub fn nth(mut self, nth: u64) -> Fault {
        self.nth = Some(nth);
        self
    }

    /// After so many hits, the rule does no more.
    pub fn times(mut self, times: u64) -> Fault {
        self.times = Some(times);
        self
    }

    /// That many requests of a hundred are hit, by chance; the seed decides which, counted as the rule sees them.
    pub fn percent(mut self, percent: u8, seed: u64) -> Fault {
        (self.percent, self.seed) = (Some(percent), seed);
        self
    }

    fn doing(action: Action) -> Fault {
        Fault { operation: None, nth: None, times: None, percent: None, seed: 0, action }
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
