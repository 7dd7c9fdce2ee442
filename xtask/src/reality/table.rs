//! Reads the table `expected.tsv` of a folder, and compares it with the documents below the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

/// Names the table.
pub(super) const TABLE: &str = "expected.tsv";

const HEADER: [&str; 3] = ["document", "expected", "note"];

/// Expected result of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Works,
    Refused,
    Either,
}

/// Treatment of a document, by its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// As a document of ND8: with the profile, the supplement and the overlay.
    Variant,
    /// As a document of somebody else: with an empty profile, as a raw layer.
    Real,
    /// As a variant, within bounds of time and memory.
    Bad,
}

/// A document of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path from the folder, with `/`.
    pub(super) name: String,
    pub(super) expected: Expected,
    pub(super) treatment: Treatment,
}

/// A document that cannot be run, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unrunnable {
    pub(super) name: String,
    pub(super) why: String,
}

/// Reads the table of a folder, and lists what is in one of the two only.
///
/// # Errors
///
/// Fails if the table cannot be read.
pub(super) fn read(folder: &Path) -> Result<(Vec<Entry>, Vec<Unrunnable>)> {
    let path = folder.join(TABLE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let entries = parse(&text).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(compare(entries, &documents(folder)?))
}

fn parse(text: &str) -> Result<Vec<(String, Expected)>> {
    let mut lines = text.lines().enumerate();
    let header: Vec<&str> = lines.next().map_or("", |(_, line)| line).split('\t').collect();
    if header != HEADER {
        bail!("line 1 must be the columns {}, separated by tabs", HEADER.join(", "));
    }
    let mut entries: BTreeMap<&str, usize> = BTreeMap::new();
    let mut parsed = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let mut columns = line.split('\t').map(str::trim);
        let (name, expected) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let expected = match expected {
            "works" => Expected::Works,
            "refused" => Expected::Refused,
            "works or refused" => Expected::Either,
            other => {
                bail!("line {number}: expected `works`, `refused` or `works or refused`, found `{other}`")
            }
        };
        if let Some(first) = entries.insert(name, number) {
            bail!("line {number}: {name} is on line {first} already; remove one of them");
        }
        parsed.push((name.to_owned(), expected));
    }
    Ok(parsed)
}

/// Lists the files of the subfolders. What is next to the table describes the folder.
fn documents(folder: &Path) -> Result<BTreeSet<String>> {
    let is_visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut found = BTreeSet::new();
    for entry in WalkDir::new(folder).follow_links(true).into_iter().filter_entry(is_visible) {
        let entry = entry?;
        if entry.depth() > 1 && entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            found.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(found)
}

fn compare(table: Vec<(String, Expected)>, files: &BTreeSet<String>) -> (Vec<Entry>, Vec<Unrunnable>) {
    let (mut entries, mut unrunnable) = (Vec::new(), Vec::new());
    let listed: BTreeSet<&String> = table.iter().map(|(name, _)| name).collect();
    for name in files.iter().filter(|name| !listed.contains(name)) {
        unrunnable.push(Unrunnable { name: name.clone(), why: format!("{TABLE} does not list it") });
    }
    for (name, expected) in &table {
        let fail = |why: &str| Unrunnable { name: name.clone(), why: why.to_owned() };
        let treatment = match name.split_once('/') {
            Some(("variants", _)) => Treatment::Variant,
            Some(("real", _)) => Treatment::Real,
            Some(("bad", _)) => Treatment::Bad,
            _ => {
                unrunnable
                    .push(fail("it is not in variants/, real/ or bad/, so it is not known how to run it"));
                continue;
            }
        };
        if files.contains(name) {
            entries.push(Entry { name: name.clone(), expected: *expected, treatment });
        } else {
            unrunnable.push(fail(&format!("{TABLE} lists it, but there is no such file")));
        }
    }
    (entries, unrunnable)
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Works => "works",
            Self::Refused => "refused",
            Self::Either => "works or refused",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_three_columns_and_three_outcomes() {
        let table = "document\texpected\tnote\nbad/a.json\tworks or refused\t\n\nreal/b.yml\trefused\twhy\n";
        let parsed = parse(table).expect("is one");
        assert_eq!(
            parsed,
            [("bad/a.json".to_owned(), Expected::Either), ("real/b.yml".to_owned(), Expected::Refused)]
        );
        for (line, wanted) in [
            ("a.json\tfine\t", "line 2: expected `works`, `refused` or `works or refused`, found `fine`"),
            ("a.json", "line 2: expected `works`, `refused` or `works or refused`, found ``"),
            ("a.json\tworks\t\na.json\trefused\t", "line 3: a.json is on line 2 already; remove one of them"),
        ] {
            let error = parse(&format!("document\texpected\tnote\n{line}\n")).expect_err("is wrong");
            assert_eq!(error.to_string(), wanted);
        }
        assert!(parse("bad/a.json\tworks\t\n").is_err(), "the first line names the columns");
    }

    #[test]
    fn what_is_in_one_of_the_two_only_is_listed() {
        let table = ["variants/a.json", "real/gone.json", "elsewhere/b.json"];
        let table = table.map(|name| (name.to_owned(), Expected::Works)).to_vec();
        let files = ["variants/a.json", "elsewhere/b.json", "bad/more.json"];
        let (entries, unrunnable) = compare(table, &files.map(str::to_owned).into());
        assert_eq!(entries.iter().map(|entry| &*entry.name).collect::<Vec<_>>(), ["variants/a.json"]);
        let unrunnable: Vec<String> =
            unrunnable.into_iter().map(|it| format!("{}: {}", it.name, it.why)).collect();
        assert_eq!(
            unrunnable,
            [
                "bad/more.json: expected.tsv does not list it",
                "real/gone.json: expected.tsv lists it, but there is no such file",
                "elsewhere/b.json: it is not in variants/, real/ or bad/, so it is not known how to run it",
            ]
        );
    }
}
