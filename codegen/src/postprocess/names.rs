//! Names of generated methods that a type already uses.
//!
//! The rule, which `ARCHITECTURE.md` repeats: a name that is taken gets a number, `new2`. Names that are free are assigned
//! first, so that a field `new` that the API adds does not rename the setter of an existing field `new2`.

use std::collections::BTreeSet;

/// Names that types which callers build use themselves, for their own functions or for those of a derived trait.
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
    /// Free names that a later claim asks for. They are reserved for it.
    promised: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Taken {
    /// Creates the set from reserved names, and from those that will be claimed.
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
                free = format!("{name}{number}");
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
        let claims = ["new", "new2", "name", "name"];
        let mut taken = Taken::new(&OF_TYPES, claims.into_iter());
        assert_eq!(claims.map(|name| taken.claim(name)), ["new3", "new2", "name", "name2"]);
    }
}
