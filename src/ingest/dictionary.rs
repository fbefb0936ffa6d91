//! Distinct texts while a log is being read: text → small number, in the order of first sight.
//!
//! One a worker, so nothing is locked, and one a column, so that those of columns with few different texts stay small
//! and near. The numbers mean nothing outside; [`super::merge`] turns them into ranks.
//!
//! A large table does not fit into the processor's cache. So the texts of many rows are gathered column by column; the place of each is
//! fetched as soon as its text is known, and looked at only when many are together. A look-up costs one line of
//! the cache for a text of up to 12 bytes, which ids, names and codes mostly are: the slot holds the text itself, and the slots of a
//! line are compared without a branch. Longer texts are told apart by a hash in the slot and then by the text.

use std::hash::Hasher;

use rustc_hash::FxHasher;
use wide::u32x4;

use super::heads::{HEAD, bytes};
use super::near::fetch;

/// The texts of `N` columns and their numbers.
pub(crate) struct Words<const N: usize> {
    columns: [Dictionary; N],
    waiting: [Waiting; N],
}

/// Texts of one column that have not been looked up.
#[derive(Default)]
struct Waiting {
    /// Each with its row in place of the number, and its hash.
    keys: Vec<(Slot, u32)>,
    /// The bytes of those that their keys do not hold, one behind the other.
    held: Vec<u8>,
}

/// The texts of one column and their numbers; number 0 is the empty text.
pub(crate) struct Dictionary {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Open addressing by buckets, never more than three quarters full.
    buckets: Vec<Bucket>,
}

/// What the table holds of a text: three words of text, see [`Slot::of`], and a mark with the kind of text above and its number below. The mark
/// 0 is a free slot, for the empty text, which has the number 0, never comes here.
#[derive(Clone, Copy, Default)]
struct Slot([u32; 4]);

/// The slots of one line of the processor's cache: the first words of all, the second, the third, and the marks.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Bucket([[u32; SLOTS]; 4]);

const SLOTS: usize = 4;
/// A number takes so many bits of a mark: a column of more different texts would not fit into memory.
const NUMBER_BITS: u32 = 30;
const NUMBER: u32 = (1 << NUMBER_BITS) - 1;
const SHORT: u32 = 0;
const TWELVE: u32 = 1;
const LONG: u32 = 2;

/// The longest text that [`padded`] holds whole.
pub(crate) const INLINE: usize = 16;

impl Slot {
    /// A text of up to 11 bytes with its length behind, one of 12, or the hash of a longer one and its length.
    #[inline]
    fn of(text: &[u8], [front, back]: [u64; 2], row: u32) -> Self {
        let length = text.len();
        let (front, third, kind) = if length <= 12 {
            // The fourth of the last four bytes is the length, but for a text that takes it up.
            let own = u32::from(length < 12);
            (front, back as u32 | (own * length as u32) << 24, if length < 12 { SHORT } else { TWELVE })
        } else {
            let mut hasher = FxHasher::default();
            hasher.write(text);
            (hasher.finish(), length as u32, LONG)
        };
        Self([front as u32, (front >> 32) as u32, third, kind << NUMBER_BITS | row])
    }

    const fn kind(self) -> u32 {
        self.0[3] >> NUMBER_BITS
    }

    const fn number(self) -> u32 {
        self.0[3] & NUMBER
    }

    /// The same text with this number.
    const fn numbered(self, number: u32) -> Self {
        let Self([first, second, third, mark]) = self;
        Self([first, second, third, mark & !NUMBER | number])
    }

    /// The text and its length, where it is all in here.
    fn short(self) -> Option<([u8; HEAD], usize)> {
        let Self([first, second, third, _]) = self;
        let text = bytes([u64::from(second) << 32 | u64::from(first), u64::from(third)]);
        match self.kind() {
            SHORT => Some((text, usize::from(text[11]))),
            TWELVE => Some((text, 12)),
            _ => None,
        }
    }

    /// Spreads it over 32 bits.
    #[inline]
    fn hash(self) -> u32 {
        let Self([first, second, third, mark]) = self;
        let front = u64::from(second) << 32 | u64::from(first);
        let back = u64::from(mark >> NUMBER_BITS) << 32 | u64::from(third);
        let product = u128::from(front ^ 0x9e37_79b9_7f4a_7c15) * u128::from(back ^ 0xd1b5_4a32_d192_ed03);
        let folded = product as u64 ^ (product >> 64) as u64;
        (folded ^ folded >> 29) as u32
    }
}

impl Bucket {
    /// A bit for each slot that says the same of its text, the number aside.
    #[inline]
    fn like(&self, Slot([first, second, third, mark]): Slot) -> u32 {
        let Self([firsts, seconds, thirds, marks]) = self;
        let same = |words: &[u32; SLOTS], word: u32| u32x4::new(*words).simd_eq(u32x4::splat(word));
        let kinds = (u32x4::new(*marks) ^ u32x4::splat(mark)) & u32x4::splat(!NUMBER);
        let all = same(firsts, first) & same(seconds, second) & same(thirds, third) & kinds.simd_eq(u32x4::splat(0));
        all.to_bitmask()
    }

