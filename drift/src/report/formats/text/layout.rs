//! Lines of a terminal: styled words, wrapped.

use anstyle::Style;

use crate::report::parts::options::Color;

/// Columns of a line.
pub(super) const WIDTH: usize = 100;

/// A line to be wrapped.
#[derive(Debug, Default)]
pub(super) struct Line {
    indent: usize,
    parts: Vec<(Style, String)>,
}

impl Line {
    pub(super) fn new(indent: usize) -> Self {
        Self { indent, parts: Vec::new() }
    }

    /// Adds text without control characters.
    #[must_use]
    pub(super) fn add(mut self, style: Style, text: impl Into<String>) -> Self {
        self.parts.push((style, text.into()));
        self
    }

    #[must_use]
    pub(super) fn plain(self, text: impl Into<String>) -> Self {
        self.add(Style::new(), text)
    }

    /// Returns the line in as many rows as it needs, those after the first indented further. Between words it is broken only where there is a
    /// blank; a word that is longer than a row is cut into several.
    pub(super) fn rows(&self, color: Color) -> Vec<String> {
        let mut rows = Rows { color, rows: Vec::new(), row: " ".repeat(self.indent), column: self.indent };
        let hang = self.indent + 4;
        let characters = self.parts.iter().flat_map(|(style, text)| text.chars().map(move |it| (*style, it)));
        let characters: Vec<(Style, char)> = characters.collect();
        let mut blanks = 0;
        for word in characters.split_inclusive(|(_, it)| *it == ' ') {
            let (word, has_blank) = match word.split_last() {
                Some(((_, ' '), word)) => (word, true),
                _ => (word, false),
            };
            if word.is_empty() {
                blanks += usize::from(has_blank);
                continue;
            }
            let width: usize = word.iter().map(|(_, it)| columns(*it)).sum();
            if rows.column + blanks + width > WIDTH && rows.column > hang {
                rows.end(hang);
            } else {
                rows.blanks(blanks);
            }
            rows.word(word, hang);
            blanks = usize::from(has_blank);
        }
        rows.end(0);
        rows.rows
    }
}

struct Rows {
    color: Color,
    rows: Vec<String>,
    row: String,
    column: usize,
}

impl Rows {
    fn blanks(&mut self, number: usize) {
        self.row.extend(std::iter::repeat_n(' ', number));
        self.column += number;
    }

    fn word(&mut self, word: &[(Style, char)], hang: usize) {
        for run in word.chunk_by(|(one, _), (other, _)| one == other) {
            let style = match self.color {
                Color::Plain => Style::new(),
                Color::Coloured => run[0].0,
            };
            self.row.push_str(&style.render().to_string());
            for (_, character) in run {
                if self.column + columns(*character) > WIDTH {
                    self.row.push_str(&style.render_reset().to_string());
                    self.end(hang);
                    self.row.push_str(&style.render().to_string());
                }
                self.row.push(*character);
                self.column += columns(*character);
            }
            self.row.push_str(&style.render_reset().to_string());
        }
    }

    fn end(&mut self, indent: usize) {
        let row = std::mem::replace(&mut self.row, " ".repeat(indent));
        self.rows.push(row.trim_end().to_owned());
        self.column = indent;
    }
}

/// Returns the columns that a character takes. East Asian characters and most pictures take two.
pub(super) fn columns(character: char) -> usize {
    match u32::from(character) {
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        Line::new(2).plain(text).rows(Color::Plain)
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = "word ".repeat(30);
        let found = rows(&text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], format!("  {}", ["word"; 19].join(" ")));
        assert!(found[1].starts_with("      word"), "{found:?}");
    }

    #[test]
    fn no_row_is_wider_than_a_line() {
        for text in
            ["x".repeat(350), "字".repeat(200), format!("a {} b", "y".repeat(99)), "  two  blanks".to_owned()]
        {
            let found = rows(&text);
            for row in &found {
                assert!(row.chars().map(columns).sum::<usize>() <= WIDTH, "{row}");
            }
            let joined: String = found.iter().flat_map(|row| row.chars()).filter(|it| *it != ' ').collect();
            assert_eq!(joined, text.replace(' ', ""), "nothing is lost");
        }
    }

    #[test]
    fn styles_are_reset_at_the_end_of_a_row() {
        let style = Style::new().bold();
        let found = Line::new(0).add(style, "z".repeat(150)).plain(" end").rows(Color::Coloured);
        assert_eq!(found.len(), 2);
        for row in &found {
            assert_eq!(
                row.matches(&style.render().to_string()).count(),
                row.matches(&style.render_reset().to_string()).count(),
                "{row:?}"
            );
        }
    }
}
