//! Everything random in one instance: ids, keys, tokens.
//!
//! One generator an instance, so that a seed can later make all of it repeatable. Not here: what an id means.

use std::ops::Range;

use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use uuid::Uuid;

/// A source of ids and secrets, seeded by the operating system.
pub(crate) struct Random(StdRng);

impl Random {
    pub(crate) fn from_system() -> Random {
        Random(rand::make_rng())
    }

    /// Draws that many ASCII letters and digits.
    pub(crate) fn text(&mut self, length: usize) -> String {
        Alphanumeric.sample_string(&mut self.0, length)
    }

    pub(crate) fn number(&mut self, range: Range<u64>) -> u64 {
        self.0.random_range(range)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
