//! Remembers which items of a list were read, in bounded memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use serde::Serialize;

use super::sealed::Paged;

/// Minimum number of last items that are remembered, and so the number that may be inserted between two requests without
/// a duplicate. As 64-bit numbers they take about 250 KB; three pages are remembered if those are more.
const REMEMBERED: usize = 10_000;
/// Interval at which earlier items are remembered. If one of them is returned twice, the list went back beyond the last items.
const APART: u64 = 1_000;
/// Maximum number of these.
const MOST_ANCHORS: usize = 10_000;

/// Items that were read last, and some of those before.
#[derive(Default)]
pub(super) struct Window {
    recent: Ring,
    anchors: Ring,
    largest_page: usize,
    /// Number of items that were read, each counted once.
    pub(super) items: u64,
}

/// An item was read too long ago to be recognized, like those around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WentBack;

impl Window {
    /// Returns whether an item was read recently.
    pub(super) fn has(&self, key: u64) -> bool {
        self.recent.has(key)
    }

    /// Reads a page, and returns which of its items are new.
    pub(super) fn read(&mut self, page: &[u64]) -> Result<Vec<bool>, WentBack> {
        self.largest_page = self.largest_page.max(page.len());
        let mut is_new = Vec::with_capacity(page.len());
        for (at, key) in page.iter().enumerate() {
            let new = !self.recent.has(*key);
            if new && self.anchors.has(*key) {
                return Err(WentBack);
            }
            if new && self.items.is_multiple_of(APART) {
                self.anchors.push(*key, MOST_ANCHORS);
            }
            if new {
                self.recent.push(*key, REMEMBERED.max(3 * self.largest_page));
            }
            // A server that lists a row twice also counts it twice.
            self.items += u64::from(new || page[..at].contains(key));
            is_new.push(new);
        }
        Ok(is_new)
    }
}

/// Last of many numbers.
#[derive(Default)]
struct Ring {
    order: VecDeque<u64>,
    set: HashSet<u64, BuildHasherDefault<Same>>,
}

/// Hashes a number to itself: keys are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(self.0, bytes);
    }

    fn write_u64(&mut self, key: u64) {
        // The table takes the upper bits for itself, which are the weaker ones of short texts.
        self.0 = key ^ key.rotate_left(32);
    }
}

impl Ring {
    fn has(&self, key: u64) -> bool {
        self.set.contains(&key)
    }

    /// Adds a number that is not there, and drops the oldest beyond so many.
    fn push(&mut self, key: u64, most: usize) {
        self.set.insert(key);
        self.order.push_back(key);
        while self.order.len() > most {
            self.order.pop_front().inspect(|oldest| _ = self.set.remove(oldest));
        }
    }
}

/// Returns the keys of the items of a page: hashes of their ids, or of their content if they have no id.
///
/// Several items of one page with the same content and no id are several items.
pub(super) fn keys<R: Paged>(items: &[R::Item]) -> Vec<u64>
where
    R::Item: Serialize,
{
    let mut same = HashMap::new();
    let mut key = |item: &R::Item| match R::id(item) {
        Some(id) => hash(BASIS, id.as_bytes()),
        None => {
            let content = hash(BASIS, &serde_json::to_vec(item).unwrap_or_default());
            let times = same.entry(content).or_insert(0_u64);
            *times += 1;
            hash(content, &times.to_le_bytes())
        }
    };
    items.iter().map(&mut key).collect()
}

/// Returns the fingerprint of a page: a hash of the keys of its items, in their order. Other members of a response, such as a
/// count, may change while the page is the same.
pub(super) fn fingerprint(keys: &[u64]) -> u64 {
    keys.iter().fold(BASIS, |all, key| hash(all, &key.to_le_bytes()))
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// Continues a hash: FNV-1a. Fingerprints are stored in cursors, and the hashes of the standard library may change with it.
fn hash(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // Test vectors of the Internet draft on FNV.
        for (text, expected) in [("", BASIS), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(hash(BASIS, text.as_bytes()), expected, "{text}");
        }
    }

    /// Reads the items of these numbers in pages, and returns how many were new.
    fn read(
        window: &mut Window,
        items: impl IntoIterator<Item = u64>,
        page: usize,
    ) -> Result<usize, WentBack> {
        let items: Vec<u64> = items.into_iter().collect();
        let mut new = 0;
        for page in items.chunks(page) {
            new += window.read(page)?.into_iter().filter(|is_new| *is_new).count();
        }
        Ok(new)
    }

    #[test]
    fn recent_items_are_recognized_and_older_duplicates_are_an_error() {
        let mut window = Window::default();
        assert_eq!(read(&mut window, 0..100_000, 10), Ok(100_000));
        assert_eq!(read(&mut window, 90_000..100_100, 10), Ok(100));
        assert_eq!(window.items, 100_100);
        for start in [0, 1, 999, 50_000, 89_000] {
            let mut window = Window::default();
            read(&mut window, 0..100_000, 10).expect("is new");
            let again = read(&mut window, start..100_000, 10);
            assert_eq!(again, Err(WentBack), "{start}");
        }
        // Large pages are remembered whole.
        let mut window = Window::default();
        read(&mut window, 0..90_000, 30_000).expect("is new");
        assert_eq!(read(&mut window, 0..90_000, 30_000), Ok(0));
    }

    #[test]
    fn memory_has_a_bound() {
        let mut window = Window::default();
        read(&mut window, 0..1_000_000, 1_000).expect("is new");
        assert_eq!((window.recent.order.len(), window.recent.set.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(window.anchors.order.len(), 1_000);
        let mut ring = Ring::default();
        (0..100).for_each(|key| ring.push(key, 10));
        assert_eq!((ring.order.len(), ring.set.len()), (10, 10));
        assert!(ring.has(90) && !ring.has(89));
    }

    #[test]
    fn rows_that_a_page_has_twice_are_counted_as_the_server_counts_them() {
        let mut window = Window::default();
        assert_eq!(window.read(&[1, 2, 1]), Ok(vec![true, true, false]));
        assert_eq!(window.items, 3);
        assert_eq!(window.read(&[2, 3]), Ok(vec![false, true]));
        assert_eq!(window.items, 4);
    }
}
