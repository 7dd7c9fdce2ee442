//! Repairs the members of one item of a list. Each takes one or two decodings of the item and not of the list, because a list has
//! thousands of items.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::forms::Form;
use super::text::{self, Alone, Members, Step};
use super::{FailedAt, Repair};

impl Repair {
    /// Repairs the members of an item one after the other, up to one that needs more: the failure is within it, or its name occurs twice.
    /// Returns the item, and where it fails then.
    pub(super) fn repaired_in_place<T: DeserializeOwned>(
        &mut self,
        list: &Alone<'_>,
        place: &[Step],
        item: &str,
        failed_at: Vec<Step>,
    ) -> (String, FailedAt) {
        let Ok(mut members) = serde_json::from_str::<Members<'_>>(item) else {
            return (item.to_owned(), Some(failed_at));
        };
        let mut failed_at = Some(failed_at);
        while let Some(path) = failed_at.take_if(|path| path.starts_with(place)) {
            match self.repaired_member::<T>(list, place, &mut members, &path) {
                Some(later) => failed_at = later,
                None => {
                    failed_at = Some(path);
                    break;
                }
            }
        }
        (members.write(), failed_at.filter(|path| path.starts_with(place)))
    }

    /// Writes a member in another form, or sets it aside. Returns where the item fails then. `None` if nothing was changed.
    fn repaired_member<T: DeserializeOwned>(
        &mut self,
        list: &Alone<'_>,
        place: &[Step],
        members: &mut Members<'_>,
        path: &[Step],
    ) -> Option<FailedAt> {
        let [Step::Key(name)] = path.strip_prefix(place)? else { return None };
        let mut same = members.0.iter().enumerate().filter(|(_, (other, _))| other == name);
        let (at, _) = same.next().filter(|_| same.next().is_none())?;
        let came = members.0[at].clone();
        let is_too_early = |later: &[Step]| path.starts_with(later);
        for (form, written) in Form::all(&came.1) {
            members.0[at].1 = Cow::Owned(written);
            if let Some(Some(later)) = self.is_better::<T>(&list.text(&members.write()), is_too_early) {
                self.lessons.learn_form(path, form);
                return Some(later);
            }
        }
        if let Some(marked) = text::marked(name) {
            members.0[at] = (marked, Cow::Owned(text::exact(&came.1).into_owned()));
            if let Some(Some(later)) = self.is_better::<T>(&list.text(&members.write()), is_too_early) {
                self.lessons.learn_unreadable(path, &came.1);
                return Some(later);
            }
        }
        members.0[at] = came;
        None
    }
}
