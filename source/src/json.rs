//! Reads strict JSON (RFC 8259).
//!
//! serde_json validates the text, jsonc-parser's scanner yields the positions of its tokens: the one has no positions, the
//! other accepts more than JSON.

use std::sync::Arc;

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};
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

fn build(text: &Arc<Text>) -> Result<Tree, Refusal> {
    let options = ScannerOptions {
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let mut scanner = Scanner::new(text.as_str(), &options);
    let mut builder = Builder::new(Arc::clone(text));
    loop {
        let token = scanner.scan().map_err(|error| (error.range().start, error.kind().to_string()))?;
        let (start, end) = (scanner.token_start(), scanner.token_end());
        match token {
            None => return Ok(builder.finish()),
            // serde_json has checked that they are where they may be.
            Some(Token::Comma | Token::Colon) => {}
            Some(Token::OpenBrace) => drop(builder.open(Kind::Mapping(Slice::default()), start)?),
            Some(Token::OpenBracket) => drop(builder.open(Kind::Sequence(Slice::default()), start)?),
            Some(Token::CloseBrace | Token::CloseBracket) => drop(builder.close(end)),
            Some(Token::String(value)) => {
                let text = builder.intern(&value, start + 1);
                if builder.wants_key() {
                    builder.key(text, start)?;
                } else {
                    builder.scalar(Kind::String(text), start, end)?;
                }
            }
            Some(Token::Number(value)) => {
                let text = builder.intern(value, start);
                builder.scalar(Kind::Number(text), start, end)?;
            }
            Some(Token::Boolean(value)) => drop(builder.scalar(Kind::Bool(value), start, end)?),
            Some(Token::Null) => drop(builder.scalar(Kind::Null, start, end)?),
            Some(Token::Word(_) | Token::CommentLine(_) | Token::CommentBlock(_)) => {
                return Err((start, "expected a JSON value".to_owned()));
            }
        }
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
