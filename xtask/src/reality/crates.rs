//! Compiles generated code: nd8 itself, once for each distinct output, and all raw layers as one crate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use cargo_metadata::diagnostic::Diagnostic;
use serde_json::Value;

use super::rustc::{self, Call};
use crate::compile;
use crate::hash::sha256;
use crate::repository::{read, root};

/// Names the files that decide whether two documents are compiled once.
const COMPILED: [&str; 3] = ["types.rs", "client.rs", "mocks.rs"];

const STUBS: &str = "codegen/tests/stubs/src/lib.rs";
const AROUND: &str = "codegen/tests/stubs/around.rs";

/// Generated code that is to be compiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output<'a> {
    /// Index of the document.
    pub(super) index: usize,
    pub(super) name: &'a str,
    /// Document's own file.
    pub(super) file: &'a Path,
    /// Folder of the generated files.
    pub(super) out: &'a Path,
}

/// Errors of the compiler, as texts, by the index of the document; none where the code compiles.
pub(super) type Errors = BTreeMap<usize, Vec<String>>;

/// Groups outputs that are equal in all that is compiled.
///
/// # Errors
///
/// Fails if an output cannot be read.
pub(super) fn distinct<'a>(outputs: &[Output<'a>]) -> Result<Vec<Vec<Output<'a>>>> {
    let mut groups: BTreeMap<Vec<String>, Vec<Output<'a>>> = BTreeMap::new();
    for output in outputs {
        let hash = |name: &&str| Ok(sha256(&std::fs::read(output.out.join(name))?));
        groups.entry(COMPILED.iter().map(hash).collect::<Result<_>>()?).or_default().push(*output);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| group[0].index);
    Ok(groups)
}

