//! Rows found by a hashed key: the one index structure of both matching stages.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

/// From a 64-bit key to the rows that carry it, in row order.
///
/// Built once from unsorted pairs; two flat arrays and one map of ranges. Keys are
/// hashes, so a hit is a candidate and the caller compares.
#[derive(Clone, Debug, Default)]
pub struct Postings {
    ranges: FxHashMap<u64, (u32, u32)>,
    rows: Vec<u32>,
}

impl Postings {
    /// From (key, row) pairs in any order; repeats count once.
    #[must_use]
    pub fn new(mut pairs: Vec<(u64, u32)>) -> Self {
        use rayon::slice::ParallelSliceMut;
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut ranges = FxHashMap::default();
        let mut start = 0;
        for end in 1..=pairs.len() {
            if end == pairs.len() || pairs[end].0 != pairs[start].0 {
                ranges.insert(pairs[start].0, (start as u32, end as u32));
                start = end;
            }
        }
        Self { ranges, rows: pairs.into_iter().map(|(_, row)| row).collect() }
    }

    /// The rows of a key, ascending.
    #[must_use]
    pub fn get(&self, key: u64) -> &[u32] {
        self.ranges.get(&key).map_or(&[], |&(start, end)| &self.rows[start as usize..end as usize])
    }

    /// The row of a key that only one row carries.
    #[must_use]
    pub fn only(&self, key: u64) -> Option<u32> {
        match self.get(key) {
            [row] => Some(*row),
            _ => None,
        }
    }
}

/// Builds one hashed key from its parts; the tag keeps kinds of keys apart.
#[derive(Clone, Default)]
pub struct Key(FxHasher);

impl Key {
    /// A key of the kind `tag`.
    #[must_use]
    pub fn new(tag: u8) -> Self {
        let mut hasher = FxHasher::default();
        hasher.write_u8(tag);
        Self(hasher)
    }

    /// With a text; spaces are left out, so that spacing variants share keys.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        if text.contains(' ') {
            self.0.write(text.replace(' ', "").as_bytes());
        } else {
            self.0.write(text.as_bytes());
        }
        self.0.write_u8(0xff);
        self
    }

    /// With two pieces as if they were one text.
    #[must_use]
    pub fn parts(mut self, head: &[u8], tail: &[u8]) -> Self {
        let mut buffer = [0_u8; 64];
        if let Some(whole) = buffer.get_mut(..head.len() + tail.len()) {
            whole[..head.len()].copy_from_slice(head);
            whole[head.len()..].copy_from_slice(tail);
            self.0.write(whole);
        } else {
            self.0.write(&[head, tail].concat());
        }
        self.0.write_u8(0xff);
        self
    }

    /// With a number.
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.0.write_u64(number);
        self
    }

    /// The key.
    #[must_use]
    pub fn end(self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_keys() {
        let p = Postings::new(vec![(7, 3), (5, 1), (7, 2), (7, 3)]);
        assert_eq!(p.get(7), [2, 3]);
        assert_eq!(p.only(5), Some(1));
        assert_eq!(p.only(7), None);
        assert!(p.get(1).is_empty());
        assert_eq!(Key::new(1).text("VAN DIJK").end(), Key::new(1).text("VANDIJK").end());
        assert_eq!(Key::new(1).text("SMITH").end(), Key::new(1).parts(b"SM", b"ITH").end());
        assert_ne!(Key::new(1).text("A").text("B").end(), Key::new(1).text("AB").text("").end());
    }
}
