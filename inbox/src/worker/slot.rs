//! One line of work: claims a delivery, has it handled, completes it and claims the next in the same commit.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join;
use tokio::time::Instant;
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, IsolationLevel, Statement};
use tracing::Instrument as _;
use uuid::Uuid;

use super::handler::{Claimed, Handler, HandlerError};
use super::race::{Either, first};
use super::shared::{Settings, Shared};
use super::step::step;
use crate::connections::Session;
use crate::error::{Chain, Error, Kind, is_outage};
use crate::interval::micros;
use crate::subject::printable;

/// Pause after a connection failed.
const RECONNECT: Duration = Duration::from_millis(250);
/// As many characters of an error as the schema stores.
const MAX_ERROR: usize = 2000;

const CLAIM: &str = "SELECT * FROM nd8_inbox.claim(1, $1::bigint * interval '1 microsecond', $2, $3)";
const COMPLETE: &str = "SELECT nd8_inbox.complete($1, $2)";
const FAIL: &str = "SELECT nd8_inbox.fail($1, $2, $3, $4::bigint * interval '1 microsecond', $5::bigint * interval '1 microsecond', $6, $7)";

/// An attempt whose failure is not in the database yet.
struct Failed {
    id: i64,
    token: Uuid,
    error: String,
}

/// Why a slot gives its connection up.
enum Broken {
    Database(Error),
    /// The lease was lost while the handler ran: the connection may be cut off, and its transaction is to end.
    Lost,
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// How an attempt ended that did not succeed.
enum Failure {
    Handler(String),
    /// It is not known whether the attempt took effect.
    Outage(Error),
}

pub(super) async fn run<H: Handler>(shared: Arc<Shared<H>>) {
    let mut unreported = None;
    loop {
        step!("connect");
        let broken =
            match first(within(&shared, "connect", open(&shared)), stopped_without(&shared, &unreported))
                .await
            {
                Either::Left(Ok(mut line)) => match serve(&shared, &mut line, &mut unreported).await {
                    Ok(()) => return,
                    Err(broken) => broken,
                },
                Either::Left(Err(error)) => Broken::Database(error),
                Either::Right(()) => return,
            };
        // Nothing is lost by not waiting for a database that is away: leases run out.
        if shared.is_stopping() && unreported.is_none() {
            return;
        }
        match broken {
            Broken::Database(error) => tracing::warn!(error = %Chain(&error), "the inbox's database is away"),
            Broken::Lost => continue,
        }
        step!("reconnect");
        if let Either::Right(()) = first(tokio::time::sleep(RECONNECT), shared.stopped()).await {
            return;
        }
    }
}

/// Waits until the worker stops, if it has nothing to report any more.
async fn stopped_without<H>(shared: &Shared<H>, unreported: &Option<Failed>) {
    if unreported.is_some() {
        std::future::pending::<()>().await;
    }
    shared.stopped().await;
}

/// Gives up when the database has not responded for as long as a lease: a connection that was cut off does not end by itself.
async fn within<T, H>(
    shared: &Shared<H>,
    operation: &'static str,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let limit = shared.settings.lease;
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result,
        Err(_) => Err(Kind::Timeout { operation, limit }.into()),
    }
}

/// A connection of a slot, and what it has prepared on it.
struct Line {
    session: Session<'static>,
    claim: Statement,
    complete: Statement,
    fail: Statement,
}

async fn open<H>(shared: &Shared<H>) -> Result<Line, Error> {
    let failed = Error::query("prepare a connection");
    let mut session = shared.inbox.connections.open(None).await?;
    step!("connect.settings");
    // Below the lease: when another worker gets the delivery, the locks of one that was cut off are gone.
    let idle = shared.settings.lease.as_millis() * 3 / 4;
    let settings = format!("SET idle_in_transaction_session_timeout = {idle}");
    session.client().batch_execute(&settings).await.map_err(&failed)?;
    step!("connect.prepare");
    let claim = session.prepare(CLAIM).await.map_err(&failed)?;
    let complete = session.prepare(COMPLETE).await.map_err(&failed)?;
    let fail = session.prepare(FAIL).await.map_err(&failed)?;
    Ok(Line { session, claim, complete, fail })
}

/// Works until the worker stops.
async fn serve<H: Handler>(
    shared: &Shared<H>,
    line: &mut Line,
    unreported: &mut Option<Failed>,
) -> Result<(), Broken> {
    let mut next = None;
    if unreported.is_some() {
        next = report(shared, line, unreported).await?;
    }
    loop {
        let (claimed, until) = match next.take() {
            Some(claimed) => claimed,
            None if shared.is_stopping() => return Ok(()),
            None => {
                step!("claim");
                let until = Instant::now() + shared.settings.lease;
                let claiming = async {
                    let claimed = claim(line.session.client(), &line.claim, &shared.settings).await;
                    claimed.map_err(Error::query("claim a delivery"))
                };
                match within(shared, "claim a delivery", claiming).await? {
                    Some(claimed) => (claimed, until),
                    None => {
                        step!("wait");
                        first(shared.wake.notified(), shared.stopped()).await;
                        continue;
                    }
                }
            }
        };
        // There may be more for another slot.
        shared.wake.notify_one();
        next = work(shared, line, claimed, until, unreported).await?;
    }
}

type Next = Option<(Claimed, Instant)>;

