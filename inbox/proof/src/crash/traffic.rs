//! Deliveries from a sandbox, with duplicates and reordering.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nd8::{Billing, Client, Decimal, Product};
use nd8_sandbox::{DeliveryFault, DeliveryStatus, Sandbox};

use crate::Failure;

/// How many deliveries are about one payment.
const PER_PAYMENT: usize = 20;

/// Makes deliveries at the pace at which they are acknowledged, and returns the sandbox.
///
/// There are more of them if processes are still being killed, a few at a time.
pub(super) async fn make(
    sandbox: Sandbox,
    deliveries: usize,
    seed: u64,
    is_calm: Arc<AtomicBool>,
) -> Result<Sandbox, Failure> {
    let mut random = fastrand::Rng::with_seed(seed ^ 1);
    let client = Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    let mut open = Vec::new();
    let mut number = 0;
    while number < deliveries || !is_calm.load(Ordering::SeqCst) {
        number += 1;
        if number > deliveries {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match random.u32(0..10) {
            0 | 1 => sandbox.webhooks().inject_fault(DeliveryFault::Duplicate),
            2 => sandbox.webhooks().inject_fault(DeliveryFault::Reordered),
            _ => {}
        }
        // Several payments at a time, so that those of one come with others in between.
        if open.is_empty() || (open.len() < 10 && random.bool()) {
            let billing = Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105");
            let mug = Product::ad_hoc("Mug", 1, Decimal::new(29_99, 2));
            let checkout = client.checkouts().create(billing, [mug]).send().await?;
            open.push((sandbox.customer(checkout.checkout_id.to_string()), 0));
        }
        let index = random.usize(0..open.len());
        let (customer, count) = &mut open[index];
        *count += 1;
        if *count == PER_PAYMENT {
            customer.pay().await?;
            open.swap_remove(index);
        } else {
            customer.decline().await?;
        }
        // Not faster than they leave: a queue in the sandbox is not what is proved.
        while number % 32 == 0 && pending(&sandbox) > 64 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(sandbox)
}

fn pending(sandbox: &Sandbox) -> usize {
    sandbox.deliveries().iter().filter(|delivery| delivery.attempts().is_empty()).count()
}

/// Lets time pass in the sandbox until each delivery is acknowledged or given up.
pub(super) async fn finish(sandbox: &Sandbox, deadline: Instant) -> Result<(), Failure> {
    sandbox.clock().freeze(sandbox.clock().now());
    loop {
        let deliveries = sandbox.deliveries();
        let left = deliveries.iter().filter(|delivery| delivery.status() == DeliveryStatus::Pending).count();
        if left == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("out of time, with {left} deliveries that are not acknowledged").into());
        }
        sandbox.clock().advance(Duration::from_secs(3 * 3600)).await;
    }
}
