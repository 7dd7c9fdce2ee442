//! A map that knows which of its rows have changed since they were last saved.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use serde::Serialize;
use serde_json::value::RawValue;

/// Current row by its key; nothing if it was removed.
pub(crate) type Change<K> = (K, Option<Box<RawValue>>);

/// A map whose reading methods are those of [`BTreeMap`].
#[derive(Clone, Debug)]
pub(crate) struct TrackedMap<K, V> {
    rows: BTreeMap<K, V>,
    changed: BTreeSet<K>,
}

impl<K, V> Default for TrackedMap<K, V> {
    fn default() -> TrackedMap<K, V> {
        TrackedMap { rows: BTreeMap::new(), changed: BTreeSet::new() }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for TrackedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> TrackedMap<K, V> {
        TrackedMap { rows: rows.into_iter().collect(), changed: BTreeSet::new() }
    }
}

impl<K, V> Deref for TrackedMap<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.rows
    }
}

impl<K: Ord + Clone, V> TrackedMap<K, V> {
    /// Adds a row, or replaces it, and returns it.
    pub(crate) fn insert(&mut self, key: K, row: V) -> &mut V {
        self.changed.insert(key.clone());
        match self.rows.entry(key) {
            Entry::Occupied(mut old) => {
                old.insert(row);
                old.into_mut()
            }
            Entry::Vacant(free) => free.insert(row),
        }
    }

    /// Finds a row to change it.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key);
        if row.is_some() {
            self.changed.insert(key.clone());
        }
        row
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let row = self.rows.remove(key);
        if row.is_some() {
            self.changed.insert(key.clone());
        }
        row
    }

    /// Returns the rows that have changed since the last call.
    pub(crate) fn take_changes(&mut self) -> Vec<Change<K>>
    where
        V: Serialize,
    {
        let changed = std::mem::take(&mut self.changed).into_iter();
        let rows = changed.map(|key| {
            let json = self.rows.get(&key).map(serde_json::value::to_raw_value);
            let json =
                json.map(|json| json.expect("a row has text keys and nothing that fails to serialize"));
            (key, json)
        });
        rows.collect()
    }

    /// Forgets what has changed, because all of it was saved.
    pub(crate) fn mark_saved(&mut self) {
        self.changed.clear();
    }
}
