//! Everything random in one instance: ids, keys, tokens.
//!
//! One source an instance: a seed and a count of what was drawn. So one seed makes all of it repeatable, and a state
//! that was kept goes on where it stopped. Not here: what an id means.

use std::ops::Range;

use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A source of ids and secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Random {
    seed: [u8; 32],
    drawn: u64,
}

impl Random {
    /// Takes the seed from the operating system.
    pub(crate) fn from_system() -> Random {
        let mut rng: StdRng = rand::make_rng();
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Random { seed, drawn: 0 }
    }

    /// Draws the same things each time; not for what has to stay secret.
    pub(crate) fn seeded(seed: u64) -> Random {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Random { seed, drawn: 0 }
    }

    /// Draws that many ASCII letters and digits.
    pub(crate) fn text(&mut self, length: usize) -> String {
        Alphanumeric.sample_string(&mut self.next(), length)
    }

    pub(crate) fn number(&mut self, range: Range<u64>) -> u64 {
        self.next().random_range(range)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.next().fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Draws a number that depends on the seed, a name and a count only, and not on what was drawn before: for what
    /// happens in no fixed order.
    pub(crate) fn number_for(&self, name: Uuid, count: u64, range: Range<u64>) -> u64 {
        let mut seed = self.seed;
        let salt = name.into_bytes().into_iter().chain(count.to_le_bytes());
        // From the other end than where draws are counted.
        for (byte, salt) in seed.iter_mut().rev().zip(salt) {
            *byte ^= salt;
        }
        StdRng::from_seed(seed).random_range(range)
    }

    /// Returns a generator of its own to each draw. The count is part of its key, so no two are alike.
    fn next(&mut self) -> StdRng {
        let mut seed = self.seed;
        for (byte, count) in seed.iter_mut().zip(self.drawn.to_le_bytes()) {
            *byte ^= count;
        }
        self.drawn += 1;
        StdRng::from_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(random: &mut Random) -> (String, u64, Uuid) {
        (random.text(12), random.number(0..u64::MAX), random.uuid())
    }

    #[test]
    fn one_seed_draws_one_sequence() {
        assert_eq!(draw(&mut Random::seeded(7)), draw(&mut Random::seeded(7)));
        assert_ne!(draw(&mut Random::seeded(7)), draw(&mut Random::seeded(8)));
        assert_ne!(draw(&mut Random::from_system()), draw(&mut Random::from_system()));
    }

    #[test]
    fn nothing_is_drawn_twice() {
        let mut random = Random::seeded(7);
        assert_ne!(draw(&mut random), draw(&mut random));
    }

    #[test]
    fn what_was_kept_goes_on_where_it_stopped() {
        let mut random = Random::seeded(7);
        draw(&mut random);
        let mut kept: Random = serde_json::from_str(&serde_json::to_string(&random).unwrap()).unwrap();
        assert_eq!(draw(&mut kept), draw(&mut random));
    }
}
