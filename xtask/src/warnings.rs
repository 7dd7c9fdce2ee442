//! The generator's warnings, grouped by the action that they need.

use std::fmt;

/// Kind of warning, with its title and action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) title: &'static str,
    /// Action, as an instruction.
    pub(crate) todo: &'static str,
    /// Maximum number that is printed; the rest is counted. The Markdown report has all of them.
    pub(crate) printed: usize,
}

/// Warnings of one kind. `Display` lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    kind: Kind,
    warnings: Vec<String>,
}

impl Group {
    /// Groups warnings; groups and warnings are in the order of their first appearance.
    pub(crate) fn collect(warnings: impl IntoIterator<Item = (Kind, String)>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (kind, warning) in warnings {
            match groups.iter_mut().find(|group| group.kind == kind) {
                Some(group) => group.warnings.push(warning),
                None => groups.push(Self { kind, warnings: vec![warning] }),
            }
        }
        groups
    }

    /// Renders each warning with its action, for a list of tasks.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = String> {
        self.warnings.iter().map(|warning| format!("{warning}; to do: {}", self.kind.todo))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind: Kind { title, todo, printed }, warnings } = self;
        writeln!(f, "warning: {title}: {}\n  to do: {todo}", warnings.len())?;
        warnings.iter().take(*printed).try_for_each(|warning| writeln!(f, "  - {warning}"))?;
        match warnings.len().saturating_sub(*printed) {
            0 => Ok(()),
            more => writeln!(f, "  … and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_one_kind_share_an_action() {
        let name = Kind { title: "operations without a name", todo: "name each", printed: usize::MAX };
        let drop = Kind { title: "operations that are published now", todo: "remove each", printed: 1 };
        let warnings =
            [(name, "GET /a/"), (drop, "GET /b/"), (name, "GET /c/"), (drop, "GET /d/"), (drop, "GET /e/")];
        let groups = Group::collect(warnings.map(|(kind, text)| (kind, text.to_owned())));
        let printed: String = groups.iter().map(ToString::to_string).collect();
        assert_eq!(
            printed,
            "\
warning: operations without a name: 2
  to do: name each
  - GET /a/
  - GET /c/
warning: operations that are published now: 3
  to do: remove each
  - GET /b/
  … and 2 more
"
        );
        let tasks = ["GET /b/", "GET /d/", "GET /e/"].map(|call| format!("{call}; to do: remove each"));
        assert_eq!(groups[1].tasks().collect::<Vec<_>>(), tasks, "a list of tasks is complete");
    }
}
