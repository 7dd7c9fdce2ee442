//! Makes the server prove that it is a sandbox, before anything is created.
//!
//! How the API reports its mode is documented nowhere, so the proof comes from two statements of the reference and the
//! guides: keys of production are refused under `/sandbox/api/`, and are refused when they send `sandbox_simulate`. Both are
//! tried with requests that create nothing. A server without proof counts as production.

use serde_json::json;

use crate::http::{Ask, Http, Miss, Stop};

/// Values that the reference prints, each of which a sandbox key may send.
pub(crate) const SIMULATIONS: &[&str] =
    &["payment_failed", "checkout_canceled", "canceled", "success_pending_deposit", "checkout_pending"];

const FIELD: &str = "sandbox_simulate";

/// Reports why nothing was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: TLS has no certificates to trust")]
    NoClient,
    /// Server gave no response that can be used.
    #[error("the server did not prove that it is a sandbox: {0}")]
    NoResponse(&'static str),
    /// Key is not accepted.
    #[error("the server does not accept the API key (status {0}): set ND8_API_KEY to a key of this sandbox")]
    KeyNotAccepted(u16),
    /// A sign of production.
    #[error("stopped at a sign of production: {0}")]
    Live(&'static str),
    /// Neither statement could be confirmed.
    #[error(
        "the server did not prove that it is a sandbox: it neither serves the key under /sandbox/api/ nor validates \
         sandbox_simulate as the reference describes; nothing was created"
    )]
    NotProved,
    /// Receiver of webhooks cannot listen.
    #[error("the address of --webhook-receiver cannot be listened on")]
    NoReceiver,
}

/// Proof that a server is a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Key is served where production's are refused.
    pub(crate) serves_prefix: bool,
    /// Key may send `sandbox_simulate`, and the server knows its values.
    pub(crate) may_simulate: bool,
}

/// Asks for proof.
///
/// Neither is enough to create anything that could cost money: each checkout carries `sandbox_simulate`, so the request
/// itself is refused where the key is production's.
pub(crate) async fn prove(http: &mut Http) -> Result<Proof, Refusal> {
    let list = Ask::get(&["refunds"]).query("page_size", "1").expecting_denial();
    let listed = http.send(&list).await.map_err(refusal)?;
    // An invalid key would be refused everywhere, which must not look like production refusing it.
    if listed.status == 401 {
        return Err(Refusal::KeyNotAccepted(listed.status));
    }
    let is_served = listed.rows().is_some();
    let under_prefix = match http.send(&list.under_sandbox_prefix()).await {
        Ok(reply) => Some(reply),
        Err(Miss::Unseen(_)) => None,
        Err(stop) => return Err(refusal(stop)),
    };
    // Only an explicit refusal is a sign. A 404 may mean that the server has no such prefix.
    let is_refused = under_prefix.as_ref().is_some_and(|reply| matches!(reply.status, 401 | 403));
    if is_served && is_refused {
        return Err(Refusal::Live("the key is refused under /sandbox/api/, where sandbox keys are served"));
    }
    let serves_prefix = under_prefix.is_some_and(|reply| reply.rows().is_some());
    let may_simulate = may_simulate(http).await?;
    if serves_prefix || may_simulate {
        Ok(Proof { serves_prefix, may_simulate })
    } else {
        Err(Refusal::NotProved)
    }
}

/// Sends checkouts without customer and products, which no server can accept, with values that are and are not known.
async fn may_simulate(http: &mut Http) -> Result<bool, Refusal> {
    let incomplete =
        |value: &str| Ask::post(&["checkout", "create"], &json!({ FIELD: value })).expecting_denial();
    let unknown = match http.send(&incomplete("nd8-probe-unknown")).await {
        Ok(reply) => reply,
        Err(Miss::Unseen(_)) => return Ok(false),
        Err(stop) => return Err(refusal(stop)),
    };
    // A server that ignores the field accepts any value, so accepting the known ones would prove nothing.
    if !unknown.refuses(FIELD) && !unknown.mentions_sandbox {
        return Ok(false);
    }
    for value in SIMULATIONS {
        let reply = http.send(&incomplete(value)).await.map_err(refusal)?;
        // By the field, or by a sentence: either way the value is one that the key may not send.
        if reply.refuses(FIELD) || reply.mentions_sandbox {
            return Err(Refusal::Live("the key may not send sandbox_simulate, which only sandbox keys may"));
        }
        // The request lacks what every checkout needs, so any other status is no validation of it.
        if reply.status != 400 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn refusal(miss: Miss) -> Refusal {
    match miss {
        Miss::Stop(Stop::Live(sign)) => Refusal::Live(sign),
        Miss::Stop(stop) => Refusal::NoResponse(stop.reason()),
        Miss::Unseen(reason) => Refusal::NoResponse(reason),
    }
}
