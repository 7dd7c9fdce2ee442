//! Decodes response bodies in which single values have another form than the document describes.
//!
//! Decoding is strict first. Only a body that cannot be decoded strictly is repaired: the value at which decoding failed is written
//! in another form, and decoding starts again. A value that has no other form becomes absent, and is kept among the fields that the
//! type does not name ([`extra`](super::extra)). The form of one value is then tried for the others at the same place.
//!
//! Lenient types would be simpler, but the generated types would then accept any form of any value, and the strict path, which nearly
//! all bodies take, would be slower.
//!
//! No value is invented. If the type requires a value that is absent or has no readable form, the error of the strict decoding is
//! returned. So it is for JSON that is cut off, or broken beyond single values: the missing part may be the one that matters.

#[cfg(test)]
mod every_field;
mod forms;
mod item;
mod lessons;
mod members;
#[cfg(test)]
mod tests;
mod text;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

use super::scan::Scanned;
use forms::Form;
use lessons::Lessons;
use text::{Alone, Step};

/// Limits the bytes that are decoded again for one body.
const WORK_BUDGET: usize = 64 << 20;

/// Number of times that a list is repaired as a whole before its items are repaired one by one.
const ROUNDS: usize = 3;

/// Decodes a body, skipping a byte-order mark.
///
/// # Errors
///
/// Fails with the error of the strict decoding if the body cannot be repaired.
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
    Repair::new(WORK_BUDGET).repaired(text)
}

/// Returns the text of a body, in which each value that JSON cannot hold is replaced by an object, which only `extra` can read.
fn text_of(body: &[u8]) -> Option<String> {
    let scanned = Scanned::new(body);
    // A body that was cut off is not repaired: the missing part may be the one that matters.
    let is_json = !scanned.is_truncated && serde_json::from_str::<&RawValue>(&scanned.text).is_ok();
    is_json.then(|| text::flattened(scanned.text))
}

/// Repairs one body.
struct Repair {
    /// Number of bytes that may still be decoded.
    budget: usize,
    lessons: Lessons,
    /// Set while only a part of the members is decoded, in which a missing member is not an error.
    is_part: bool,
}

/// The path of the value at which decoding failed; none if there is no such value, or the budget is used up.
type FailedAt = Option<Vec<Step>>;

/// A text that fails at a later value, or not at all, and the path of that value.
type Better = (String, FailedAt);

impl Repair {
    fn new(budget: usize) -> Self {
        Self { budget, lessons: Lessons::default(), is_part: false }
    }

    fn repaired<T: DeserializeOwned>(&mut self, text: String) -> Option<T> {
        if text.trim_ascii_start().starts_with('{') {
            let object = self.repaired_members::<T>(&text)?;
            return self.attempt(&object).ok();
        }
        let failed_at = match self.attempt(&text) {
            Ok(value) => return Some(value),
            Err(path) => path?,
        };
        let text = self.repaired_below::<T>(text, &[], failed_at);
        self.attempt(&text).ok()
    }

    /// Repairs the values below a place as far as possible, and sets aside nothing above it.
    fn repaired_below<T: DeserializeOwned>(
        &mut self,
        mut text: String,
        place: &[Step],
        mut failed_at: Vec<Step>,
    ) -> String {
        // Once for each list: what still fails in it has no other form.
        let mut lists: Vec<Vec<Step>> = Vec::new();
        while failed_at.starts_with(place) && !self.is_missing(&failed_at) {
            let list = text::outer_list(&text, &failed_at, place.len()).filter(|list| !lists.contains(list));
            let better = match &list {
                Some(list) => self.repaired_list::<T>(&text, list, &failed_at),
                None => self.repaired_value::<T>(&text, &failed_at, place.len()),
            };
            lists.extend(list);
            let Some((better, path)) = better else { break };
            text = better;
            let Some(path) = path else { break };
            failed_at = path;
        }
        text
    }

    /// Repairs a list of several items: the first that fails by itself, and all others that fail in the same way with it.
    fn repaired_list<T: DeserializeOwned>(
        &mut self,
        text: &str,
        list: &[Step],
        failed_at: &[Step],
    ) -> Option<Better> {
        let mut better: Better = (text.to_owned(), Some(failed_at.to_vec()));
        for _ in 0..ROUNDS {
            let (text, Some(failed_at)) = &better else { return Some(better) };
            let Some(Step::Index(at)) = failed_at.get(list.len()).filter(|_| failed_at.starts_with(list))
            else {
                return Some(better);
            };
            let alone = Alone::new(text, list)?;
            let item = self.repaired_item::<T>(&alone, list, alone.items.get(*at)?);
            let whole = self.find(text, &failed_at[..=list.len()])?;
            let text = self.lessons.applied(&text::replaced(text, whole, &item));
            self.budget = self.budget.checked_sub(text.len())?;
            let path = self.attempt::<T>(&text).err().flatten();
            let is_stuck = path.as_ref().is_some_and(|path| path.starts_with(&failed_at[..=list.len()]));
            better = (text, path);
            if is_stuck {
                return Some(better);
            }
        }
        self.repaired_one_by_one::<T>(&better.0, list)
    }

