//! Compiles generated code, and programs over it, as far as the compiler's checks go.
//!
//! Cargo checks the dependencies once, in the target folder that is there anyway, and names the files of their metadata.
//! Everything else are few calls of rustc. Many of them would spend their time on reading what reqwest and serde export,
//! so all generated code is modules of one crate, and programs over it are modules of two others.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use nd8_codegen::Generated;
use serde_json::Value;

/// The crates that generated code and our programs name.
const EXTERNS: [&str; 9] = [
    "jiff",
    "nd8_stubs",
    "progenitor_client",
    "reqwest",
    "rust_decimal",
    "schemars",
    "serde",
    "serde_json",
    "uuid",
];

/// What is around generated code in its module, as in `nd8`.
const AROUND: &str = include_str!("../stubs/around.rs");

/// The imports of every program.
const PRELUDE: &str = "use nd8::raw::Client;\nuse nd8::raw::types::*;\n";

/// The expected result of compiling a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Expected {
    /// It compiles.
    Compiles,
    /// It does not, and an error has this code.
    FailsWith(String),
    /// It does not.
    Fails,
}

/// A program over generated code, and its expected result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    /// The index of the code in [`Claims::libraries`].
    library: usize,
    program: String,
    expected: Expected,
}

/// The claims that are to be proved, and the code that they are about.
#[derive(Default)]
pub(crate) struct Claims {
    libraries: Vec<String>,
    /// The indices of the libraries, by what they are generated from.
    indices: HashMap<String, usize>,
    /// With the names of the cases. A claim of several cases is compiled once.
    claims: BTreeMap<Claim, Vec<String>>,
}

impl Claims {
    /// Returns the index of the code that is generated from some inputs. Equal inputs are generated from once.
    pub(crate) fn library(
        &mut self,
        inputs: String,
        generate: impl FnOnce() -> Result<Generated, String>,
    ) -> Result<usize, String> {
        if let Some(index) = self.indices.get(&inputs) {
            return Ok(*index);
        }
        self.libraries.push(library(&generate()?));
        self.indices.insert(inputs, self.libraries.len() - 1);
        Ok(self.libraries.len() - 1)
    }

    /// Adds a claim about a program over generated code.
    pub(crate) fn add(&mut self, name: String, library: usize, program: &str, expected: Expected) {
        let claim = Claim { library, program: program.to_owned(), expected };
        self.claims.entry(claim).or_default().push(name);
    }
}

/// Returns generated code with what it needs around it.
fn library(generated: &Generated) -> String {
    let Generated { types, client, .. } = generated;
    format!("pub mod raw {{\n{AROUND}{types}\nmod client {{\n{client}}}\n}}\n")
}

/// Returns generated code as [`library`] does, with its mocks.
fn library_with_mocks(generated: &Generated) -> String {
    let mocks = generated
        .mocks
        .replace("::httpmock::", "::nd8_stubs::httpmock::")
        .replace("regex::Regex", "::nd8_stubs::httpmock::Regex");
    format!("{}pub mod mock {{\n{mocks}}}\n", library(generated))
}

/// Makes generated code, which takes its own module for the only one, a module of a crate.
fn module(index: usize, library: &str) -> (usize, String) {
    (index, library.replace("crate::raw", &format!("crate::m{index}::raw")))
}

/// The errors of a crate, by its module.
type Errors = BTreeMap<usize, Vec<Diagnostic>>;

struct Diagnostic {
    code: Option<String>,
    text: String,
}

pub(crate) struct Compiler {
    folder: PathBuf,
    externs: Vec<String>,
    calls: AtomicUsize,
}

