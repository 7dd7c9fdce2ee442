//! Addresses and documents in the scripts of documentation pages.
//!
//! Scripts are not run. They are searched for the few settings of Redoc and Swagger UI that name a document: an address in a
//! string, or the document itself as JSON.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::value::RawValue;

/// Setting of a documentation tool.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Address of a document.
    Address(String),
    /// Address of a JSON file that has such settings.
    Configuration(String),
    /// Document itself.
    Document(String),
}

/// Maximum number of places in a script that are tried as the beginning of a document: each may be read to the end.
const MOST_DOCUMENTS: usize = 20;

/// A string of JavaScript, in any of its quotes.
const STRING: &str = r#"(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)"#;

/// Matches an address with the setting before it.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?:Redoc\.init\(\s*|(?:\b(specUrl|specURL|spec_url|url|configUrl)["']?\s*[:=]\s*)){STRING}"#
    ))
    .ok()
});

/// Matches the setting before a document, and its brace.
static DOCUMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:__redoc_state\s*=\s*|Redoc\.init\(\s*|["']?\b(?:swaggerDoc|spec)["']?\s*:\s*)\{"#).ok()
});

/// Lists the settings of a script: addresses first, each kind in the order in which they are written.
pub(super) fn settings(script: &str) -> Vec<Setting> {
    let mut documents = Vec::new();
    let mut end = 0;
    for start in DOCUMENT.iter().flat_map(|pattern| pattern.find_iter(script)).take(MOST_DOCUMENTS) {
        // The pattern ends with the brace.
        let start = start.end() - 1;
        if start < end {
            continue;
        }
        let json = script.get(start..).unwrap_or_default();
        let Some(Ok(whole)) = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>().next() else {
            continue;
        };
        let found = embedded(whole.get());
        if !found.is_empty() {
            end = start + whole.get().len();
            documents.push((start..end, found));
        }
    }
    let mut found = Vec::new();
    for captures in ADDRESS.iter().flat_map(|pattern| pattern.captures_iter(script)) {
        let Some(text) = (2..=4).find_map(|group| captures.get(group)) else { continue };
        // The addresses in a document are those of servers and licences.
        if documents.iter().any(|(range, _)| range.contains(&text.start())) {
            continue;
        }
        let text = unescaped(text.as_str());
        let setting = match is_configuration(&captures) {
            true => Setting::Configuration(text),
            false => Setting::Address(text),
        };
        if !found.contains(&setting) {
            found.push(setting);
        }
    }
    found.extend(documents.into_iter().flat_map(|(_, texts)| texts).map(Setting::Document));
    found
}

/// Lists the OpenAPI documents in a JSON text, unchanged: the text itself, or what Scalar (`content`), Swagger
/// UI (`spec`) and Redoc (`spec.data`) put around it.
pub(super) fn embedded(json: &str) -> Vec<String> {
    const MOST_LEVELS: usize = 2;
    let Ok(whole) = serde_json::from_str::<&RawValue>(json) else { return Vec::new() };
    let mut level = vec![whole];
    for _ in 0..=MOST_LEVELS {
        let (mut found, mut next) = (Vec::new(), Vec::new());
        for text in level {
            let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text.get()) else {
                continue;
            };
            let version = fields.get("openapi").or(fields.get("swagger"));
            match version.is_some_and(|version| version.get().starts_with('"')) {
                true => found.push(text.get().to_owned()),
                false => next.extend(fields.into_values()),
            }
        }
        if !found.is_empty() {
            return found;
        }
        level = next;
    }
    Vec::new()
}

/// Returns the addresses in a configuration file of Swagger UI.
pub(super) fn configured(json: &[u8]) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        url: String,
    }
    #[derive(serde::Deserialize)]
    struct Configuration {
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        urls: Vec<Named>,
    }
    let Ok(configuration) = serde_json::from_slice::<Configuration>(json) else { return Vec::new() };
    configuration.urls.into_iter().map(|named| named.url).chain(configuration.url).collect()
}

