//! What a change of documents does to callers: predicted by `impact`, and proved by the compiler.
//!
//! Each folder here is a case. `old.json` and `new.json` go in, with `profile.json` where there is one, and
//! `new-profile.json` where it has to change for the new document; `expected.txt` is the prediction, written anew with
//! `SNAPSHOTS=overwrite`. A case without an `old.json` begins with `item.json` beside the folders.
//!
//! `downstream.rs` is a program over the old code, or for want of it `everything.rs`, which uses all of `item.json`. Where the prediction is `major`, it must not
//! compile over the new, with the error that its first line names; where it is less, it must. Where it is `minor`,
//! there is also `newcomer.rs`, which compiles over the new code only.

mod compiler;
mod revisions;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use nd8_codegen::impact::{Bump, Impact, Inputs, Reason, compare};
use nd8_codegen::{Document, Profile, generate};
use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV};

use self::compiler::Compiler;

struct Case {
    folder: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
    profile: Profile,
    /// As it has to be changed before the new document can be built.
    new_profile: Profile,
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let read = |name: &str| {
            fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{}/{name}: {error}", folder.display()))
        };
        let profile = |name: &str| {
            let text = fs::read(folder.join(name)).ok()?;
            let profile = serde_json::from_slice::<Profile>(&text);
            Some(profile.unwrap_or_else(|error| panic!("{}/{name}: {error}", folder.display())))
        };
        let old_profile = profile("profile.json").unwrap_or_default();
        Self {
            old: fs::read(folder.join("old.json")).unwrap_or_else(|_| include_bytes!("item.json").to_vec()),
            new: read("new.json"),
            new_profile: profile("new-profile.json").unwrap_or_else(|| old_profile.clone()),
            profile: old_profile,
            folder,
        }
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn program(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    fn impact(&self) -> Impact {
        let old = Inputs::new(Document { name: "old.json", bytes: &self.old }, &self.profile);
        let new = Inputs::new(Document { name: "new.json", bytes: &self.new }, &self.profile);
        compare(old, new).unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }

    /// What a program over the old code is told by the compiler.
    fn over_old(&self, compiler: &Compiler, program: &str) -> Result<(), String> {
        self.verdict(compiler, &self.old, &self.profile, program)
    }

    /// What a program over the new code is told by the compiler.
    fn over_new(&self, compiler: &Compiler, program: &str) -> Result<(), String> {
        self.verdict(compiler, &self.new, &self.new_profile, program)
    }

    fn verdict(
        &self,
        compiler: &Compiler,
        document: &[u8],
        profile: &Profile,
        program: &str,
    ) -> Result<(), String> {
        let name = self.name();
        let generated = generate(Document { name: &name, bytes: document }, None, profile)
            .unwrap_or_else(|error| panic!("{error}"));
        compiler.check(&generated.types, &generated.client, program)
    }

    /// What is wrong with the prediction.
    fn disproof(&self, compiler: &Compiler) -> Option<String> {
        let impact = self.impact();
        let bump = impact.bump;
        let passes_unseen = impact.changes.iter().any(|change| change.reason == Reason::ArgumentsSwapped);
        let program =
            self.program("downstream.rs").unwrap_or_else(|| include_str!("everything.rs").to_owned());
        if let Err(errors) = self.over_old(compiler, &program) {
            return Some(format!("downstream.rs does not even compile over the old code:\n{errors}"));
        }
        let over_new = self.over_new(compiler, &program);
        match (bump, over_new) {
            // That the compiler lets it pass is why it is major.
            (Some(Bump::Major), Ok(())) if passes_unseen => {}
            (Some(Bump::Major), Ok(())) => return Some("is called major, and downstream.rs compiles".into()),
            (Some(Bump::Major), Err(errors)) => {
                let code = program
                    .lines()
                    .next()
                    .and_then(|line| line.split(&[' ', ':'][..]).find(|it| is_code(it)));
                let Some(code) = code else { return Some("downstream.rs names no error code".into()) };
                if !errors.contains(&format!("error[{code}]")) {
                    return Some(format!("downstream.rs stops compiling, but not with {code}:\n{errors}"));
                }
            }
            (_, Err(errors)) => {
                return Some(format!("is called harmless, and downstream.rs stops compiling:\n{errors}"));
            }
            (_, Ok(())) => {}
        }
        match (bump, self.program("newcomer.rs")) {
            (Some(Bump::Minor), None) => Some("is called minor, and has no newcomer.rs".into()),
            (Some(Bump::Minor), Some(newcomer)) => {
                if let Err(errors) = self.over_new(compiler, &newcomer) {
                    return Some(format!("newcomer.rs does not compile over the new code:\n{errors}"));
                }
                let over_old = self.over_old(compiler, &newcomer);
                over_old.is_ok().then(|| "newcomer.rs compiles over the old code: nothing is new".into())
            }
            (_, Some(_)) => Some("newcomer.rs belongs to minor changes".into()),
            (_, None) => None,
        }
    }
}

fn is_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|digit| digit.is_ascii_digit())
}

fn cases() -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/impact");
    let entries =
        fs::read_dir(here).expect("the folder is there").map(|entry| entry.expect("is readable").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

#[test]
fn every_change_is_called_what_it_should_be() {
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV);
    for case in cases() {
        let impact = case.impact();
        let expected = Data::read_from(&case.folder.join("expected.txt"), None).raw();
        assert.eq(Data::text(impact.to_string()).raw(), expected);
        assert_eq!(case.impact(), impact, "{}: equal input gives an equal answer", case.name());
    }
}

#[test]
fn every_prediction_is_proved_by_the_compiler() {
    let compiler = match Compiler::new() {
        Ok(compiler) => compiler,
        Err(reason) => panic!("the dependencies of generated code cannot be built: {reason}"),
    };
    let (cases, next, disproofs) = (cases(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(disproof) = case.disproof(&compiler) {
                disproofs.lock().expect("nobody panics with it").push(format!("{}: {disproof}", case.name()));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut disproofs = disproofs.into_inner().expect("nobody panicked with it");
    disproofs.sort();
    assert!(disproofs.is_empty(), "{}", disproofs.join("\n\n"));
}

#[test]
fn every_case_is_complete_and_there_are_enough_of_each_kind() {
    const FILES: [&str; 7] = [
        "old.json",
        "new.json",
        "profile.json",
        "new-profile.json",
        "expected.txt",
        "downstream.rs",
        "newcomer.rs",
    ];
    let mut bumps = Vec::new();
    for case in cases() {
        for entry in fs::read_dir(&case.folder).expect("is a folder") {
            let name = entry.expect("is readable").file_name();
            let known = name.to_str().is_some_and(|name| FILES.contains(&name));
            assert!(known, "{}: {name:?} is not part of a case", case.name());
        }
        bumps.push(case.impact().bump);
    }
    assert!(bumps.len() >= 25, "only {} cases", bumps.len());
    let kinds: BTreeSet<Option<Bump>> = bumps.iter().copied().collect();
    assert_eq!(kinds.len(), 4, "none, patch, minor and major are all shown: {kinds:?}");
}
