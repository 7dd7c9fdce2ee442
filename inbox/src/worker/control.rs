//! Tasks of a worker other than its slots: heartbeats, notifications and polling, the clock, retention.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_postgres::types::{ToSql, Type};

use super::handler::Handler;
use super::race::{Either, first};
use super::shared::Shared;
use super::step::step;
use crate::connections::Session;
use crate::error::{Chain, Error, Kind};
use crate::interval::micros;
use crate::notify::CHANNEL;

const HEARTBEAT: &str = "SELECT * FROM nd8_inbox.heartbeat($1, $2, $3 * interval '1 microsecond')";

/// How often to look for what can be purged.
const PURGE_PAUSE: Duration = Duration::from_secs(10 * 60);
/// How far the database's clock may seem to go back before it was set back: less than this is the time that a query takes.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(1);

/// Stops handlers whose leases have run out, also while the database does not respond.
pub(super) async fn expire<H>(shared: Arc<Shared<H>>) {
    loop {
        sleep(shared.settings.lease / 20).await;
        shared.leases.lose_expired(Instant::now());
    }
}

/// Purges now and then, over a connection of the inbox: one that renews leases must not wait for it.
pub(super) async fn retain<H>(shared: Arc<Shared<H>>) {
    let Some(retention) = shared.settings.retention else { return };
    sleep(shared.settings.poll).await;
    loop {
        step!("purge");
        match shared.inbox.purge(retention).await {
            Ok(0) => {}
            Ok(deliveries) => tracing::debug!(deliveries, "purged"),
            Err(error) => tracing::warn!(error = %Chain(&error), "old deliveries were not purged"),
        }
        step!("purge.pause");
        sleep(PURGE_PAUSE).await;
    }
}

pub(super) async fn run<H: Handler>(shared: Arc<Shared<H>>) {
    loop {
        let listener = Arc::<Notify>::default();
        step!("control.connect");
        let opening = shared.inbox.connections.open(Some(Arc::clone(&listener)));
        let watched = match timeout(limit(&shared), opening).await {
            Ok(Ok(session)) => watch(&shared, &session, &listener).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(timed_out(&shared)),
        };
        if let Err(error) = watched {
            tracing::warn!(error = %Chain(&error), "the worker's control connection has ended");
        }
        step!("control.pause");
        sleep(shared.settings.poll.min(Duration::from_secs(1))).await;
        // Slots have connections of their own, which may work.
        shared.wake.notify_one();
    }
}

/// Half of what a heartbeat has before a lease runs out.
fn limit<H>(shared: &Shared<H>) -> Duration {
    shared.settings.lease / 4
}

fn timed_out<H>(shared: &Shared<H>) -> Error {
    Kind::Timeout { operation: "renew leases", limit: limit(shared) }.into()
}

async fn watch<H>(shared: &Shared<H>, session: &Session<'_>, listener: &Notify) -> Result<(), Error> {
    let client = session.client();
    if shared.inbox.connections.are_own() {
        step!("control.listen");
        let listen = format!("LISTEN {CHANNEL}");
        let listening =
            timeout(limit(shared), client.batch_execute(&listen)).await.map_err(|_| timed_out(shared))?;
        listening.map_err(Error::query("listen for notifications"))?;
    }
    let mut clock = None;
    let mut ticks = interval(shared.settings.poll.min(shared.settings.lease / 4));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        step!("control.wait");
        match first(ticks.tick(), listener.notified()).await {
            Either::Left(_) => {
                let ticked = timeout(limit(shared), tick(shared, session, &mut clock)).await;
                ticked.map_err(|_| timed_out(shared))??;
            }
            Either::Right(()) if client.is_closed() => return Ok(()),
            Either::Right(()) => {}
        }
        shared.wake.notify_one();
    }
}

/// Looks at the clock, and renews leases before a third of them is over.
async fn tick<H>(
    shared: &Shared<H>,
    session: &Session<'_>,
    clock: &mut Option<(Timestamp, Instant)>,
) -> Result<(), Error> {
    let (client, lease) = (session.client(), shared.settings.lease);
    let failed = Error::query("renew leases");
    step!("control.clock");
    let row = client.query_one("SELECT clock_timestamp()", &[]).await.map_err(&failed)?;
    let (time, now): (Timestamp, _) = (row.try_get(0).map_err(&failed)?, Instant::now());
    // What waits for a time waits longer if the clock is set back. Nobody knows what happened before the first look.
    let was_set_back = clock.is_none_or(|(earlier, then)| {
        let passed = SignedDuration::try_from(now - then).unwrap_or_default();
        time.duration_since(earlier) + CLOCK_TOLERANCE < passed
    });
    *clock = Some((time, now));
    if was_set_back {
        step!("control.rewind");
        client.query_one("SELECT nd8_inbox.rewind()", &[]).await.map_err(&failed)?;
    }
    let (ids, tokens) = shared.leases.due(now + lease * 2 / 3);
    if ids.is_empty() {
        return Ok(());
    }
    let length = micros(lease);
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&ids, Type::INT8_ARRAY), (&tokens, Type::UUID_ARRAY), (&length, Type::INT8)];
    step!("control.heartbeat");
    let lost = client.query_typed(HEARTBEAT, &parameters).await.map_err(&failed)?;
    let lost: Vec<i64> = lost.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(&failed)?;
    let mut renewed = Vec::new();
    for (id, token) in ids.iter().zip(tokens) {
        if lost.contains(id) {
            shared.leases.lose(&token);
        } else {
            renewed.push(token);
        }
    }
    shared.leases.renew(&renewed, now + lease);
    Ok(())
}
