//! Reads strict JSON (RFC 8259).
//!
//! serde_json validates the text, but has no positions. Of a text that is valid, the positions of the tokens follow from a
//! few characters, so a scan of our own finds them: a parser with positions would be a third of this crate's build time.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::text::Text;
use crate::tree::{Builder, Kind, Refusal, Slice, Tree};

/// Reads a text that begins like JSON.
pub(crate) fn read(text: &Arc<Text>) -> Result<Tree, Refusal> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text.as_str()) {
        return Err((offset(text.as_str(), &error), without_place(&error)));
    }
    build(text)
}

/// Builds the tree of a valid text.
fn build(text: &Arc<Text>) -> Result<Tree, Refusal> {
    let content = text.as_str();
    let bytes = content.as_bytes();
    let mut builder = Builder::new(Arc::clone(text));
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            // serde_json has checked that they are where they may be.
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
            b'{' => drop(builder.open(Kind::Mapping(Slice::default()), start)?),
            b'[' => drop(builder.open(Kind::Sequence(Slice::default()), start)?),
            b'}' | b']' => drop(builder.close(at)),
            b'"' => {
                let (value, end) = string(content, start)?;
                at = end;
                let text = builder.intern(&value, start + 1);
                if builder.wants_key() {
                    builder.key(text, start)?;
                } else {
                    builder.scalar(Kind::String(text), start, end)?;
                }
            }
            _ => {
                let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}');
                at = bytes[start..].iter().position(is_end).map_or(bytes.len(), |length| start + length);
                let kind = match &content[start..at] {
                    "null" => Kind::Null,
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    number => Kind::Number(builder.intern(number, start)),
                };
                builder.scalar(kind, start, at)?;
            }
        }
    }
    Ok(builder.finish())
}

/// Returns the value of the string that begins at a quote, and the byte after its end.
fn string(content: &str, start: usize) -> Result<(Cow<'_, str>, usize), Refusal> {
    let bytes = content.as_bytes();
    let (mut end, mut has_escapes) = (start + 1, false);
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => break,
            b'\\' => (has_escapes, end) = (true, end + 2),
            _ => end += 1,
        }
    }
    if !has_escapes {
        return Ok((Cow::Borrowed(&content[start + 1..end]), end + 1));
    }
    // Halves of surrogate pairs are found only here.
    match serde_json::from_str(&content[start..=end]) {
        Ok(value) => Ok((Cow::Owned(value), end + 1)),
        Err(error) => Err((start + error.column().saturating_sub(1), without_place(&error))),
    }
}

/// Converts the place of an error to an offset: serde_json reports line and column, the column in bytes.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let line = error.line().saturating_sub(1);
    let start = match line {
        0 => 0,
        _ => text.match_indices('\n').nth(line - 1).map_or(text.len(), |(at, _)| at + 1),
    };
    start + error.column().saturating_sub(1)
}

fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    format!("not JSON: {reason}")
}
