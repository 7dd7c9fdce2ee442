//! The observation of a fact, in words that cannot contain anything that the server wrote.
//!
//! Redaction by construction: a [`Seen`] is made of texts of this program, numbers and the constants of `words`, never of a
//! text at run time. What is not on a list is counted.

use std::fmt;

use crate::overlay::Edit;

/// Observation of one fact.
///
/// `Display` prints nothing but words of this program, status codes and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    text: String,
    /// Printed, but not compared.
    note: String,
    // Only texts of the program fit, since `&'static str` cannot be made of a response without leaking memory.
    name: Option<&'static str>,
    edits: Vec<Edit>,
}

impl Seen {
    /// Creates one from a text of this program.
    pub(crate) fn word(word: &'static str) -> Seen {
        Seen { text: word.to_owned(), ..Seen::default() }
    }

    /// Creates one from a status code.
    pub(crate) fn status(status: u16) -> Seen {
        Seen { text: status.to_string(), ..Seen::default() }
    }

    /// Adds a text of this program.
    pub(crate) fn and(mut self, word: &'static str) -> Seen {
        self.text.push(' ');
        self.text.push_str(word);
        self
    }

    /// Adds names of this program behind a word, which may be empty, or nothing if there are none.
    pub(crate) fn listing(mut self, word: &'static str, names: &[&'static str]) -> Seen {
        if !names.is_empty() {
            let separator = if self.text.is_empty() { "" } else { "; " };
            self.text.push_str(separator);
            self.text.push_str(word);
            if !word.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(&names.join(", "));
        }
        self
    }

    /// Creates one from a number.
    pub(crate) fn count(count: usize, what: &'static str) -> Seen {
        Seen { text: format!("{count} {what}"), ..Seen::default() }
    }

    /// Notes how many of something there are, for readers; nothing if there are none.
    pub(crate) fn noting(mut self, count: usize, what: &'static str) -> Seen {
        if count > 0 {
            self.note = format!("{count} {what}");
        }
        self
    }

    /// Replaces an empty text.
    pub(crate) fn or(mut self, word: &'static str) -> Seen {
        if self.text.is_empty() {
            word.clone_into(&mut self.text);
        }
        self
    }

    /// Names the behavior, by the name that `nd8-sandbox` gives it as a quirk.
    pub(crate) fn named(mut self, name: &'static str) -> Seen {
        self.name = Some(name);
        self
    }

    /// Takes the name away, for a type that no quirk is about.
    pub(crate) fn unnamed(self) -> Seen {
        Seen { name: None, ..self }
    }

    /// Adds changes of the overlay that state the observation.
    pub(crate) fn with(mut self, edits: Vec<Edit>) -> Seen {
        self.edits = edits;
        self
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name of the behavior, which is that of the quirk of `nd8-sandbox`.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Returns the note, which is not compared.
    pub fn note(&self) -> &str {
        &self.note
    }

    pub(crate) fn edits(&self) -> &[Edit] {
        &self.edits
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
