//! Replaces the values that JSON cannot hold, in bodies that serde cannot read as JSON.
//!
//! Python writes `NaN` and lone surrogates as JSON by default, so a genuine body can have them, and a JSON parser would reject the whole
//! body without naming a value. Only single values are replaced. A body that breaks off is cut at its last complete value, and one
//! whose structure is broken is not read.

use std::cell::OnceCell;

use serde_json::Value;

/// Key of the object that replaces a value which JSON cannot hold.
pub(crate) const UNREADABLE: &str = "unreadable";

/// A body in which the values that JSON cannot hold are replaced.
pub(crate) struct Scanned<'a> {
    /// JSON, unless the structure of the body is broken.
    pub(crate) text: String,
    /// The body ends before its outermost object does.
    pub(crate) is_truncated: bool,
    body: &'a [u8],
    flaws: Vec<Flaw>,
    /// Offsets of the newlines in the body. Computed once and only if a place is needed: a body may have a flaw in each value, and
    /// counting lines for each would take quadratic time.
    newlines: OnceCell<Vec<usize>>,
}

/// The reason why a value is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// One half of a character, written as an escape without the other.
    HalfSurrogate,
    /// `NaN` or `Infinity`.
    NotANumber,
    /// A number that no number type holds.
    OutOfRange,
    /// Anything else.
    NotJson,
}

/// A defect, and its line and column in the body, from 1.
pub(crate) type Found = (Defect, usize, usize);

/// A value that was replaced.
struct Flaw {
    /// Offsets of the replacement in the text.
    start: usize,
    end: usize,
    /// Offset in the body of the defect.
    body_at: usize,
    /// Offset in the body where the value ends.
    body_end: usize,
    why: Defect,
}

impl<'a> Scanned<'a> {
    /// Scans a body without a byte-order mark, token by token.
    pub(crate) fn new(body: &'a [u8]) -> Self {
        let mut scanned = Self {
            text: String::with_capacity(body.len()),
            is_truncated: false,
            body,
            flaws: Vec::new(),
            newlines: OnceCell::new(),
        };
        let (mut at, mut depth) = (0, 0_usize);
        // The text can be cut at `complete` without losing a part of a value.
        let (mut complete, mut in_value) = (0, false);
        while let Some(&byte) = body.get(at) {
            let end = token_end(body, at);
            let Some(end) = end else {
                scanned.is_truncated = true;
                break;
            };
            match byte {
                b'{' | b'[' => {
                    depth += 1;
                    scanned.text.push(char::from(byte));
                    if depth == 1 && byte == b'{' {
                        complete = scanned.text.len();
                    }
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    scanned.text.push(char::from(byte));
                }
                b',' | b':' => {
                    if depth == 1 {
                        // A number is complete only if something follows.
                        complete = if in_value { scanned.text.len() } else { complete };
                        in_value = byte == b':';
                    }
                    scanned.text.push(char::from(byte));
                }
                _ if byte.is_ascii_whitespace() => scanned.text.push(char::from(byte)),
                _ => scanned.push_scalar(at, end, depth == 0),
            }
            if depth == 1 && in_value && matches!(byte, b'"' | b'}' | b']') {
                complete = scanned.text.len();
            }
            at = end;
        }
        scanned.is_truncated |= depth > 0;
        if scanned.is_truncated {
            scanned.text.truncate(complete);
            scanned.text.push('}');
        }
        scanned
    }

    /// Returns why the value at this offset of the text was replaced.
    pub(crate) fn flaw_at(&self, offset: usize) -> Option<Found> {
        let index = self.flaws.binary_search_by_key(&offset, |flaw| flaw.start).ok()?;
        Some(self.found(&self.flaws[index]))
    }

    /// Returns why the first of the values was replaced.
    pub(crate) fn first_flaw(&self) -> Option<Found> {
        self.flaws.first().map(|flaw| self.found(flaw))
    }

    /// Returns the line and the column of the first byte that is not UTF-8.
    pub(crate) fn invalid_utf8(&self) -> Option<(usize, usize)> {
        std::str::from_utf8(self.body).err().map(|error| self.place_in_body(error.valid_up_to()))
    }

    /// Returns line and column in the body of an offset in the text.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let before = self.flaws[..self.flaws.partition_point(|flaw| flaw.end <= offset)].last();
        self.place_in_body(before.map_or(offset, |flaw| offset - flaw.end + flaw.body_end))
    }

    /// Returns the line and the column of a byte, from 1.
    fn place_in_body(&self, offset: usize) -> (usize, usize) {
        let is_newline = |(at, byte): (usize, &u8)| (*byte == b'\n').then_some(at);
        let newlines =
            self.newlines.get_or_init(|| self.body.iter().enumerate().filter_map(is_newline).collect());
        let offset = offset.min(self.body.len());
        let before = newlines.partition_point(|newline| *newline < offset);
        let line_start = before.checked_sub(1).map_or(0, |last| newlines[last] + 1);
        (before + 1, offset - line_start + 1)
    }

    fn found(&self, flaw: &Flaw) -> Found {
        let (line, column) = self.place_in_body(flaw.body_at);
        (flaw.why, line, column)
    }

    fn push_scalar(&mut self, start: usize, end: usize, is_outermost: bool) {
        let token = &self.body[start..end];
        let (inside, why) = match check(token) {
            Ok(text) => return self.text.push_str(text),
            Err(flaw) => flaw,
        };
        let at = self.text.len();
        let next = self.body[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        if is_outermost {
            // It is not the value of a member, so the whole body is not JSON.
            self.text.push('!');
        } else if next == Some(&b':') {
            // No known field has such a name.
            self.text.push_str("\"\u{fffd}\"");
        } else {
            let written = Value::from(String::from_utf8_lossy(token));
            self.text.push_str(&format!("{{\"{UNREADABLE}\":{written}}}"));
        }
        self.flaws.push(Flaw {
            start: at,
            end: self.text.len(),
            body_at: start + inside,
            body_end: end,
            why,
        });
    }
}

/// Finds the end of the token that begins here. `None` if it is a string that does not end.
pub(crate) fn token_end(body: &[u8], start: usize) -> Option<usize> {
    let rest = &body[start + 1..];
    let is_delimiter = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
    match body[start] {
        b'"' => {
            let mut is_escaped = false;
            let closing = rest.iter().position(|&byte| {
                let closes = byte == b'"' && !is_escaped;
                is_escaped = byte == b'\\' && !is_escaped;
                closes
            });
            closing.map(|length| start + length + 2)
        }
        byte if is_delimiter(&byte) => Some(start + 1),
        _ => Some(start + 1 + rest.iter().position(is_delimiter).unwrap_or(rest.len())),
    }
}

/// Returns the text of a string, a number or a literal; or the offset and the kind of its defect.
fn check(token: &[u8]) -> Result<&str, (usize, Defect)> {
    let text = std::str::from_utf8(token).map_err(|error| (error.valid_up_to(), Defect::InvalidUtf8))?;
    let Err(error) = serde_json::from_str::<Value>(text) else { return Ok(text) };
    let unsigned = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if matches!(unsigned.as_str(), "nan" | "inf" | "infinity") {
        return Err((0, Defect::NotANumber));
    }
    // serde_json distinguishes these in its messages only. If a later version changes them, the tests fail.
    let message = error.to_string();
    let has = |words: &str| message.contains(words);
    if has("number out of range") {
        Err((0, Defect::OutOfRange))
    } else if has("surrogate") || has("unexpected end of hex escape") {
        Err((0, Defect::HalfSurrogate))
    } else {
        Err((0, Defect::NotJson))
    }
}
