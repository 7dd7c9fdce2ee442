//! Contents of the file, their effect on comparisons, and how the file is changed.

use jiff::civil::{Date, date};

use super::{Accepted, Config, accept, without};
use crate::report::Report;
use crate::{Comparison, Document, Fingerprint, Options, Severity, compare_with};

const TODAY: Date = date(2026, 6, 1);

fn documents(new: &str) -> [Document; 2] {
    let text = |paths: &str| format!("openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{paths}");
    let old = "  /a: {get: {}}\n  /b: {get: {}}\n  /internal/c: {get: {}}\n";
    [Document::parse("old", text(old)).expect("is one"), Document::parse("new", text(new)).expect("is one")]
}

fn removed(at: &str) -> ([Document; 2], Comparison, Fingerprint) {
    let documents = documents("  /internal/d: {get: {}}\n  /a: {get: {}}\n");
    let comparison = compare_with(&documents[0], &documents[1], &Options::on(TODAY));
    let finding = comparison.findings.iter().find(|it| it.subject.name.ends_with(at)).expect("is found");
    let fingerprint = Fingerprint::of(finding, &documents[0], &documents[1]);
    (documents, comparison, fingerprint)
}

#[test]
fn errors_name_their_line() {
    for (text, problem) in [
        ("x = 1", "unknown field `x`"),
        (
            "[severities]\nendpoint-addde = \"safe\"",
            "there is no rule `endpoint-addde`\n  did you mean `endpoint-added`?",
        ),
        ("[severities]\nendpoint-added = \"off\"", "unknown variant `off`"),
        ("ignored-paths = [\"a\"]", "does not begin with `/`"),
        (
            "[[accepted]]\nfingerprint = \"1\"\nrule = \"endpoint-added\"\nreason = \"r\"\nuntil = \"2027-01-01\"",
            "16 digits",
        ),
        (
            "[[accepted]]\nfingerprint = \"0000000000000001\"\nrule = \"x\"\nreason = \"r\"\nuntil = \"2027-01-01\"",
            "no rule `x`",
        ),
        (
            "[[accepted]]\nfingerprint = \"0000000000000001\"\nrule = \"endpoint-added\"\nreason = \" \"\nuntil = \"2027-01-01\"",
            "the reason is empty",
        ),
        (
            "[[accepted]]\nfingerprint = \"0000000000000001\"\nrule = \"endpoint-added\"\nreason = \"r\"",
            "missing field `until`",
        ),
    ] {
        let error = format!("{:#}", Config::parse("openapi-drift.toml", text).expect_err(text));
        assert!(error.starts_with("cannot read openapi-drift.toml: ") && error.contains(problem), "{error}");
        assert!(error.contains("line "), "{error}");
    }
    assert!(Config::parse("x", "").expect("may be empty").accepts_nothing());
}

#[test]
fn an_accepted_finding_is_found_again_whatever_its_line() {
    let ([old, new], mut comparison, fingerprint) = removed("/b");
    let rule = comparison.findings.iter().find(|it| it.subject.name.ends_with("/b")).expect("is found").rule;
    let entry = Accepted { fingerprint, rule, reason: "agreed ".into(), until: TODAY };
    let text = accept("x", "# Ours.\n", &entry, TODAY).expect("is sound");
    assert!(text.starts_with("# Ours.\n") && text.contains("reason = \"agreed\""), "{text}");
    let config = Config::parse("x", &text).expect("is one");
    let mut check = config.check(TODAY);
    check.apply(&old, &new, &mut comparison);
    let report =
        Report::new(&old, &new, &comparison).accepted(|it, fingerprint| check.reason(it, fingerprint));
    assert!(report.summary().contains("(1 accepted)"), "{}", report.summary());
    assert_eq!((check.violations(), check.matched()), (Vec::new(), vec![fingerprint]));

    // Its day is over.
    let late = config.check(date(2026, 6, 2));
    assert!(late.reason(&comparison.findings[0], fingerprint).is_none());
    // Other lines and another order.
    let [_, moved] = documents("\n\n  /a: {get: {}}\n\n  /internal/d: {get: {}}\n");
    let mut comparison = compare_with(&old, &moved, &Options::on(TODAY));
    let mut check = config.check(date(2026, 6, 2));
    check.apply(&old, &moved, &mut comparison);
    assert_eq!(check.violations(), [format!("`{rule} {fingerprint}` was accepted until 2026-06-01")]);
    // The same document again: nothing is found.
    let mut check = config.check(TODAY);
    check.apply(&old, &old, &mut Comparison::default());
    assert_eq!(check.violations(), [format!("`{rule} {fingerprint}` matches nothing; remove it")]);
}

