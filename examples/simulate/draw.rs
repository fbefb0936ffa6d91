//! Chance, in separate streams.
//!
//! Every purpose draws from a stream of its own, keyed by the seed and by what is drawn for (a member of staff and
//! a day, an incident day, a family). So one draw more in one place moves nothing elsewhere: planting misuse leaves
//! every ordinary row as it was, byte for byte.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// What a stream of chance is for.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Towns, streets and houses.
    Places = 1,
    /// Families, their names and their homes.
    Families,
    /// Who joins the force, and where they work.
    Staff,
    /// Friends, associates and what is declared of them.
    Ties,
    /// The public figures of the watch list.
    Famous,
    /// Supervised training sessions.
    Training,
    /// Leave, sickness and overtime, by member of staff and day.
    Roster,
    /// Incidents, by day.
    Incidents,
    /// Ordinary look-ups, by member of staff and day.
    Work,
    /// Who misuses the systems, and how. Drawn last.
    Labels,
    /// The form of planted look-ups, by case.
    Planted,
    /// Rows lost from degraded feeds.
    Drop,
    /// Keys of the identifiers.
    Ids,
    /// Searches with truth, apart from the log.
    Searches,
}

/// A stream of chance.
pub struct Draw(Pcg64Mcg);

/// Spreads the bits of a word, so that neighbouring keys give unrelated streams.
pub fn mix(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Draw {
    /// The stream for one purpose and one pair of keys.
    pub fn new(seed: u64, stream: Stream, a: u64, b: u64) -> Self {
        let key = mix(seed ^ mix(stream as u64 ^ mix(a.wrapping_add(0x9e37_79b9) ^ mix(b.wrapping_add(0x7f4a_7c15)))));
        Self(Pcg64Mcg::seed_from_u64(key))
    }

    /// A whole word.
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`, which must not be 0.
    pub fn below(&mut self, n: usize) -> usize {
        debug_assert!(n > 0, "nothing to draw from");
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One item of a slice that is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// An index by running totals of weight.
    pub fn weighted(&mut self, totals: &[f64]) -> usize {
        let all = totals.last().copied().unwrap_or(0.0);
        let x = self.unit() * all;
        totals.partition_point(|&t| t <= x).min(totals.len() - 1)
    }

    /// A count with the given mean (Poisson; by parts where the mean is large).
    pub fn count(&mut self, mean: f64) -> usize {
        if mean > 30.0 {
            let x = mean + mean.sqrt() * self.normal();
            return x.round().max(0.0) as usize;
        }
        let limit = (-mean).exp();
        let (mut n, mut p) = (0, self.unit());
        while p > limit {
            n += 1;
            p *= self.unit();
        }
        n
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        let u = self.unit().max(1e-12);
        let v = self.unit();
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Puts a slice in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A seeded one-to-one mapping of the numbers below a limit, so that an identifier tells nothing about the order in
/// which things were made.
#[derive(Clone, Copy)]
pub struct Scramble {
    keys: [u64; 4],
    half: u32,
    limit: u64,
}

impl Scramble {
    /// A mapping of the numbers below `limit`; `salt` keeps the mappings of different tables apart.
    pub fn new(seed: u64, salt: u64, limit: u64) -> Self {
        let mut draw = Draw::new(seed, Stream::Ids, salt, limit);
        let bits = 64 - (limit - 1).leading_zeros();
        Self { keys: [draw.word(), draw.word(), draw.word(), draw.word()], half: bits.div_ceil(2).max(1), limit }
    }

    /// The number that stands for `x`.
    pub fn of(&self, x: u64) -> u64 {
        assert!(x < self.limit, "{x} is past {}", self.limit);
        let mask = (1u64 << self.half) - 1;
        let mut v = x;
        loop {
            let (mut left, mut right) = (v >> self.half, v & mask);
            for key in self.keys {
                (left, right) = (right, left ^ (mix(right ^ key) & mask));
            }
            v = (left << self.half) | right;
            // Walk the cycle until the number is back inside the limit: still one to one.
            if v < self.limit {
                return v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scramble_is_one_to_one() {
        let scramble = Scramble::new(3, 1, 1000);
        let mut seen = vec![false; 1000];
        for x in 0..1000 {
            let y = scramble.of(x) as usize;
            assert!(!seen[y], "{y} twice");
            seen[y] = true;
        }
    }

    #[test]
    fn streams_are_apart_and_repeat() {
        let word = |stream, a, b| Draw::new(1, stream, a, b).word();
        assert_eq!(word(Stream::Work, 1, 2), word(Stream::Work, 1, 2));
        assert_ne!(word(Stream::Work, 1, 2), word(Stream::Work, 2, 1));
        assert_ne!(word(Stream::Work, 1, 2), word(Stream::Roster, 1, 2));
    }

    #[test]
    fn counts_have_their_mean() {
        let mut draw = Draw::new(1, Stream::Work, 0, 0);
        for mean in [0.5, 6.0, 80.0] {
            let all: usize = (0..4000).map(|_| draw.count(mean)).sum();
            let got = all as f64 / 4000.0;
            assert!((got - mean).abs() < mean * 0.08, "{got} for {mean}");
        }
    }
}
