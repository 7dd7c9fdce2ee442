//! Case files: their format, and how their derived parts are renewed.
//!
//! A case states in a sentence what it shows, names a base, changes it line by line, and names the kind of outcome:
//!
//! ```text
//! == response-field-optional
//! A field of a response may be absent now.
//! base    shop
//! new     Item required -= count
//! breaks  E0308 stock
//! major
//!     rust: major
//!     major  field types::Item::count: can be absent now: `i64` became an `Option`
//! ```
//!
//! Everything up to the kind of outcome is written by hand; a line that begins with a space continues the one above. The
//! indented lines below the kind are derived: `SNAPSHOTS=overwrite cargo test --package nd8-codegen` writes them. Lines
//! that begin with `#` are comments on the case below.
//!
//! The keywords of golden cases are documented in `golden`, those of impact cases in `impact`, changes in `patch`, and
//! places of a document in `place`. Values are in YAML's flow style, and `{$ref: Item}` is short for a schema's reference.

pub(crate) mod base;
pub(crate) mod json;
pub(crate) mod patch;
mod place;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV};

/// A case of a file.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Changes and programs: a keyword and the rest of the line.
    pub(crate) lines: Vec<(String, String)>,
    /// The kind of the outcome.
    pub(crate) kind: String,
    /// The part that is written by hand, with the comments above it.
    source: String,
}

/// The keywords of golden cases, or of impact cases.
pub(crate) struct Grammar {
    pub(crate) lines: &'static [&'static str],
    pub(crate) kinds: &'static [&'static str],
}

impl Grammar {
    /// Reads the text of a case file.
    pub(crate) fn parse(&self, text: &str) -> Result<Vec<Case>, String> {
        let mut cases: Vec<Case> = Vec::new();
        let mut comments = String::new();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            if line.starts_with('#') || (line.is_empty() && !comments.is_empty()) {
                comments.push_str(line);
                comments.push('\n');
                continue;
            }
            let name = line.strip_prefix("== ");
            let name = name.ok_or_else(|| located(index, line, "expected `== ` and the name of a case"))?;
            if cases.iter().any(|case| case.name == name) {
                return Err(located(index, line, "there is a case of this name already"));
            }
            cases.push(self.case((index, line), name, &mut lines, std::mem::take(&mut comments))?);
            // Derived lines are not parsed: they are rendered again, and the whole text is compared.
            while lines.next_if(|(_, line)| line.is_empty() || line.starts_with("    ")).is_some() {}
        }
        match comments.is_empty() {
            true => Ok(cases),
            false => Err("a comment at the end of the file belongs to no case".to_owned()),
        }
    }

    /// Reads the lines of a case below its name, up to the kind of the outcome.
    fn case<'a>(
        &self,
        (first, heading): (usize, &str),
        name: &str,
        lines: &mut impl Iterator<Item = (usize, &'a str)>,
        comments: String,
    ) -> Result<Case, String> {
        let mut source = format!("{comments}{heading}\n");
        let mut statements: Vec<(String, String)> = Vec::new();
        let mut is_described = false;
        for (index, line) in lines {
            source.push_str(line);
            source.push('\n');
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            if self.kinds.contains(&line) {
                return match (is_described, statements.is_empty()) {
                    (false, _) => Err(located(first, heading, "the case has no sentence on what it shows")),
                    (true, true) => Err(located(first, heading, "the case has no base")),
                    (true, false) => {
                        Ok(Case { name: name.to_owned(), lines: statements, kind: line.to_owned(), source })
                    }
                };
            } else if self.lines.contains(&word) {
                if word == "base" && !statements.is_empty() {
                    return Err(located(index, line, "a case has one base, which comes first"));
                }
                statements.push((word.to_owned(), rest.trim_start().to_owned()));
            } else if let (Some((_, last)), true) = (statements.last_mut(), line.starts_with(' ')) {
                last.push('\n');
                last.push_str(line);
            } else if statements.is_empty() && !line.is_empty() && !line.starts_with("== ") {
                is_described = true;
            } else {
                return Err(located(index, line, "expected a change, a program or the kind of the outcome"));
            }
        }
        Err(located(first, heading, "the case has no outcome"))
    }
}

fn located(index: usize, line: &str, message: &str) -> String {
    format!("line {}: {message}: `{line}`", index + 1)
}

impl Case {
    /// Returns the rest of the lines with a keyword.
    pub(crate) fn all(&self, keyword: &str) -> impl Iterator<Item = &str> {
        let keyword = keyword.to_owned();
        self.lines.iter().filter(move |(word, _)| *word == keyword).map(|(_, rest)| &**rest)
    }

