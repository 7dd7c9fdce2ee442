//! Finds the object that a response is about: the body itself, or what is in an envelope such as `{"data": {…}}`.
//!
//! The body may be truncated or hold invalid values: the part before them is read. Ids count under their own names only, so that
//! the id of another thing, such as that of the refunded payment, is never taken.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use crate::raw;

pub(super) mod failure;

/// Names of envelopes that mean nothing by themselves.
const ENVELOPES: [&str; 8] = ["data", "result", "results", "response", "payload", "object", "item", "items"];

/// Maximum depth of nested envelopes. Deeper values are skipped.
const DEEPEST: usize = 6;

/// Reads a value from the one object in an envelope that has an id, where the body itself has none. `None` for every other body.
///
/// Members next to the object are stored under the key `envelope`, as a field that the type does not name. An envelope that reports a
/// failure is never opened: its object may be the one that the request would have created.
pub(super) fn open<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Option<T> {
    let mut parser = Parser::new(body);
    let root = parser.node(0)?;
    if parser.is_broken || !parser.rest().is_empty() {
        return None;
    }
    let mut around = Vec::new();
    let object = subject(&root, operation, signs(operation), &mut around)?;
    if has_id(operation) {
        id_in(object, operation)?;
    }
    if std::ptr::eq(object, &root) || around.iter().any(|member| failure::is_in(member)) {
        return None;
    }
    let mut text = object.text.strip_suffix(b"}")?.to_vec();
    if !around.is_empty() {
        text.extend_from_slice(b",\"envelope\":{");
        text.extend_from_slice(&around.join(&b','));
        text.push(b'}');
    }
    text.push(b'}');
    raw::decode(&text).ok()
}

/// Returns whether a body reports that the request failed, regardless of its status. Next to an id, even one that cannot be read,
/// such a report may be about the object with that id.
pub(super) fn reports_failure(operation: &str, body: &[u8]) -> bool {
    /// Longest body in which such a report is looked for: a report is short, and a long body is costly to parse.
    const LONGEST: usize = 64 << 10;
    if body.len() > LONGEST {
        return false;
    }
    let root = Parser::new(body).node(0);
    let Some(Node { kind: Kind::Object(members), .. }) = root else { return false };
    !members.iter().any(|member| is_sign(member, signs(operation)))
        && members.iter().any(|member| failure::is_in(member.text))
}

/// Returns the id of the object that an operation created, from the part of the body that is there.
pub(super) fn made_id(operation: &str, body: &[u8]) -> Option<String> {
    let mut parser = Parser::new(body);
    let root = parser.node(0)?;
    // With several JSON documents, it is unknown which one is the response.
    if parser.rest().starts_with(b"{") || parser.rest().starts_with(b"[") {
        return None;
    }
    id_in(subject(&root, operation, names(operation), &mut Vec::new())?, operation)
}

/// Returns the names under which the object of an operation may be in an envelope. Some objects have no id.
fn signs(operation: &str) -> &'static [&'static str] {
    match operation {
        "create_api_key" | "rotate_api_key" => &["id", "raw_key"],
        "get_organization" | "update_organization" => &["name", "website", "contact_email", "price_mode"],
        "get_dashboard" => &["wallet", "stats", "recent_wallet_activity"],
        "get_webhook" | "set_webhook" => &["endpoint_url"],
        "get_public_payment_link" => &["name", "products"],
        _ => names(operation),
    }
}

/// Returns whether the object of an operation must have an id.
fn has_id(operation: &str) -> bool {
    signs(operation) == names(operation)
}

/// Returns the names of the ids of an operation's object. A bare `id` is not accepted for a created refund: it may be the id of the
/// payment.
fn names(operation: &str) -> &'static [&'static str] {
    match operation {
        "create_refund" => &["refund_public_id", "refund_id"],
        "create_checkout" | "start_payment_link_checkout" => &["checkout_id"],
        _ => &["id"],
    }
}

