//! `drift` and `accept`: the pinned document against the published one, and what is accepted of the difference.

use crate::support::{Copy, Site};

/// The pinned document with one more operation, which the naming table does not know.
fn published(copy: &Copy) -> String {
    let operation = r#""paths": {"/ping/": {"get": {"responses": {"204": {"description": "Pong"}}}},"#;
    let document = copy.read("openapi/nd8.json");
    assert!(document.contains("\"paths\": {"));
    document.replacen("\"paths\": {", operation, 1)
}

#[test]
fn the_pinned_document_does_not_drift_from_itself_in_any_layout() {
    let copy = Copy::new();
    let value: serde_json::Value = serde_json::from_str(&copy.read("openapi/nd8.json")).expect("is JSON");
    let site = Site::of(value.to_string());
    let assert = copy.xtask().args(["drift", "--no-rust", "--against", &site.url("/openapi.json")]).assert();
    assert.success().stdout_eq("comparing  openapi/nd8.json [..]\n\nwire: no change\n");
}

#[test]
fn a_difference_fails_until_it_is_accepted_and_again_when_that_is_over() {
    let copy = Copy::new();
    copy.write("live.json", published(&copy));
    let live = copy.path().join("live.json");
    let drift = |today: &str| {
        let output = copy
            .xtask()
            .args(["drift", "--no-rust", "--fail-on", "any", "--today", today, "--against"])
            .arg(&live)
            .output();
        let output = output.expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let diff = |today: &str| {
        let arguments = ["diff", "openapi/nd8.json", "--no-rust", "--fail-on", "any", "--today", today];
        let output = copy.xtask().args(arguments).arg(&live).output().expect("runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let accept = |id: &str, fingerprint: &str| {
        let arguments =
            ["accept", id, fingerprint, "--reason", "The docs are ahead", "--until", "2026-12-24"];
        copy.xtask().args(arguments).assert()
    };
    assert_eq!(diff("2026-12-01").0, Some(1));
    let output =
        copy.xtask().args(["diff", "openapi/nd8.json", "--no-rust", "--format", "json"]).arg(&live).output();
    let report: serde_json::Value = serde_json::from_slice(&output.expect("runs").stdout).expect("is JSON");
    for finding in report["findings"].as_array().expect("is a list") {
        let [id, fingerprint] = ["id", "fingerprint"].map(|key| finding[key].as_str().expect("is text"));
        accept(id, fingerprint).success();
    }
    assert!(copy.read("openapi/accepted.toml").contains("reason = \"The docs are ahead\""));
    assert_eq!(diff("2026-12-24"), (Some(0), String::new()));
    // It is another document all the same.
    let (status, printed) = drift("2026-12-24");
    assert_eq!(status, Some(1));
    assert!(printed.contains("they differ: `cargo xtask refresh` takes the published one"), "{printed}");
    let (status, printed) = diff("2026-12-25");
    assert_eq!(status, Some(1));
    assert!(printed.contains("was accepted until 2026-12-24"), "{printed}");
    accept("endpoint-added", "0123456789abcdef").success();
    let (status, printed) = diff("2026-12-01");
    assert_eq!(status, Some(1));
    assert!(printed.contains("`endpoint-added 0123456789abcdef` matches nothing; remove it"), "{printed}");
}

#[test]
fn nonsense_is_not_accepted() {
    let copy = Copy::new();
    for (arguments, problem) in [
        (
            ["accept", "no-such-rule", "0123456789abcdef", "--reason", "r", "--until", "2027-01-01"],
            "there is no rule `no-such-rule`",
        ),
        (
            ["accept", "endpoint-added", "x", "--reason", "r", "--until", "2027-01-01"],
            "a fingerprint has 16 digits",
        ),
        (
            ["accept", "endpoint-added", "0123456789abcdef", "--reason", "r", "--until", "2026-01-01"],
            "2026-01-01 is over",
        ),
        (
            ["accept", "endpoint-added", "0123456789abcdef", "--reason", "r", "--until", "tomorrow"],
            "invalid value 'tomorrow'",
        ),
    ] {
        let output = copy.xtask().args(arguments).output().expect("runs");
        assert_eq!(output.status.code(), Some(2));
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(printed.contains(problem), "{printed}");
    }
    assert!(!copy.path().join("openapi/accepted.toml").exists());
}
