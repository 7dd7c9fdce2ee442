//! Changes the file's text: comments and order stay.

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{Accepted, Config};
use crate::Fingerprint;

const ACCEPTED: &str = "accepted";

/// Adds an accepted finding to the text of the file `name`, or replaces the entry with the same fingerprint.
///
/// # Errors
///
/// If the text is not of the right form, the reason is empty, or the day is over.
pub fn accept(name: &str, text: &str, entry: &Accepted, today: Date) -> Result<String> {
    Config::parse(name, text)?;
    if entry.reason.trim().is_empty() {
        bail!("the reason is empty");
    }
    if entry.until < today {
        bail!("{} is over", entry.until);
    }
    let mut table = Table::new();
    table["fingerprint"] = value(entry.fingerprint.to_string());
    table["rule"] = value(entry.rule.id());
    table["reason"] = value(entry.reason.trim());
    table["until"] = value(entry.until.to_string());
    let mut document = parsed(name, text)?;
    // What is at the end of the file would otherwise move behind the new entry.
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    let list = document.entry(ACCEPTED).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let list = list
        .as_array_of_tables_mut()
        .with_context(|| format!("{name}: write accepted findings as `[[accepted]]`, each a table"))?;
    let wanted = entry.fingerprint.to_string();
    let known = list.iter().position(|other| fingerprint(other) == Some(&wanted));
    match known.and_then(|at| list.get_mut(at)) {
        Some(other) => table.into_iter().for_each(|(key, value)| drop(other.insert(&key, value))),
        None => {
            table.decor_mut().set_prefix(format!("{end}\n"));
            list.push(table);
            document.set_trailing("");
        }
    }
    Ok(document.to_string())
}

/// Removes accepted findings from the text of the file `name`. Returns nothing if nothing is left but comments.
///
/// # Errors
///
/// If the text is not of the right form.
pub fn without(name: &str, text: &str, gone: &[Fingerprint]) -> Result<Option<String>> {
    let gone: Vec<String> = gone.iter().map(ToString::to_string).collect();
    let mut document = parsed(name, text)?;
    if let Some(list) = document.get_mut(ACCEPTED).and_then(Item::as_array_of_tables_mut) {
        list.retain(|entry| !fingerprint(entry).is_some_and(|it| gone.iter().any(|gone| gone == it)));
        if list.is_empty() {
            document.remove(ACCEPTED);
        }
    }
    Ok((!document.is_empty()).then(|| document.to_string()))
}

fn parsed(name: &str, text: &str) -> Result<DocumentMut> {
    text.parse().with_context(|| format!("cannot read {name}"))
}

fn fingerprint(entry: &Table) -> Option<&str> {
    entry.get("fingerprint")?.as_str()
}