impl Compiler {
    /// Has Cargo check the dependencies. `name` is the name of a folder for the crates.
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package=nd8-stubs", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let mut externs = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
            let files = message["filenames"].as_array().map(Vec::as_slice).unwrap_or_default();
            let metadata =
                files.iter().filter_map(|file| file.as_str()).find(|file| file.ends_with(".rmeta"));
            if let (Some(file), true) = (metadata, message["reason"] == "compiler-artifact") {
                if EXTERNS.contains(&name.as_str()) {
                    externs.push(format!("--extern={name}={file}"));
                }
                if let (Some(folder), "nd8_stubs") = (Path::new(file).parent(), name.as_str()) {
                    externs.push(format!("-Ldependency={}", folder.display()));
                }
            }
        }
        if externs.len() != EXTERNS.len() + 1 {
            return Err(format!("of {EXTERNS:?} cargo reported only {externs:?}"));
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // What an earlier run with another compiler left is of no use.
        let _ = std::fs::remove_dir_all(&folder);
        Ok(Self { folder, externs, calls: AtomicUsize::new(0) })
    }

    /// Returns a message for each claim that the compiler disproves.
    pub(crate) fn disproofs(&self, claims: &Claims) -> Vec<String> {
        let modules = claims.libraries.iter().enumerate().map(|(index, text)| module(index, text));
        let (folder, errors) = self.rustc(modules, "generated", &[], "pub ");
        if !errors.is_empty() {
            let errors: String = errors.into_values().flatten().map(|error| error.text).collect();
            return vec![format!("generated code does not compile:\n{errors}")];
        }
        let generated = format!("--extern=generated={}", folder.join("libgenerated.rmeta").display());
        let (positive, negative): (Vec<_>, Vec<_>) =
            claims.claims.iter().partition(|(claim, _)| claim.expected == Expected::Compiles);
        let mut disproofs = self.disprove(&positive, &generated);
        disproofs.extend(self.disprove(&negative, &generated));
        disproofs.sort();
        disproofs
    }

    /// Returns the first error in each generated code that does not compile, by its index. Types have their JSON schemas, and
    /// operations their mocks.
    pub(crate) fn first_errors<'a>(
        &self,
        codes: impl Iterator<Item = &'a Generated>,
    ) -> BTreeMap<usize, String> {
        let mut open: BTreeMap<usize, String> = codes.map(library_with_mocks).enumerate().collect();
        let mut found = BTreeMap::new();
        // Errors in one phase of the compiler keep it from later phases.
        loop {
            let modules = open.iter().map(|(index, text)| module(*index, text));
            let features = ["--cfg", "feature=\"schemars\""];
            let (_, errors) = self.rustc(modules, "generated", &features, "pub ");
            if errors.is_empty() {
                return found;
            }
            for (index, errors) in errors {
                open.remove(&index);
                found.extend(errors.into_iter().next().map(|error| (index, error.text)));
            }
        }
    }

    /// Returns messages for the claims that do not hold. Either all of them are about programs that compile, or none.
    ///
    /// Errors in one phase of the compiler can keep it from later phases. So the programs without an error are compiled
    /// again by themselves, until there is no further error.
    fn disprove(&self, claims: &[(&Claim, &Vec<String>)], generated: &str) -> Vec<String> {
        let mut open: Vec<usize> = (0..claims.len()).collect();
        let mut found = Errors::new();
        while !open.is_empty() {
            let program = |index: &usize| {
                let Claim { library, program, .. } = claims[*index].0;
                (
                    *index,
                    format!("#![allow(unused)]\nuse generated::m{library} as nd8;\n{PRELUDE}{program}\n"),
                )
            };
            let (_, errors) = self.rustc(open.iter().map(program), "programs", &[generated], "");
            if errors.is_empty() {
                break;
            }
            open.retain(|index| !errors.contains_key(index));
            found.extend(errors);
        }
        let mut disproofs = Vec::new();
        for (index, (claim, names)) in claims.iter().enumerate() {
            let errors = found.get(&index).map(Vec::as_slice).unwrap_or_default();
            let text: String = errors.iter().map(|error| &*error.text).collect();
            let has = |code: &str| errors.iter().any(|error| error.code.as_deref() == Some(code));
            let disproof = match &claim.expected {
                Expected::Compiles if errors.is_empty() => continue,
                Expected::Compiles => format!("does not compile:\n{text}"),
                _ if errors.is_empty() => "compiles, but should not".to_owned(),
                Expected::FailsWith(code) if !has(code) => {
                    format!("does not compile, but not for {code}:\n{text}")
                }
                Expected::FailsWith(_) | Expected::Fails => continue,
            };
            disproofs.extend(names.iter().map(|name| format!("{name} {disproof}")));
        }
        disproofs
    }

    /// Compiles a crate of some modules, in a folder of its own; returns that, and the errors.
    fn rustc(
        &self,
        modules: impl Iterator<Item = (usize, String)>,
        name: &str,
        arguments: &[&str],
        visibility: &str,
    ) -> (PathBuf, Errors) {
        let folder = self.folder.join(self.calls.fetch_add(1, Ordering::Relaxed).to_string());
        std::fs::create_dir_all(&folder).expect("can be made");
        let mut root = String::new();
        for (index, source) in modules {
            let _ = writeln!(root, "{visibility}mod m{index};");
            std::fs::write(folder.join(format!("m{index}.rs")), source).expect("can be written");
        }
        std::fs::write(folder.join("lib.rs"), root).expect("can be written");
        let output = Command::new(next_to_cargo("rustc"))
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--emit=metadata",
                "--error-format=json",
                "-Awarnings",
            ])
            .args(["--crate-name", name])
            .args(&self.externs)
            .args(arguments)
            .arg("--out-dir")
            .args([&folder, &folder.join("lib.rs")])
            .output()
            .expect("rustc can be run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let errors = errors(&stderr);
        assert_eq!(output.status.success(), errors.is_empty(), "rustc: {stderr}");
        (folder, errors)
    }
}

