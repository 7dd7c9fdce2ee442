//! Decides whether a document is as expected, and lists the reasons if it is not.

use std::sync::LazyLock;

use regex::Regex;

use super::checks;
use super::generation::{self, Finding, Generation, SURFACE, megabytes};
use super::table::{Expected, Treatment};

/// Limits the time of a hostile document.
const MOST_SECONDS: f64 = 2.0;

/// Limits the memory of a hostile document.
const MOST_BYTES: u64 = 200_000_000;

/// Matches a message that asks its reader to do something, or states what must be.
static TO_DO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verbs = "add|bundle|change|check|convert|correct|declare|define|describe|expected|give|inline|is it|join|make|merge|move|\
        must|name|publish|put|remove|rename|replace|save|see|set|shorten|split|take|turn|use|write";
    Regex::new(&format!(r"(?i)\b(?:{verbs})\b")).ok()
});

/// Lists why a document is not as expected; nothing if it is. `errors` are those of the compiler.
pub(super) fn reasons(
    name: &str,
    expected: Expected,
    treatment: Treatment,
    generation: &Generation,
    errors: &[String],
) -> Vec<String> {
    let mut reasons = Vec::new();
    match (&generation.outcome, expected) {
        (Err(why), _) => {
            reasons.push(why.clone());
            reasons.extend(generation.stderr.lines().next().map(str::to_owned));
        }
        (Ok(report), Expected::Refused) if report.generated => {
            reasons.push("it must be refused, but code is generated from it".to_owned());
        }
        (Ok(report), Expected::Works) if !report.generated => {
            reasons.push("it must work, but is refused".to_owned());
            reasons.extend(report.findings.iter().map(|finding| finding.text.clone()));
        }
        (Ok(report), _) if report.generated => {
            if !errors.is_empty() {
                let unit = if errors.len() == 1 { "error" } else { "errors" };
                reasons.push(format!("the generated code does not compile: {} {unit}", errors.len()));
                reasons.extend(errors.iter().cloned());
            }
            if treatment != Treatment::Real {
                reasons.extend(text(generation));
            }
        }
        (Ok(report), _) => reasons.extend(refusal(name, treatment, &report.findings)),
    }
    if treatment == Treatment::Bad {
        reasons.extend(bounds(generation));
    }
    reasons
}

/// Returns whether a hostile document took too long, which a busy machine can be the reason for.
pub(super) fn is_slow(generation: &Generation) -> bool {
    generation.seconds().is_some_and(|seconds| seconds > MOST_SECONDS)
}

fn bounds(generation: &Generation) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(seconds) = generation.seconds().filter(|_| is_slow(generation)) {
        reasons.push(format!("it takes {seconds:.1} s, more than {MOST_SECONDS} s"));
    }
    if let Some(bytes) = generation.peak_bytes.filter(|bytes| *bytes > MOST_BYTES) {
        reasons.push(format!(
            "it takes {} MB of memory, more than {} MB",
            megabytes(bytes),
            megabytes(MOST_BYTES)
        ));
    }
    reasons.extend(generation::panic_in(&generation.stderr));
    reasons
}

/// Runs the checks on the generated text.
fn text(generation: &Generation) -> Vec<String> {
    let profile = nd8_codegen::nd8::profile();
    let read = |name| std::fs::read_to_string(generation.out.join(name)).unwrap_or_default();
    let surface = read(SURFACE);
    let mut reasons = checks::credentials(&profile, &read("client.rs"));
    reasons.extend(checks::amounts(&profile, &surface));
    reasons.extend(checks::enums(&read("types.rs"), &surface));
    reasons
}

