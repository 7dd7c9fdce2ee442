//! The text of a document: its decoding, and the line and column of a byte.

use crate::{ParseError, SIZE_LIMIT};

/// Every this many bytes the characters so far are counted, so that a column in a line of twenty megabytes costs no
/// more than one in a short line.
const BLOCK: usize = 4096;

/// A text with an index of its lines.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    content: String,
    /// Where each line begins, in bytes.
    lines: Vec<u32>,
    /// How many characters begin before each block. Empty for ASCII.
    blocks: Vec<u32>,
}

impl Text {
    /// The caller has checked that the length fits 32 bits.
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

    /// Line and column of a byte, both from 1, the column in characters.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.content.len());
        let line = self.lines.partition_point(|start| *start as usize <= offset);
        let start = self.lines[line - 1] as usize;
        let column = self.characters_before(offset) - self.characters_before(start);
        (narrow(line), narrow(column + 1))
    }

    /// The lines from that of one byte to that of another, and the number of the first.
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

/// Decodes UTF-8, with or without a byte order mark.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<Text, ParseError> {
    if bytes.len() > SIZE_LIMIT {
        let reason = format!("the document is longer than {} MiB", SIZE_LIMIT >> 20);
        return Err(ParseError::new(name, (1, 1), reason));
    }
    let mut content = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        ParseError::new(name, Text::new(before).position(at), "the text is not UTF-8")
    })?;
    if content.starts_with('\u{feff}') {
        content.drain(..'\u{feff}'.len_utf8());
    }
    Ok(Text::new(content))
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
