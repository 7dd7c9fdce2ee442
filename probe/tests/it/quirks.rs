//! Each quirk of the sandbox is detected and named, by the name that the sandbox gives it; without one, nothing is.

use std::collections::BTreeSet;
use std::time::Duration;

use nd8_probe::{Format, Report, Verdict};
use nd8_sandbox::{Quirk, RateLimit, Sandbox};

use crate::support::Prepared;

/// The names of what a run found otherwise.
pub(crate) fn names(report: &Report) -> BTreeSet<&'static str> {
    report.otherwise().filter_map(|(_, seen)| seen.name()).collect()
}

/// What is otherwise, as a message.
pub(crate) fn described(report: &Report) -> String {
    let lines = report
        .otherwise()
        .map(|(finding, seen)| format!("{}: {} → {seen}", finding.fact.id, finding.expected));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn is_throttling(quirk: Quirk) -> bool {
    matches!(quirk, Quirk::ThrottleCode | Quirk::ThrottleWords | Quirk::ThrottlePage)
}

/// A sandbox with this quirk, which throttles at the end of a run if the quirk is about that.
pub(crate) async fn with(quirk: Quirk) -> Prepared {
    let mut builder = Sandbox::builder().quirk(quirk).seed(7);
    if is_throttling(quirk) {
        builder = builder.rate_limit(RateLimit::new(200, Duration::from_secs(3600)));
    }
    let mut prepared = Prepared::start(builder).await;
    if is_throttling(quirk) {
        prepared.options.limits.burst = 200;
    }
    prepared
}

#[tokio::test]
async fn without_a_quirk_nothing_is_otherwise() {
    let prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    let report = prepared.run().await;
    assert_eq!(described(&report), "");
    assert!(report.stopped().is_none());
    let unseen = report.findings().iter().filter(|finding| matches!(finding.verdict, Verdict::Unseen(_)));
    let unseen: Vec<_> = unseen.map(|finding| finding.fact.id).collect();
    assert!(unseen.len() < report.findings().len() / 2, "{unseen:?}");
}

#[tokio::test]
async fn each_quirk_is_detected_and_named() {
    for quirk in Quirk::ALL {
        let prepared = with(*quirk).await;
        let report = prepared.run().await;
        assert!(report.stopped().is_none(), "{quirk}: {:?}", report.stopped());
        assert_eq!(names(&report), BTreeSet::from([quirk.name()]), "{quirk}:\n{}", described(&report));
        let unnamed: Vec<_> = report.otherwise().filter(|(_, seen)| seen.name().is_none()).collect();
        assert!(unnamed.is_empty(), "{quirk}: {unnamed:?}");
        for format in [Format::Text, Format::Json, Format::Markdown] {
            assert!(report.render(format).contains(quirk.name()), "{quirk} in {format:?}");
        }
    }
}

/// What a server may do otherwise that is a setting of the sandbox and no quirk.
#[tokio::test]
async fn settings_of_the_sandbox_are_seen_as_well() {
    let by_number = Sandbox::builder().list_errors(nd8_sandbox::ListErrors::ByIndex);
    let hasty = RateLimit::new(200, Duration::from_secs(3600)).without_retry_after();
    for (builder, fact, expected) in [
        (by_number, "errors.items", "by number"),
        (Sandbox::builder().rate_limit(hasty), "throttle.retry-after", "absent"),
    ] {
        let mut prepared = Prepared::start(builder.seed(7)).await;
        prepared.options.limits.burst = 200;
        let report = prepared.run().await;
        let otherwise: Vec<_> =
            report.otherwise().map(|(finding, seen)| (finding.fact.id, seen.as_str())).collect();
        assert_eq!(otherwise, [(fact, expected)]);
    }
}

/// Quirks that have nothing to do with each other are distinguished.
#[tokio::test]
async fn several_quirks_at_once_are_all_named() {
    let quirks = [
        Quirk::Envelope,
        Quirk::PaymentNumber,
        Quirk::NaiveTimes,
        Quirk::WrappedSuccess,
        Quirk::NoSlashRedirect,
    ];
    let mut builder = Sandbox::builder().seed(7);
    for quirk in quirks {
        builder = builder.quirk(quirk);
    }
    let report = Prepared::start(builder).await.run().await;
    assert_eq!(names(&report), quirks.map(Quirk::name).into(), "{}", described(&report));
}
