//! Names of generated methods that would mean something else.
//!
//! The rule, which `ARCHITECTURE.md` repeats: a name that a type already uses gets a numbered suffix, `send_2`. Names
//! that are free are handed out first, so a new `send` does not rename an old `send_2`.

use std::collections::BTreeSet;

/// Methods that every request object has.
pub(super) const OF_REQUESTS: [&str; 4] = ["clone", "clone_from", "fmt", "send"];

/// Functions of the types that callers build: their own, and those of derived traits.
pub(super) const OF_TYPES: [&str; 11] = [
    "clone",
    "clone_from",
    "default",
    "deserialize",
    "eq",
    "fmt",
    "json_schema",
    "ne",
    "new",
    "schema_name",
    "serialize",
];

/// Names that are taken.
pub(super) struct Taken {
    /// Free names that will be claimed as they are.
    promised: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Taken {
    /// Starts with reserved names, and with those that will be claimed.
    pub(super) fn new<'a>(reserved: &[&str], claims: impl Iterator<Item = &'a str>) -> Self {
        let used: BTreeSet<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
        let promised = claims.filter(|name| !used.contains(*name)).map(str::to_owned).collect();
        Self { promised, used }
    }

    /// Returns the name, or the name with the lowest number that makes it free.
    pub(super) fn claim(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        if !self.promised.remove(name) {
            let mut number = 2;
            while self.used.contains(&free) || self.promised.contains(&free) {
                free = format!("{name}_{number}");
                number += 1;
            }
        }
        self.used.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_TYPES, Taken};

    #[test]
    fn a_name_that_is_taken_gets_the_lowest_free_number() {
        let claims = ["new", "new_2", "name", "name"];
        let mut taken = Taken::new(&OF_TYPES, claims.into_iter());
        assert_eq!(claims.map(|name| taken.claim(name)), ["new_3", "new_2", "name", "name_2"]);
    }
}