/// Checks that a refusal names its place in the document; and that of a variant, which is meant to work, what to do.
fn refusal(name: &str, treatment: Treatment, findings: &[Finding]) -> Vec<String> {
    let mut reasons = Vec::new();
    for finding in findings {
        let missing = if finding.is_internal {
            "is a failure of the generator"
        } else if finding.document != name {
            "names another document"
        } else if finding.line.is_none() && finding.pointer.is_empty() {
            "names neither a line nor a place"
        } else if treatment == Treatment::Variant
            && !TO_DO.as_ref().is_some_and(|verbs| verbs.is_match(&finding.problem))
        {
            "does not say what to do"
        } else {
            continue;
        };
        reasons.push(format!("its refusal {missing}: {}", finding.text));
    }
    if findings.is_empty() {
        reasons.push("it is refused without a reason".to_owned());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::generation::Report;
    use super::*;

    fn finding() -> Finding {
        Finding {
            document: "bad/a.json".to_owned(),
            line: Some(3),
            problem: "`paths` must be an object".to_owned(),
            text: "text".to_owned(),
            ..Finding::default()
        }
    }

    fn generation(report: Report) -> Generation {
        let peak_bytes = report.peak_bytes;
        Generation { outcome: Ok(report), peak_bytes, stderr: String::new(), out: PathBuf::new() }
    }

    fn refused(finding: Finding) -> Generation {
        generation(Report { findings: vec![finding], ..Report::default() })
    }

    fn generated() -> Report {
        Report { generated: true, ..Report::default() }
    }

    fn of(expected: Expected, treatment: Treatment, generation: &Generation, errors: &[&str]) -> Vec<String> {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        reasons("bad/a.json", expected, treatment, generation, &errors)
    }

    #[test]
    fn a_refusal_needs_a_place_and_what_to_do() {
        let reasons = |finding| of(Expected::Refused, Treatment::Variant, &refused(finding), &[]);
        assert_eq!(reasons(finding()), Vec::<String>::new());
        let by_pointer = Finding { line: None, pointer: "/paths".to_owned(), ..finding() };
        assert_eq!(reasons(by_pointer), Vec::<String>::new());
        for (finding, wanted) in [
            (Finding { line: None, ..finding() }, "its refusal names neither a line nor a place: text"),
            (
                Finding { document: "openapi/overlay.json".to_owned(), ..finding() },
                "its refusal names another document: text",
            ),
            (
                Finding { problem: "it is odd".to_owned(), ..finding() },
                "its refusal does not say what to do: text",
            ),
            (Finding { is_internal: true, ..finding() }, "its refusal is a failure of the generator: text"),
        ] {
            assert_eq!(reasons(finding), [wanted]);
        }
        let vague = Finding { problem: "it is odd".to_owned(), ..finding() };
        assert_eq!(of(Expected::Refused, Treatment::Bad, &refused(vague), &[]), Vec::<String>::new());
        let silent = generation(Report::default());
        assert_eq!(of(Expected::Either, Treatment::Real, &silent, &[]), ["it is refused without a reason"]);
    }

    #[test]
    fn the_result_is_compared_with_the_expected_one() {
        let code = generation(generated());
        let real = |expected, generation: &Generation, errors: &[&str]| {
            of(expected, Treatment::Real, generation, errors)
        };
        for expected in [Expected::Works, Expected::Either] {
            assert_eq!(real(expected, &code, &[]), Vec::<String>::new());
            let wanted = ["the generated code does not compile: 1 error", "error[E0061]"];
            assert_eq!(real(expected, &code, &["error[E0061]"]), wanted);
        }
        assert_eq!(
            real(Expected::Refused, &code, &[]),
            ["it must be refused, but code is generated from it"]
        );
        assert_eq!(real(Expected::Works, &refused(finding()), &[]), ["it must work, but is refused", "text"]);
        assert_eq!(real(Expected::Either, &refused(finding()), &[]), Vec::<String>::new());
    }

    #[test]
    fn the_text_of_a_variant_is_checked() {
        let folder = tempfile::tempdir().expect("writable");
        let types = "#[non_exhaustive]\npub enum Status {\n    Paid,\n}\n";
        std::fs::write(folder.path().join("types.rs"), types).expect("writable");
        let mut code = generation(generated());
        code.out = folder.path().to_path_buf();
        for treatment in [Treatment::Variant, Treatment::Bad] {
            let reasons = of(Expected::Works, treatment, &code, &[]);
            for wanted in [
                "create_refund is not in the operation table",
                "the amount Payment.amount is not among the public fields",
                "the enum Status has no variant `Unknown` for other values",
            ] {
                assert!(reasons.iter().any(|reason| reason == wanted), "{wanted}: {reasons:?}");
            }
        }
        assert_eq!(of(Expected::Works, Treatment::Real, &code, &[]), Vec::<String>::new());
    }

    #[test]
    fn hostile_documents_have_bounds() {
        let slow = Report {
            seconds: 2.1,
            peak_bytes: Some(201_000_000),
            findings: vec![finding()],
            ..Report::default()
        };
        let mut slow = generation(slow);
        slow.stderr = "thread 'a' panicked at b.rs:1:1:\nnot yet\n".to_owned();
        assert_eq!(
            of(Expected::Refused, Treatment::Bad, &slow, &[]),
            [
                "it takes 2.1 s, more than 2 s",
                "it takes 201 MB of memory, more than 200 MB",
                "thread 'a' panicked at b.rs:1:1: not yet"
            ]
        );
        assert_eq!(of(Expected::Refused, Treatment::Real, &slow, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_process_without_a_report_is_never_as_expected() {
        let mut ended = generation(Report::default());
        ended.outcome = Err("the generator was killed after 10 s".to_owned());
        ended.stderr = "thread has overflowed its stack\n".to_owned();
        for expected in [Expected::Works, Expected::Refused, Expected::Either] {
            let reasons = of(expected, Treatment::Variant, &ended, &[]);
            assert_eq!(reasons, ["the generator was killed after 10 s", "thread has overflowed its stack"]);
        }
    }
}
