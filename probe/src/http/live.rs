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
            fields.iter().find_map(|(name, value)| sign_of(name, value).or_else(|| sign_in(value)))
        }
        Value::Array(items) => items.iter().find_map(sign_in),
        _ => None,
    }
}

fn sign_of(name: &str, value: &Value) -> Option<&'static str> {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    let name: String = letters.collect();
    let is = |names: &[&str]| names.contains(&name.as_str());
    let word = value.as_str().map(str::to_ascii_lowercase).unwrap_or_default();
    let is_live = if is(&["live", "islive", "livemode", "isproduction", "production"]) {
        value == &Value::Bool(true) || word == "true"
    } else if is(&["sandbox", "issandbox", "sandboxmode", "test", "istest", "testmode"]) {
        value == &Value::Bool(false) || word == "false"
    } else if is(&["mode", "environment", "env", "apimode", "keymode", "keytype"]) {
        matches!(word.as_str(), "live" | "prod" | "production")
    } else {
        false
    };
    if is_live {
        return Some(SIGN);
    }
    let names_key = is(&["prefix", "keyprefix", "key", "apikey", "rawkey"]);
    (names_key && names_production(&word)).then_some(LIVE_KEY)
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
        ] {
            assert_eq!(sign_in(&body).is_some(), is_sign, "{body}");
        }
    }
}
