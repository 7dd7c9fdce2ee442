//! The lines of a document that a finding is about: few, short, and harmless.

use super::escape::visible;
use crate::{Document, Location};

/// The most lines shown of one place.
const MOST_LINES: usize = 4;
/// The most characters shown of one line.
const MOST_CHARACTERS: usize = 100;
/// How much of the line is shown before the place, when the line is long.
const LEAD: usize = 24;
/// How much of a place is looked at, so that a place as large as the document costs no more than a small one.
const MOST_BYTES: usize = 16 << 10;

/// A numbered line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) text: String,
}

/// Some lines, and whether the place goes on after them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) lines: Vec<Line>,
    /// Whether lines between the first and the second are left out.
    pub(super) skips: bool,
    pub(super) goes_on: bool,
}

/// The lines of a place, without the indentation of the first: the first line, and after it those from another on,
/// which [`first_difference`] finds.
pub(super) fn of(document: &Document, location: &Location, from: usize) -> Excerpt {
    let (head, after, length) = parts(document, location);
    let indentation = if head.trim().is_empty() { head.len() } else { 0 };
    let mut lines = Vec::new();
    let mut taken = 0;
    for (index, line) in after.split_inclusive('\n').enumerate() {
        if lines.len() == MOST_LINES || (index > 0 && taken >= length) {
            break;
        }
        taken += line.len();
        let number = location.line.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        match index {
            0 => lines.push(Line { number, text: first(head, line) }),
            _ if index < from => {}
            _ => lines.push(Line { number, text: cut(unindented(line, indentation)) }),
        }
    }
    let rest = after.as_bytes().get(taken..length).unwrap_or_default();
    let goes_on = rest.iter().take(MOST_BYTES).any(|byte| !byte.is_ascii_whitespace());
    Excerpt { lines, skips: from > 1, goes_on }
}

/// The line at which two places begin to differ, if the lines that are shown first are all the same; else the second.
pub(super) fn first_difference(old: (&Document, &Location), new: (&Document, &Location)) -> usize {
    let [mut old, mut new] = [old, new].map(|(document, location)| {
        let (_, after, length) = parts(document, location);
        let bytes = &after.as_bytes()[..length.min(MOST_BYTES)];
        // A comma belongs to what follows, not to what it ends.
        bytes.split(|byte| *byte == b'\n').map(|line| without_comma(line.trim_ascii()))
    });
    let mut same = 0;
    loop {
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => same += 1,
            (None, None) => return 1,
            _ => return if same >= MOST_LINES { same } else { 1 },
        }
    }
}

fn without_comma(line: &[u8]) -> &[u8] {
    line.strip_suffix(b",").unwrap_or(line)
}

/// The line before a place, the text from it on, and how much of that is the place.
fn parts<'a>(document: &'a Document, location: &Location) -> (&'a str, &'a str, usize) {
    let (text, range) = document.text_at(location.span);
    let (start, end) = (range.start, range.end);
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(start..).unwrap_or_default());
    (before.rsplit('\n').next().unwrap_or_default(), after, (end - start).min(after.len()))
}

/// The line of the place itself: from its indentation if it is short, else from a little before the place.
fn first(head: &str, line: &str) -> String {
    let lead = head.trim_start();
    let skipped = lead.char_indices().rev().nth(LEAD).map(|(at, _)| at);
    match skipped {
        Some(at) => cut(&format!("…{}{}", lead.get(at..).unwrap_or_default(), short(line))),
        None => cut(&format!("{lead}{}", short(line))),
    }
}

/// Enough of a line for [`cut`] to see that it is too long.
fn short(line: &str) -> &str {
    let end = line.char_indices().nth(MOST_CHARACTERS + 1).map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or(line)
}

fn unindented(line: &str, indentation: usize) -> &str {
    let blanks = line.bytes().take(indentation).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    short(line.get(blanks..).unwrap_or(line))
}

fn cut(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}…", visible(line.get(..at).unwrap_or(line))),
        None => visible(line).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::parse("x", text).expect("is a document")
    }

    fn shown(document: &Document, pointer: &str) -> (Vec<(u32, String)>, bool) {
        let excerpt = of(document, &document.locate(pointer).expect("is there"), 1);
        (excerpt.lines.into_iter().map(|line| (line.number, line.text)).collect(), excerpt.goes_on)
    }

    #[test]
    fn a_place_is_shown_without_its_indentation() {
        let text = "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\n    \"title\": \"T\",\n    \"version\": \"1\"\n  },\n  \"paths\": {}\n}\n";
        let document = document(text);
        let (lines, goes_on) = shown(&document, "/info");
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0], (3, "\"info\": {".to_owned()));
        assert_eq!(lines[1], (4, "  \"title\": \"T\",".to_owned()));
        assert!(!goes_on);
        assert_eq!(shown(&document, "/paths"), (vec![(7, "\"paths\": {}".to_owned())], false));
    }

    #[test]
    fn of_a_long_line_a_window_is_shown() {
        let filler = "x".repeat(1000);
        let text = format!(
            "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"{filler}\",\"version\":\"1\"}},\"paths\":{{}},\"x-end\":\"{filler}\"}}"
        );
        let document = document(&text);
        let (lines, _) = shown(&document, "/info/version");
        assert_eq!(lines.len(), 1);
        assert!(lines[0].1.starts_with("…xxx") && lines[0].1.contains("\"version\":\"1\""), "{lines:?}");
        assert!(lines[0].1.chars().count() <= MOST_CHARACTERS + 1, "{lines:?}");
    }

    #[test]
    fn places_that_begin_alike_are_shown_from_where_they_differ() {
        let text = |last: &str| {
            let lines: String = (0..9).map(|number| format!("  a{number}: {number}\n")).collect();
            format!("openapi: 3.0.3\ninfo:\n{lines}  last: {last}\npaths: {{}}\n")
        };
        let (old, new) = (document(&text("old")), document(&text("new")));
        let [at_old, at_new] = [&old, &new].map(|document| document.locate("/info").expect("is there"));
        let from = first_difference((&old, &at_old), (&new, &at_new));
        let excerpt = of(&new, &at_new, from);
        let shown: Vec<(u32, &str)> =
            excerpt.lines.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(shown, [(2, "info:"), (12, "  last: new")]);
        assert!(excerpt.skips && !excerpt.goes_on);
        assert_eq!(first_difference((&old, &at_old), (&old, &at_old)), 1, "the same");
    }
}
