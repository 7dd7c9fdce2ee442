//! One run: the guard, then the areas one after the other, then what has to be restored.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::assumptions::Assumptions;
use crate::facts;
use crate::guard::{self, Refusal};
use crate::http::{Http, Stop};
use crate::options::{Options, Webhooks};
use crate::receiver::Receiver;
use crate::report::{Ending, Report};
use crate::run::Run;

/// Compares the assumptions with a server.
///
/// # Errors
///
/// Fails if the server did not prove that it is a sandbox, or showed a sign of production before anything was created. A sign that shows
/// later ends the run, which [`Report::stopped`] reports.
pub async fn run(
    options: &Options,
    assumptions: &Assumptions,
    day: jiff::civil::Date,
) -> Result<Report, Refusal> {
    let mut http = Http::new(options.target.clone(), options.limits).ok_or(Refusal::NoClient)?;
    // Before the receiver listens and before anything else is sent: nothing happens at a server without proof.
    let proof = guard::prove(&mut http).await?;
    let receiver = match &options.webhooks {
        Some(webhooks) => {
            let path = delivery_path(options, webhooks);
            Some(Receiver::start(webhooks.listen, path).await.ok_or(Refusal::NoReceiver)?)
        }
        None => None,
    };
    let mut run = Run {
        http,
        options,
        proof,
        receiver,
        nonce: Uuid::new_v4().simple().to_string()[..8].to_owned(),
        checkouts: BTreeMap::new(),
        payment: None,
        is_paid: false,
        payment_number: None,
        refund: None,
        made_refunds: false,
        endpoint: None,
        is_endpoint_left: false,
        seen: BTreeMap::new(),
    };
    let stopped = if run.receiver.is_some() {
        // An interrupted run restores settings as well.
        tokio::select! {
            observed = facts::observe(&mut run) => observed.err(),
            Ok(()) = tokio::signal::ctrl_c() => Some(Stop::Interrupted),
        }
    } else {
        facts::observe(&mut run).await.err()
    };
    // Again, since the run may have ended before the areas did it themselves; it does nothing the second time.
    facts::restore(&mut run).await;
    let Run { http, seen, is_endpoint_left, .. } = run;
    let ending = Ending { requests: http.sent(), stopped, is_endpoint_left };
    Ok(Report::new(options, assumptions, day, ending, seen))
}

/// Returns the path of deliveries: that of the given address, else an unguessable one. Without a session a person enters
/// the address, so it is short.
fn delivery_path(options: &Options, webhooks: &Webhooks) -> String {
    let given = webhooks.url.as_deref().and_then(|url| url::Url::parse(url).ok());
    match given {
        Some(url) => url.path().to_owned(),
        None if options.target.session.is_none() => "/".to_owned(),
        None => format!("/{}", Uuid::new_v4().simple()),
    }
}
