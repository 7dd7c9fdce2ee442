//! Text of a document: its decoding, and the line and column of a byte.

pub(crate) mod error;
pub(crate) mod limits;

use error::ParseError;
use limits::SIZE_LIMIT;

/// Counts characters up to each multiple of this many bytes, so that a column in a line of twenty megabytes costs no more
/// than one in a short line.
const BLOCK: usize = 4096;

/// Holds a text with an index of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    content: String,
    /// Where each line begins, in bytes.
    lines: Vec<u32>,
    /// Number of characters that begin before each block. Empty for ASCII.
    blocks: Vec<u32>,
}

impl Text {
    /// Indexes a text. The caller has checked that the length fits 32 bits.
    pub(crate) fn new(content: String) -> Self {
        let bytes = content.as_bytes();
        let mut lines = vec![0];
        lines.extend(
            bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| narrow(at + 1)),
        );
        let mut blocks = Vec::new();
        if !content.is_ascii() {
            let mut characters = 0;
            for block in bytes.chunks(BLOCK) {
                blocks.push(narrow(characters));
                characters += count_characters(block);
            }
            blocks.push(narrow(characters));
        }
        Self { content, lines, blocks }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.content
    }

    /// Returns line and column of a byte, both from 1, the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.content.len());
        let line = self.lines.partition_point(|start| *start as usize <= offset);
        let start = self.lines[line - 1] as usize;
        let column = self.characters_before(offset) - self.characters_before(start);
        (narrow(line), narrow(column + 1))
    }

    /// Returns the lines from that of one byte to that of another, and the number of the first.
    pub(crate) fn lines(&self, start: usize, end: usize) -> (u32, &str) {
        let first = self.position(start).0;
        let last = self.position(end.max(start)).0;
        let from = self.lines[first as usize - 1] as usize;
        let to = self.lines.get(last as usize).map_or(self.content.len(), |next| *next as usize);
        (first, self.content.get(from..to).unwrap_or_default().trim_end_matches(['\r', '\n']))
    }

    fn characters_before(&self, offset: usize) -> usize {
        match self.blocks.get(offset / BLOCK) {
            None => offset,
            Some(before) => {
                let block = offset / BLOCK * BLOCK;
                *before as usize + count_characters(&self.content.as_bytes()[block..offset])
            }
        }
    }
}

/// Decodes UTF-8, with or without a byte order mark, and rejects what is no text of a document.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<Text, ParseError> {
    let error_at_start = |reason: String| ParseError::new(name, (1, 1), reason);
    if bytes.len() > SIZE_LIMIT {
        return Err(error_at_start(format!("the document is longer than {} MiB", SIZE_LIMIT >> 20)));
    }
    if let Some(encoding) = wide_encoding(&bytes) {
        return Err(error_at_start(format!("the text is {encoding}, not UTF-8; convert it to UTF-8")));
    }
    let mut content = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let reason = match (error.utf8_error().error_len(), error.as_bytes().get(at)) {
            (Some(_), Some(byte)) => not_utf_8(*byte),
            _ => "the text is not UTF-8: it ends within a character".to_owned(),
        };
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        let before = before.trim_start_matches(BYTE_ORDER_MARK).to_owned();
        let at = before.len();
        ParseError::new(name, Text::new(before).position(at), reason)
    })?;
    if content.starts_with(BYTE_ORDER_MARK) {
        content.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    let text = Text::new(content);
    if let Some(at) = text.as_str().find('\0') {
        let reason = "the text contains a NUL byte; is it a binary file?";
        return Err(ParseError::new(name, text.position(at), reason));
    }
    let trimmed = text.as_str().trim_start();
    // YAML's merge key begins with two.
    if trimmed.starts_with('<') && !trimmed.starts_with("<<") {
        let at = text.as_str().len() - trimmed.len();
        let reason = "this is a web page or other markup, not a JSON or YAML document; \
                      use the file or the address of the document itself";
        return Err(ParseError::new(name, text.position(at), reason));
    }
    Ok(text)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the encoding of a text with more than one byte for each ASCII character. No document begins with a NUL, so those
/// in its first characters show the encoding where there is no byte order mark.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    let marked = |mark: &[u8]| bytes.starts_with(mark);
    if marked(&[0xff, 0xfe, 0, 0]) || marked(&[0, 0, 0xfe, 0xff]) {
        return Some("UTF-32");
    }
    if marked(&[0xff, 0xfe]) || marked(&[0xfe, 0xff]) {
        return Some("UTF-16");
    }
    match bytes.first_chunk::<4>()?.map(|byte| byte == 0) {
        [true, true, true, false] | [false, true, true, true] => Some("UTF-32"),
        [true, false, true, false] | [false, true, false, true] => Some("UTF-16"),
        _ => None,
    }
}

/// Explains a byte that is not UTF-8.
fn not_utf_8(byte: u8) -> String {
    let hint = match byte {
        // In Latin-1 these are characters, and the same ones as in Unicode.
        0xa0.. => format!("Latin-1, where it is `{}`", char::from(byte)),
        _ => "Windows-1252".to_owned(),
    };
    format!("the text is not UTF-8: unexpected byte 0x{byte:02X}; if the text is {hint}, convert it to UTF-8")
}

/// Counts the bytes that begin a character.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_across_blocks() {
        let line = "ä".repeat(3 * BLOCK);
        let text = Text::new(format!("x\n{line}b\n"));
        assert_eq!(text.position(0), (1, 1));
        assert_eq!(text.position(2 + line.len()), (2, narrow(3 * BLOCK + 1)));
        assert_eq!(text.position(usize::MAX), (3, 1));
    }

    #[test]
    fn lines_come_whole_and_without_their_ends() {
        let text = Text::new("one\r\ntwo\r\nthree".to_owned());
        assert_eq!(text.lines(6, 6), (2, "two"));
        assert_eq!(text.lines(1, 12), (1, "one\r\ntwo\r\nthree"));
    }
}