    /// The number in a slot.
    #[inline]
    const fn number(&self, slot: u32) -> u32 {
        self.0[3][slot as usize % SLOTS] & NUMBER
    }

    /// The first free slot.
    fn free(&self) -> Option<usize> {
        self.0[3].iter().position(|mark| *mark == 0)
    }
}

impl<const N: usize> Default for Words<N> {
    fn default() -> Self {
        Self {
            columns: std::array::from_fn(|_| Dictionary::default()),
            waiting: std::array::from_fn(|_| Waiting::default()),
        }
    }
}

impl<const N: usize> Words<N> {
    /// The dictionaries in the order of the columns.
    pub(crate) const fn columns(&self) -> &[Dictionary; N] {
        &self.columns
    }

    /// Takes a text of a column, which must not be empty, and its [`head`](super::heads::head). `row` is how it is called when
    /// [`Self::settle`] gives its number.
    #[inline]
    pub(crate) fn add(&mut self, row: u32, column: usize, text: &[u8], head: [u64; 2]) {
        let waiting = &mut self.waiting[column];
        let key = Slot::of(text, head, row);
        if key.kind() == LONG {
            waiting.held.extend_from_slice(text);
        }
        let hash = key.hash();
        fetch(self.columns[column].bucket(hash));
        waiting.keys.push((key, hash));
    }

    /// Looks up the texts that wait: calls `give` with the row, the column and the number of each.
    pub(crate) fn settle(&mut self, mut give: impl FnMut(usize, usize, u32)) {
        for (column, (dictionary, waiting)) in self.columns.iter_mut().zip(&mut self.waiting).enumerate() {
            dictionary.settle(waiting, |row, number| give(row, column, number));
            waiting.keys.clear();
            waiting.held.clear();
        }
    }
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], buckets: vec![Bucket::default(); 4] }
    }
}

impl Dictionary {
    /// Looks up the texts that wait.
    #[inline]
    fn settle(&mut self, waiting: &Waiting, mut give: impl FnMut(usize, u32)) {
        let mut held = waiting.held.as_slice();
        for (key, hash) in &waiting.keys {
            let mut text: &[u8] = &[];
            if key.kind() == LONG {
                (text, held) = held.split_at(key.0[2] as usize);
            }
            let bucket = self.bucket(*hash);
            let like = bucket.like(*key);
            let number = bucket.number(like.trailing_zeros());
            let found = like != 0 && (text.is_empty() || self.get(number) == text);
            give(key.number() as usize, if found { number } else { self.look_up(*key, *hash, text) });
        }
    }

    /// Where the search for a hash begins.
    #[inline]
    fn bucket(&self, hash: u32) -> &Bucket {
        &self.buckets[hash as usize & (self.buckets.len() - 1)]
    }

    /// The number of a text, found or new; only of a long one is the text itself asked for.
    #[inline(never)]
    fn look_up(&mut self, key: Slot, hash: u32, text: &[u8]) -> u32 {
        let mut at = hash;
        loop {
            let bucket = self.bucket(at);
            let mut like = bucket.like(key);
            while like != 0 {
                let number = bucket.number(like.trailing_zeros());
                if text.is_empty() || self.get(number) == text {
                    return number;
                }
                like &= like - 1;
            }
            if bucket.free().is_some() {
                let number = self.insert(key, text);
                // The table may have grown meanwhile and has room.
                self.put(key.numbered(number), hash);
                return number;
            }
            at = at.wrapping_add(1);
        }
    }

    /// Puts a text into the table that is not there.
    fn put(&mut self, slot: Slot, hash: u32) {
        let mask = self.buckets.len() - 1;
        let mut at = hash;
        loop {
            let bucket = &mut self.buckets[at as usize & mask];
            if let Some(free) = bucket.free() {
                for (words, word) in bucket.0.iter_mut().zip(slot.0) {
                    words[free] = word;
                }
                return;
            }
            at = at.wrapping_add(1);
        }
    }

