//! The texts that are read as decimals in responses. A value that has no exact `Decimal` is an error.

use rust_decimal::Decimal;

use super::read::Grammar;

pub(super) const REFUSAL: &str = "expected a decimal number or a string that holds one";
pub(super) const TOO_LONG: &str = "expected a decimal of at most 28 digits";

/// The grammar of responses, in which null and a blank text are absent values.
pub(super) struct Response;

impl Grammar for Response {
    fn json(json: &str) -> Result<Option<Decimal>, &'static str> {
        parse_json(json)
    }

    fn text(text: &str) -> Result<Option<Decimal>, &'static str> {
        parse_text(text)
    }
}

/// Reads a JSON number, a JSON string that holds one, or null.
pub(super) fn parse_json(json: &str) -> Result<Option<Decimal>, &'static str> {
    let digits = match json.as_bytes() {
        [b'"', digits @ .., b'"'] | digits => digits,
    };
    match everyday(digits) {
        Some(value) => Ok(Some(value)),
        None => unusual(json),
    }
}

/// Reads any other JSON value. It is a function of its own, and cold, so that the common path is inlined.
#[cold]
fn unusual(json: &str) -> Result<Option<Decimal>, &'static str> {
    match json {
        "null" => Ok(None),
        // The string may hold escapes.
        string if string.starts_with('"') => {
            parse_text(&serde_json::from_str::<String>(string).map_err(|_| REFUSAL)?)
        }
        number => parse_text(number),
    }
}

/// Reads a decimal with an optional sign, surrounding blanks and exponent. A blank text is `None`.
fn parse_text(text: &str) -> Result<Option<Decimal>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.split_once(['e', 'E']) {
        Some((digits, power)) => exponent(plain(digits)?, power).map(Some),
        None => plain(text).map(Some),
    }
}

/// Reads digits with a point anywhere, and an optional sign. Stricter than `rust_decimal`, which accepts `1_000`.
fn plain(text: &str) -> Result<Decimal, &'static str> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number || (whole.is_empty() && fraction.is_empty()) {
        return Err(REFUSAL);
    }
    // Leading zeros are removed because `rust_decimal` recurses for each of them: a long enough text would overflow the stack.
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let text = format!("{}{whole}.{fraction}", if text.starts_with('-') { "-" } else { "" });
    Decimal::from_str_exact(text.trim_end_matches('.')).map_err(|_| TOO_LONG)
}

/// Reads the most common form of an amount: digits with an optional point and more digits, few enough for a `u64`. It takes one
/// pass, because a list has thousands of amounts; every other form is left to `rust_decimal`.
pub(super) fn everyday(text: &[u8]) -> Option<Decimal> {
    /// This many digits always fit.
    const LONGEST: usize = 18;
    if text.len() > LONGEST {
        return None;
    }
    let (whole, rest) = leading_digits(0, text);
    if rest.len() == text.len() {
        return None;
    }
    let (digits, scale) = match rest {
        [] => (whole, 0),
        [b'.', fraction @ ..] => match leading_digits(whole, fraction) {
            (digits, []) if !fraction.is_empty() => (digits, u32::try_from(fraction.len()).ok()?),
            _ => return None,
        },
        _ => return None,
    };
    // `Decimal::new` is not inlined and takes a signed number.
    Some(Decimal::from_parts(digits as u32, (digits >> 32) as u32, 0, false, scale))
}

/// Continues a number with the digits at the beginning of `text`, and returns the rest of the text.
fn leading_digits(mut number: u64, text: &[u8]) -> (u64, &[u8]) {
    for (index, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (number, &text[index..]);
        }
        number = number * 10 + u64::from(digit);
    }
    (number, &[])
}

/// Applies an exponent, as in `2.5e3`: JSON allows it, so it is read if the result is exact.
fn exponent(mut value: Decimal, power: &str) -> Result<Decimal, &'static str> {
    /// No decimal of 28 digits needs more, and each step is a multiplication: `0e200000000` would take seconds.
    const LARGEST: i32 = 28;
    let power = power.parse::<i32>().ok().filter(|power| (-LARGEST..=LARGEST).contains(power));
    let power = power.ok_or("expected an exponent from -28 to 28")?;
    let scale = i64::from(value.scale()) - i64::from(power);
    match u32::try_from(scale) {
        Ok(scale) => value.set_scale(scale).map_err(|_| TOO_LONG)?,
        Err(_) => {
            value.set_scale(0).map_err(|_| REFUSAL)?;
            for _ in scale..0 {
                value = value.checked_mul(Decimal::TEN).ok_or(TOO_LONG)?;
            }
        }
    }
    Ok(value)
}