    /// Repairs the items of a list one by one, so that a page in which each item differs costs no more than the items.
    fn repaired_one_by_one<T: DeserializeOwned>(&mut self, text: &str, list: &[Step]) -> Option<Better> {
        let alone = Alone::new(text, list)?;
        let items: Vec<String> =
            alone.items.iter().map(|item| self.repaired_item::<T>(&alone, list, item)).collect();
        let whole = self.find(text, list)?;
        let text = text::replaced(text, whole, &format!("[{}]", items.join(",")));
        let path = self.attempt::<T>(&text).err().flatten();
        Some((text, path))
    }

    /// Repairs an item of a list as far as possible.
    fn repaired_item<T: DeserializeOwned>(&mut self, list: &Alone<'_>, path: &[Step], item: &str) -> String {
        let place = [path, &[Step::Index(0)]].concat();
        let alone = list.text(item);
        // A failure outside of the item is repaired with the whole text.
        let Some(failed_at) =
            self.attempt::<T>(&alone).err().flatten().filter(|path| path.starts_with(&place))
        else {
            return item.to_owned();
        };
        let (item, failed_at) = self.repaired_in_place::<T>(list, &place, item, failed_at);
        let Some(failed_at) = failed_at else { return item };
        let alone = self.repaired_below::<T>(list.text(&item), &place, failed_at);
        self.find(&alone, &place).map_or(item, |range| alone[range].to_owned())
    }

    /// Finds the text of a value, which takes the work of a few decodings.
    fn find(&mut self, text: &str, path: &[Step]) -> Option<std::ops::Range<usize>> {
        self.budget = self.budget.checked_sub(text.len())?;
        text::find(text, path)
    }

    /// Writes the value at which decoding failed in another form, or leaves it out. Returns a text that fails later, or not at all.
    ///
    /// Sets aside nothing above the first `kept` steps.
    fn repaired_value<T: DeserializeOwned>(
        &mut self,
        text: &str,
        failed_at: &[Step],
        kept: usize,
    ) -> Option<Better> {
        // Several searches of the text.
        self.budget = self.budget.checked_sub(4 * text.len())?;
        // Of several values under one name, none is known to be the right one. Outermost first: which of them what is below is in is
        // not known either.
        for depth in kept + 1..=failed_at.len() {
            if let Some(candidate) = text::without_repeats(text, &failed_at[..depth]) {
                let path = self.attempt::<T>(&candidate).err().flatten();
                return Some((candidate, path));
            }
        }
        let range = text::find(text, failed_at)?;
        for (form, written) in Form::all(&text[range.clone()]) {
            let candidate = text::replaced(text, range.clone(), &written);
            // A form that is no better fails at the same value, or at what it is in.
            if let Some(path) = self.is_better::<T>(&candidate, |path| failed_at.starts_with(path))? {
                self.lessons.learn_form(failed_at, form);
                return Some((candidate, path));
            }
        }
        // What cannot be read is left out with the smallest part around it that can be absent.
        for depth in (kept + 1..=failed_at.len()).rev() {
            let part = &failed_at[..depth];
            let Some(candidate) = text::set_aside(text, part) else { continue };
            // Where the part is required, decoding fails at what it is missing from.
            if let Some(path) = self.is_better::<T>(&candidate, |path| part.starts_with(path))? {
                self.lessons.learn_unreadable(part, &text[text::find(text, part)?]);
                return Some((candidate, path));
            }
        }
        None
    }

    /// Returns where a text fails, if that is not too early. The outer `None` means that the budget is used up.
    fn is_better<T: DeserializeOwned>(
        &mut self,
        candidate: &str,
        is_too_early: impl Fn(&[Step]) -> bool,
    ) -> Option<Option<FailedAt>> {
        match self.attempt::<T>(candidate) {
            Ok(_) => Some(Some(None)),
            Err(path) => path.map(|path| {
                let is_missing = self.is_missing(&path);
                (is_missing || !is_too_early(&path)).then_some(Some(path))
            }),
        }
    }

    /// Returns whether decoding failed because a member is missing that may be in another part.
    fn is_missing(&self, failed_at: &[Step]) -> bool {
        self.is_part && failed_at.is_empty()
    }

    /// Decodes a text, or returns the path of the value at which decoding fails.
    fn attempt<T: DeserializeOwned>(&mut self, text: &str) -> Result<T, FailedAt> {
        self.budget = self.budget.checked_sub(text.len()).ok_or(None)?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let error = match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(value) => return deserializer.end().map(|()| value).map_err(|_| None),
            Err(error) => error,
        };
        // With `arbitrary_precision`, a number out of range is detected only here, and serde_json reports it as broken JSON.
        let is_of_a_value =
            error.inner().is_data() || error.inner().to_string().starts_with("number out of range");
        if !is_of_a_value {
            return Err(None);
        }
        let repeated = repeated(&error.inner().to_string()).map(|name| Some(Step::Key(name)));
        let steps = error.path().iter().filter_map(|segment| match segment {
            // `serde_json` wraps the text of a decimal in a map of its own.
            Segment::Map { key } if key.starts_with("$serde_json::private::") => None,
            Segment::Map { key } => Some(Some(Step::Key(key.clone()))),
            Segment::Seq { index } => Some(Some(Step::Index(*index))),
            Segment::Enum { .. } | Segment::Unknown => Some(None),
        });
        Err(steps.chain(repeated).collect())
    }
}

/// Returns the name of the field that an object has twice. serde reports it in the text of its error only.
fn repeated(message: &str) -> Option<String> {
    Some(message.strip_prefix("duplicate field `")?.split_once('`')?.0.to_owned())
}
