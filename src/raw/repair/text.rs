//! Finds and renames values in the text of a body.
//!
//! Repairs work on text and not on `serde_json::Value`, which rounds numbers and keeps one of several members of the same name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::raw::extra::MARK;
use crate::raw::scan::UNREADABLE;

/// One step of the path of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The members of an object in their order. A name may occur more than once.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collector;

        impl<'a> Visitor<'a> for Collector {
            type Value = Members<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name.into(), value.get().into()));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collector)
    }
}

impl Members<'_> {
    /// Writes the object.
    pub(super) fn write(&self) -> String {
        let members = self.0.iter().map(|(name, value)| format!("{}:{value}", quoted(name)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// Writes a text as JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns the items of a list.
pub(super) fn items(list: &str) -> Option<Vec<&str>> {
    let items: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}

/// Finds the text of a value.
pub(super) fn find(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in path {
        value = match step {
            Step::Key(key) => {
                serde_json::from_str::<HashMap<String, &RawValue>>(value.get()).ok()?.remove(key)?
            }
            Step::Index(index) => serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(*index)?,
        };
    }
    // The value borrows from the text.
    let start = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some(start..start + value.get().len())
}

/// Replaces a part of a text.
pub(super) fn replaced(text: &str, part: Range<usize>, other: &str) -> String {
    format!("{}{other}{}", &text[..part.start], &text[part.end..])
}

/// Returns the path of the outermost list of several items that contains a value, below a place of so many steps.
pub(super) fn outer_list(text: &str, path: &[Step], below: usize) -> Option<Vec<Step>> {
    let mut lists = (below..path.len()).filter(|at| matches!(path[*at], Step::Index(_)));
    let has_several = |at: &usize| {
        let list = find(text, &path[..*at]).and_then(|range| items(&text[range]));
        list.is_some_and(|items| items.len() > 1)
    };
    lists.find(has_several).map(|at| path[..at].to_vec())
}

/// A list, and the text around an item of it that is decoded alone.
pub(super) struct Alone<'a> {
    before: String,
    after: String,
    pub(super) items: Vec<&'a str>,
}

impl<'a> Alone<'a> {
    /// Finds a list. Other lists are empty in the text around it, so that decoding an item takes time for the item only.
    pub(super) fn new(text: &'a str, list: &[Step]) -> Option<Self> {
        let (mut before, mut after, mut value) = (String::new(), Vec::new(), text);
        for step in list {
            let name = match step {
                Step::Key(name) => name,
                // The only item: the list is the outermost with several.
                Step::Index(_) => {
                    value = items(value)?.pop()?;
                    before.push('[');
                    after.push("]".to_owned());
                    continue;
                }
            };
            let Members(mut members) = serde_json::from_str(value).ok()?;
            let at = members.iter().rposition(|(member, _)| member == name)?;
            let Cow::Borrowed(found) = members[at].1 else { return None };
            value = found;
            for (_, other) in members.iter_mut().filter(|(_, other)| other.starts_with('[')) {
                *other = "[]".into();
            }
            let rest = Members(members.split_off(at + 1)).write();
            members.pop();
            let first = Members(members).write();
            before.push_str(first.strip_suffix('}')?);
            before.push_str(if first.len() > 2 { "," } else { "" });
            before.push_str(&format!("{}:", quoted(name)));
            after.push(if rest.len() > 2 { format!(",{}", &rest[1..]) } else { "}".to_owned() });
        }
        before.push('[');
        after.push("]".to_owned());
        after.reverse();
        Some(Self { before, after: after.concat(), items: items(value)? })
    }

    /// Returns the text in which an item is the only one.
    pub(super) fn text(&self, item: &str) -> String {
        format!("{}{item}{}", self.before, self.after)
    }
}

/// Renames the key of a value so that no field of a type has it. `None` for what has no key, or was renamed before.
pub(super) fn set_aside(text: &str, path: &[Step]) -> Option<String> {
    let (Step::Key(key), parent) = path.split_last()? else { return None };
    let parent = find(text, parent)?;
    let mut members: Members<'_> = serde_json::from_str(&text[parent.clone()]).ok()?;
    let member = members.0.iter_mut().rev().find(|(name, _)| name == key)?;
    // In a list that cannot be read, values of its items may have been set aside before.
    let value = member.1.replace(MARK, "");
    *member = (marked(key)?, exact(&value).into_owned().into());
    Some(replaced(text, parent, &members.write()))
}

/// Returns the key under which a value is kept. `None` if it is one.
pub(super) fn marked(key: &str) -> Option<Cow<'static, str>> {
    (!is_marked(key)).then(|| format!("{MARK}{key}").into())
}

/// Returns whether a value is kept under this key.
pub(super) fn is_marked(key: &str) -> bool {
    key.starts_with(MARK)
}

/// Returns a value in the form in which it is set aside: an integer that untyped JSON would round, such as an id, as a text.
pub(super) fn exact(value: &str) -> Cow<'_, str> {
    let number = super::forms::whole(value).map_or(Cow::Borrowed(value), Cow::Owned);
    let digits = number.strip_prefix('-').unwrap_or(&number);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
    match is_integer && number.parse::<i64>().is_err() {
        true => format!("\"{number}\"").into(),
        false => value.into(),
    }
}

/// Sets the values aside whose key their object has several times; where all are the same, one stays. `None` if there is one.
pub(super) fn without_repeats(text: &str, path: &[Step]) -> Option<String> {
    let (Step::Key(key), parent) = path.split_last()? else { return None };
    let parent = find(text, parent)?;
    let mut members: Members<'_> = serde_json::from_str(&text[parent.clone()]).ok()?;
    let mut values = members.0.iter().filter(|(name, _)| name == key).map(|(_, value)| &**value);
    let first = values.next()?;
    let others: Vec<&str> = values.collect();
    if others.is_empty() {
        return None;
    }
    if others.iter().all(|other| *other == first) {
        let mut is_first = true;
        members.0.retain(|(name, _)| name != key || std::mem::take(&mut is_first));
    } else {
        let renamed = marked(key)?;
        members.0.iter_mut().filter(|(name, _)| name == key).for_each(|it| it.0 = renamed.clone());
    }
    Some(replaced(text, parent, &members.write()))
}

/// Replaces what is nested too deeply for `serde_json` by an object with its text.
pub(super) fn flattened(text: String) -> String {
    /// `serde_json` refuses one more.
    const DEEPEST: usize = 127;
    /// Where a part begins that may be too deep.
    const CUT: usize = 100;
    let mut flat = String::new();
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    // What is copied already, and where the part begins.
    let (mut copied, mut start) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = byte != b'"' || is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                (start, deepest) = if depth == CUT { (at, depth) } else { (start, deepest.max(depth)) };
            }
            b'}' | b']' => {
                if depth == CUT && deepest > DEEPEST {
                    flat.push_str(&text[copied..start]);
                    flat.push_str(&format!("{{\"{UNREADABLE}\":{}}}", quoted(&text[start..=at])));
                    copied = at + 1;
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    if copied == 0 {
        return text;
    }
    flat.push_str(&text[copied..]);
    flat
}