#[test]
fn a_fingerprint_is_valid_for_its_rule_only() {
    let ([old, new], mut comparison, fingerprint) = removed("/b");
    let text = format!(
        "[[accepted]]\nfingerprint = \"{fingerprint}\"\nrule = \"endpoint-added\"\nreason = \"r\"\nuntil = \"2027-01-01\""
    );
    let config = Config::parse("x", &text).expect("is one");
    let mut check = config.check(TODAY);
    check.apply(&old, &new, &mut comparison);
    assert!(
        comparison
            .findings
            .iter()
            .all(|it| check.reason(it, fingerprint).is_none() || it.rule.id() == "endpoint-added")
    );
    assert_eq!(check.violations().len(), 1);
}

#[test]
fn severities_and_ignored_paths_change_what_is_reported() {
    let ([old, new], mut comparison, _) = removed("/b");
    let config = "ignored-paths = [\"/internal/**\", \"/nowhere\"]\n[severities]\napi-path-removed-without-deprecation = \"safe\"";
    let config = Config::parse("x", config).expect("is one");
    assert_eq!(comparison.worst(), Some(Severity::Breaking));
    let mut check = config.check(TODAY);
    check.apply(&old, &new, &mut comparison);
    assert!(comparison.worst() < Some(Severity::Breaking), "{:?}", comparison.worst());
    assert!(comparison.findings.iter().all(|it| !it.subject.name.contains("/internal/")));
    assert_eq!(check.ignored(), 2);
    assert_eq!(check.violations(), ["the path `/nowhere` matches no operation; remove it"]);
}

#[test]
fn entries_are_replaced_and_removed_in_the_text() {
    let entry = |number: u64, reason: &str| Accepted {
        fingerprint: format!("{number:016x}").parse().expect("is one"),
        rule: super::rule("endpoint-added").expect("is one"),
        reason: reason.into(),
        until: TODAY,
    };
    let one = accept("x", "", &entry(1, "one"), TODAY).expect("is sound");
    let two = accept("x", &one, &entry(2, "two"), TODAY).expect("is sound");
    let replaced = accept("x", &two, &entry(1, "three"), TODAY).expect("is sound");
    assert!(
        !replaced.contains("one\"") && replaced.contains("three") && replaced.contains("two"),
        "{replaced}"
    );
    let rest =
        without("x", &replaced, &[entry(1, "").fingerprint]).expect("is sound").expect("something is left");
    assert!(!rest.contains("three") && rest.contains("two"), "{rest}");
    assert_eq!(without("x", &rest, &[entry(2, "").fingerprint]).expect("is sound"), None);
    assert!(accept("x", "", &entry(1, " "), TODAY).is_err());
    assert!(accept("x", "", &entry(1, "r"), date(2026, 6, 2)).is_err(), "is over");
    let inline = "accepted = [{fingerprint = \"0000000000000001\", rule = \"endpoint-added\", reason = \"r\", until = \"2027-01-01\"}]";
    assert!(
        format!("{:#}", accept("x", inline, &entry(2, "r"), TODAY).expect_err("cannot"))
            .contains("[[accepted]]")
    );
}
