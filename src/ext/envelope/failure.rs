//! Recognizes reports of a failure in a response whose status is one of success.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Returns whether a member of an envelope, such as `"success": false`, reports that the request failed.
pub(super) fn is_in(member: &[u8]) -> bool {
    let object = [b"{", member, b"}"].concat();
    let Ok(Value::Object(members)) = serde_json::from_slice(&object) else { return false };
    is_among(&members)
}

/// Returns whether a member of this name and value reports that the request failed.
pub(in crate::ext) fn is_member(name: &str, value: &RawValue) -> bool {
    is_sign(name, || Cow::Owned(serde_json::from_str(value.get()).unwrap_or_default()))
}

fn is_among(members: &Map<String, Value>) -> bool {
    members.iter().any(|(name, value)| is_sign(name, || Cow::Borrowed(value)))
}

/// Reads the value only where the name is one of a sign: others may be long.
fn is_sign<'a>(name: &str, value: impl Fn() -> Cow<'a, Value>) -> bool {
    match name.replace(['_', '-', ' '], "").to_ascii_lowercase().as_str() {
        "success" | "ok" | "succeeded" | "successful" | "issuccess" | "issuccessful" => is_no(&value()),
        "failed" | "haserror" | "haserrors" | "iserror" => is_something(&value()),
        "error" | "errors" | "errormessage" | "errorcode" | "exception" | "failure" | "nonfielderrors" => {
            is_something(&value())
        }
        "code" | "statuscode" | "httpstatus" | "httpcode" => is_status_of_error(&value()),
        name @ ("status" | "result" | "outcome" | "state" | "meta" | "header") => match &*value() {
            Value::Object(members) => matches!(name, "status" | "meta" | "header") && is_among(members),
            _ if matches!(name, "meta" | "header") => false,
            value => value == &Value::Bool(false) || is_status_of_error(value) || is_word_for_failure(value),
        },
        _ => false,
    }
}

/// Returns whether this is false, in one of the ways in which servers write it.
fn is_no(value: &Value) -> bool {
    value.as_bool() == Some(false)
        || is_zero(value)
        || is_word_for_failure(value)
        || word(value).is_some_and(|word| matches!(&*word, "false" | "0" | "no"))
}

/// Returns whether this is anything but nothing.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(_) => !is_zero(value),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::String(text) => !matches!(text.trim(), "" | "0" | "false" | "none" | "null"),
    }
}

fn is_status_of_error(value: &Value) -> bool {
    let number = value.as_u64().or_else(|| word(value)?.parse().ok());
    number.is_some_and(|number| (400..600).contains(&number))
}

fn is_word_for_failure(value: &Value) -> bool {
    const WORDS: [&str; 11] = [
        "declined", "denied", "error", "fail", "failed", "failure", "invalid", "ko", "nok", "refused",
        "rejected",
    ];
    word(value).is_some_and(|word| WORDS.contains(&&*word))
}

fn is_zero(value: &Value) -> bool {
    value.is_number() && value.to_string().bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
}

fn word(value: &Value) -> Option<String> {
    Some(value.as_str()?.trim().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_failure_is_known_however_it_is_written() {
        for failed in [
            r#""success":false"#,
            r#""OK":false"#,
            r#""success":"false""#,
            r#""success":0"#,
            r#""success":0.0"#,
            r#""success":" No ""#,
            r#""isSuccess":false"#,
            r#""is_successful":false"#,
            r#""status":"error""#,
            r#""status":"Failed""#,
            r#""status":" ERROR ""#,
            r#""status":"declined""#,
            r#""status":402"#,
            r#""status":"400""#,
            r#""status":false"#,
            r#""status":{"code":500}"#,
            r#""result":"failure""#,
            r#""result":false"#,
            r#""code":402"#,
            r#""status_code":"503""#,
            r#""hasErrors":true"#,
            r#""failed":1"#,
            r#""error":"Insufficient balance.""#,
            r#""errors":[{"code":1}]"#,
            r#""errors":{"amount":["Too much."]}"#,
            r#""error":{"code":1}"#,
            r#""error_code":51"#,
            r#""error_code":"51""#,
            r#""non_field_errors":["No."]"#,
            r#""meta":{"success":false}"#,
        ] {
            assert!(super::is_in(failed.as_bytes()), "{failed}");
        }
        for fine in [
            r#""success":true"#,
            r#""success":1"#,
            r#""success":"true""#,
            r#""success":null"#,
            r#""status":"ok""#,
            r#""status":200"#,
            r#""status":"201""#,
            r#""status":{"code":0}"#,
            r#""code":0"#,
            r#""code":"E0""#,
            r#""result":"success""#,
            r#""result":null"#,
            r#""error":null"#,
            r#""errors":[]"#,
            r#""error":false"#,
            r#""error":"""#,
            r#""error_code":0"#,
            r#""error_code":"0""#,
            r#""failed":0"#,
            r#""meta":{}"#,
            r#""detail":"Queued.""#,
            r#""message":"Refund failed?""#,
            r#""fee":NaN"#,
        ] {
            assert!(!super::is_in(fine.as_bytes()), "{fine}");
        }
    }
}
