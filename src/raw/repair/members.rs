//! Repairs a body that is one object. Its members are repaired separately, so that the work for one does not grow with the size of
//! the others.

use std::collections::HashMap;

use serde::de::DeserializeOwned;

use super::Repair;
use super::text::{self, Members};

/// Number of bytes of members that are decoded together. Most parts decode without an error, and the members of one that does not are
/// decoded one by one.
const PART: usize = 4 << 10;

impl Repair {
    /// Repairs the members of an object as far as possible. `None` if the text is not an object, or the budget is used up.
    pub(super) fn repaired_members<T: DeserializeOwned>(&mut self, object: &str) -> Option<String> {
        let groups = by_name(serde_json::from_str(object).ok()?);
        let mut parts: Vec<Vec<Members<'_>>> = Vec::new();
        let mut left = 0;
        for group in groups {
            let length: usize = group.0.iter().map(|(name, value)| name.len() + value.len()).sum();
            match parts.last_mut().filter(|_| length <= left) {
                Some(part) => part.push(group),
                None => {
                    left = PART;
                    parts.push(vec![group]);
                }
            }
            left = left.saturating_sub(length);
        }
        self.is_part = true;
        let repaired: Option<Vec<String>> =
            parts.into_iter().map(|part| self.repaired_part::<T>(part)).collect();
        self.is_part = false;
        Some(format!("{{{}}}", repaired?.join(",")))
    }

    /// Repairs a few members, and returns them without braces.
    fn repaired_part<T: DeserializeOwned>(&mut self, mut part: Vec<Members<'_>>) -> Option<String> {
        let text = Members(part.iter().flat_map(|group| group.0.iter().cloned()).collect()).write();
        let failed_at = match self.attempt::<T>(&text) {
            Ok(_) => return without_braces(&text),
            Err(failed_at) => failed_at?,
        };
        if self.is_missing(&failed_at) {
            return without_braces(&text);
        }
        if part.len() > 1 {
            let repaired: Option<Vec<String>> =
                part.into_iter().map(|group| self.repaired_part::<T>(vec![group])).collect();
            return Some(repaired?.join(","));
        }
        let repaired = self.repaired_below::<T>(text, &[], failed_at);
        let members: Members<'_> = serde_json::from_str(&repaired).ok()?;
        let Members(came) = part.pop()?;
        // A value that is set aside is kept unchanged, without the repairs of the values in it.
        if let ([(name, _)], [(_, value)]) = (&members.0[..], &came[..])
            && text::is_marked(name)
        {
            return without_braces(&Members(vec![(name.clone(), text::exact(value))]).write());
        }
        without_braces(&repaired)
    }
}

/// Groups the members by name, so that a value is never decoded without the others of its name: a contradiction would be missed.
fn by_name(Members(members): Members<'_>) -> Vec<Members<'_>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Members<'_>> = Vec::new();
    for member in members {
        match places.get(&*member.0) {
            Some(&at) => groups[at].0.push(member),
            None => {
                places.insert(member.0.clone().into_owned(), groups.len());
                groups.push(Members(vec![member]));
            }
        }
    }
    groups
}

fn without_braces(object: &str) -> Option<String> {
    Some(object.strip_prefix('{')?.strip_suffix('}')?.to_owned())
}
