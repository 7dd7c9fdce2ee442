//! Impact cases: the effect of a change of documents on callers, predicted by `impact` and proved by the compiler.
//!
//! A case starts from one of `bases/`. Lines `old` change it to the old document, lines `new` change that to the new one, and lines
//! `profile` and `new-profile` the tables: the latter where a stale entry has to go before the new document can be built.
//! The outcome is the release that is needed, `major`, `minor`, `patch` or `none`, and below it the report of `impact`.
//!
//! Programs prove it. `everything.rs` uses all of `base shop`, one function for each kind of use:
//!
//! - where the release is not `major`, the whole of it compiles over the old code and over the new;
//! - `breaks E0308 stock`, of `major` changes: its function `stock` compiles over the old code, and over the new one fails
//!   with this error. A function of one case is written out: `breaks E0308 | fn row(…) …`;
//! - `keeps | fn …`: this compiles over both as well. A `major` change that the compiler does not notice has only this:
//!   arguments that are swapped, another credential;
//! - `offers | fn …`, of `minor` changes: this compiles over the new code, and not over the old.

use std::collections::BTreeSet;

use nd8_codegen::impact::{Impact, Inputs, Reason, SurfaceChange, compare};
use nd8_codegen::{Document, Knowledge, Profile, generate};

use crate::case::base::{Base, patched, profile};
use crate::case::json::Json;
use crate::case::{Case, CaseFile, Grammar};
use crate::compiler::{Claims, Compiler, Expected};

const GRAMMAR: Grammar = Grammar {
    lines: &["base", "old", "new", "profile", "new-profile", "breaks", "keeps", "offers"],
    kinds: &["major", "minor", "patch", "none"],
};

const EVERYTHING: &str = include_str!("../cases/impact/everything.rs");

/// One side of a case.
struct Side {
    name: &'static str,
    document: String,
    tables: String,
    profile: Profile,
}

impl Side {
    fn document(&self) -> Document<'_> {
        Document { name: self.name, bytes: self.document.as_bytes() }
    }

    /// Returns the index of the code that is generated.
    fn library(&self, claims: &mut Claims) -> Result<usize, String> {
        claims.library(format!("{}{}", self.document, self.tables), || {
            generate(self.document(), None, &self.profile).map_err(|error| error.to_string())
        })
    }
}

/// Returns the old side and the new one.
fn sides(case: &Case) -> Result<[Side; 2], String> {
    let base = Base::named(case.all("base").next().ok_or("there is no `base`")?)?;
    let (old, tables) =
        (patched(&base.document, case.all("old"))?, patched(&base.profile, case.all("profile"))?);
    if case.all("new").next().is_none() {
        return Err("there is no `new`".to_owned());
    }
    let (new, new_tables) = (patched(&old, case.all("new"))?, patched(&tables, case.all("new-profile"))?);
    let side = |name, document: Json, tables: Json| {
        let (document, profile) = (document.to_text(), profile(&tables)?);
        Ok::<_, String>(Side { name, document, tables: tables.to_text(), profile })
    };
    Ok([side("old.json", old, tables)?, side("new.json", new, new_tables)?])
}

fn impact(case: &Case) -> Result<Impact, String> {
    let [old, new] = sides(case)?;
    // Both by the old tables: that entries become stale is part of what is reported.
    let inputs = [&old, &new].map(|side| Inputs::new(side.document(), Knowledge::new(&old.profile)));
    let [was, is] = inputs;
    let impact = compare(was, is).map_err(|error| error.to_string())?;
    match compare(was, is) {
        Ok(again) if again == impact => {}
        _ => return Err("equal input gives another result".to_owned()),
    }
    let needed = impact.bump.map_or("none".to_owned(), |bump| bump.to_string());
    match needed == case.kind {
        true => Ok(impact),
        false => Err(format!("should need the release `{}`, but:\n{impact}", case.kind)),
    }
}

/// Returns the functions of `everything.rs`, all of them or one.
fn everything(only: Option<&str>) -> Result<String, String> {
    let functions =
        EVERYTHING.split("\n\n").filter(|part| part.starts_with("fn ") || part.starts_with("async fn "));
    let functions: Vec<&str> = match only {
        Some(name) => functions.filter(|function| function.contains(&format!("fn {name}("))).collect(),
        None => functions.collect(),
    };
    match functions.is_empty() {
        true => Err(format!("everything.rs has no function `{}`", only.unwrap_or_default())),
        false => Ok(functions.join("\n\n")),
    }
}

/// Adds the claims that prove the prediction of a case.
fn claim(case: &Case, claims: &mut Claims) -> Result<(), String> {
    let [old, new] = sides(case)?;
    let [old, new] = [old.library(claims)?, new.library(claims)?];
    let mut claim = |what: &str, over: usize, program: &str, expected| {
        let side = if over == old { "old" } else { "new" };
        claims.add(format!("{}: {what} over the {side} code", case.name), over, program, expected);
    };
    let rust = |line: &str| {
        line.strip_prefix("| ").map(str::to_owned).ok_or_else(|| format!("expected `| ` and Rust: `{line}`"))
    };
    let [breaks, offers, keeps] = ["breaks", "offers", "keeps"].map(|word| case.all(word).next().is_some());
    let is_major = case.kind == "major";
    match (&*case.kind, breaks, offers) {
        ("major" | "patch" | "none", _, true) => return Err("`offers` belongs to minor changes".to_owned()),
        ("minor" | "patch" | "none", true, _) => return Err("`breaks` belongs to major changes".to_owned()),
        ("minor", false, false) => return Err("is minor, and there is nothing that it `offers`".to_owned()),
        ("major", false, false) if !keeps || !impact(case)?.changes.iter().any(is_silent) => {
            return Err("is major, and nothing `breaks`".to_owned());
        }
        _ => {}
    }
    if !is_major {
        claim("everything.rs", old, &everything(None)?, Expected::Compiles);
        claim("everything.rs", new, &everything(None)?, Expected::Compiles);
    }
    for line in case.all("keeps") {
        claim("what it keeps", old, &rust(line)?, Expected::Compiles);
        claim("what it keeps", new, &rust(line)?, Expected::Compiles);
    }
    for line in case.all("offers") {
        claim("what it offers", new, &rust(line)?, Expected::Compiles);
        claim("what it offers", old, &rust(line)?, Expected::Fails);
    }
    for line in case.all("breaks") {
        let (code, what) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if !is_code(code) {
            return Err(format!("expected the code of an error: `{line}`"));
        }
        let program = match what.trim_start() {
            what if what.starts_with('|') => rust(what)?,
            name => everything(Some(name))?,
        };
        claim("what it breaks", old, &program, Expected::Compiles);
        claim("what it breaks", new, &program, Expected::FailsWith(code.to_owned()));
    }
    Ok(())
}