/// Returns whether a member may hold the object of an operation: `data`, or the name of the object.
fn is_envelope(name: &str, operation: &str) -> bool {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let name = plain(name);
    let thing = operation.split_once('_').map(|(_, thing)| plain(thing));
    let other = match operation {
        "get_payment" => Some("transaction"),
        "start_payment_link_checkout" => Some("checkout"),
        "get_public_payment_link" => Some("paymentlink"),
        _ => None,
    };
    ENVELOPES.contains(&&*name) || thing.as_ref() == Some(&name) || other == Some(&*name)
}

/// Finds the object that has one of the names, and what is around it.
fn subject<'n, 'a>(
    node: &'n Node<'a>,
    operation: &str,
    signs: &[&str],
    around: &mut Vec<&'a [u8]>,
) -> Option<&'n Node<'a>> {
    let members = match &node.kind {
        Kind::List(items) => match &items[..] {
            [only] => return subject(only, operation, signs, around),
            _ => return None,
        },
        Kind::Object(members) => members,
        Kind::Other => return None,
    };
    if members.iter().any(|member| is_sign(member, signs)) {
        return Some(node);
    }
    let mut found = None;
    for member in members {
        let mut inside = Vec::new();
        let object = is_envelope(&member.name, operation)
            .then(|| subject(&member.value, operation, signs, &mut inside))
            .flatten();
        match object {
            // With two objects, it is unknown which one is meant.
            Some(_) if found.is_some() => return None,
            Some(_) => {
                found = object;
                around.append(&mut inside);
            }
            None => around.push(member.text),
        }
    }
    found
}

fn is_sign(member: &Member<'_>, signs: &[&str]) -> bool {
    signs.contains(&&*member.name) && member.value.text != b"null"
}

/// Returns the id of an object; `None` if there are several under one name, since it is unknown which one is meant.
fn id_in(object: &Node<'_>, operation: &str) -> Option<String> {
    let Kind::Object(members) = &object.kind else { return None };
    names(operation).iter().find_map(|name| {
        let values = members.iter().filter(|member| member.name == *name);
        let ids: BTreeSet<Option<String>> = values.map(|member| id(member.value.text)).collect();
        let mut ids = ids.into_iter();
        ids.next().filter(|_| ids.next().is_none()).flatten()
    })
}

/// Reads an id: a text, or a whole number of any size as its digits.
fn id(written: &[u8]) -> Option<String> {
    if written.starts_with(b"\"") {
        let text: String = serde_json::from_slice(written).ok()?;
        return Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    let text = std::str::from_utf8(written).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_whole = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && fraction.bytes().all(|byte| byte == b'0')).then(|| whole.to_owned())
}

struct Node<'a> {
    kind: Kind<'a>,
    /// The received bytes, possibly truncated.
    text: &'a [u8],
}

enum Kind<'a> {
    Object(Vec<Member<'a>>),
    List(Vec<Node<'a>>),
    Other,
}

struct Member<'a> {
    name: String,
    value: Node<'a>,
    /// Name and value, in the received form.
    text: &'a [u8],
}

/// Parses a body up to the point where it is truncated. `serde_json` would return an error instead of the part before it.
struct Parser<'a> {
    body: &'a [u8],
    at: usize,
    is_broken: bool,
}

impl<'a> Parser<'a> {
    fn new(body: &'a [u8]) -> Self {
        Self { body: raw::without_mark(body), at: 0, is_broken: false }
    }