/// Has a delivery handled, and returns the next one.
async fn work<H: Handler>(
    shared: &Shared<H>,
    line: &mut Line,
    claimed: Claimed,
    until: Instant,
    unreported: &mut Option<Failed>,
) -> Result<Next, Broken> {
    let (id, token) = (claimed.received.id, claimed.token);
    let span = tracing::info_span!(
        "nd8_inbox.work",
        id,
        key = claimed.received.key,
        event = claimed.event,
        subject = claimed.received.subject,
        attempt = claimed.received.attempt,
    );
    let lease = shared.leases.hold(id, token, until);
    let working = attempt(shared, line, &claimed).instrument(span.clone());
    let Either::Left(ended) = first(working, lease.lost()).await else {
        span.in_scope(|| tracing::warn!("the lease was lost, so the handler was stopped"));
        return Err(Broken::Lost);
    };
    let error = match ended {
        Ok(next) => {
            span.in_scope(|| tracing::debug!("done"));
            return Ok(next);
        }
        Err(Failure::Handler(error)) => error,
        Err(Failure::Outage(error)) => {
            let text = Chain(&error).to_string();
            *unreported = Some(Failed { id, token, error: printable(&text, MAX_ERROR) });
            return Err(error.into());
        }
    };
    span.in_scope(|| tracing::warn!(error, "the handler failed"));
    *unreported = Some(Failed { id, token, error });
    match first(report(shared, line, unreported), lease.lost()).await {
        Either::Left(reported) => reported,
        Either::Right(()) => Err(Broken::Lost),
    }
}

async fn attempt<H: Handler>(
    shared: &Shared<H>,
    line: &mut Line,
    claimed: &Claimed,
) -> Result<Next, Failure> {
    let classify = |operation| {
        let query = Error::query(operation);
        move |error: tokio_postgres::Error| {
            let has_no_effect = !is_outage(&error);
            let error = query(error);
            if has_no_effect { Failure::Handler(Chain(&error).to_string()) } else { Failure::Outage(error) }
        }
    };
    let Line { session, claim: claim_next, complete, fail: _ } = line;
    step!("begin");
    let builder = session.client_mut().build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    let mut transaction = builder.start().await.map_err(classify("begin the handler's transaction"))?;

    step!("handle");
    let handling =
        AssertUnwindSafe(async { shared.handler.handle(&claimed.received, &mut transaction).await });
    let handled = handling.catch_unwind().await.unwrap_or_else(|panic| Err(panicked(&*panic)));
    if let Err(error) = handled {
        step!("roll back");
        transaction.rollback().await.map_err(classify("roll the handler's transaction back"))?;
        return Err(Failure::Handler(printable(&Chain(&*error).to_string(), MAX_ERROR)));
    }

    let parameters: [&(dyn ToSql + Sync); 2] = [&claimed.received.id, &claimed.token];
    // Claimed in the same commit, so that a delivery costs one. Not while stopping: nobody would work it.
    let until = Instant::now() + shared.settings.lease;
    let next = async {
        if shared.is_stopping() { Ok(None) } else { claim(&transaction, claim_next, &shared.settings).await }
    };
    step!("complete");
    let (completed, next) = join(transaction.query(&*complete, &parameters), next).await;
    completed.map_err(classify("complete the delivery"))?;
    let next = next.map_err(classify("claim the next delivery"))?;
    step!("commit");
    transaction.commit().await.map_err(classify("commit the handler's transaction"))?;
    step!("committed");
    Ok(next.map(|next| (next, until)))
}

/// Reports a failure, and returns the next delivery.
async fn report<H>(
    shared: &Shared<H>,
    line: &mut Line,
    unreported: &mut Option<Failed>,
) -> Result<Next, Broken> {
    let Some(failed) = unreported.as_ref() else { return Ok(None) };
    let settings = &shared.settings;
    let (first, longest) = (micros(settings.first_pause), micros(settings.longest_pause));
    let parameters: [&(dyn ToSql + Sync); 7] = [
        &failed.id,
        &failed.token,
        &failed.error,
        &first,
        &longest,
        &settings.attempts,
        &settings.holds_back,
    ];
    let until = Instant::now() + settings.lease;
    let next = async {
        if shared.is_stopping() {
            Ok(None)
        } else {
            claim(line.session.client(), &line.claim, settings).await
        }
    };
    step!("fail");
    let reporting = async {
        let (reported, next) = join(line.session.client().query(&line.fail, &parameters), next).await;
        Ok((reported.map_err(Error::query("report a failed attempt"))?, next))
    };
    let (reported, next) = within(shared, "report a failed attempt", reporting).await?;
    step!("failed");
    if reported.first().is_some_and(|row| row.get::<_, &str>(0) == "dead") {
        tracing::error!(id = failed.id, "the delivery is dead: it failed in every attempt");
    }
    *unreported = None;
    let next = next.map_err(Error::query("claim a delivery"))?;
    Ok(next.map(|next| (next, until)))
}

async fn claim(
    client: &impl GenericClient,
    statement: &Statement,
    settings: &Settings,
) -> Result<Option<Claimed>, tokio_postgres::Error> {
    let lease = micros(settings.lease);
    let rows = client.query(statement, &[&lease, &settings.attempts, &settings.holds_back]).await?;
    rows.first().map(Claimed::read).transpose()
}

fn panicked(panic: &(dyn Any + Send)) -> HandlerError {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match text {
        Some(text) => format!("the handler panicked: {text}").into(),
        None => "the handler panicked".into(),
    }
}