/// Whether a major change compiles: callers have to look at what they pass, or at what they are allowed to do.
fn is_silent(change: &SurfaceChange) -> bool {
    matches!(change.reason, Reason::ArgumentsSwapped | Reason::AnotherCredential { .. })
}

fn is_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|digit| digit.is_ascii_digit())
}

/// Returns the names of the bases that the cases start from.
pub(crate) fn bases() -> BTreeSet<String> {
    let files = CaseFile::all("impact", &GRAMMAR);
    let cases = files.iter().flat_map(|file| &file.cases);
    cases.flat_map(|case| case.all("base").map(str::to_owned)).collect()
}

#[test]
fn every_change_needs_the_release_that_it_should() {
    let files = CaseFile::all("impact", &GRAMMAR);
    let outcomes = parallel(&files, |file| {
        let outcome = |case| impact(case).map(|impact| impact.to_string());
        file.cases
            .iter()
            .map(|case| outcome(case).map_err(|failure| format!("{}: {failure}", case.name)))
            .collect()
    });
    let outcomes: Result<Vec<Vec<String>>, String> = outcomes.into_iter().collect();
    for (file, outcomes) in files.iter().zip(outcomes.unwrap_or_else(|failure| panic!("{failure}"))) {
        file.check(&outcomes);
    }
}

#[test]
fn every_prediction_is_proved_by_the_compiler() {
    let compiler = match Compiler::new("impact") {
        Ok(compiler) => compiler,
        Err(reason) => panic!("the dependencies of generated code cannot be built: {reason}"),
    };
    let disproofs = parallel(&CaseFile::all("impact", &GRAMMAR), |file| {
        let mut claims = Claims::default();
        let failed = |case: &Case| Some(format!("{}: {}", case.name, claim(case, &mut claims).err()?));
        let failures: Vec<String> = file.cases.iter().filter_map(failed).collect();
        if failures.is_empty() { compiler.disproofs(&claims) } else { failures }
    });
    let disproofs = disproofs.concat();
    assert!(disproofs.is_empty(), "{}", disproofs.join("\n\n"));
}

/// Processes all inputs at the same time, and returns the results in their order.
fn parallel<I: Sync, O: Send>(inputs: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = inputs.iter().map(|input| scope.spawn(|| work(input))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the work panics only if the test fails"))
            .collect()
    })
}

#[test]
fn every_release_is_needed_by_some_case() {
    let files = CaseFile::all("impact", &GRAMMAR);
    let kinds: BTreeSet<&str> =
        files.iter().flat_map(|file| &file.cases).map(|case| case.kind.as_str()).collect();
    assert_eq!(kinds.len(), GRAMMAR.kinds.len(), "{kinds:?}");
}

#[test]
fn a_case_without_its_proof_fails() {
    let failure = |lines: &str| {
        let cases = GRAMMAR.parse(&format!("== a\nWhy.\n{lines}\n")).expect("is a case");
        let predicted = impact(&cases[0]).map(drop);
        predicted.and_then(|()| claim(&cases[0], &mut Claims::default())).expect_err("is refused")
    };
    let removed = "base shop\nnew remove Item.name";
    let added = "base shop\nnew Item.color = {type: string}";
    for (lines, reason) in [
        (format!("{removed}\npatch"), "should need the release `patch`, but:\nrust: major"),
        (format!("{removed}\nmajor"), "is major, and nothing `breaks`"),
        (format!("{removed}\nbreaks E0609 stocks\nmajor"), "everything.rs has no function `stocks`"),
        (format!("{removed}\nbreaks stock\nmajor"), "expected the code of an error: `stock`"),
        (
            format!("{removed}\nbreaks E0609 stock\noffers | fn a() {{}}\nmajor"),
            "`offers` belongs to minor changes",
        ),
        (format!("{added}\nminor"), "is minor, and there is nothing that it `offers`"),
        (format!("{added}\noffers fn a() {{}}\nminor"), "expected `| ` and Rust: `fn a() {}`"),
        (format!("{added}\nbreaks E0609 stock\nminor"), "`breaks` belongs to major changes"),
        ("base shop\nold remove Item.name\nnone".into(), "there is no `new`"),
        ("new info version = '2'\npatch".into(), "there is no `base`"),
        (
            "base shop\nprofile operations += {call: 'GET /items/{id}/', name: get_item, response: Item}\n\
             new remove Item\npatch"
                .into(),
            "new.json",
        ),
    ] {
        let found = failure(&lines);
        assert!(found.starts_with(reason), "{lines}: {found}");
    }
}
