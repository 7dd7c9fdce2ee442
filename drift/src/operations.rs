//! Operations, and sets of them that cost a bit each: thousands of findings may be reached by thousands of operations.

use std::fmt;
use std::sync::Arc;

use openapi_source::tree::{NodeId, Tree};

/// Keys of a path item that are operations.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Key of a path item that holds operations of other methods.
pub(crate) const ADDITIONAL: &str = "additionalOperations";

/// Returns the nodes of a path item that are operations, with their methods in their written form.
pub(crate) fn of_item(tree: &Tree, item: NodeId) -> impl Iterator<Item = (&str, NodeId)> {
    let fixed = METHODS.into_iter().filter_map(move |method| Some((method, tree.get(item, method)?)));
    let additional = tree.get(item, ADDITIONAL).map_or(&[][..], |additional| tree.entries(additional));
    fixed.chain(additional.iter().map(|entry| (tree.str(entry.key), entry.value)))
}

/// An operation, as the old document writes its path, or the new one where only that has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Operation {
    /// Path, or the name of a webhook.
    pub path: String,
    /// Method in capitals.
    pub method: String,
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// Some of the operations of a comparison, sorted by path and method.
#[derive(Clone)]
pub struct Operations {
    all: Arc<[Operation]>,
    /// A bit for each of them.
    bits: Arc<[u64]>,
}

impl Operations {
    pub(crate) fn new(all: Arc<[Operation]>, bits: impl Into<Arc<[u64]>>) -> Self {
        Self { all, bits: bits.into() }
    }

    /// Returns the operations, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        let words = self.bits.iter().enumerate();
        let numbers = words.flat_map(|(at, word)| Bits(*word).map(move |bit| at * 64 + bit));
        numbers.filter_map(|number| self.all.get(number))
    }

    /// Returns the first operation.
    pub fn first(&self) -> Option<&Operation> {
        self.iter().next()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Returns whether there are none: the finding concerns no operation.
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }
}

/// Numbers of the bits that are set.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = (self.0 != 0).then(|| self.0.trailing_zeros() as usize)?;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

impl PartialEq for Operations {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Operations {}

impl PartialOrd for Operations {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Operations {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.iter().cmp(other.iter())
    }
}

impl fmt::Debug for Operations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_is_an_operation() {
        let operation = |number: usize| Operation { path: format!("/{number:03}"), method: "GET".to_owned() };
        let all: Arc<[Operation]> = (0..130).map(operation).collect();
        let some = Operations::new(Arc::clone(&all), [1 << 3 | 1 << 63, 0, 2]);
        assert_eq!(some.iter().cloned().collect::<Vec<_>>(), [3, 63, 129].map(operation));
        assert_eq!((some.len(), some.first()), (3, Some(&operation(3))));
        assert!(Operations::new(all, [0, 0, 0]).is_empty());
    }
}
