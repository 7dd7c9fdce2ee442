//! Golden cases: the difference that a change of a document makes in the generated Rust, or the error.
//!
//! A case starts from one of `bases/`, or is the text of its line `bytes`. Lines `document`, `supplement`, `profile` and `overlay`
//! change the inputs; `supplement from NAME` makes a base the supplement, and the overlay starts empty. `tolerant` makes stale
//! knowledge a warning. The outcome is one of:
//!
//! - `diff`: warnings, and the difference to what the base yields, the whole of which is in `bases/`;
//! - `same`: warnings, and no difference;
//! - `error`: the message.

use std::collections::{BTreeMap, BTreeSet};

use nd8_codegen::{Document, Generated, Knowledge, Profile, generate, generate_with};

use crate::case::base::{BASES, Base, patched, profile};
use crate::case::json::Json;
use crate::case::{Case, CaseFile, Grammar, assert_same, data};
use crate::difference::difference;

const GRAMMAR: Grammar = Grammar {
    lines: &["base", "bytes", "document", "supplement", "profile", "overlay", "tolerant"],
    kinds: &["diff", "same", "error"],
};

/// The inputs of the generator.
struct Inputs {
    document: Vec<u8>,
    supplement: Option<Vec<u8>>,
    profile: Profile,
    overlay: Option<Vec<u8>>,
    tolerant: bool,
}

impl Inputs {
    fn of(case: &Case) -> Result<Self, String> {
        let (document, tables) = match (case.all("base").next(), case.all("bytes").next()) {
            (Some(base), None) => {
                let base = Base::named(base)?;
                let document = patched(&base.document, case.all("document"))?;
                (document.to_text(), patched(&base.profile, case.all("profile"))?)
            }
            (None, Some(bytes)) if case.lines.len() == 1 => (format!("{bytes}\n"), Json::Map(Vec::new())),
            _ => return Err("expected one base and its changes, or bytes".to_owned()),
        };
        let mut supplement = case.all("supplement");
        let supplement = match supplement.next() {
            Some(line) => {
                let base = line.strip_prefix("from ").ok_or("expected `supplement from` and a base")?;
                Some(patched(&Base::named(base)?.document, supplement)?.to_text().into_bytes())
            }
            None => None,
        };
        let overlay = match case.all("overlay").next() {
            Some(_) => Some(patched(&Json::Map(Vec::new()), case.all("overlay"))?.to_text().into_bytes()),
            None => None,
        };
        let tolerant = case.all("tolerant").next().is_some();
        Ok(Self {
            document: document.into_bytes(),
            supplement,
            profile: profile(&tables)?,
            overlay,
            tolerant,
        })
    }

    fn generate(&self) -> Result<Generated, String> {
        let mut knowledge = Knowledge::new(&self.profile);
        knowledge.supplement =
            self.supplement.as_deref().map(|bytes| Document { name: "supplement.json", bytes });
        knowledge.overlay = self.overlay.as_deref().map(|bytes| Document { name: "overlay.json", bytes });
        knowledge.tolerant = self.tolerant;
        generate_with(Document { name: "document.json", bytes: &self.document }, &knowledge)
            .map_err(|error| error.to_string())
    }
}

