//! Finds defects of a secret that show that it was copied incorrectly: traces of the file, the line or the header that it was in.
//!
//! There is one rule for API keys, session tokens and webhook secrets. Nothing is trimmed: another program, in another language,
//! may read the same configuration and send the secret unchanged, so a silent repair here would hide the error in it.

use crate::blank::is_blank;

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
const PREFIXES: [&str; 12] = [
    "api-key",
    "api_key",
    "apikey",
    "authorization",
    "basic",
    "bearer",
    "export",
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
    } else if secret.contains(|character| character != ' ' && is_blank(character)) {
        Some(Flaw::Control)
    } else if is_quoted(secret) {
        Some(Flaw::Quoted)
    } else if is_prefixed(secret) {
        Some(Flaw::Prefixed)
    } else {
        None
    }
}

fn is_quoted(secret: &str) -> bool {
    // Languages pair these in all ways: “k”, „k“, ”k”, »k«.
    const TYPOGRAPHIC: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'];
    let is_between = |open: &[char], close: &[char]| secret.starts_with(open) && secret.ends_with(close);
    let is_ascii = ['"', '\'', '`'].iter().any(|mark| is_between(&[*mark], &[*mark]));
    secret.chars().count() > 1 && (is_ascii || is_between(&TYPOGRAPHIC, &TYPOGRAPHIC))
}

fn is_prefixed(secret: &str) -> bool {
    let separator = |character: char| character.is_whitespace() || matches!(character, ':' | '=');
    let first = secret.split(separator).next().unwrap_or_default();
    // A word with nothing after it may be the secret itself.
    is_variable(secret)
        || first.len() < secret.len() && PREFIXES.iter().any(|prefix| first.eq_ignore_ascii_case(prefix))
}

/// Returns whether a secret is a line of a file of variables, such as `WEBHOOK_SECRET=k`. In base64, `=` is at the end alone.
fn is_variable(secret: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    secret.split_once('=').is_some_and(|(name, value)| {
        name.contains('_') && name.bytes().all(of_name) && value.contains(|character| character != '=')
    })
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
            ("a\u{a0}b", Control),
            ("a\u{2028}b", Control),
            ("a\u{200b}b", Control),
            ("a\u{ad}b", Control),
            ("Api-Key\u{200b} k", Control),
            ("\u{202a}k", Untrimmed),
            ("k\u{202c}", Untrimmed),
            ("\u{2066}k\u{2069}", Untrimmed),
            ("\u{180e}k", Untrimmed),
            ("k\u{fe0f}", Untrimmed),
            ("k\u{e0020}", Untrimmed),
            ("k\u{3164}", Untrimmed),
            ("k\u{3000}", Untrimmed),
            ("\u{200b}\u{2064}", Empty),
            ("\"k\"", Quoted),
            ("'k'", Quoted),
            ("“k”", Quoted),
            ("„k“", Quoted),
            ("”k”", Quoted),
            ("«k»", Quoted),
            ("»k«", Quoted),
            ("‚k‘", Quoted),
            ("\"\"", Quoted),
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
            ("export ND8_API_KEY=k", Prefixed),
            ("export WEBHOOK_SECRET=k", Prefixed),
            ("WEBHOOK_SECRET=k", Prefixed),
            ("ND8_WEBHOOK_SECRET_2=k==", Prefixed),
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
            "'tis",
            "\"k'",
            "“",
            "AB_CD==",
            "A_B=",
            "ABCD=k",
            "live_key=k",
            "exported",
            "schlüssel",
        ] {
            assert_eq!(flaw(secret), none, "{secret:?}");
        }
    }
}
