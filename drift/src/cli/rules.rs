//! `rules` and `explain`.

use crate::Rule;

/// Returns what a rule means, as a text for people.
pub fn explain(rule: Rule) -> String {
    let mut text = format!("{rule}: {}\n\n{}\n", rule.severity(), rule.explanation());
    if rule.is_extension() {
        text.push_str("\noasdiff has no rule of this id.\n");
    }
    text
}

/// Returns all rules, one a line, with their severities.
pub fn list() -> String {
    Rule::all().iter().map(|rule| format!("{:<9}  {rule}\n", rule.severity())).collect()
}
