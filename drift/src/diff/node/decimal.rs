//! Numbers in their written form, compared exactly: neither binary fractions nor exponents can blur or blow them up.

use std::cmp::Ordering;

/// A number: its sign, its digits without zeros at either end, and the place of its point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    negative: bool,
    /// `0.digits × 10^magnitude`; empty for zero.
    digits: String,
    magnitude: i128,
}

impl Decimal {
    /// Reads a number in JSON's or YAML's notation.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Zeros at either end say nothing, and without them equal numbers are equal texts.
        let significant = all.trim_start_matches('0');
        let leading = (all.len() - significant.len()) as i128;
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, magnitude: 0 });
        }
        let magnitude = exponent.saturating_add(whole.len() as i128 - leading);
        Some(Self { negative, digits, magnitude })
    }

    /// Returns whether it is a whole number that is not negative.
    pub(crate) fn is_count(&self) -> bool {
        !self.negative && self.is_whole()
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.digits.len() as i128 <= self.magnitude.max(0)
    }
}

/// Exponents beyond what 128 bits hold are one: nothing that people write is near.
fn read_exponent(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = i128::MAX / 4;
    let exponent = digits.parse::<i128>().map_or(limit, |exponent| exponent.min(limit));
    Some(if negative { -exponent } else { exponent })
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_size = || self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            -1 => by_size().reverse(),
            _ => by_size(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn the_same_number_written_differently() {
        for (one, other) in [("1", "1.0"), ("100", "1e2"), ("0.001", "1E-3"), ("0", "-0.0e9"), ("+5", "5.")] {
            assert_eq!(decimal(one), decimal(other), "{one} {other}");
        }
    }

    #[test]
    fn order_without_binary_fractions_or_large_powers() {
        let sorted =
            ["-1e999999999", "-2", "-1.5", "0", "1e-999999999", "0.1", "0.10000000000000000001", "9", "10"];
        for pair in sorted.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        assert!(decimal("1e999999999999999999999999999999999999999999999") > decimal("1e999999999"));
        assert_eq!(Decimal::parse("1e"), None);
        assert_eq!(Decimal::parse("x"), None);
    }
}
