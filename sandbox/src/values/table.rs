//! A table of objects that can be looked up by public id or by number, as ND8's paths allow.
//!
//! Not here: what the objects are, or how their ids look.

use crate::values::tracked::{Change, TrackedMap};
use std::collections::HashMap;

use serde::{Deserialize, Serialize, Serializer};

use crate::values::random::Random;

/// Two names of one row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Counts up from a random start, so that no caller relies on small numbers.
    pub(crate) number: u64,
    /// Id that callers are shown.
    pub(crate) public: String,
}

/// Rows in the order of their creation. A number is never given to a second row, also when the first is forgotten.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "SavedRows<T>", bound(deserialize = "T: Deserialize<'de> + Keyed"))]
pub(crate) struct Table<T> {
    next: u64,
    rows: TrackedMap<u64, T>,
    by_public_id: HashMap<String, u64>,
}

/// A row that knows its key.
pub(crate) trait Keyed {
    fn key(&self) -> &Key;
}

/// Saved form of a table: the rest follows from the rows.
#[derive(Serialize, Deserialize)]
struct SavedRows<T> {
    next: u64,
    rows: Vec<T>,
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedRows { next: self.next, rows: self.rows.values().collect() }.serialize(serializer)
    }
}

impl<T: Keyed> From<SavedRows<T>> for Table<T> {
    fn from(saved: SavedRows<T>) -> Table<T> {
        let keys = saved.rows.iter().map(Keyed::key);
        let by_public_id = keys.map(|key| (key.public.clone(), key.number)).collect();
        let rows = saved.rows.into_iter().map(|row| (row.key().number, row)).collect();
        Table { next: saved.next, rows, by_public_id }
    }
}

impl<T> Table<T> {
    pub(crate) fn new(random: &mut Random) -> Table<T> {
        Table {
            next: random.number(100_000..1_000_000),
            rows: TrackedMap::default(),
            by_public_id: HashMap::new(),
        }
    }

    /// Adds the row that `make` builds around its key, and returns it.
    pub(crate) fn insert(&mut self, public: String, make: impl FnOnce(Key) -> T) -> &mut T {
        let number = self.next;
        self.next += 1;
        self.by_public_id.insert(public.clone(), number);
        self.rows.insert(number, make(Key { number, public }))
    }

    /// Finds a row by public id or by number written in digits.
    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.rows.get(&self.number(id)?)
    }

    /// Finds a row to change it, as [`Table::find`] does.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut T> {
        let number = self.number(id)?;
        self.rows.get_mut(&number)
    }

    /// Lists all rows, oldest first.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.rows.values()
    }

    fn number(&self, id: &str) -> Option<u64> {
        self.by_public_id.get(id).copied().or_else(|| {
            // `parse` alone would also accept a leading plus sign.
            let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            if digits { id.parse().ok() } else { None }
        })
    }
}

impl<T: Keyed> Table<T> {
    /// Removes the oldest row that is `wanted`.
    pub(crate) fn remove_oldest(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let number = self.rows.iter().find(|(_, row)| wanted(row)).map(|(number, _)| *number)?;
        let row = self.rows.remove(&number)?;
        self.by_public_id.remove(&row.key().public);
        Some(row)
    }

    /// Removes all rows that are not `wanted`.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        while self.remove_oldest(|row| !wanted(row)).is_some() {}
    }
}

impl<T: Serialize> Table<T> {
    /// Returns the next number, and the rows that have changed since the last call.
    pub(crate) fn take_changes(&mut self) -> (u64, Vec<Change<u64>>) {
        (self.next, self.rows.take_changes())
    }

    /// Forgets what has changed, because all of it was saved.
    pub(crate) fn mark_saved(&mut self) {
        self.rows.mark_saved();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_both_of_its_keys_and_by_no_other() {
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
