//! Finds defects of a secret that show that it was copied incorrectly: traces of the file, the line or the header that it was in.
//!
//! There is one rule for API keys, session tokens and webhook secrets. Nothing is trimmed: another program, in another language,
//! may read the same configuration and send the secret unchanged, so a silent repair here would hide the error in it.

/// A defect for which a secret is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Empty,
    Untrimmed,
    Control,
    Quoted,
    Prefixed,
}

/// Words that precede a credential in a header, and names that precede it in a file.
const PREFIXES: [&str; 11] = [
    "api-key",
    "api_key",
    "apikey",
    "authorization",
    "basic",
    "bearer",
    "nd8_api_key",
    "nd8_session_token",
    "sha256",
    "token",
    "x-api-key",
];

/// Finds the defect of a secret, if it has one.
pub(crate) fn flaw(secret: &str) -> Option<Flaw> {
    if secret.chars().all(is_blank) {
        Some(Flaw::Empty)
    } else if secret.starts_with(is_blank) || secret.ends_with(is_blank) {
        Some(Flaw::Untrimmed)
    } else if secret.contains(char::is_control) {
        Some(Flaw::Control)
    } else if is_quoted(secret) {
        Some(Flaw::Quoted)
    } else if is_prefixed(secret) {
        Some(Flaw::Prefixed)
    } else {
        None
    }
}

/// Returns whether a character is invisible: white space, a line end, a byte-order mark and similar.
fn is_blank(character: char) -> bool {
    let is_invisible = matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    character.is_whitespace() || character.is_control() || is_invisible
}

fn is_quoted(secret: &str) -> bool {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')]
        .iter()
        .any(|(open, close)| secret.starts_with(*open) && secret.ends_with(*close) && secret.len() > 1)
}

fn is_prefixed(secret: &str) -> bool {
    let separator = |character: char| character.is_whitespace() || matches!(character, ':' | '=');
    let first = secret.split(separator).next().unwrap_or_default();
    // A word with nothing after it may be the secret itself.
    first.len() < secret.len() && PREFIXES.iter().any(|prefix| first.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::Flaw::{self, Control, Empty, Prefixed, Quoted, Untrimmed};
    use super::flaw;

    #[test]
    fn the_traces_of_files_lines_and_headers_are_found() {
        for (secret, expected) in [
            ("", Empty),
            (" ", Empty),
            ("\n", Empty),
            ("\u{feff}\r\n", Empty),
            ("k\n", Untrimmed),
            ("k\r\n", Untrimmed),
            ("k\r", Untrimmed),
            (" k", Untrimmed),
            ("k ", Untrimmed),
            ("\tk", Untrimmed),
            ("k\0", Untrimmed),
            ("k\u{a0}", Untrimmed),
            ("k\u{2028}", Untrimmed),
            ("\u{feff}k", Untrimmed),
            ("k\u{200b}", Untrimmed),
            ("a\nb", Control),
            ("a\r\nX-Y: b", Control),
            ("a\0b", Control),
            ("a\tb", Control),
            ("\"k\"", Quoted),
            ("'k'", Quoted),
            ("“k”", Quoted),
            ("Api-Key k", Prefixed),
            ("api-key k", Prefixed),
            ("Api-Key: k", Prefixed),
            ("X-Api-Key: k", Prefixed),
            ("Token k", Prefixed),
            ("TOKEN k", Prefixed),
            ("Bearer k", Prefixed),
            ("Basic azpr", Prefixed),
            ("Authorization: Api-Key k", Prefixed),
            ("Authorization:Token k", Prefixed),
            ("ND8_API_KEY=k", Prefixed),
            ("ND8_SESSION_TOKEN=k", Prefixed),
            ("sha256=00", Prefixed),
        ] {
            assert_eq!(flaw(secret), Some(expected), "{secret:?}");
        }
    }

    #[test]
    fn what_may_have_been_issued_passes() {
        let none: Option<Flaw> = None;
        for secret in [
            "k",
            "whsec",
            "whsec_c2VjcmV0",
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "AbCdEf12.s3cr3t-with_everything/+==",
            "token",
            "token_0123",
            "tokenizer k",
            "basics=1",
            "two words",
            "\"",
            "it's",
            "schlüssel",
        ] {
            assert_eq!(flaw(secret), none, "{secret:?}");
        }
    }
}
