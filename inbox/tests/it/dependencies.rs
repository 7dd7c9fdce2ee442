//! Counts the crates that the inbox adds to nd8.

use std::collections::BTreeSet;
use std::process::Command;

/// Lists the crates that a package is built from, without features of others that this workspace turns on.
fn crates(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("is text");
    tree.lines()
        .filter_map(|line| {
            Some(line.split(' ').take(2).collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty())
        })
        .collect()
}

#[test]
fn the_inbox_needs_at_most_42_crates_more_than_nd8() {
    let nd8 = crates(&["--package", "nd8", "--no-default-features", "--features", "webhooks"]);
    let inbox = crates(&["--package", "nd8-inbox"]);
    let more: Vec<_> = inbox.difference(&nd8).collect();
    println!("{} more: {more:?}", more.len());
    assert!(!more.is_empty() && more.len() <= 42, "{} more: {more:?}", more.len());
    for client in ["reqwest", "hyper", "rustls", "nd8-codegen"] {
        assert!(!inbox.iter().any(|name| name.split(' ').next() == Some(client)), "{client}");
    }
}
