//! What one value taught about the others at its place, so that a list in which all items differ in one way is repaired at once.
//!
//! A form means the same wherever it is possible, and a field that could not read one value could not read the same one elsewhere.

use std::collections::{HashMap, HashSet};

use super::forms::Form;
use super::text::{self, Members, Step};

/// What was found out, by the way to the values. All items of a list are at one place.
#[derive(Default)]
pub(super) struct Lessons {
    forms: Vec<Form>,
    /// Values that were set aside.
    unreadable: HashSet<String>,
    fields: HashMap<String, Lessons>,
    items: Option<Box<Lessons>>,
}

impl Lessons {
    /// Learns that values at this place may have to be written in a form.
    pub(super) fn learn_form(&mut self, path: &[Step], form: Form) {
        let lessons = self.at(path);
        if !lessons.forms.contains(&form) {
            lessons.forms.push(form);
        }
    }

    /// Learns that the field at this place cannot read a value.
    pub(super) fn learn_unreadable(&mut self, path: &[Step], value: &str) {
        self.at(path).unreadable.insert(value.to_owned());
    }

    fn at(&mut self, path: &[Step]) -> &mut Self {
        path.iter().fold(self, |lessons, step| match step {
            Step::Key(key) => lessons.fields.entry(key.clone()).or_default(),
            Step::Index(_) => lessons.items.get_or_insert_default(),
        })
    }

    /// Writes a value with what was learnt.
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
