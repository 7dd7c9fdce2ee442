//! The lines of a document that a finding is about: few, short, and harmless.

use super::escape::visible;
use crate::source::{Document, Location};

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
    pub(super) goes_on: bool,
}

/// The first lines of a place, without the indentation of the first.
pub(super) fn of(document: &Document, location: &Location) -> Excerpt {
    let text = document.text();
    let start = (location.span.start as usize).min(text.len());
    let end = (location.span.end as usize).clamp(start, text.len());
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(start..).unwrap_or_default());
    let head = before.rsplit('\n').next().unwrap_or_default();
    let indentation = if head.trim().is_empty() { head.len() } else { 0 };
    let mut lines = Vec::new();
    let mut taken = 0;
    for (number, line) in (location.line..).zip(after.split_inclusive('\n').take(MOST_LINES)) {
        if !lines.is_empty() && taken >= end - start {
            break;
        }
        taken += line.len();
        let text = match lines.is_empty() {
            true => first(head, line),
            false => cut(unindented(line, indentation)),
        };
        lines.push(Line { number, text });
    }
    let rest = after.as_bytes().get(taken..end - start).unwrap_or_default();
    let goes_on = rest.iter().take(MOST_BYTES).any(|byte| !byte.is_ascii_whitespace());
    Excerpt { lines, goes_on }
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
        let excerpt = of(document, &document.locate(pointer).expect("is there"));
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
}
