//! Documents of several files: the same findings as of one file, with true places, and nothing read that must not be.

use std::collections::BTreeMap;

use openapi_drift::report::{Format, Report};
use openapi_drift::{Comparison, Document, Severity, compare_with};

use crate::options;

type Files = BTreeMap<&'static str, String>;

/// Reads a document of several files, and returns what was asked for as well.
fn read(name: &str, path: &str, files: &Files) -> (Document, Vec<String>) {
    let mut asked = Vec::new();
    let document = Document::parse_with(name, path, files[path].clone(), &mut |path| {
        asked.push(path.to_owned());
        files.get(path).map(|text| as_yaml(text)).ok_or_else(|| "no such file".to_owned())
    });
    (document.unwrap(), asked)
}

/// Returns the bytes of a file. What begins with a brace would be taken for JSON.
fn as_yaml(text: &str) -> Vec<u8> {
    if text.starts_with('{') { format!("--- {text}").into_bytes() } else { text.into() }
}

fn compare(old: &Document, new: &Document) -> Comparison {
    compare_with(old, new, &options())
}

/// Returns the description of each finding, without its place.
fn described(comparison: &Comparison) -> Vec<String> {
    let mut all: Vec<String> = comparison
        .findings
        .iter()
        .map(|finding| {
            let operations: Vec<String> = finding.operations.iter().map(ToString::to_string).collect();
            format!("{} {} {} {operations:?}", finding.severity, finding.rule, finding.message)
        })
        .collect();
    all.sort();
    all
}

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n";