/// Returns the errors that rustc printed, by the module that each is in.
fn errors(stderr: &str) -> Errors {
    let mut errors = Errors::new();
    for line in stderr.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = message["rendered"].as_str().unwrap_or_default().to_owned();
        let module = spans.iter().filter(|span| span["is_primary"] == true).find_map(|span| {
            let file = Path::new(span["file_name"].as_str()?).file_stem()?.to_str()?;
            file.strip_prefix('m')?.parse().ok()
        });
        // Errors about layouts have no place, but name the type.
        let module = module.or_else(|| {
            let (before, _) = text.split_once("::raw::")?;
            before.rsplit_once('m')?.1.parse().ok()
        });
        if let (Some(module), "error") = (module, message["level"].as_str().unwrap_or_default()) {
            let code = message["code"]["code"].as_str().map(str::to_owned);
            errors.entry(module).or_default().push(Diagnostic { code, text });
        }
    }
    errors
}

/// Returns a program of the toolchain that this test was built with.
fn next_to_cargo(program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO")).with_file_name(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.exists() { path } else { program.into() }
}

#[cfg(test)]
mod tests {
    use nd8_codegen::{Document, generate};

    use super::*;
    use crate::case::base::{Base, profile};

    fn generated(base: &str) -> Result<Generated, String> {
        let Base { document, profile: tables } = Base::named(base)?;
        let document = document.to_text();
        generate(Document { name: base, bytes: document.as_bytes() }, None, &profile(tables)?)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_claim_that_does_not_hold_is_disproved() {
        let mut claims = Claims::default();
        let empty = claims.library("empty".to_owned(), || generated("empty")).expect("is a base");
        let read = claims.library("read".to_owned(), || generated("read")).expect("is a base");
        assert_eq!(claims.library("empty".to_owned(), || Err("is there".to_owned())), Ok(empty));
        let fails_with = |code: &str| Expected::FailsWith(code.to_owned());
        let good = "fn id(a: &A) -> Option<&str> { a.id.as_deref() }";
        let unknown = "use nd8::raw::types::B;";
        let mistyped = "fn id(a: &A) -> &str { &a.id }";
        let partial = "fn id(a: &Result<A, ()>) { match a { Ok(_) => {} } }";
        for (name, library, program, expected) in [
            ("a", read, good, Expected::Compiles),
            ("b", read, mistyped, Expected::Compiles),
            ("c", read, partial, Expected::Compiles),
            ("d", empty, good, Expected::Compiles),
            ("e", read, unknown, fails_with("E0432")),
            ("f", read, mistyped, fails_with("E0308")),
            ("g", read, partial, fails_with("E0004")),
            ("h", read, partial, Expected::Fails),
            ("i", read, mistyped, fails_with("E0004")),
            ("j", read, good, fails_with("E0308")),
            ("k", read, good, Expected::Fails),
        ] {
            claims.add(name.to_owned(), library, program, expected);
        }
        let disproofs = Compiler::new("claims").expect("cargo knows the stubs").disproofs(&claims);
        let first_lines: Vec<&str> =
            disproofs.iter().filter_map(|disproof| disproof.lines().next()).collect();
        let expected = [
            "b does not compile:",
            "c does not compile:",
            "d does not compile:",
            "i does not compile, but not for E0004:",
            "j compiles, but should not",
            "k compiles, but should not",
        ];
        assert_eq!(first_lines, expected, "{disproofs:#?}");
    }

    #[test]
    fn generated_code_that_does_not_compile_disproves_all() {
        let mut claims = Claims::default();
        let broken = || {
            let mut generated = generated("empty")?;
            generated.types.push_str("fn broken() -> u8 {}");
            Ok(generated)
        };
        let library = claims.library(String::new(), broken).expect("is a base");
        claims.add("a".to_owned(), library, "", Expected::Compiles);
        let disproofs = Compiler::new("broken").expect("cargo knows the stubs").disproofs(&claims);
        assert_eq!(disproofs.len(), 1);
        assert!(disproofs[0].starts_with("generated code does not compile:\nerror[E0308]"), "{disproofs:?}");
    }
}
