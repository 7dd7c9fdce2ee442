//! Lines of a document that a finding is about: few, short, and harmless.

use std::cmp::Ordering;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::escape::visible;
use crate::{Document, Location};

/// Length that is shown before the place, when the line is long.
const LEAD: usize = 24;
/// Length of a place that is looked at, so that a place as large as the document costs no more than a small one.
const MOST_BYTES: usize = 16 << 10;
/// Length that is looked at before a place on its line.
const MOST_LEAD: usize = 512;
/// Number of lines of a place that are compared: the comparison may cost the square of it.
const MOST_COMPARED: usize = 400;

/// Limits of what is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Changed lines of one place.
    pub(crate) lines: usize,
    /// Characters of one line.
    pub(crate) characters: usize,
}

/// A numbered line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) text: String,
    /// True if the other document does not have it.
    pub(crate) is_changed: bool,
}

/// Some lines of a place: the first, and those that changed. Where numbers jump, lines are left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) lines: Vec<Line>,
    /// True if more of it changed, or it is too long to be compared.
    pub(crate) goes_on: bool,
}

impl Excerpt {
    /// Returns the lines, each with whether some before it are left out.
    pub(crate) fn with_gaps(&self) -> impl Iterator<Item = (bool, &Line)> {
        let mut last = None;
        self.lines.iter().map(move |line| {
            let skips = last.is_some_and(|last: u32| line.number > last.saturating_add(1));
            last = Some(line.number);
            (skips, line)
        })
    }
}

/// A place in a document.
pub(crate) type At<'a> = Option<(&'a Document, &'a Location)>;

/// Returns the excerpts of a place in the old and in the new document. Where one place contains the other, as where a property was added to
/// an object, only the inner one has an excerpt: the rest of the outer one did not change.
pub(crate) fn pair(mut sides: [At<'_>; 2], limits: Limits) -> [Option<Excerpt>; 2] {
    if let [Some((_, old)), Some((_, new))] = sides {
        match contained(&old.pointer, &new.pointer) {
            Ordering::Less => sides[0] = None,
            Ordering::Greater => sides[1] = None,
            Ordering::Equal => {}
        }
    }
    let texts = sides.map(|side| side.map(|(document, location)| Text::of(document, location)));
    let [old, new] = match &texts {
        [Some(old), Some(new)] => changed(&old.lines, &new.lines),
        [old, new] => [old, new].map(|text| vec![true; text.as_ref().map_or(0, |text| text.lines.len())]),
    };
    let skipped = match &texts {
        [Some(one), Some(other)] => common_start(one, &old, other, &new),
        _ => 0,
    };
    let [one, other] = texts;
    [
        one.map(|text| text.excerpt(&old, skipped, limits)),
        other.map(|text| text.excerpt(&new, skipped, limits)),
    ]
}

/// Returns which of two places contains the other, the lesser: documents may have them below different nodes, so their last steps decide.
fn contained(old: &str, new: &str) -> Ordering {
    /// `properties` and a name, or `parameters` and a number.
    const BETWEEN: usize = 3;
    let (mut ours, mut theirs) = (old.rsplit('/'), new.rsplit('/'));
    let (our_last, their_last) = (ours.next(), theirs.next());
    match () {
        () if our_last == their_last => Ordering::Equal,
        () if theirs.take(BETWEEN).any(|step| Some(step) == our_last) => Ordering::Less,
        () if ours.take(BETWEEN).any(|step| Some(step) == their_last) => Ordering::Greater,
        () => old.matches('/').count().cmp(&new.matches('/').count()),
    }
}

/// Returns which lines of either text the other does not have.
fn changed(old: &[&str], new: &[&str]) -> [Vec<bool>; 2] {
    // A comma belongs to what follows, not to what it ends.
    let [one, other] =
        [old, new].map(|lines| lines.iter().map(|line| without_comma(line.trim())).collect::<Vec<&str>>());
    let mut marks = [vec![false; old.len()], vec![false; new.len()]];
    for op in capture_diff_slices(Algorithm::Myers, &one, &other) {
        if !matches!(op, DiffOp::Equal { .. }) {
            marks[0][op.old_range()].fill(true);
            marks[1][op.new_range()].fill(true);
        }
    }
    marks
}

/// Returns the length that the first changed lines have in common: of long ones it need not be shown.
fn common_start(one: &Text<'_>, old: &[bool], other: &Text<'_>, new: &[bool]) -> usize {
    let first = |text: &Text<'_>, marks: &[bool]| {
        let at = marks.iter().position(|mark| *mark)?;
        Some(if at == 0 { format!("{}{}", text.lead, text.lines[0]) } else { text.lines[at].to_owned() })
    };
    match (first(one, old), first(other, new)) {
        (Some(one), Some(other)) => {
            one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
        }
        _ => 0,
    }
}

