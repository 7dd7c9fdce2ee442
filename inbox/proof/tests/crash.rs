//! The crash proof in small; `cargo run --package nd8-inbox-proof -- crash` is the large one.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use nd8_inbox_proof::cluster::Cluster;
use nd8_inbox_proof::crash::{Plan, failpoint::STEPS, prove};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_out_of_order() {
    let cluster = match Cluster::durable() {
        Ok(cluster) => cluster,
        Err(reason) => {
            eprintln!("skipped: {reason}");
            return;
        }
    };
    let limit = Duration::from_secs(120);
    let plan = Plan { deliveries: 100, kills: 8, failpoints: 6, outages: 2, seed: 7, limit };
    let program = env!("CARGO_BIN_EXE_nd8-inbox-proof").into();
    let (tally, verdict) = prove(cluster, program, plan).await.expect("runs");
    assert_eq!((tally.kills, tally.steps, tally.outages), (8, 6, 2));
    assert!(verdict.holds(), "{verdict:?}");
    assert!(verdict.made >= 100 && verdict.acknowledged > 50, "{verdict:?}");
    assert!(verdict.effects >= verdict.acknowledged, "{verdict:?}");
}

/// A step that is not in the list would be one at which nothing was killed.
#[test]
fn all_steps_of_the_worker_are_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/worker");
    let mut steps = BTreeSet::new();
    for file in ["control.rs", "mod.rs", "slot.rs"] {
        let source = std::fs::read_to_string(folder.join(file)).expect("is there");
        for line in source.lines() {
            if let Some((_, rest)) = line.split_once("step!(\"") {
                let step = rest.split('"').next().expect("ends");
                assert!(STEPS.contains(&step), "{file}: `{step}` is not in the list");
                assert!(steps.insert(step.to_owned()), "{file}: `{step}` is there twice");
            }
        }
    }
    assert_eq!(steps.len(), STEPS.len());
}
