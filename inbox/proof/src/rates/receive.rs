//! Measures receiving and a bare `INSERT`, each in a transaction of its own.

use nd8::webhooks::{Delivery, Verifier};
use nd8_inbox::Inbox;
use tokio_postgres::{Config, NoTls};

use super::{Pair, Plan, body, per_second, timed};
use crate::Failure;
use crate::cluster::connect;

pub(super) async fn round(config: &Config, plan: Plan) -> Result<Pair, Failure> {
    let share = plan.deliveries / plan.connections;
    let verifier = Verifier::new("whsec");
    let mut batches: Vec<Vec<Delivery>> = Vec::new();
    for batch in 0..plan.connections {
        let numbers = batch * share..(batch + 1) * share;
        let verified = numbers.map(|number| {
            let body = body(number);
            verifier.verify(&verifier.signed_headers(&format!("d-{number}"), "x", &body), &body)
        });
        batches.push(verified.collect::<Result<_, _>>()?);
    }

    let mut clients = Vec::new();
    for _ in 0..plan.connections {
        clients.push(connect(config).await?);
    }
    let bare = clients.into_iter().zip(batches.clone()).map(|(client, batch)| async move {
        let insert = client.prepare("INSERT INTO bare (key, body) VALUES ($1, $2)").await?;
        for delivery in batch {
            let raw: &[u8] = &delivery.raw;
            client.execute(&insert, &[&delivery.id.as_str(), &raw]).await?;
        }
        Ok(())
    });
    let bare = timed(bare).await?;

    let inbox = Inbox::new(config.clone(), NoTls);
    // Connections are open before, as are those of the bare loop.
    let warm = verifier.verify(&verifier.signed_headers("warm", "x", b"{}"), b"{}")?;
    futures_util::future::try_join_all((0..plan.connections).map(|_| inbox.receive(&warm))).await?;
    let received = batches.into_iter().map(|batch| {
        let inbox = inbox.clone();
        async move {
            for delivery in &batch {
                inbox.receive(delivery).await?;
            }
            Ok(())
        }
    });
    let received = timed(received).await?;
    let count = share * plan.connections;
    Ok(Pair { inbox: per_second(count, received), bare: per_second(count, bare) })
}
