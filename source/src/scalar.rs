//! Resolves plain YAML scalars by the core schema of YAML 1.2.

/// Classifies a plain scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    /// A number in decimal notation, in its written form.
    Decimal,
    /// A number in another base, in decimal digits.
    Converted(String),
    String,
}

/// Classifies a plain scalar.
pub(crate) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        _ => {}
    }
    for (prefix, base) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // Longer ones stay strings: nobody writes them, and their conversion would need a limit of its own.
            let sound = !digits.starts_with('+');
            return match u128::from_str_radix(digits, base) {
                Ok(number) if sound => Plain::Converted(number.to_string()),
                _ => Plain::String,
            };
        }
    }
    if is_decimal(text) { Plain::Decimal } else { Plain::String }
}

/// Matches `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_of_yaml_1_2_not_that_of_1_1() {
        for text in
            ["yes", "no", "on", "2020-01-01", "1_000", ".", "e5", "1e", "0x", "0xZ", ".inf", "1.2.3", "-"]
        {
            assert_eq!(resolve(text), Plain::String, "{text}");
        }
        for text in ["1", "-1", "+1.5", ".5", "5.", "1e999999999", "007"] {
            assert_eq!(resolve(text), Plain::Decimal, "{text}");
        }
        assert_eq!(resolve("0x1F"), Plain::Converted("31".to_owned()));
        assert_eq!(resolve("0o17"), Plain::Converted("15".to_owned()));
        assert_eq!(resolve(""), Plain::Null);
    }
}
