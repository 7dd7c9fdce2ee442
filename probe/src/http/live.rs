//! Signs that a server or a key is production's.
//!
//! What the API reports of its mode is printed nowhere, so each usual way to write it counts. A false alarm ends a run; a
//! sign that is missed could cost money.

use serde_json::Value;

use super::Reply;
use crate::options::names_production;

const SIGN: &str = "a response states that this is production (a field of its mode)";
const HEADER: &str = "a response states that this is production (a header)";
const LIVE_KEY: &str = "a response names a key of production";

/// Returns the sign that a response carries.
pub(super) fn sign(reply: &Reply) -> Option<&'static str> {
    if reply.is_live_by_header {
        return Some(HEADER);
    }
    sign_in(reply.json()?)
}

/// Returns the sign that a value carries.
pub(crate) fn sign_in(value: &Value) -> Option<&'static str> {
    match value {
        Value::Object(fields) => {
            let mut fields = fields.iter();
            fields.find_map(|(name, value)| {
                sign_of(name, value).or_else(|| live_key(name)).or_else(|| sign_in(value))
            })
        }
        Value::Array(items) => items.iter().find_map(sign_in),
        Value::String(text) => live_key(text),
        _ => None,
    }
}

fn sign_of(name: &str, value: &Value) -> Option<&'static str> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    let name: String = letters.collect();
    let is = |names: &[&str]| names.contains(&name.as_str());
    let word = match value {
        Value::String(text) => text.trim().to_ascii_lowercase(),
        other => other.to_string(),
    };
    let word = word.as_str();
    let is_live = if is(&["live", "islive", "livemode", "isproduction", "production"]) {
        matches!(word, "true" | "1" | "yes")
    } else if is(&["sandbox", "issandbox", "sandboxmode", "test", "istest", "testmode"]) {
        matches!(word, "false" | "0" | "no")
    } else if ["mode", "environment", "env", "keytype"].iter().any(|end| name.ends_with(end)) {
        matches!(word, "live" | "prod" | "production")
    } else {
        false
    };
    if is_live {
        return Some(SIGN);
    }
    let names_key = is(&["prefix", "keyprefix", "key", "apikey", "rawkey"]);
    (names_key && names_production(word)).then_some(LIVE_KEY)
}

/// Returns the sign if a text names a key of production, such as `nd8_live_4eC39HqLyjWD`, in whatever field or sentence.
fn live_key(text: &str) -> Option<&'static str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let is_key = |token: &str| {
        let Some((name, secret)) = token.rsplit_once(['_', '-', '.']) else { return false };
        // Not the name of a product, nor of an error: a secret is long and has digits.
        let is_secret = secret.len() >= 8 && secret.bytes().any(|byte| byte.is_ascii_digit());
        // `prod` begins the ids of products as well.
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        is_secret && words.any(|word| matches!(word.to_ascii_lowercase().as_str(), "live" | "production"))
    };
    text.split(|letter| !is_part(letter)).any(is_key).then_some(LIVE_KEY)
}

/// Returns whether a header states it, as `X-Environment: production` and `X-ND8-Sandbox: false` do.
pub(super) fn is_live_header(name: &str, value: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.trim_start_matches("x-").trim_start_matches("nd8-");
    std::str::from_utf8(value).is_ok_and(|value| sign_of(name, &Value::from(value)).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_usual_way_to_write_production_is_a_sign() {
        for (body, is_sign) in [
            (json!({"livemode": true}), true),
            (json!({"results": [{"payment": {"is_live": "true"}}]}), true),
            (json!({"isSandbox": false}), true),
            (json!({"test_mode": false}), true),
            (json!({"mode": "LIVE"}), true),
            (json!([{"environment": "production"}]), true),
            (json!([{"prefix": "nd8_live_abcd"}]), true),
            (json!({"livemode": false, "sandbox": true, "mode": "sandbox"}), false),
            (json!([{"prefix": "nd8_sandbox_live"}]), true),
            (json!([{"prefix": "nd8_sandbox_ab"}]), false),
            (json!({"price_mode": "TTC", "is_active": true, "name": "production"}), false),
            (json!({"description": "live"}), false),
            (json!({"livemode": 1}), true),
            (json!({"sandbox": 0}), true),
            (json!({"account_mode": "Live"}), true),
            (json!({"api_environment": "prod"}), true),
            (json!({"detail": "The key nd8_live_4eC39HqLyjWD is not yours."}), true),
            (json!(["sk-live-4eC39HqLyjWD"]), true),
            (json!({"nd8_live_4eC39HqLyjWD": 1}), true),
            (json!({"reason": "go-live-2026", "name": "live_stream_of_october", "livemode": 0}), false),
            (json!({"id": "prod_4eC39HqLyjWD"}), false),
            (json!({"token": "nd8_sandbox_4eC39HqLyjWD", "sandbox": 1}), false),
        ] {
            assert_eq!(sign_in(&body).is_some(), is_sign, "{body}");
        }
    }

    #[test]
    fn a_header_is_a_sign_like_a_field() {
        for (name, value, is_sign) in [
            ("x-environment", "production", true),
            ("x-nd8-environment", "PROD", true),
            ("X-Livemode", "true", true),
            ("x-nd8-sandbox", "false", true),
            ("x-mode", "live", true),
            ("x-nd8-sandbox", "true", false),
            ("x-debug-mode", "true", false),
            ("x-powered-by", "production", false),
        ] {
            assert_eq!(is_live_header(name, value.as_bytes()), is_sign, "{name}: {value}");
        }
    }
}
