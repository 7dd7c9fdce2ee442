//! Reads the time in the header `X-Webhook-Timestamp`, in each form in which servers write times. ND8 documents Unix seconds only; a
//! form that was not expected should not refuse genuine deliveries, whose signature was checked before.

use jiff::Timestamp;

/// Units of Unix time, each with the factor to nanoseconds.
const UNITS: [i128; 4] = [1_000_000_000, 1_000_000, 1_000, 1];

/// Numbers below this are seconds (until the year 5138), those below a thousand times this milliseconds, and so on.
const SECONDS_END: i128 = 100_000_000_000;

/// Reads Unix time, an ISO 8601 date, or one in the form of HTTP headers.
///
/// Unix time may have a fraction, of which nine digits are used. Its unit is derived from its magnitude, because JavaScript
/// counts milliseconds and other systems use smaller units. A date without an offset is UTC, as in payloads.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits(whole) && are_digits(fraction) {
        return unix(whole, fraction);
    }
    // Numbers of any other form are refused: `raw::decode` accepts more of them than a header should.
    let is_date = text.contains(['-', 'T']) && text.starts_with(|first: char| first.is_ascii_digit());
    if !is_date {
        return jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    }
    crate::raw::decode(serde_json::Value::from(text).to_string().as_bytes()).ok()
}

fn unix(whole: &str, fraction: &str) -> Option<Timestamp> {
    let whole: i128 = whole.parse().ok()?;
    let mut end = SECONDS_END;
    let mut units = UNITS.into_iter();
    let factor = loop {
        let factor = units.next()?;
        if whole < end {
            break factor;
        }
        end *= 1_000;
    };
    // Nine digits are nanoseconds, the resolution of `Timestamp`. More could overflow.
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let places = u32::try_from(fraction.len()).ok()?;
    let below = fraction.parse::<i128>().ok()? * factor / 10_i128.pow(places);
    Timestamp::from_nanosecond(whole.checked_mul(factor)?.checked_add(below)?).ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn units_are_known_by_their_magnitude() {
        for (text, expected) in [
            ("0", "1970-01-01T00:00:00Z"),
            ("1767323045", "2026-01-02T03:04:05Z"),
            ("0001767323045", "2026-01-02T03:04:05Z"),
            ("1767323045.5", "2026-01-02T03:04:05.5Z"),
            ("1767323045.123456", "2026-01-02T03:04:05.123456Z"),
            ("1767323045.1234567891234567", "2026-01-02T03:04:05.123456789Z"),
            ("1767323045123", "2026-01-02T03:04:05.123Z"),
            ("1767323045123.25", "2026-01-02T03:04:05.12325Z"),
            ("1767323045123456", "2026-01-02T03:04:05.123456Z"),
            ("1767323045123456789", "2026-01-02T03:04:05.123456789Z"),
            ("1767323045123456789.9", "2026-01-02T03:04:05.123456789Z"),
            ("99999999999", "5138-11-16T09:46:39Z"),
            ("100000000000", "1973-03-03T09:46:40Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.25+01:00", "2026-01-02T02:04:05.25Z"),
            ("2026-01-02 03:04:05+00:00", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
            ("20260102T030405Z", "2026-01-02T03:04:05Z"),
            ("Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05Z"),
            ("Fri, 2 Jan 2026 04:04:05 +0100", "2026-01-02T03:04:05Z"),
        ] {
            assert_eq!(read(text).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_time() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.5.5",
            "-1",
            "+1",
            "-1.5",
            "1e9",
            "1e-3",
            "0x10",
            "NaN",
            "now",
            "١",
            "999999999999999999999",
            "100000000000000000000000000000000000000000",
            "2026-13-01T00:00:00Z",
            "20261301T000000Z",
            "1T",
            "Thu, 02 Jan 2026 03:04:05 GMT",
            "Fri Jan  2 03:04:05 2026",
            "(Fri)",
            "2026-01-02T03:04:05\"",
            "{}",
            "null",
            "1-",
            "1-2-3",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