fn without_comma(line: &str) -> &str {
    line.strip_suffix(',').unwrap_or(line)
}

/// Lines of a place.
struct Text<'a> {
    number: u32,
    /// Text before the place on its first line, blanks at its start left out.
    lead: &'a str,
    /// Indentation of the first line, if nothing is before the place.
    indentation: usize,
    lines: Vec<&'a str>,
    goes_on: bool,
}

impl<'a> Text<'a> {
    fn of(document: &'a Document, location: &Location) -> Self {
        let (text, range) = document.text_at(location.span);
        let (start, end) = (range.start, range.end);
        let (before, after) = (text.get(..start).unwrap_or_default(), text.get(start..).unwrap_or_default());
        let head = end_of(before, MOST_LEAD).rsplit('\n').next().unwrap_or_default();
        let indentation = if head.trim().is_empty() { head.len() } else { 0 };
        let length = (end - start).min(after.len());
        let (mut lines, mut taken) = (Vec::new(), 0);
        for line in after.split_inclusive('\n') {
            if !lines.is_empty() && (taken >= length || taken >= MOST_BYTES || lines.len() == MOST_COMPARED) {
                break;
            }
            taken += line.len();
            lines.push(start_of(line, MOST_BYTES).trim_end());
        }
        let rest = after.as_bytes().get(taken..length).unwrap_or_default();
        let goes_on = rest.iter().take(MOST_BYTES).any(|byte| !byte.is_ascii_whitespace());
        Self { number: location.line, lead: head.trim_start(), indentation, lines, goes_on }
    }

    /// Returns the first line, and those that changed.
    fn excerpt(self, marks: &[bool], skipped: usize, limits: Limits) -> Excerpt {
        let mut lines = Vec::new();
        let mut number_of_changed = 0;
        let first_changed = marks.iter().position(|mark| *mark);
        for (index, (line, is_changed)) in self.lines.iter().zip(marks).enumerate() {
            number_of_changed += usize::from(*is_changed);
            if index > 0 && (!is_changed || number_of_changed > limits.lines) {
                continue;
            }
            let skipped = if Some(index) == first_changed { skipped } else { 0 };
            let text = match index {
                0 => self.first(line, skipped, limits.characters),
                _ => window(unindented(line, self.indentation), skipped, limits.characters),
            };
            let number = self.number.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
            lines.push(Line { number, text, is_changed: *is_changed });
        }
        Excerpt { lines, goes_on: number_of_changed > limits.lines || self.goes_on }
    }

    /// Returns the line of the place itself: from its indentation if it is short, else from a little before the place.
    fn first(&self, line: &str, skipped: usize, most: usize) -> String {
        let lead = self.lead.chars().count();
        window(&format!("{}{line}", self.lead), skipped.max(lead), most)
    }
}