fn is_configuration(captures: &Captures<'_>) -> bool {
    captures.get(1).is_some_and(|name| name.as_str() == "configUrl")
}

/// Unescapes a string of JavaScript, as far as addresses need it.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = after.chars();
        let kind = characters.next();
        let tail = characters.as_str();
        let digits = match kind {
            Some('u') => 4,
            Some('x') => 2,
            _ => 0,
        };
        let code = tail.get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match (kind, code.and_then(char::from_u32)) {
            (Some('u' | 'x'), Some(character)) => {
                out.push(character);
                rest = tail.get(digits..).unwrap_or_default();
            }
            (other, _) => {
                out.extend(other);
                rest = tail;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_any_quotes_and_escapes() {
        let script = r#"
            Redoc.init('/a.json', {}, x);
            SwaggerUIBundle({ url: "\/b.json", "urls": [{"url": "\u002Fc.json", name: 'C'}], configUrl: `/d`, });
            const specURL = '/e?x=1\x26y=2';
            curl: "/no", baseUrl: "/no"
        "#;
        let addresses =
            |list: &[&str]| list.iter().map(|it| Setting::Address((*it).to_owned())).collect::<Vec<_>>();
        let mut wanted = addresses(&["/a.json", "/b.json", "/c.json"]);
        wanted.push(Setting::Configuration("/d".to_owned()));
        wanted.extend(addresses(&["/e?x=1&y=2"]));
        assert_eq!(settings(script), wanted);
    }

    #[test]
    fn documents_are_returned_unchanged() {
        let state =
            r#"var __redoc_state = {"menu": {}, "spec": {"data": {"openapi": "3.0.3",  "x": 1.10}}};"#;
        assert_eq!(settings(state), [Setting::Document(r#"{"openapi": "3.0.3",  "x": 1.10}"#.to_owned())]);
        let options = r#"window.x = {"swaggerDoc": {"openapi": "3.0.3"}, "customOptions": {}};"#;
        assert_eq!(settings(options), [Setting::Document(r#"{"openapi": "3.0.3"}"#.to_owned())]);
        assert_eq!(settings("var __redoc_state = {unquoted: 1}; spec: {"), []);
        // The addresses in a document are not those of documents.
        let servers =
            r#"spec: {"openapi": "3.0.3", "servers": [{"url": "https://api.example/"}]}, url: "/a""#;
        assert_eq!(settings(servers).len(), 2);
        assert_eq!(settings(servers)[0], Setting::Address("/a".to_owned()));
    }

    #[test]
    fn documents_in_json_as_tools_embed_it() {
        let document = r#"{"openapi": "3.1.0",  "info": {"title": "T"}, "paths": {}}"#;
        for json in [
            format!("\n {document} "),
            format!(r#"{{"theme": "x", "spec": {document}}}"#),
            format!(r#"{{"content": {document}}}"#),
            format!(r#"{{"spec": {{"data": {document}}}}}"#),
            format!(r#"[{document}]"#),
        ] {
            let wanted: &[&str] = if json.starts_with('[') { &[] } else { &[document] };
            assert_eq!(embedded(&json), wanted, "{json}");
        }
        assert_eq!(embedded(&format!(r#"{{"one": {document}, "two": {document}}}"#)), [document, document]);
        for none in
            ["", "{", "[]", r#"{"openapi": {"x": 1}}"#, r#"{"a": {"b": {"c": {"openapi": "3.0.3"}}}}"#]
        {
            assert!(embedded(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_configuration_names_one_or_more() {
        let json = br#"{"configUrl": "/x", "urls": [{"url": "/a", "name": "A"}], "url": "/b"}"#;
        assert_eq!(configured(json), ["/a", "/b"]);
        assert!(configured(b"<html>").is_empty());
    }
}