/// Compiles nd8 with generated code that some documents share.
///
/// # Errors
///
/// Fails if the compiler cannot be run.
pub(super) fn nd8(call: &Call, group: &[Output<'_>]) -> Result<Errors> {
    let first = group[0];
    let output = call.nd8(first.out, &first.out.with_file_name("nd8"))?;
    let errors = match rustc::errors(&output) {
        Ok(errors) => errors.iter().map(|error| describe(error, first)).collect(),
        Err(error) => vec![error.to_string()],
    };
    Ok(group.iter().map(|output| (output.index, errors.clone())).collect())
}

/// Compiles the revisions of documents (`api.rs`), which differ even where all other code is the same.
///
/// # Errors
///
/// Fails if the compiler cannot be run.
pub(super) fn revisions(call: &Call, outputs: &[Output<'_>], folder: &Path) -> Result<Errors> {
    let module = |output: &Output<'_>| {
        let file = output.out.join("api.rs");
        let kind = "(&'static str, &'static str, Option<&'static str>, usize)";
        Ok(format!("pub const API: {kind} = include!({file:?});\n"))
    };
    modules(call, outputs, folder, &[], &module)
}

/// Compiles raw layers over the stubs, as modules of one crate.
///
/// # Errors
///
/// Fails if the stubs do not compile, or the compiler cannot be run.
pub(super) fn raw_layers(call: &Call, outputs: &[Output<'_>], folder: &Path) -> Result<Errors> {
    let stubs = call.other("nd8_stubs", &root().join(STUBS), &[], folder)?;
    let problems = rustc::errors(&stubs)?;
    ensure!(problems.is_empty(), "the stubs do not compile\n{}", text_of(&problems));
    let stubs = format!("--extern=nd8_stubs={}", folder.join("libnd8_stubs.rmeta").display());
    let around = read(AROUND)?;
    let module = |output: &Output<'_>| {
        let [types, client] = ["types.rs", "client.rs"].map(|name| output.out.join(name));
        for file in [&types, &client] {
            // The generated code takes its own module for the only one.
            let own = format!("crate::m{}::raw", output.index);
            std::fs::write(file, std::fs::read_to_string(file)?.replace("crate::raw", &own))?;
        }
        let client = format!("mod client {{\ninclude!({client:?});\n}}");
        Ok(format!("pub mod raw {{\n{around}\ninclude!({types:?});\n{client}\n}}\n"))
    };
    modules(call, outputs, folder, &[stubs], &module)
}

/// Compiles a crate with a module for each output.
fn modules(
    call: &Call,
    outputs: &[Output<'_>],
    folder: &Path,
    arguments: &[String],
    module: &dyn Fn(&Output<'_>) -> Result<String>,
) -> Result<Errors> {
    std::fs::create_dir_all(folder)?;
    for output in outputs {
        std::fs::write(folder.join(format!("m{}.rs", output.index)), module(output)?)?;
    }
    let mut found: Errors = outputs.iter().map(|output| (output.index, Vec::new())).collect();
    find_errors(call, outputs.to_vec(), folder, arguments, &mut found)?;
    Ok(found)
}

/// Compiles modules until those that are left have no error: errors in one phase of the compiler can keep it from later phases.
fn find_errors(
    call: &Call,
    mut open: Vec<Output<'_>>,
    folder: &Path,
    arguments: &[String],
    found: &mut Errors,
) -> Result<()> {
    while !open.is_empty() {
        let mut root = String::new();
        for output in &open {
            writeln!(root, "pub mod m{};", output.index)?;
        }
        let source = folder.join("lib.rs");
        std::fs::write(&source, root)?;
        let (errors, problem) = match rustc::errors(&call.other("documents", &source, arguments, folder)?) {
            Ok(errors) if errors.is_empty() => break,
            Ok(errors) => (errors, String::new()),
            Err(problem) => (Vec::new(), problem.to_string()),
        };
        let owned: Vec<_> =
            errors.iter().filter_map(|error| Some((owner(error, &open, folder)?, error))).collect();
        for (output, error) in &owned {
            found.entry(output.index).or_default().push(describe(error, *output));
        }
        if !owned.is_empty() {
            open.retain(|output| found.get(&output.index).is_none_or(Vec::is_empty));
            continue;
        }
        // The compiler does not say whose error it is, or crashed: by themselves, the modules show it.
        match *open {
            [only] => {
                found.entry(only.index).or_default().push(problem + &text_of(&errors));
                break;
            }
            _ => {
                for output in open {
                    find_errors(call, vec![output], folder, arguments, found)?;
                }
                break;
            }
        }
    }
    Ok(())
}

/// Finds the output that an error is in, by its files.
fn owner<'a>(error: &Diagnostic, outputs: &[Output<'a>], folder: &Path) -> Option<Output<'a>> {
    let files: Vec<PathBuf> =
        error.spans.iter().filter(|span| span.is_primary).map(|span| root().join(&span.file_name)).collect();
    let is_in = |output: &&Output<'_>| {
        let module = folder.join(format!("m{}.rs", output.index));
        files.iter().any(|file| file.starts_with(output.out) || *file == module)
    };
    outputs.iter().find(is_in).copied()
}

