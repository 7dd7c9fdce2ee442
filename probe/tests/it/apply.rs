//! What a report puts into the overlay makes a second run agree, and a third one changes nothing.

use nd8_probe::Assumptions;
use nd8_sandbox::{Quirk, Sandbox};
use serde_json::Value;

use crate::quirks::{described, is_throttling, with};
use crate::support::{Prepared, overlay};

#[tokio::test]
async fn after_applying_a_second_run_agrees_whatever_the_quirk() {
    for quirk in Quirk::ALL {
        let mut prepared = with(*quirk).await;
        let first = prepared.run().await;
        let applied = first.overlay().unwrap();
        if is_throttling(*quirk) {
            // The first run used up what the server allows in an hour.
            prepared = with(*quirk).await;
        }
        let second = prepared.run_with(&Assumptions::from_overlay(&applied.text).unwrap()).await;
        assert_eq!(described(&second), "", "{quirk}");
        let again = second.overlay().unwrap();
        assert_eq!(again.entries, [], "{quirk}: a second report changes the overlay");
        assert_eq!(again.text, applied.text, "{quirk}");
    }
}

#[tokio::test]
async fn what_is_true_becomes_observed_and_nothing_else_changes() {
    let prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    let report = prepared.run().await;
    let (before, after) = (overlay(), &report.overlay().unwrap().text);
    let old: Value = serde_json::from_str(&before).unwrap();
    let new: Value = serde_json::from_str(after).unwrap();
    assert_eq!(old["wording"], new["wording"]);
    assert_eq!(old["about"], new["about"]);

    let checkout =
        new["shapes"].as_array().unwrap().iter().find(|shape| shape["role"] == "Checkout").unwrap();
    assert_eq!(checkout["source"], "observed");
    assert_eq!((&checkout["day"], &checkout["server"]), (&"2026-12-01".into(), &"loopback".into()));
    // Which refusals there are is what it was; where each comes from is what changed.
    let refusals = |file: &Value| {
        let mut all: Vec<(String, String)> = Vec::new();
        for refusal in file["refusals"].as_array().unwrap() {
            for role in refusal["roles"].as_array().unwrap() {
                all.push((
                    refusal["status"].to_string() + &refusal["description"].to_string(),
                    role.to_string(),
                ));
            }
        }
        all.sort();
        all
    };
    assert_eq!(refusals(&old), refusals(&new));
    // A line is unchanged, or states an observation, or lost some of its operations to one.
    let lines: Vec<&str> = before.lines().map(|line| line.trim_end_matches(',')).collect();
    for line in after.lines().map(|line| line.trim_end_matches(',')) {
        let is_part = line.contains("\"roles\"") && line.contains("\"inferred\"");
        assert!(
            lines.contains(&line)
                || line.contains("\"observed\"")
                || line.contains("observations")
                || is_part,
            "{line}"
        );
    }
}

#[tokio::test]
async fn what_is_otherwise_is_stated_where_the_overlay_can() {
    let report = with(Quirk::NullFields).await.run().await;
    let overlay: Value = serde_json::from_str(&report.overlay().unwrap().text).unwrap();
    let reason =
        overlay["shapes"].as_array().unwrap().iter().find(|shape| shape["role"] == "Refund.reason").unwrap();
    assert_eq!(reason["schema"], serde_json::json!({ "nullable": true }));
    assert_eq!((&reason["source"], &reason["day"]), (&"observed".into(), &"2026-12-01".into()));
    let observation = overlay["observations"].as_array().unwrap();
    let observation = observation.iter().find(|entry| entry["fact"] == "refund.fields").unwrap();
    assert!(observation["seen"].as_str().unwrap().starts_with("null: "), "{observation}");
}
