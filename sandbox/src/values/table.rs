//! A table of objects that can be looked up by public id or by number, as ND8's paths allow.
//!
//! Not here: what the objects are, or how their ids look.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::values::random::Random;

/// The two names of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Counts up from a random start, so that nobody comes to rely on small numbers.
    pub(crate) number: u64,
    /// What callers are shown.
    pub(crate) public: String,
}

/// Rows in the order of their creation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Rows<T>", bound(deserialize = "T: Deserialize<'de> + Keyed"))]
pub(crate) struct Table<T> {
    first: u64,
    rows: Vec<T>,
    #[serde(skip)]
    by_public_id: HashMap<String, usize>,
}

/// A row that can say what it is called.
pub(crate) trait Keyed {
    fn key(&self) -> &Key;
}

/// What is kept of a table: where each row stands follows from the rows.
#[derive(Deserialize)]
struct Rows<T> {
    first: u64,
    rows: Vec<T>,
}

impl<T: Keyed> From<Rows<T>> for Table<T> {
    fn from(kept: Rows<T>) -> Table<T> {
        let names = kept.rows.iter().enumerate();
        let by_public_id = names.map(|(index, row)| (row.key().public.clone(), index)).collect();
        Table { first: kept.first, rows: kept.rows, by_public_id }
    }
}

impl<T> Table<T> {
    pub(crate) fn new(random: &mut Random) -> Table<T> {
        Table { first: random.number(100_000..1_000_000), rows: Vec::new(), by_public_id: HashMap::new() }
    }

    /// Adds the row that `make` builds around its key, and says where it is.
    pub(crate) fn insert(&mut self, public: String, make: impl FnOnce(Key) -> T) -> &mut T {
        let index = self.rows.len();
        self.by_public_id.insert(public.clone(), index);
        self.rows.push(make(Key { number: self.first + index as u64, public }));
        &mut self.rows[index]
    }

    /// Finds a row by public id or by number written in digits.
    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.index(id).and_then(|index| self.rows.get(index))
    }

    /// Finds a row to change it, as [`Table::find`] does.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut T> {
        self.index(id).and_then(|index| self.rows.get_mut(index))
    }

    /// All rows, oldest first.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    fn index(&self, id: &str) -> Option<usize> {
        self.by_public_id.get(id).copied().or_else(|| {
            // `parse` alone would also take a leading plus sign.
            let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            let number: u64 = if digits { id.parse().ok()? } else { return None };
            usize::try_from(number.checked_sub(self.first)?).ok().filter(|&index| index < self.rows.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_answers_to_both_of_its_names_and_to_no_other() {
        let mut table = Table::new(&mut Random::from_system());
        let number = table.insert("TXone".to_owned(), |key| key).number;

        assert_eq!(table.find("TXone").map(|key| key.number), Some(number));
        assert_eq!(table.find(&number.to_string()).map(|key| key.public.as_str()), Some("TXone"));
        for unknown in
            ["", "TXtwo", "0", "-1", &format!("+{number}"), &(number + 1).to_string(), "99999999999999999999"]
        {
            assert!(table.find(unknown).is_none(), "{unknown:?}");
        }
    }
}