fn describe(error: &Diagnostic, output: Output<'_>) -> String {
    let source = |file: &str| std::fs::read_to_string(root().join(file)).ok();
    // Of YAML, no place in the document is given.
    let document = std::fs::read(output.file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let documents = [(output.name, document.unwrap_or(Value::Null))];
    // The folder is gone when somebody reads this.
    let folder = format!("{}{}", output.out.display(), std::path::MAIN_SEPARATOR);
    compile::describe(error, &documents, &source).replace(&folder, "generated ")
}

fn text_of(errors: &[Diagnostic]) -> String {
    errors.iter().filter_map(|error| error.rendered.as_deref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a call of rustc that compiles a crate of some includes, without dependencies.
    fn call(folder: &Path) -> Call {
        let source = folder.join("nd8.rs");
        let includes = COMPILED.map(|name| format!("include!(concat!(env!(\"OUT_DIR\"), \"/{name}\"));\n"));
        std::fs::write(&source, includes.concat()).expect("writable");
        Call::of("rustc", &["--crate-name", "nd8", "--crate-type", "lib", &source.to_string_lossy()])
    }

    /// Returns a folder with generated code.
    fn generated(folder: &Path, name: &str, api: &str, types: &str) -> PathBuf {
        let out = folder.join(name).join("out");
        std::fs::create_dir_all(&out).expect("writable");
        for (file, text) in [("api.rs", api), ("types.rs", types), ("client.rs", ""), ("mocks.rs", "")] {
            std::fs::write(out.join(file), text).expect("writable");
        }
        out
    }

    const API: &str = "(\"1\", \"00\", None, 1)";

    #[test]
    fn what_is_equal_is_compiled_once_and_errors_are_of_all_that_share_it() {
        let folder = tempfile::tempdir().expect("writable");
        let path = std::fs::canonicalize(folder.path()).expect("is there");
        let broken = "pub mod types {\n    pub struct A {\n        pub a: Missing,\n    }\n}\n";
        let outs = [
            generated(&path, "a", API, "pub struct A;"),
            generated(&path, "b", API, broken),
            generated(&path, "c", "(\"2\", \"01\", None, 1)", broken),
        ];
        let document = path.join("b.json");
        let text = r#"{"components": {"schemas": {"A": {"properties": {"a": {}}}}}}"#;
        std::fs::write(&document, text).expect("writable");
        let of = |index: usize| Output { index, name: "bad/b.json", file: &document, out: &outs[index] };
        let groups = distinct(&[of(0), of(1), of(2)]).expect("is readable");
        let indices = |group: &Vec<Output<'_>>| group.iter().map(|output| output.index).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(indices).collect::<Vec<_>>(), [vec![0], vec![1, 2]]);

        let call = call(&path);
        assert_eq!(nd8(&call, &groups[0]).expect("runs"), Errors::from([(0, Vec::new())]));
        let errors = nd8(&call, &groups[1]).expect("runs");
        assert_eq!(errors[&1], errors[&2]);
        let place =
            "generated item `types::A::a`, from bad/b.json#/components/schemas/A/properties/a\n    error[E0";
        assert!(errors[&1][0].starts_with(place), "{errors:?}");
        assert!(errors[&1][0].contains("generated types.rs:3:16"), "{errors:?}");
    }

    #[test]
    fn an_error_in_one_module_does_not_hide_another() {
        let folder = tempfile::tempdir().expect("writable");
        let path = std::fs::canonicalize(folder.path()).expect("is there");
        let unclosed = "(\"1\", \"00\", None, 1";
        let revisions_of = [API, unclosed, "(\"1\", 7, None, 1)", API].into_iter().enumerate();
        let outs: Vec<PathBuf> =
            revisions_of.map(|(index, api)| generated(&path, &index.to_string(), api, "")).collect();
        let document = path.join("none.yaml");
        let of = |index: usize| Output { index, name: "a.yaml", file: &document, out: &outs[index] };
        let outputs: Vec<_> = (0..4).map(of).collect();
        let errors = revisions(&call(&path), &outputs, &path.join("revisions")).expect("runs");
        let failed: Vec<usize> =
            errors.iter().filter(|(_, errors)| !errors.is_empty()).map(|(index, _)| *index).collect();
        assert_eq!((failed, errors.len()), (vec![1, 2], 4), "{errors:?}");
        assert!(errors[&2][0].contains("error[E0308]"), "{errors:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_compiler_that_crashes_is_the_error_of_the_module_alone() {
        let folder = tempfile::tempdir().expect("writable");
        let path = std::fs::canonicalize(folder.path()).expect("is there");
        let outs = [0, 1].map(|index| generated(&path, &index.to_string(), API, ""));
        let of = |index: usize| Output { index, name: "a.json", file: &path, out: &outs[index] };
        // The error is in the second module, and does not name it.
        let script = "for last; do :; done; ! grep -q m1 \"$last\"";
        let program = path.join("rustc.sh");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("writable");
        let mut permissions = std::fs::metadata(&program).expect("is there").permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
        std::fs::set_permissions(&program, permissions).expect("can be set");
        let call = Call::of(&program.to_string_lossy(), &[]);
        let errors = revisions(&call, &[of(0), of(1)], &path.join("revisions")).expect("runs");
        assert_eq!(errors[&0], Vec::<String>::new());
        assert!(errors[&1][0].starts_with("rustc failed"), "{errors:?}");
    }
}
