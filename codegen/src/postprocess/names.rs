//! Names of generated methods that would mean something else.
//!
//! The rule, which `ARCHITECTURE.md` repeats: a name that a type already uses gets a number, `new2`. Names that are
//! free are handed out first, so a new `new` does not rename an old `new2`.

use std::collections::BTreeSet;

/// What types that callers build use themselves, by their own functions or by those of a derived trait.
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
    /// Names that somebody will claim and that are free: they are theirs.
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
