//! `cargo xtask tidy`: the invariants of `ARCHITECTURE.md` that a program can check.
//!
//! Every check is a function from texts to violations, with a test in which it reports one.

mod code;
mod crate_version;
mod crates;
mod generator_free;
mod lock;
mod observations;
mod rust_version;
mod text;
mod unfinished;

use anyhow::{Result, bail};
use cargo_metadata::Metadata;

use self::code::{Tree, boundaries, cycles, environment, floats, module_docs};
use self::text::compile_fail;
use self::text::vocabulary::Vocabulary;
use crate::derived::Mode;
use crate::repository::Text;
use crate::{codegen, repository};

/// The files whose words are checked, by their endings; those of `stderr` are the expected errors of examples.
const ENDINGS: [&str; 9] = ["css", "html", "js", "md", "py", "rs", "sh", "stderr", "toml"];

/// Runs every check, prints every violation, and fails if there was one.
pub(crate) fn run() -> Result<()> {
    let texts = repository::texts(&ENDINGS)?;
    let (sources, others): (Vec<Text>, Vec<Text>) =
        texts.into_iter().partition(|text| text.path.ends_with(".rs"));
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(repository::root()).exec()?;
    let trees = Tree::read_all(&roots(&metadata), &sources)?;
    let pages = others.iter().filter(|text| text.path.ends_with(".md") && !text.path.contains("/src/"));
    let documents: String = pages.map(|page| &*page.content).collect();
    let lock = repository::read(repository::LOCK)?;
    let overlay = repository::read(repository::OVERLAY)?;
    let all: Vec<&Text> = sources.iter().chain(&others).collect();
    let checks = [
        ("crates depend on each other only as allowed", crates::check(&metadata)),
        ("users build no part of the generator", generator_free::check(&generator_free::tree()?)),
        ("modules name only what they may", boundaries::check(&trees)),
        (
            "imports form no large cycles",
            unfinished(unfinished::CYCLES, trees.iter().flat_map(cycles::check).collect()),
        ),
        ("every module opens with its documentation", module_docs::check(&sources)),
        ("every environment variable is documented", environment::check(&trees, &documents)),
        ("amounts are exact", floats::check(&sources)),
        ("examples that must not compile fail with their error", compile_fail::check(&all)),
        ("words are those of the vocabulary", words(&all)?),
        ("observed entries were observed at ND8", observations::check(&overlay)),
        ("the lock file matches the documents", lock::check(&lock, &repository::read)),
        ("the crate's version matches the API's", crate_version::check(&metadata, &lock)),
        ("rust-version is the highest of all dependencies", rust_version::check(&metadata)),
    ];
    let mut violations = 0;
    for (name, found) in &checks {
        println!("{} {name}", if found.is_empty() { "ok   " } else { "FAIL " });
        for violation in found {
            println!("      {violation}");
        }
        violations += found.len();
    }
    // Last, because its output is long.
    let derived = codegen::run(Mode::Check);
    println!("{} derived files are up to date", if derived.is_ok() { "ok   " } else { "FAIL " });
    derived?;
    if violations > 0 {
        bail!("{violations} violations");
    }
    Ok(())
}

/// Returns the root file of every target of the workspace.
fn roots(metadata: &Metadata) -> Vec<String> {
    let packages = metadata.workspace_packages();
    let targets = packages.iter().flat_map(|package| &package.targets);
    let relative = |path: &cargo_metadata::camino::Utf8PathBuf| {
        path.strip_prefix(&metadata.workspace_root).map(|path| path.as_str().replace('\\', "/")).ok()
    };
    targets.filter_map(|target| relative(&target.src_path)).collect()
}

/// Returns the violations of the vocabulary with the file of each.
fn words(texts: &[&Text]) -> Result<Vec<String>> {
    let vocabulary = Vocabulary::read()?;
    let found = texts.iter().flat_map(|text| vocabulary.check(text));
    Ok(found.map(|violation| violation.to_string()).collect())
}

/// Leaves out violations in places that are not finished, and reports places that are.
fn unfinished(places: &[&str], found: Vec<(String, String)>) -> Vec<String> {
    let is_of = |path: &str, place: &str| {
        path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let finished = places.iter().filter(|place| !found.iter().any(|(path, _)| is_of(path, place)));
    let finished: Vec<String> = finished
        .map(|place| format!("{place} passes: remove it from xtask/src/tidy/unfinished.rs"))
        .collect();
    let rest = found.into_iter().filter(|(path, _)| !places.iter().any(|place| is_of(path, place)));
    rest.map(|(_, violation)| violation).chain(finished).collect()
}

#[cfg(test)]
mod tests {
    use super::unfinished;

    #[test]
    fn what_is_unfinished_is_left_out_and_what_is_finished_has_to_go() {
        let found =
            || vec![("src/a.rs".to_owned(), "one".to_owned()), ("src2/b.rs".to_owned(), "two".to_owned())];
        assert_eq!(unfinished(&[], found()), ["one", "two"]);
        assert_eq!(unfinished(&["src"], found()), ["two"]);
        assert_eq!(
            unfinished(&["src", "docs", "src2/b.rs"], found()),
            ["docs passes: remove it from xtask/src/tidy/unfinished.rs"]
        );
    }
}