/// Returns the generated files: their names, the lines of context in a difference, and the texts.
fn files(generated: &Generated) -> [(&'static str, usize, &str); 3] {
    let Generated { types, client, surface, .. } = generated;
    // The surface is sorted, so the neighbors of a line do not matter.
    [("surface.txt", 0, surface), ("types.rs", 1, types), ("client.rs", 1, client)]
}

fn warnings(generated: &Generated) -> String {
    generated.warnings.iter().map(|warning| format!("{warning}\n")).collect()
}

/// The generated code of the bases, by their names.
struct Yields(BTreeMap<&'static str, Generated>);

impl Yields {
    fn new() -> Self {
        let generate = |base: &Base| {
            let inputs = Inputs {
                document: base.document.to_text().into_bytes(),
                supplement: None,
                profile: profile(&base.profile)?,
                overlay: None,
                tolerant: false,
            };
            inputs.generate()
        };
        let entry = |(name, base): (&'static String, &Base)| {
            (&**name, generate(base).unwrap_or_else(|error| panic!("the base {name}: {error}")))
        };
        Self(BASES.iter().map(entry).collect())
    }

    /// Returns the derived part of a case.
    fn outcome(&self, case: &Case) -> Result<String, String> {
        let inputs = Inputs::of(case)?;
        let generated = match (inputs.generate(), &*case.kind) {
            (Err(error), "error") => return Ok(error),
            (Err(error), _) => {
                return Err(format!("should yield code, but fails: {error}"));
            }
            (Ok(_), "error") => return Err("should fail, but yields code".to_owned()),
            (Ok(generated), _) => generated,
        };
        let base = case.all("base").next().ok_or("expected a base to compare with")?;
        let base = files(&self.0[base]);
        let differences: String = base
            .into_iter()
            .zip(files(&generated))
            .map(|((name, context, old), (.., new))| difference(name, context, old, new))
            .collect();
        match (&*case.kind, differences.is_empty()) {
            ("diff", true) => {
                return Err("should differ from the base, but does not".to_owned());
            }
            ("same", false) => return Err(format!("should be the same as the base, but:\n{differences}")),
            _ => {}
        }
        let warnings: String =
            warnings(&generated).lines().map(|warning| format!("warning: {warning}\n")).collect();
        Ok(warnings + &differences)
    }
}

#[test]
fn every_case_yields_what_it_should() {
    let yields = Yields::new();
    let mut failures = Vec::new();
    for file in CaseFile::all("golden", &GRAMMAR) {
        let outcome = |case: &Case| match yields.outcome(case) {
            Ok(outcome) => outcome,
            Err(failure) => {
                failures.push(format!("{}: {failure}", case.name));
                String::new()
            }
        };
        let outcomes: Vec<String> = file.cases.iter().map(outcome).collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        file.check(&outcomes);
    }
}

#[test]
fn every_base_yields_what_it_should() {
    for (name, generated) in Yields::new().0 {
        let folder = data().join("bases").join(name);
        for (file, _, content) in files(&generated) {
            assert_same(content.to_owned(), &folder.join(file));
        }
        match warnings(&generated) {
            none if none.is_empty() => assert!(!folder.join("warnings.txt").exists(), "{name} has none"),
            warnings => assert_same(warnings, &folder.join("warnings.txt")),
        }
    }
}

fn unused_bases(used: &BTreeSet<String>) -> Vec<&'static str> {
    BASES.keys().filter(|base| !used.contains(*base)).map(String::as_str).collect()
}

#[test]
fn every_base_is_used() {
    let mut used = BTreeSet::new();
    for file in CaseFile::all("golden", &GRAMMAR) {
        used.extend(file.cases.iter().flat_map(|case| case.all("base").map(str::to_owned)));
    }
    used.extend(crate::impact::bases());
    assert_eq!(unused_bases(&used), [""; 0]);
    assert!(used.remove("shop"));
    assert_eq!(unused_bases(&used), ["shop"]);
}

#[test]
fn a_case_whose_outcome_is_of_another_kind_fails() {
    let yields = Yields::new();
    let outcome = |lines: &str| {
        let cases = GRAMMAR.parse(&format!("== a\nWhy.\n{lines}\n")).expect("is a case");
        yields.outcome(&cases[0])
    };
    let description = "base empty\ndocument GET /a/ responses 204 description = Other.";
    let renamed = "base empty\ndocument info title = Other";
    assert_eq!(outcome(&format!("{description}\nsame")).as_deref(), outcome("base empty\nsame").as_deref());
    for (lines, reason) in [
        (format!("{description}\ndiff"), "should differ from the base, but does not"),
        (format!("{renamed}\nsame"), "should be the same as the base, but:\n@@ client.rs"),
        (format!("{renamed}\nerror"), "should fail, but yields code"),
        ("base empty\ndocument openapi = '2'\ndiff".into(), "should yield code, but fails"),
        ("base none\ndiff".into(), "there is no base `none`"),
        ("document openapi = '2'\nerror".into(), "expected one base and its changes, or bytes"),
        ("base empty\nbytes x\nerror".into(), "expected one base and its changes, or bytes"),
        ("bytes {}\nprofile x = 1\nerror".into(), "expected one base and its changes, or bytes"),
        ("base empty\nsupplement x = 1\nsame".into(), "expected `supplement from` and a base"),
        ("base empty\nprofile x = 1\nsame".into(), "the profile: unknown field `x`"),
    ] {
        let found = outcome(&lines).expect_err("is refused");
        assert!(found.starts_with(reason), "{lines}: {found}");
    }
}

/// A type beyond the width limit is refused with its place before any work is done on it; an enum beyond it becomes a text.
#[test]
fn types_have_bounded_width() {
    let parts = |name: &str| -> Vec<serde_json::Value> {
        (0..1_001).map(|index| serde_json::json!({ "type": "object", "properties": { format!("{name}{index}"): {} } })).collect()
    };
    let properties: serde_json::Map<_, _> =
        (0..1_001).map(|index| (format!("f{index}"), serde_json::json!({ "type": "string" }))).collect();
    let values: Vec<String> = (0..1_001).map(|index| format!("v{index}")).collect();
    let cases = [
        (serde_json::json!({ "properties": properties }), Some("/properties"), "1001 fields"),
        (serde_json::json!({ "oneOf": parts("a") }), Some("/oneOf"), "1001 fields"),
        (serde_json::json!({ "allOf": parts("b") }), Some("/allOf"), "1001 fields"),
        (
            serde_json::json!({ "type": "string", "enum": values }),
            None,
            "it lists 1001 values; it is read as a text",
        ),
    ];
    for (schema, place, message) in cases {
        let response = |schema: &serde_json::Value| serde_json::json!({ "200": { "description": "Done.", "content": { "application/json": { "schema": schema } } } });
        let document = serde_json::json!({
            "openapi": "3.0.3", "info": { "title": "Wide", "version": "1" },
            "paths": { "/a/": { "get": { "operationId": "get_a", "responses": response(&schema) } } },
        });
        let mut profile = Profile::default();
        profile.operations.push(
            serde_json::from_value(serde_json::json!({
                "call": "GET /a/", "name": "get_a", "response": place.map(|_| "A"),
            }))
            .expect("is an entry"),
        );
        let bytes = document.to_string();
        let result = generate(Document { name: "wide.json", bytes: bytes.as_bytes() }, None, &profile);
        match place {
            Some(place) => {
                let error = result.map(|it| it.warnings).expect_err("is refused").to_string();
                assert!(error.contains(message) && error.contains(place), "{error}");
            }
            None => {
                let warnings = result.expect("is read").warnings;
                assert!(warnings.iter().any(|warning| warning.message == message), "{warnings:?}");
            }
        }
    }
}

/// A repeated key is a defect of the text, which no patch of a base can have.
#[test]
fn a_repeated_key_is_reported() {
    let document = br#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {
        "/a/": {"get": {"responses": {}}},
        "/a/": {"post": {"responses": {"204": {"description": "Done."}}}}}}"#;
    let profile = Profile::default();
    let generated = generate(Document { name: "document.json", bytes: document }, None, &profile).unwrap();
    let expected =
        "document.json:1: a key of it comes again in line 3; only the last one counts (at #/paths)\n";
    assert_eq!(warnings(&generated), expected);
    assert!(generated.client.contains("post_a") && !generated.client.contains("get_a"));
}

#[test]
fn the_number_of_operations_is_bounded() {
    let operation = serde_json::json!({ "get": { "responses": { "204": { "description": "Done." } } } });
    let paths: serde_json::Map<_, _> =
        (0..2_001).map(|index| (format!("/p{index}/"), operation.clone())).collect();
    let document = serde_json::json!({
        "openapi": "3.0.3", "info": { "title": "Many", "version": "1" }, "paths": paths,
    });
    let document = document.to_string();
    let document = Document { name: "document.json", bytes: document.as_bytes() };
    let error = generate(document, None, &Profile::default()).unwrap_err();
    let expected = "document.json:1: not supported: 2001 operations, and a client has at most 2000; remove the paths that are not \
                    needed (at #/paths)";
    assert_eq!(error.to_string(), expected);
}
