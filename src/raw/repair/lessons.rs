//! Records how values were repaired, so that a list in which all items differ in the same way is repaired in one step.
//!
//! That is safe because a form has the same meaning wherever it is possible, and a field that cannot read a value cannot read the
//! same value in another item.

use std::collections::{HashMap, HashSet};

use super::forms::Form;
use super::text::{self, Members, Step};

/// Repairs by the path of the value. All items of a list have the same path.
#[derive(Default)]
pub(super) struct Lessons {
    forms: Vec<Form>,
    /// Values that were set aside.
    unreadable: HashSet<String>,
    fields: HashMap<String, Lessons>,
    items: Option<Box<Lessons>>,
}

impl Lessons {
    /// Records a form in which values at this place can be read.
    pub(super) fn learn_form(&mut self, path: &[Step], form: Form) {
        let lessons = self.at(path);
        if !lessons.forms.contains(&form) {
            lessons.forms.push(form);
        }
    }

    /// Records a value that the field at this place cannot read.
    pub(super) fn learn_unreadable(&mut self, path: &[Step], value: &str) {
        self.at(path).unreadable.insert(value.to_owned());
    }

    fn at(&mut self, path: &[Step]) -> &mut Self {
        path.iter().fold(self, |lessons, step| match step {
            Step::Key(key) => lessons.fields.entry(key.clone()).or_default(),
            Step::Index(_) => lessons.items.get_or_insert_default(),
        })
    }

    /// Applies the recorded repairs to a value.
    pub(super) fn applied(&self, value: &str) -> String {
        if !self.fields.is_empty()
            && let Ok(members) = serde_json::from_str::<Members<'_>>(value)
        {
            let applied = members.0.iter().map(|(name, value)| match self.fields.get(&**name) {
                Some(lessons) if lessons.unreadable.contains(&**value) => {
                    let name = text::marked(name).unwrap_or_else(|| name.clone());
                    format!("{}:{}", text::quoted(&name), text::exact(value))
                }
                Some(lessons) => format!("{}:{}", text::quoted(name), lessons.applied(value)),
                None => format!("{}:{value}", text::quoted(name)),
            });
            return format!("{{{}}}", applied.collect::<Vec<_>>().join(","));
        }
        if let Some(lessons) = &self.items
            && let Some(items) = text::items(value)
        {
            let applied: Vec<_> = items.into_iter().map(|item| lessons.applied(item)).collect();
            return format!("[{}]", applied.join(","));
        }
        self.forms.iter().find_map(|form| form.of(value)).unwrap_or_else(|| value.to_owned())
    }
}