/// Returns the same API as one file, as several, with a file for each path, and as ten. The amount of a payment is of the type.
fn apis(kind: &str) -> [(&'static str, Files); 4] {
    let amount = format!("type: {kind}");
    let payment =
        |amount: &str| format!("{{type: object, required: [amount], properties: {{amount: {amount}}}}}");
    let item = |schema: &str| {
        format!(
            "{{get: {{responses: {{'200': {{description: d, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}"
        )
    };
    let one = format!(
        "{HEAD}paths: {{/payments: {}}}\ncomponents: {{schemas: {{Payment: {}, Amount: {{{amount}}}}}}}\n",
        item("{$ref: '#/components/schemas/Payment'}"),
        payment("{$ref: '#/components/schemas/Amount'}"),
    );
    let amount_file = format!("# An amount\n\n{amount}\n");
    let several = [
        (
            "v1/api.yaml",
            format!("{HEAD}paths: {{/payments: {}}}\n", item("{$ref: '../schemas/Payment.yaml'}")),
        ),
        ("schemas/Payment.yaml", payment("{$ref: 'Amount.yaml'}")),
        ("schemas/Amount.yaml", amount_file.clone()),
    ];
    let by_path = [
        ("v1/api.yaml", format!("{HEAD}paths: {{/payments: {{$ref: '../paths.yaml#/items/payments'}}}}\n")),
        (
            "paths.yaml",
            format!("items: {{payments: {}}}\n", item("{$ref: '#/schemas/Payment'}").replace("\n", " "))
                + &format!("schemas: {{Payment: {}}}\n", payment("{$ref: 'schemas/Amount.yaml'}")),
        ),
        ("schemas/Amount.yaml", amount_file.clone()),
    ];
    let parameter = |name: &str| format!("name: {name}\nin: query\nschema: {{type: string}}\n");
    let references = ["a", "b", "c", "d", "e"].map(|name| format!("{{$ref: '../parameters/{name}.yaml'}}"));
    let ten = [
        ("v1/api.yaml", format!("{HEAD}paths: {{/payments: {{$ref: '../paths/payments.yaml'}}}}\n")),
        (
            "paths/payments.yaml",
            format!(
                "parameters: [{}]\nget: {{responses: {{'200': {{$ref: '../responses/payment.yaml'}}}}}}\n",
                references.join(", ")
            ),
        ),
        (
            "responses/payment.yaml",
            "description: d\ncontent: {application/json: {schema: {$ref: '../schemas/Payment.yaml'}}}\n"
                .to_owned(),
        ),
        ("schemas/Payment.yaml", payment("{$ref: 'Amount.yaml'}")),
        ("schemas/Amount.yaml", amount_file.clone()),
        ("parameters/a.yaml", parameter("a")),
        ("parameters/b.yaml", parameter("b")),
        ("parameters/c.yaml", parameter("c")),
        ("parameters/d.yaml", parameter("d")),
        ("parameters/e.yaml", parameter("e")),
    ];
    [one_file(one), Files::from(several), Files::from(by_path), Files::from(ten)]
        .map(|files| ("v1/api.yaml", files))
}

fn one_file(text: String) -> Files {
    Files::from([("v1/api.yaml", text)])
}

/// Asserts that every place of a finding is in the file that it names, and shows what the finding is about.
fn assert_true_places(found: &Comparison, old: (&Document, &Files), new: (&Document, &Files)) {
    for finding in &found.findings {
        for ((document, files), place) in [(old, &finding.old), (new, &finding.new)] {
            let Some(place) = place else { continue };
            let path = document.name_at(place.span).strip_prefix("dir/").unwrap();
            let text = String::from_utf8(as_yaml(&files[path])).unwrap();
            let line = text.lines().nth(place.line as usize - 1).unwrap();
            let from: String = line.chars().skip(place.column as usize - 1).collect();
            let source = document.source(place.span).unwrap().lines().next().unwrap();
            assert!(from.starts_with(source), "{path}:{}:{}: {from}", place.line, place.column);
        }
    }
}

#[test]
fn one_file_and_several_give_the_same_findings() {
    let (old, new) = (apis("string"), apis("number"));
    let whole = |files: &(&str, Files)| read(&format!("dir/{}", files.0), files.0, &files.1).0;
    let expected = described(&compare(&whole(&old[0]), &whole(&new[0])));
    assert!(expected.iter().any(|line| line.starts_with("breaking response-property-type-changed")));
    for ((old, ours), (new, theirs)) in old.iter().map(|it| (it, &it.1)).zip(new.iter().map(|it| (it, &it.1)))
    {
        let found = compare(&whole(old), &whole(new));
        assert_true_places(&found, (&whole(old), ours), (&whole(new), theirs));
        assert!(found.is_complete(), "{:?}", found.incomplete);
        assert_eq!(described(&found), expected);
        assert!(compare(&whole(old), &whole(old)).findings.is_empty());
    }
    // However each of them is written.
    for files in &new[1..] {
        let found = compare(&whole(&old[0]), &whole(files));
        assert_eq!(found.worst(), Some(Severity::Breaking));
        assert!(
            described(&found).iter().any(|line| line.starts_with("breaking response-property-type-changed"))
        );
    }
}

#[test]
fn places_are_those_of_the_file() {
    let [_, (path, old), ..] = apis("string");
    let [_, (_, new), ..] = apis("number");
    let (old, new) = (read("dir/v1/api.yaml", path, &old).0, read("git:main:v1/api.yaml", path, &new).0);
    let found = compare(&old, &new);
    let finding = found.findings.iter().find(|finding| finding.severity == Severity::Breaking).unwrap();
    let place = finding.new.as_ref().unwrap();
    assert_eq!(new.name_at(place.span), "git:main:schemas/Amount.yaml");
    assert_eq!((place.line, place.column, place.pointer.as_str()), (3, 1, "/type"));
    assert_eq!(new.source(place.span), Some("type: number"));
    assert_eq!((new.excerpt(place.span).first_line, new.excerpt(place.span).text), (3, "type: number"));
    assert_eq!(old.name_at(finding.old.as_ref().unwrap().span), "dir/schemas/Amount.yaml");
    assert_eq!(finding.subject.name, "Amount");
    // A program that reads the report finds the file as well.
    let mut out = Vec::new();
    Report::new(&old, &new, &found).render(Format::Json, &mut out).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(report["findings"][0]["new"]["file"], "git:main:schemas/Amount.yaml");
    assert_eq!(report["findings"][0]["old"]["file"], "dir/schemas/Amount.yaml");
}

/// A document that refers to `reference`, and what could not be compared of it.
fn incomplete(reference: &str, others: &[(&'static str, &str)]) -> (Vec<String>, Vec<String>) {
    let mut files: Files = others.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    files.insert(
        "api.yaml",
        format!("{HEAD}paths: {{/a: {{get: {{responses: {{'200': {{$ref: '{reference}'}}}}}}}}}}\n"),
    );
    let (document, asked) = read("api.yaml", "api.yaml", &files);
    let found = compare(&document, &document);
    assert!(found.findings.is_empty());
    let of_old = found.incomplete.len() / 2;
    (found.incomplete.into_iter().take(of_old).map(|part| part.reason).collect(), asked)
}

#[test]
fn what_cannot_be_loaded_is_reported_and_nothing_outside_of_the_root_is_asked_for() {
    for (reference, expected) in [
        ("../secret.yaml", "leads out of the root"),
        ("a/../../secret.yaml", "leads out of the root"),
        ("..%2fsecret.yaml", "leads out of the root"),
        ("/etc/passwd", "is no path below the root"),
        ("file:///etc/passwd", "is a URL, which is never fetched"),
        ("https://example.com/a.yaml", "is a URL, which is never fetched"),
        ("//example.com/a.yaml", "is a URL, which is never fetched"),
    ] {
        let (reasons, asked) = incomplete(reference, &[]);
        assert!(reasons.len() == 1 && reasons[0].contains(expected), "{reference}: {reasons:?}");
        assert!(asked.is_empty(), "{asked:?}");
    }
    let (reasons, asked) = incomplete("gone.yaml#/a", &[]);
    assert_eq!(
        (&*reasons[0], asked),
        ("`gone.yaml#/a` was not loaded: no such file", vec!["gone.yaml".to_owned()])
    );
    let (reasons, _) = incomplete("bad.yaml", &[("bad.yaml", "a: [")]);
    assert!(reasons[0].contains("was not loaded: bad.yaml:1:"), "{reasons:?}");
    let (reasons, _) = incomplete("r.yaml#/b", &[("r.yaml", "a: {description: d}")]);
    assert_eq!(reasons, ["`r.yaml#/b` leads nowhere"]);
    // What an example holds is no reference.
    let example = "{description: d, content: {a/b: {example: {$ref: 'example.yaml'}}}}";
    assert_eq!(incomplete("r.yaml", &[("r.yaml", example)]), (Vec::new(), vec!["r.yaml".to_owned()]));
}

#[test]
fn circles_of_files_end() {
    let schema = |other: &str| format!("{{type: object, properties: {{next: {{$ref: '{other}'}}}}}}");
    let response = "{description: d, content: {a/json: {schema: {$ref: 'a.yaml'}}}}";
    let (a, b) = (schema("b.yaml"), schema("a.yaml"));
    let (reasons, asked) = incomplete("r.yaml", &[("r.yaml", response), ("a.yaml", &a), ("b.yaml", &b)]);
    assert!(reasons.is_empty());
    assert_eq!(asked, ["r.yaml", "a.yaml", "b.yaml"]);
    // References that lead to one another, and to nothing else.
    let (reasons, _) = incomplete("a.yaml", &[("a.yaml", "$ref: b.yaml"), ("b.yaml", "$ref: a.yaml")]);
    assert!(reasons.is_empty(), "a circle describes nothing that could be compared: {reasons:?}");
    // A file may refer back to the document.
    let back = "{description: d, content: {a/json: {schema: {$ref: 'api.yaml#/info/title'}}}}";
    assert!(incomplete("r.yaml", &[("r.yaml", back)]).0.is_empty());
}

#[test]
fn files_are_limited() {
    let text = format!("{HEAD}paths: {{/a: {{$ref: '0.yaml'}}}}\n");
    let mut asked = 0;
    let document = Document::parse_with("api.yaml", "api.yaml", text, &mut |path| {
        asked += 1;
        let number: usize = path.trim_end_matches(".yaml").parse().unwrap();
        Ok(format!("$ref: '{}.yaml'", number + 1).into_bytes())
    });
    let document = document.unwrap();
    assert_eq!(asked, 999);
    let found = compare(&document, &document);
    assert!(found.incomplete.iter().any(|part| part.reason.contains("more than 1000 files")));
}

#[test]
fn alternatives_may_move_to_files() {
    let api = |a: &str, b: &str, schemas: &str| {
        format!(
            "{HEAD}paths: {{/a: {{get: {{responses: {{'200': {{description: d, content: {{a/json: {{schema: {{oneOf: [{{$ref: '{a}'}}, {{$ref: '{b}'}}]}}}}}}}}}}}}}}}}\n{schemas}"
        )
    };
    let schema =
        |name: &str, kind: &str| format!("{{type: object, properties: {{{name}: {{type: {kind}}}}}}}");
    let schemas = format!(
        "components: {{schemas: {{Card: {}, Cash: {}}}}}\n",
        schema("card", "string"),
        schema("cash", "string")
    );
    let one = api("#/components/schemas/Card", "#/components/schemas/Cash", &schemas);
    let files = Files::from([
        ("api.yaml", api("Card.yaml", "Cash.yaml", "")),
        ("Card.yaml", schema("card", "integer")),
        ("Cash.yaml", schema("cash", "string")),
    ]);
    let whole = read("api.yaml", "api.yaml", &Files::from([("api.yaml", one)])).0;
    let found = compare(&whole, &read("api.yaml", "api.yaml", &files).0);
    let lines = described(&found);
    assert!(
        lines.iter().any(|line| line.starts_with("breaking response-property-type-changed")),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|line| line.contains("one-of")), "{lines:?}");
}
