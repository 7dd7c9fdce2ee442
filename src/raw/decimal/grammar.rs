//! The grammar of an amount that a caller writes: `-29.99`. Responses are read by a wider one (`parse`).

use rust_decimal::Decimal;

/// The reason why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It does not match the grammar. Has what was expected.
    Malformed(&'static str),
    /// It has more digits than a [`Decimal`] holds.
    OutOfRange,
}

/// Reads digits with an optional minus, and an optional point and more digits. Everything else is refused, also texts that could
/// be amounts: another reader of `1,00` or `1_000` may read another value.
pub(crate) fn parse(text: &str) -> Result<Decimal, Refusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return Err(Refusal::Malformed(reason(text)));
    }
    Decimal::from_str_exact(text).map_err(|_| Refusal::OutOfRange)
}

/// Returns what was expected instead of a text that is not an amount.
fn reason(text: &str) -> &'static str {
    let is_other_digit = |c: char| c.is_numeric() && !c.is_ascii_digit();
    let unsigned = text.trim_start_matches(['+', '-']);
    let mut bytes = unsigned.bytes().filter(|byte| !byte.is_ascii_digit());
    if text.is_empty() {
        "expected digits, found nothing"
    } else if text.contains(char::is_whitespace) {
        "expected no white space"
    } else if text.contains(is_other_digit) {
        "expected the digits 0 to 9"
    } else if text.starts_with('+') {
        "expected no \"+\""
    } else if unsigned.len() < text.len() - 1 {
        "expected at most one \"-\""
    } else if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && bytes.all(|byte| b".eE+-".contains(&byte))
        && unsigned.contains(['e', 'E'])
    {
        "expected no exponent"
    } else if unsigned == "." || unsigned.is_empty() {
        "expected digits"
    } else if unsigned.matches('.').count() == 1 && (unsigned.starts_with('.') || unsigned.ends_with('.')) {
        "expected digits before and after the \".\""
    } else {
        "expected digits and at most one \".\""
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Decimal, Refusal, parse};

    #[test]
    fn plain_digits_are_amounts() {
        for text in [
            "0",
            "-0",
            "00.10",
            "1",
            "29.99",
            "-29.90",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ] {
            let expected = Decimal::from_str_exact(text).expect("is a decimal");
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in ["79228162514264337593543950336", "0.00000000000000000000000000001"] {
            assert_eq!(parse(text), Err(Refusal::OutOfRange), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (texts, reason) in [
            (&[""][..], "expected digits, found nothing"),
            (&[" ", " 1", "1 ", "1 000", "1\u{a0}000", "1\n", "- 1", "\t"], "expected no white space"),
            (&["٣", "1٣", "１", "۱.۰", "½", "1²"], "expected the digits 0 to 9"),
            (&["+1", "+", "+-1", "+1e2"], "expected no \"+\""),
            (&["--1", "-+1"], "expected at most one \"-\""),
            (&["1e2", "1E2", "1e+2", "2.5e-3", "-1e2", ".5e1", "1e"], "expected no exponent"),
            (&["-", ".", "-."], "expected digits"),
            (&["5.", ".5", "-.5", "-5."], "expected digits before and after the \".\""),
            (
                &[
                    "1,00", "1_000", "1,000.00", "1.000,00", "1.2.3", "1..2", "NaN", "inf", "e5", "0x10",
                    "1-2", "1-", "−1", "$1", "1'000",
                ],
                "expected digits and at most one \".\"",
            ),
        ] {
            for text in texts {
                assert_eq!(parse(text), Err(Refusal::Malformed(reason)), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn one_more_character_is_refused_wherever_it_is(
            amount in "-?[0-9]{1,9}(\\.[0-9]{1,9})?",
            at in any::<prop::sample::Index>(),
            other in "[,_+ eE'$\u{660}\u{ff11}\u{2212}\u{a0}\n\u{0}xN-]",
        ) {
            prop_assert_eq!(parse(&amount).map(|it| it.to_string()).ok(), Decimal::from_str_exact(&amount).ok().map(|it| it.to_string()));
            let mut longer = amount.clone();
            longer.insert_str(at.index(amount.len() + 1), &other);
            let is_negated = !amount.starts_with('-') && longer == format!("-{amount}");
            prop_assert_eq!(parse(&longer).is_ok(), is_negated, "{:?}", longer);
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Ok(amount) = parse(&text) {
                prop_assert!(text.is_ascii());
                prop_assert_eq!(Decimal::from_str_exact(&text).ok(), Some(amount));
            }
        }
    }
}
