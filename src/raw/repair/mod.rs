//! Response bodies in which single values have another form than the document describes.
//!
//! Decoding is strict first. Only a body that cannot be read that way comes here: the value at which decoding failed is written
//! in another form, and decoding starts again. A value that has no other form becomes absent, and is kept raw among the fields that
//! the type does not name ([`extra`](super::extra)). No value is made up: where the type requires it, the error of the strict decoding stays.
//!
//! A value that is absent although the type requires it, and JSON that is cut off or broken beyond single values, stay errors.

#[cfg(test)]
mod every_field;
mod forms;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use super::scan::Scanned;
use forms::other_forms;
use text::Step;

/// Limits the bytes that are decoded again for one body.
const WORK_BUDGET: usize = 64 << 20;

/// Decodes a body, skipping a byte-order mark.
///
/// # Errors
///
/// Returns the error of the strict decoding if nothing helps.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    let body = without_mark(body);
    serde_json::from_slice(body).or_else(|error| repaired(body).ok_or(error))
}

/// Returns the body without its byte-order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cold]
fn repaired<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = text_of(body)?;
    Repair { budget: WORK_BUDGET }.repaired(text).map(|(value, _)| value)
}

/// Returns the text of a body, in which each value that JSON cannot hold is replaced by an object, which no field but `extra` reads.
fn text_of(body: &[u8]) -> Option<String> {
    let scanned = Scanned::new(body);
    // What was cut off may be what matters most.
    let is_json = !scanned.is_truncated && serde_json::from_str::<&RawValue>(&scanned.text).is_ok();
    is_json.then_some(scanned.text)
}

/// Repairs one body.
struct Repair {
    /// How many bytes may still be decoded.
    budget: usize,
}

impl Repair {
    /// Returns the value, and the text that it was decoded from.
    fn repaired<T: DeserializeOwned>(&mut self, text: String) -> Option<(T, String)> {
        let failed_at = match self.attempt(&text)? {
            Ok(value) => return Some((value, text)),
            Err(path) => path,
        };
        let text = self.repaired_below::<T>(text, &[], failed_at);
        Some((self.attempt(&text)?.ok()?, text))
    }

    /// Repairs what is below a place as far as that goes, and leaves out nothing above it.
    fn repaired_below<T: DeserializeOwned>(
        &mut self,
        mut text: String,
        place: &[Step],
        mut failed_at: Vec<Step>,
    ) -> String {
        // Once for each list: what still fails in it has no other form.
        let mut lists: Vec<Vec<Step>> = Vec::new();
        while failed_at.starts_with(place) {
            let list = text::outer_list(&text, &failed_at, place.len()).filter(|list| !lists.contains(list));
            let candidate = match &list {
                Some(list) => self.repaired_list::<T>(&text, list),
                None => self.repaired_value::<T>(&text, &failed_at, place.len()),
            };
            lists.extend(list);
            let Some(candidate) = candidate else { break };
            text = candidate;
            match self.attempt::<T>(&text) {
                Some(Err(path)) => failed_at = path,
                _ => break,
            }
        }
        text
    }

    /// Repairs the items of a list one by one, so that a page in which each item differs costs no more than the items.
    fn repaired_list<T: DeserializeOwned>(&mut self, text: &str, list: &[Step]) -> Option<String> {
        let whole = self.find(text, list)?;
        let items: Vec<&RawValue> = serde_json::from_str(&text[whole.clone()]).ok()?;
        let place = [list, &[Step::Index(0)]].concat();
        let mut repaired = Vec::with_capacity(items.len());
        for item in items {
            let alone = format!("{}[{}]{}", &text[..whole.start], item.get(), &text[whole.end..]);
            // What fails elsewhere is repaired with the whole.
            let item = match self.attempt::<T>(&alone)? {
                Err(path) if path.starts_with(&place) => {
                    let alone = self.repaired_below::<T>(alone, &place, path);
                    alone[self.find(&alone, &place)?].to_owned()
                }
                _ => item.get().to_owned(),
            };
            repaired.push(item);
        }
        Some(format!("{}[{}]{}", &text[..whole.start], repaired.join(","), &text[whole.end..]))
    }

    /// Finds the text of a value, which takes the work of a few decodings.
    fn find(&mut self, text: &str, path: &[Step]) -> Option<Range<usize>> {
        self.budget = self.budget.checked_sub(text.len())?;
        text::find(text, path)
    }

    /// Writes the value at which decoding failed in another form, or leaves it out. Returns a text that fails later, or not at all.
    ///
    /// What is left out is below the first `kept` steps.
    fn repaired_value<T: DeserializeOwned>(
        &mut self,
        text: &str,
        failed_at: &[Step],
        kept: usize,
    ) -> Option<String> {
        // Several searches of the text.
        self.budget = self.budget.checked_sub(8 * text.len())?;
        // Of several values under one name, none is known to be the right one.
        if let Some(candidate) = text::without_repeats(text, failed_at) {
            self.budget = self.budget.checked_sub(128 * text.len())?;
            return Some(candidate);
        }
        let range = self.find(text, failed_at)?;
        for form in other_forms(&text[range.clone()]) {
            let candidate = format!("{}{form}{}", &text[..range.start], &text[range.end..]);
            // A form that is no better fails at the same value, or at what it is in.
            if self.attempt::<T>(&candidate)?.err().is_none_or(|path| !failed_at.starts_with(&path)) {
                return Some(candidate);
            }
        }
        // What cannot be read is left out with the smallest part around it that can be absent.
        for depth in (kept + 1..=failed_at.len()).rev() {
            let part = &failed_at[..depth];
            let Some(candidate) = text::set_aside(text, part) else { continue };
            // Where the part is required, decoding fails at what it is missing from.
            let is_required = |path: Vec<Step>| part.starts_with(&path);
            if !self.attempt::<T>(&candidate)?.err().is_some_and(is_required) {
                return Some(candidate);
            }
        }
        None
    }

    /// Decodes a text, or returns the way to the value at which that fails. `None` if there is no such value, or no budget left.
    fn attempt<T: DeserializeOwned>(&mut self, text: &str) -> Option<Result<T, Vec<Step>>> {
        self.budget = self.budget.checked_sub(text.len())?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let error = match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(value) => return deserializer.end().is_ok().then_some(Ok(value)),
            Err(error) => error,
        };
        // With `arbitrary_precision` a number out of range is found only here, and serde_json takes it for broken JSON.
        let is_of_a_value =
            error.inner().is_data() || error.inner().to_string().starts_with("number out of range");
        if !is_of_a_value {
            return None;
        }
        let repeated = repeated(&error.inner().to_string()).map(|name| Some(Step::Key(name)));
        let steps = error.path().iter().filter_map(|segment| match segment {
            // `serde_json` wraps the text of a decimal in a map of its own.
            Segment::Map { key } if key.starts_with("$serde_json::private::") => None,
            Segment::Map { key } => Some(Some(Step::Key(key.clone()))),
            Segment::Seq { index } => Some(Some(Step::Index(*index))),
            Segment::Enum { .. } | Segment::Unknown => Some(None),
        });
        Some(Err(steps.chain(repeated).collect::<Option<Vec<Step>>>()?))
    }
}

/// Returns the name of the field that an object has twice, of which serde has no other word than its message.
fn repeated(message: &str) -> Option<String> {
    Some(message.strip_prefix("duplicate field `")?.split_once('`')?.0.to_owned())
}