    /// Returns the text of the case with a new derived part.
    fn render(&self, outcome: &str) -> String {
        let mut text = self.source.clone();
        for line in outcome.lines() {
            text.push_str(if line.is_empty() { "" } else { "    " });
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A file of cases.
pub(crate) struct CaseFile {
    path: PathBuf,
    pub(crate) cases: Vec<Case>,
}

impl CaseFile {
    /// Reads the files of a folder. No name is used twice in it.
    pub(crate) fn all(folder: &str, grammar: &Grammar) -> Vec<Self> {
        let is_case_file = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "txt");
        let read = |path: PathBuf| {
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, text)
        };
        let texts = files_of(&data().join(folder)).into_iter().filter(is_case_file).map(read);
        Self::parse(texts, grammar).unwrap_or_else(|error| panic!("{error}"))
    }

    fn parse(texts: impl Iterator<Item = (PathBuf, String)>, grammar: &Grammar) -> Result<Vec<Self>, String> {
        let mut names = BTreeSet::new();
        let file = |(path, text): (PathBuf, String)| {
            let cases = grammar.parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            match cases.iter().find(|case| !names.insert(case.name.clone())) {
                Some(Case { name, .. }) => {
                    Err(format!("{}: another file has a case `{name}`", path.display()))
                }
                None => Ok(Self { path, cases }),
            }
        };
        texts.map(file).collect()
    }

    /// Compares the derived parts with those of the file, or writes them.
    pub(crate) fn check(&self, outcomes: &[String]) {
        let cases: Vec<String> =
            self.cases.iter().zip(outcomes).map(|(case, outcome)| case.render(outcome)).collect();
        assert_same(cases.join("\n"), &self.path);
    }
}

/// Compares a text with a file, or writes the file under `SNAPSHOTS=overwrite`.
pub(crate) fn assert_same(text: String, path: &Path) {
    let expected = Data::read_from(path, None).raw();
    Assert::new().action_env(DEFAULT_ACTION_ENV).eq(Data::text(text).raw(), expected);
}

/// Returns the folder of the cases.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Returns the files and folders of a folder, in the order of their names.
pub(crate) fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("can be read").path()).collect();
    paths.sort();
    paths
}

/// Returns the files in and below a folder that no test reads.
pub(crate) fn unused_files(root: &Path) -> Vec<String> {
    let (mut folders, mut unused) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in files_of(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let place = path.strip_prefix(root).expect("is below the root");
            let parts: Vec<&str> = place.iter().filter_map(|part| part.to_str()).collect();
            let is_used = match *parts {
                ["golden", file] => file.ends_with(".txt"),
                ["impact", file] => file.ends_with(".txt") || file == "everything.rs",
                ["bases", _, file] => base::FILES.contains(&file),
                _ => false,
            };
            if !is_used {
                unused.push(parts.join("/"));
            }
        }
    }
    unused.sort();
    unused
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMAR: Grammar = Grammar { lines: &["base", "new"], kinds: &["major", "none"] };

    const TEXT: &str = "# A comment.\n\n== one\nShows\nthis.\nbase  shop\nnew   A = {\n  a: 1}\nmajor\n    stale\n\n\
                        == two\nShows that.\nbase shop\nnone\n";

    #[test]
    fn only_the_derived_lines_of_a_file_change() {
        let cases = GRAMMAR.parse(TEXT).expect("are cases");
        assert_eq!(cases.iter().map(|case| &*case.name).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(cases[0].all("new").collect::<Vec<_>>(), ["A = {\n  a: 1}"]);
        let rendered: Vec<String> = cases.iter().map(|case| case.render("fresh\n\nlines")).collect();
        let expected = TEXT.replace("    stale\n", "    fresh\n\n    lines\n") + "    fresh\n\n    lines\n";
        assert_eq!(rendered.join("\n"), expected);
        assert_eq!(GRAMMAR.parse(&expected).expect("are cases").len(), 2);
    }

    #[test]
    fn a_file_of_another_format_is_refused() {
        for (text, reason) in [
            ("one\n", "line 1: expected `== ` and the name of a case: `one`"),
            (
                "== a\nWhy.\nbase x\nnone\n\n== a\nWhy.\nbase x\nnone\n",
                "line 6: there is a case of this name already: `== a`",
            ),
            ("== a\nbase x\nnone\n", "line 1: the case has no sentence on what it shows: `== a`"),
            ("== a\nWhy.\nnone\n", "line 1: the case has no base: `== a`"),
            ("== a\nWhy.\nbase x\n", "line 1: the case has no outcome: `== a`"),
            (
                "== a\nWhy.\nbase x\n\nnone\n",
                "line 4: expected a change, a program or the kind of the outcome: ``",
            ),
            (
                "== a\nWhy.\nbase x\nnwe A = 1\nnone\n",
                "line 4: expected a change, a program or the kind of the outcome: `nwe A = 1`",
            ),
            ("== a\nWhy.\nbase x\nnone\n  x\n", "line 5: expected `== ` and the name of a case: `  x`"),
            (
                "== a\nWhy.\nbase x\nbase y\nnone\n",
                "line 4: a case has one base, which comes first: `base y`",
            ),
            ("# Nothing.\n", "a comment at the end of the file belongs to no case"),
        ] {
            assert_eq!(GRAMMAR.parse(text).map(|cases| cases.len()), Err(reason.to_owned()));
        }
    }

    #[test]
    fn a_name_is_used_in_one_file_only() {
        let file = |path: &str, name: &str| (path.into(), format!("== {name}\nWhy.\nbase x\nnone\n"));
        let parse = |names: [&str; 2]| {
            let files = [file("1.txt", names[0]), file("2.txt", names[1])];
            CaseFile::parse(files.into_iter(), &GRAMMAR).map(|files| files.len())
        };
        assert_eq!(parse(["a", "b"]), Ok(2));
        assert_eq!(parse(["a", "a"]), Err("2.txt: another file has a case `a`".to_owned()));
    }

    #[test]
    fn every_file_of_the_cases_is_read() {
        assert_eq!(unused_files(&data()), [""; 0]);
    }

    #[test]
    fn a_file_that_nothing_reads_is_found() {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unused-files");
        for file in [
            "golden/a.txt",
            "golden/a.json",
            "impact/a.txt",
            "impact/old.json",
            "bases/a/document.json",
            "bases/a/old.json",
            "bases/a.json",
            "other/a.txt",
        ] {
            fs::create_dir_all(root.join(file).parent().expect("is in a folder")).expect("can be made");
            fs::write(root.join(file), "").expect("can be written");
        }
        let expected =
            ["bases/a.json", "bases/a/old.json", "golden/a.json", "impact/old.json", "other/a.txt"];
        assert_eq!(unused_files(&root), expected);
    }
}
