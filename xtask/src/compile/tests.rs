//! Messages of Cargo, as it prints them.

use std::process::ExitStatus;

use super::*;

const FAILS: &str = include_str!("../../tests/it/cargo/fails.json");
const COMPILES: &str = include_str!("../../tests/it/cargo/compiles.json");

fn output(messages: &str, success: bool) -> Output {
    let status = if success { ExitStatus::default() } else { failed() };
    Output { status, stdout: messages.as_bytes().to_vec(), stderr: b"error: no network\n".to_vec() }
}

fn failed() -> ExitStatus {
    #[cfg(unix)]
    use std::os::unix::process::ExitStatusExt as _;
    #[cfg(windows)]
    use std::os::windows::process::ExitStatusExt as _;
    ExitStatus::from_raw(256)
}

fn documents() -> [(&'static str, Value); 1] {
    [("next.json", serde_json::json!({"paths": {"/refunds/": {"get": {}}}}))]
}

/// Returns a generated client whose method is in the lines of the message.
fn source(file: &str) -> Option<String> {
    assert_eq!(file, "target/refresh-check/debug/build/nd8-0/out/client.rs");
    let above = "impl Client {\n".to_owned() + &"    more();\n".repeat(692);
    let method = "    /// Sends a `GET` request to `/refunds/`\n    pub async fn list_refunds<'a>(\n";
    Some(above + method + &"        more: u8,\n".repeat(20))
}

#[test]
fn an_error_is_mapped_to_the_item_and_the_place_in_the_document() {
    let error = verdict(&output(FAILS, false), &documents(), &source).expect_err("does not compile");
    let mut lines = error.lines();
    assert_eq!(lines.next(), Some("1 error"), "the one that counts the others is none: {error}");
    assert_eq!(
        lines.next(),
        Some(
            "src/ext/refunds.rs:232, which uses generated item `Client::list_refunds`, from next.json#/paths/~1refunds~1/get"
        )
    );
    assert_eq!(
        lines.next(),
        Some("    error[E0061]: this method takes 8 arguments but 7 arguments were supplied")
    );
}

#[test]
fn an_error_in_generated_code_is_not_blamed_on_hand_written_code() {
    let messages =
        FAILS.replace("src/ext/refunds.rs", "target/refresh-check/debug/build/nd8-0/out/client.rs");
    let error = verdict(&output(&messages, false), &documents(), &source).expect_err("does not compile");
    assert_eq!(error.lines().nth(1), Some("generated item `Client`"), "line 232 is in no method: {error}");
}

#[test]
fn an_error_that_names_a_type_is_mapped_by_the_name() {
    let messages = FAILS.replace(
        "this method takes 8 arguments but 7 arguments were supplied",
        "no field `x` on type `types::Refund`",
    );
    let schema = [("next.json", serde_json::json!({"components": {"schemas": {"Refund": {}}}}))];
    let error = verdict(&output(&messages, false), &schema, &|_| None).expect_err("does not compile");
    assert_eq!(
        error.lines().nth(1),
        Some(
            "src/ext/refunds.rs:232, which uses generated item `types::Refund`, from next.json#/components/schemas/Refund"
        )
    );
}

#[test]
fn many_errors_are_counted() {
    let line = FAILS.lines().next().expect("has one");
    let messages = format!("{line}\n").repeat(MOST_ERRORS + 2);
    let error = verdict(&output(&messages, false), &documents(), &source).expect_err("does not compile");
    assert!(error.starts_with("12 errors\n") && error.ends_with("\n… and 2 more"), "{error}");
}

#[test]
fn only_a_compiled_crate_is_a_success() {
    let none = |_: &str| None;
    assert_eq!(verdict(&output(COMPILES, true), &documents(), &none), Ok(()));
    let finished = COMPILES.lines().last().expect("has one");
    let nothing = verdict(&output(finished, true), &documents(), &none);
    assert_eq!(nothing, Err("Cargo reports success, but not that it compiled nd8".to_owned()));
    for (messages, success) in [(COMPILES, false), ("", true), ("", false)] {
        let error = verdict(&output(messages, success), &documents(), &none).expect_err("is no success");
        assert!(error.starts_with("cargo check failed") && error.ends_with("error: no network"), "{error}");
    }
}