    fn rest(&self) -> &'a [u8] {
        self.body[self.at..].trim_ascii()
    }

    /// Skips white space, and returns the next byte without reading it.
    fn peek(&mut self) -> Option<u8> {
        let blank = self.body[self.at..].iter().position(|byte| !byte.is_ascii_whitespace());
        self.at = blank.map_or(self.body.len(), |blank| self.at + blank);
        self.body.get(self.at).copied()
    }

    /// Reads a byte, if it is the next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads a string, a number or a word, if the body continues after it.
    fn token(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let end = raw::scan::token_end(self.body, self.at)?;
        let token = &self.body[self.at..end];
        // The rest of a number may be missing.
        if end == self.body.len() && token[0] != b'"' || b"{}[],:".contains(&token[0]) {
            return None;
        }
        self.at = end;
        Some(token)
    }

    /// Reads a value, possibly truncated.
    fn node(&mut self, depth: usize) -> Option<Node<'a>> {
        let first = self.peek()?;
        let start = self.at;
        let kind = match first {
            b'{' | b'[' if depth >= DEEPEST => {
                self.skip();
                Kind::Other
            }
            b'{' => Kind::Object(self.members(depth)),
            b'[' => Kind::List(self.items(depth)),
            _ => {
                self.token()?;
                Kind::Other
            }
        };
        Some(Node { kind, text: &self.body[start..self.at] })
    }

    fn members(&mut self, depth: usize) -> Vec<Member<'a>> {
        let mut members = Vec::new();
        self.at += 1;
        while !self.is_broken && !self.take(b'}') {
            let member = self.member(depth);
            self.is_broken |= member.is_none();
            members.extend(member);
            self.is_broken |= !self.take(b',') && self.peek() != Some(b'}');
        }
        members
    }

    fn member(&mut self, depth: usize) -> Option<Member<'a>> {
        self.peek()?;
        let start = self.at;
        let token = self.token()?;
        if !self.take(b':') {
            return None;
        }
        let value = self.node(depth + 1)?;
        // A name that is no valid text matches no known name.
        let name = serde_json::from_slice(token).unwrap_or_default();
        Some(Member { name, value, text: &self.body[start..self.at] })
    }

    fn items(&mut self, depth: usize) -> Vec<Node<'a>> {
        let mut items = Vec::new();
        self.at += 1;
        while !self.is_broken && !self.take(b']') {
            let item = self.node(depth + 1);
            self.is_broken |= item.is_none();
            // A truncated item counts as an item.
            items.push(item.unwrap_or(Node { kind: Kind::Other, text: &[] }));
            self.is_broken |= !self.take(b',') && self.peek() != Some(b']');
        }
        items
    }

    /// Skips an object or a list.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            let Some(end) = raw::scan::token_end(self.body, self.at) else { break };
            self.at = end;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
        self.is_broken = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{made_id, open, reports_failure};
    use crate::raw::types::{ApiKeyWithSecret, Organization, Payment, RefundCreated, WebhookConfiguration};

    #[test]
    fn the_id_of_a_created_object_is_found_in_a_truncated_body() {
        for (body, expected) in [
            (r#"{"refund_public_id":"RF7","refund_id":7}"#, Some("RF7")),
            (r#"{"refund_public_id":null,"refund_id":7}"#, Some("7")),
            (r#"{"refund_public_id":"RF7","amount":"1.0"#, Some("RF7")),
            (r#"{"refund_public_id":"RF7""#, Some("RF7")),
            (r#"{"refund_public_id":"RF"#, None),
            (r#"{"refund_id":7"#, None),
            (r#"{"refund_id":7,"#, Some("7")),
            (r#"{"refund_id":7,"reason":"a \"#, Some("7")),
            (r#"{"refund_id":7 "#, Some("7")),
            (r#"{"reason":[[[[[[[["#, None),
            (r#"{"refund_id":7,"reason":[[[[[[[["#, Some("7")),
            (r#"{"reason":[[[[[[[[1]]]]]]]],"refund_id":7}"#, Some("7")),
            (r#"{"data":{"refund_id":7,"amount":"#, Some("7")),
            (r#"{"ok":true,"data":{"refund_public_id":"RF7"},"meta":{"id":1}}"#, Some("RF7")),
            (r#"{"refund":{"refund_id":7}}"#, Some("7")),
            (r#"{"data":{"refund":{"refund_id":7}}}"#, Some("7")),
            (r#"{"result":[{"refund_id":7}]}"#, Some("7")),
            (r#"[{"refund_id":7}]"#, Some("7")),
            (r#"[{"refund_id":7,"amount":"#, Some("7")),
            ("\u{feff} {\"refund_id\":7}", Some("7")),
            (r#"{"fee":NaN,"refund_id":7,"x":-Infinity}"#, Some("7")),
            (r#"{"fee":NaN,"refund_id":7,"x":"\ud83d"}"#, Some("7")),
            (r#"{"refund\u005fid":7}"#, Some("7")),
            (r#"{"refund_id":123456789012345678901234567890}"#, Some("123456789012345678901234567890")),
            (r#"{"refund_id":7.0}"#, Some("7")),
            (r#"{"refund_id":7,"refund_id":7}"#, Some("7")),
            (r#"{"refund_id":"7","transaction_id":"refund_id"}"#, Some("7")),
            ("{\"refund_id\":7}\n<!-- cached -->", Some("7")),
            // Ambiguous: two ids of one name.
            (r#"{"refund_id":7,"refund_id":8}"#, None),
            (r#"{"data":{"refund_id":7},"result":{"refund_id":8}}"#, None),
            (r#"{"data":{"refund_id":7},"data":{"refund_id":8}}"#, None),
            (r#"[{"refund_id":7},{"refund_id":8}]"#, None),
            (r#"[{"refund_id":7},"#, None),
            (r#"[{"refund_id":7},{"#, None),
            ("{\"refund_id\":7}\n{\"refund_id\":8}", None),
            // The id of another object.
            (r#"{"id":7}"#, None),
            (r#"{"data":{"id":7}}"#, None),
            (r#"{"payment":{"refund_id":7}}"#, None),
            (r#"{"previous":{"refund_id":7}}"#, None),
            (r#"{"refund_id":{"id":7},"data":{"refund_id":8}}"#, None),
            (r#"{"transaction_id":7,"data":{"transaction_id":8}}"#, None),
            // No id.
            (r#"{"refund_id":-7}"#, None),
            (r#"{"refund_id":7.5}"#, None),
            (r#"{"refund_id":7e1}"#, None),
            (r#"{"refund_id":true}"#, None),
            (r#"{"refund_id":" "}"#, None),
            (r#"{"refund_id":"\ud83d"}"#, None),
            ("refund_id:7", None),
            ("", None),
            ("{", None),
            ("[[[[[[[[[[", None),
        ] {
            assert_eq!(made_id("create_refund", body.as_bytes()).as_deref(), expected, "{body}");
        }
        for (operation, body, expected) in [
            ("create_checkout", r#"{"data":{"checkout_id":"c1","checkout_url":"#, Some("c1")),
            ("start_payment_link_checkout", r#"{"checkout":{"checkout_id":"c1"}}"#, Some("c1")),
            ("create_checkout", r#"{"id":7}"#, None),
            ("create_payment_link", r#"{"id":7,"products":[{"id":8}]}"#, Some("7")),
            ("create_payment_link", r#"{"paymentLink":{"id":7}}"#, Some("7")),
            ("create_payment_link", r#"{"organization":{"id":7}}"#, None),
        ] {
            assert_eq!(made_id(operation, body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn every_prefix_of_a_response_has_its_id_or_none() {
        let whole = r#"{"ok":true,"data":[{"transaction_id":42,"refund_id":1234,"refund_public_id":"RF\u0037","n":[1]}]}"#;
        let number_ends = whole.find(",\"refund_public").expect("is there");
        let text_ends = whole.find(",\"n\"").expect("is there");
        for end in 0..=whole.len() {
            let expected = match end {
                end if end <= number_ends => None,
                end if end < text_ends => Some("1234"),
                _ => Some("RF7"),
            };
            assert_eq!(made_id("create_refund", &whole.as_bytes()[..end]).as_deref(), expected, "{end}");
        }
    }

    #[test]
    fn one_object_in_an_envelope_is_read_and_nothing_next_to_it_is_lost() {
        for body in [
            r#"{"data":{"id":"TX1","amount":"7.00"}}"#,
            r#"{"transaction":{"id":"TX1","amount":7.00}}"#,
            r#"[{"id":"TX1","amount":"7.00"}]"#,
            r#"{"id":null,"data":{"payment":{"id":"TX1","amount":" 7.00"}}}"#,
        ] {
            let payment: Payment = open("get_payment", body.as_bytes()).expect(body);
            assert_eq!((&*payment.id, payment.amount), ("TX1", Some(crate::Decimal::new(7_00, 2))), "{body}");
        }
        let body = r#"{"status":"ok","data":{"refund_id":7},"fee":NaN}"#;
        let created: RefundCreated = open("create_refund", body.as_bytes()).expect(body);
        assert_eq!((created.refund_id, created.status), (Some(7.into()), None));
        assert_eq!(created.extra["envelope"]["status"], "ok");
        assert!(created.extra["envelope"]["fee"].is_object());
        for body in [
            r#"{"id":"TX1"}"#,
            r#"{"data":{"amount":"7.00"}}"#,
            r#"{"id":"TX1","data":{"id":"TX2"}}"#,
            r#"{"id":true,"data":{"id":"TX2"}}"#,
            r#"{"data":{"id":"TX1"},"result":{"id":"TX2"}}"#,
            r#"{"customer":{"id":"C1"}}"#,
            r#"{"error":{"id":"E1"}}"#,
            r#"[{"id":"TX1"},{"id":"TX2"}]"#,
            r#"{"data":{"id":"TX1"}"#,
            r#"{"data":{"id":"TX1"}} {}"#,
        ] {
            assert!(open::<Payment>("get_payment", body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn an_envelope_that_reports_a_failure_is_not_opened() {
        let body = |member: &str| format!(r#"{{{member},"data":{{"refund_id":7}}}}"#);
        let open_next_to = |member: &str| open::<RefundCreated>("create_refund", body(member).as_bytes());
        for failed in [r#""success":false"#, r#""meta":{"Has-Errors":true}"#, r#""status":402"#] {
            assert!(open_next_to(failed).is_none(), "{failed}");
            assert!(reports_failure("create_refund", body(failed).as_bytes()), "{failed}");
        }
        for fine in [r#""success":true"#, r#""meta":{}"#, r#""status":"ok""#] {
            assert_eq!(open_next_to(fine).map(|it| it.refund_id), Some(Some(7.into())), "{fine}");
            assert!(!reports_failure("create_refund", body(fine).as_bytes()), "{fine}");
        }
        assert!(
            reports_failure("create_refund", br#"{"success":false,"data":{"refund_id":7,"amo"#),
            "as far as it goes"
        );
        assert!(!reports_failure("create_refund", br#"{"data":{"success":false}}"#), "that is of the object");
        for body in [r#"{"id":17,"status":"invalid"}"#, r#"{"id":true,"error":"No."}"#] {
            assert!(!reports_failure("create_payment_link", body.as_bytes()), "that is of the link: {body}");
        }
    }

    #[test]
    fn items_without_an_id_are_recognized_by_their_fields() {
        let organization = br#"{"status":"ok","data":{"name":"n","status":"active"}}"#;
        let organization: Organization = open("get_organization", organization).expect("is there");
        assert_eq!(
            (organization.name.as_deref(), organization.status.as_deref()),
            (Some("n"), Some("active"))
        );
        let hook = br#"{"webhook":{"endpoint_url":"https://shop.test/"}}"#;
        let hook: WebhookConfiguration = open("get_webhook", hook).expect("is there");
        assert_eq!(hook.endpoint_url.as_deref(), Some("https://shop.test/"));
        let key: ApiKeyWithSecret = open("rotate_api_key", br#"{"data":{"raw_key":"k"}}"#).expect("is there");
        assert_eq!(key.raw_key.as_deref(), Some("k"));
        for body in [r#"{"data":{"detail":"n"}}"#, r#"{"name":"n","data":{"name":"m"}}"#] {
            assert!(open::<Organization>("get_organization", body.as_bytes()).is_none(), "{body}");
        }
        assert_eq!(made_id("rotate_api_key", br#"{"data":{"raw_key":"k"}}"#), None);
        assert_eq!(made_id("rotate_api_key", br#"{"raw_key":"k","data":{"id":7}}"#).as_deref(), Some("7"));
    }
}