    /// The text of a number.
    pub(crate) fn get(&self, code: u32) -> &[u8] {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.bytes[start..self.ends[code]]
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn insert(&mut self, key: Slot, text: &[u8]) -> u32 {
        let number = self.ends.len() as u32;
        match key.short() {
            Some((short, length)) => self.bytes.extend_from_slice(&short[..length]),
            None => self.bytes.extend_from_slice(text),
        }
        self.ends.push(self.bytes.len());
        if self.ends.len() * 4 > self.buckets.len() * SLOTS * 3 {
            self.grow();
        }
        number
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.buckets.len() * 2;
        let old = std::mem::replace(&mut self.buckets, vec![Bucket::default(); size]);
        for bucket in old {
            let slots = (0..SLOTS).map(|slot| Slot(bucket.0.map(|words| words[slot])));
            for slot in slots.filter(|slot| slot.number() != 0) {
                self.put(slot, slot.hash());
            }
        }
    }
}

/// Up to 16 bytes, zeros behind, so that numbers are in the order of texts.
#[inline]
pub(crate) fn padded(text: &[u8]) -> [u64; 2] {
    // Reads of whole words that overlap, for a copy of unknown length costs more than everything else here.
    let length = text.len();
    match length {
        0 => [0, 0],
        1..=3 => {
            let (first, middle, last) = (text[0], text[length / 2], text[length - 1]);
            let byte = |byte: u8, place: usize| u64::from(byte) << (56 - 8 * place);
            [byte(first, 0) | byte(middle, length / 2) | byte(last, length - 1), 0]
        }
        4..=7 => {
            let last = half(&text[length - 4..]) << (8 * (8 - length));
            [half(&text[..4]) << 32 | last & 0xffff_ffff, 0]
        }
        8 => [number(text), 0],
        9..INLINE => [number(&text[..8]), number(&text[length - 8..]) << (8 * (INLINE - length))],
        _ => [number(&text[..8]), number(&text[8..INLINE])],
    }
}

/// The text of [`padded`] and its length, where all of it is in there.
pub(crate) fn unpadded(key: [u64; 2], length: u32) -> Option<([u8; INLINE], usize)> {
    let length = length as usize;
    (length <= INLINE).then(|| {
        let mut bytes = [0; INLINE];
        bytes[..8].copy_from_slice(&key[0].to_be_bytes());
        bytes[8..].copy_from_slice(&key[1].to_be_bytes());
        (bytes, length)
    })
}

fn number(eight: &[u8]) -> u64 {
    eight.try_into().map_or(0, u64::from_be_bytes)
}

fn half(four: &[u8]) -> u64 {
    four.try_into().map_or(0, |four| u64::from(u32::from_be_bytes(four)))
}

#[cfg(test)]
mod tests {
    use super::super::heads::head_of;
    use super::*;

    impl Words<1> {
        fn code(&mut self, text: &[u8]) -> u32 {
            let mut code = 0;
            if !text.is_empty() {
                self.add(0, 0, text, head_of(text));
            }
            self.settle(|_, _, found| code = found);
            code
        }
    }

    #[test]
    fn one_number_a_text() {
        let mut dictionary = Words::<1>::default();
        assert_eq!(dictionary.code(b""), 0);
        let text = |n: usize| format!("{}{n}", "text ".repeat(n % 7));
        let codes: Vec<u32> = (0..20_000).map(|n| dictionary.code(text(n).as_bytes())).collect();
        let mut rows = Words::<2>::default();
        let given = [text(3), text(5), text(3), String::new(), text(5), text(9)];
        let mut found = [[0; 2]; 3];
        for (at, text) in given.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            rows.add(at as u32 / 2, at % 2, text.as_bytes(), head_of(text.as_bytes()));
        }
        rows.settle(|row, column, code| found[row][column] = code);
        assert_eq!(found, [[1, 1], [1, 0], [2, 2]]);
        assert_eq!(rows.columns()[1].get(2), text(9).as_bytes());
        for (n, code) in codes.iter().enumerate() {
            assert_eq!(dictionary.code(text(n).as_bytes()), *code);
            assert_eq!(dictionary.columns()[0].get(*code), text(n).as_bytes());
        }
        assert_eq!(dictionary.columns()[0].len(), 20_001);
        // Texts that begin alike, of every length and with zeros behind.
        let alike: Vec<Vec<u8>> =
            (1..20).flat_map(|length| [vec![b'a'; length], [vec![b'a'; length], vec![0]].concat()]).collect();
        let mut codes: Vec<u32> = alike.iter().map(|text| dictionary.code(text)).collect();
        for (text, code) in alike.iter().zip(&codes) {
            assert_eq!(dictionary.columns()[0].get(*code), text);
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), alike.len());
    }

    #[test]
    fn a_key_is_the_text_with_zeros_behind() {
        let text: Vec<u8> = (1..=20).collect();
        for length in 0..=text.len() {
            let text = &text[..length];
            let mut bytes = [0; INLINE];
            bytes[..length.min(INLINE)].copy_from_slice(&text[..length.min(INLINE)]);
            assert_eq!(padded(text), [number(&bytes[..8]), number(&bytes[8..])], "{length}");
            let whole = unpadded(padded(text), length as u32);
            assert_eq!(
                whole.map(|(bytes, length)| bytes[..length].to_vec()),
                (length <= INLINE).then(|| text.to_vec())
            );
        }
    }
}
