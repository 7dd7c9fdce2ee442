//! Checks that a JSON text can be stored and returned later.
//!
//! What the framework's parser accepts is more than what every parser of a response accepts: half a surrogate pair, a number
//! beyond the range of doubles, or a structure deeper than the stack of a parser. A merchant's own object that has one of these
//! would break each list that shows it, for good.

/// Deeper than any honest request, and so far from the 128 levels that parsers of JSON accept that a list may wrap it.
const MAX_DEPTH: usize = 100;
/// More than any honest request has. It bounds the work of reading a body, whatever its form.
const MAX_VALUES: usize = 10_000;
/// Largest number has 309 digits before its point.
const MAX_DIGITS: i64 = 300;

/// Checks a text for what makes it storable JSON; its grammar is for a parser to check.
pub(crate) fn check(json: &str) -> Result<(), &'static str> {
    let bytes = json.as_bytes();
    let (mut depth, mut values, mut at) = (0_usize, 1_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = check_string(bytes, at + 1)?;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                let number = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes[at..].iter().take_while(|byte| number(byte)).count();
                check_number(&json[at..at + length])?;
                at += length;
                continue;
            }
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err("objects and lists are nested too deeply");
        }
        if values > MAX_VALUES {
            return Err("there are too many values");
        }
        at += 1;
    }
    Ok(())
}

/// Checks a string from behind its opening quote, and returns the place behind its closing one.
fn check_string(bytes: &[u8], mut at: usize) -> Result<usize, &'static str> {
    const HALF: &str = "half of a surrogate pair is no text";
    loop {
        match bytes.get(at) {
            None => return Ok(at),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => match escaped_unit(bytes, at) {
                Some(0xd800..=0xdbff) => match escaped_unit(bytes, at + 6) {
                    Some(0xdc00..=0xdfff) => at += 12,
                    _ => return Err(HALF),
                },
                Some(0xdc00..=0xdfff) => return Err(HALF),
                Some(_) => at += 6,
                None => at += 2,
            },
            Some(_) => at += 1,
        }
    }
}

/// Reads an escape such as `\ud83d`, as the code unit that it is.
fn escaped_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Checks that a number is in the range of doubles, by counting digits only.
fn check_number(number: &str) -> Result<(), &'static str> {
    const TOO_LARGE: &str = "a number is too large";
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let whole = mantissa.trim_start_matches('-').split('.').next().unwrap_or_default();
    let digits = i64::try_from(whole.trim_start_matches('0').len()).map_err(|_| TOO_LARGE)?;
    let exponent: i64 = match exponent.trim_start_matches('+').parse() {
        Ok(exponent) => exponent,
        Err(_) if exponent.starts_with('-') => return Ok(()),
        Err(_) => return Err(TOO_LARGE),
    };
    if digits.saturating_add(exponent) > MAX_DIGITS { Err(TOO_LARGE) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts any text: the grammar is checked afterwards.
    #[test]
    fn text_that_is_no_json_is_checked_to_its_end() {
        for (text, storable) in [
            ("", true),
            ("\"", true),
            ("\"\\", true),
            ("\"\\u", true),
            ("\"\\ud8", true),
            ("\"\\ud800\\", false),
            ("-", true),
            ("1e", false),
            ("é\"é\\é", true),
            ("}}]]", true),
            ("1é", true),
        ] {
            assert_eq!(check(text).is_ok(), storable, "{text}");
        }
    }

    #[test]
    fn only_what_every_parser_reads_is_storable() {
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let wide = |values| format!("[{}1]", "1,".repeat(values));
        for (json, storable) in [
            (r#"{"a": [1, -2.5e3, "x", true, null], "b": {}}"#, true),
            (r#""\ud83d\ude00 \\ud800 \" \u0041""#, true),
            (r#""\ud83d""#, false),
            (r#""\ude00\ud83d""#, false),
            (r#"{"\ud83d": 1}"#, false),
            (r#""\ud83dx\ude00""#, false),
            ("1e300", false),
            ("1e299", true),
            ("-1e400", false),
            ("0.0001e300", true),
            ("1e-400", true),
            ("1e99999999999999999999", false),
            ("1e-99999999999999999999", true),
            (&"9".repeat(301), false),
            (&"9".repeat(300), true),
            (&deep(MAX_DEPTH), true),
            (&deep(MAX_DEPTH + 1), false),
            (&wide(9_000), true),
            (&wide(10_001), false),
        ] {
            assert_eq!(check(json).is_ok(), storable, "{}", &json[..json.len().min(60)]);
            if storable {
                assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
            }
        }
    }
}