fn start_of(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

fn end_of(text: &str, most: usize) -> &str {
    let start = (text.len().saturating_sub(most)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(text.len())..]
}

fn unindented(line: &str, indentation: usize) -> &str {
    let blanks = line.bytes().take(indentation).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    line.get(blanks..).unwrap_or(line)
}

/// Returns the part of a line that is shown: its beginning, or if what matters comes later, from a little before that.
fn window(line: &str, matters: usize, most: usize) -> String {
    let skipped = if matters > most / 2 { matters.saturating_sub(LEAD) } else { 0 };
    let start = line.char_indices().nth(skipped).map_or(line.len(), |(at, _)| at);
    let shown = line.get(start..).unwrap_or_default().trim_end();
    let end = shown.char_indices().nth(most).map(|(at, _)| at);
    let before = if skipped > 0 { "…" } else { "" };
    let after = if end.is_some() { "…" } else { "" };
    format!("{before}{}{after}", visible(&shown[..end.unwrap_or(shown.len())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { lines: 4, characters: 100 };

    fn document(text: &str) -> Document {
        Document::parse("x", text).expect("is a document")
    }

    /// Returns the lines with their marks, and whether there are more.
    fn shown(excerpt: &Excerpt) -> Vec<String> {
        let lines = excerpt.with_gaps().map(|(skips, line)| {
            let mark = if line.is_changed { "*" } else { " " };
            format!("{}{} {mark} {}", if skips { "… " } else { "" }, line.number, line.text)
        });
        lines.chain(excerpt.goes_on.then(|| "…".to_owned())).collect()
    }

    fn excerpts(old: &str, new: &str, pointer: &str) -> [Vec<String>; 2] {
        let documents = [document(old), document(new)];
        let locations = documents.each_ref().map(|document| document.locate(pointer));
        let at = |side: usize| locations[side].as_ref().map(|location| (&documents[side], location));
        pair([at(0), at(1)], LIMITS).map(|excerpt| excerpt.map(|it| shown(&it)).unwrap_or_default())
    }

    #[test]
    fn a_place_is_shown_without_its_indentation() {
        let old = "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\n    \"title\": \"T\",\n    \"version\": \"1\"\n  },\n  \"paths\": {}\n}\n";
        let new = old.replace("\"info\": {", "\"x-info\": {");
        let lines = ["3 * \"info\": {", "4 *   \"title\": \"T\",", "5 *   \"version\": \"1\"", "6 * },"];
        let found = excerpts(old, &new.replace("\"paths\"", "\"info\": {}, \"paths\""), "/info");
        assert_eq!(found[0], lines);
        assert_eq!(excerpts(old, old, "/paths"), [["7   \"paths\": {}"], ["7   \"paths\": {}"]]);
    }

    #[test]
    fn only_the_changed_lines_of_a_long_place_are_shown() {
        let text = |at: [&str; 2]| {
            let lines: String = (0..9).map(|number| format!("  a{number}: {number}\n")).collect();
            format!("openapi: 3.0.3\ninfo:\n{lines}  b: {}\n  c: 1\n  d: {}\npaths: {{}}\n", at[0], at[1])
        };
        let [old, new] = excerpts(&text(["old", "x"]), &text(["new", "y"]), "/info");
        assert_eq!(old, ["2   info:", "… 12 *   b: old", "… 14 *   d: x"]);
        assert_eq!(new, ["2   info:", "… 12 *   b: new", "… 14 *   d: y"]);
    }

    #[test]
    fn the_inner_of_two_places_is_found_wherever_they_are() {
        for (old, new, wanted) in [
            ("/a/card", "/a/card/properties/status", Ordering::Less),
            (
                "/paths/~1a/post/content/schema/properties/amount",
                "/schemas/R/properties/amount/pattern",
                Ordering::Less,
            ),
            (
                "/schemas/R/properties/amount/pattern",
                "/paths/~1a/post/content/schema/properties/amount",
                Ordering::Greater,
            ),
            ("/a/enum", "/a/enum/2", Ordering::Less),
            ("/parameters/0", "/parameters/2", Ordering::Equal),
            ("/paths/~1a/schema/properties/x", "/schemas/Y/properties/x", Ordering::Equal),
        ] {
            assert_eq!(contained(old, new), wanted, "{old} {new}");
        }
    }

    #[test]
    fn of_a_place_within_the_other_only_that_is_shown() {
        let (old, new) = ("openapi: 3.0.3\ninfo: {}\n", "openapi: 3.0.3\ninfo:\n  title: T\n");
        let documents = [document(old), document(new)];
        let at = [documents[0].locate("/info"), documents[1].locate("/info/title")];
        let sides = [0, 1].map(|side| at[side].as_ref().map(|location| (&documents[side], location)));
        let [outer, inner] = pair(sides, LIMITS);
        assert_eq!(outer, None);
        assert_eq!(inner.map(|it| shown(&it)), Some(vec!["3 * title: T".to_owned()]));
    }

    #[test]
    fn what_is_more_than_the_limit_is_left_out() {
        let text = |word: &str| {
            let lines: String = (0..9).map(|number| format!("  a{number}: {word}\n")).collect();
            format!("openapi: 3.0.3\ninfo:\n{lines}paths: {{}}\n")
        };
        let [old, new] = excerpts(&text("one"), &text("two"), "/info");
        assert_eq!(old.len(), 1 + LIMITS.lines + 1, "{old:?}");
        assert_eq!(new.last().map(String::as_str), Some("…"));
    }

    #[test]
    fn a_long_line_is_shown_where_it_differs() {
        let filler = "x".repeat(1000);
        let text = |version: &str| {
            format!(
                "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"{filler}\",\"version\":\"{version}\"}},\"paths\":{{}},\"x-end\":\"{filler}\"}}"
            )
        };
        for pointer in ["/info", "/info/version"] {
            let [old, new] = excerpts(&text("1"), &text("2"), pointer);
            assert!(old[0].starts_with("1 * …") && old[0].contains("\"version\":\"1\""), "{old:?}");
            assert!(new[0].contains("\"version\":\"2\""), "{new:?}");
            assert!(old[0].chars().count() <= LIMITS.characters + 6, "{old:?}");
        }
    }
}
