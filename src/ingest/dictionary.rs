//! Distinct texts while a log is being read: text → small number, in the order of first sight.
//!
//! One a worker, so nothing is locked, and one a column, so that those of columns with few different texts stay small
//! and near. The numbers mean nothing outside; [`super::merge`] turns them into ranks.
//!
//! A large table does not fit into the processor's cache. So the texts of many rows are gathered column by column; all places of a
//! column are visited together, so that the waits for memory overlap, and only then the texts are looked up. A look-up costs one line of
//! the cache for a text of up to 12 bytes, which ids, names and codes mostly are: the slot holds the text itself, and the slots of a
//! line are compared without a branch. Longer texts are told apart by a hash in the slot and then by the text.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::heads::{HEAD, bytes};

/// The texts of `N` columns and their numbers.
pub(crate) struct Words<const N: usize> {
    columns: [Dictionary; N],
    waiting: [Waiting; N],
}

/// Texts of one column that have not been looked up.
#[derive(Default)]
struct Waiting {
    /// Each with its row in place of the number.
    keys: Vec<Slot>,
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

/// What the table holds of a text.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// Its first bytes padded with zeros, or a hash of a longer text.
    front: u64,
    /// From above: 32 bits of text, see [`Slot::of`]; which of three kinds of text it is; the number. 0 = free, for the empty text never
    /// comes here.
    back: u64,
}

/// The slots of one line of the processor's cache.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Bucket([Slot; SLOTS]);

const SLOTS: usize = 4;
/// A number takes so many bits of a slot: a column of more different texts would not fit into memory.
const NUMBER_BITS: u32 = 30;
const SHORT: u64 = 0;
const TWELVE: u64 = 1;
const LONG: u64 = 2;

/// The longest text that [`padded`] holds whole.
pub(crate) const INLINE: usize = 16;
/// A table of so many buckets is at hand at any time.
const NEAR: usize = 256;
/// So many places are visited together.
const TOGETHER: usize = 64;

impl Slot {
    /// A text of up to 11 bytes with its length behind, one of 12, or the hash of a longer one and its length.
    #[inline]
    fn of(text: &[u8], [front, back]: [u64; 2], row: u32) -> Self {
        let length = text.len();
        let (front, back, kind) = if length <= 12 {
            // The fourth of the last four bytes is the length, but for a text that takes it up.
            let own = usize::from(length < 12);
            (front, back | ((own * length) as u64) << 24, if length < 12 { SHORT } else { TWELVE })
        } else {
            let mut hasher = FxHasher::default();
            hasher.write(text);
            (hasher.finish(), length as u64 & 0xffff_ffff, LONG)
        };
        Self { front, back: (back << 2 | kind) << NUMBER_BITS | u64::from(row) }
    }

    const fn kind(self) -> u64 {
        self.back >> NUMBER_BITS & 3
    }

    const fn number(self) -> u32 {
        self.back as u32 & ((1 << NUMBER_BITS) - 1)
    }

    /// What it says of the text: all but the number.
    #[inline]
    const fn says(self) -> u64 {
        self.back >> NUMBER_BITS
    }

    #[inline]
    const fn is_like(self, other: Self) -> bool {
        self.front ^ other.front | self.says() ^ other.says() == 0
    }

    /// The text and its length, where it is all in here.
    fn short(self) -> Option<([u8; HEAD], usize)> {
        let text = bytes([self.front, self.back >> 32]);
        match self.kind() {
            SHORT => Some((text, usize::from(text[11]))),
            TWELVE => Some((text, 12)),
            _ => None,
        }
    }

    /// Spreads it over 32 bits.
    #[inline]
    fn hash(self) -> u32 {
        let product = u128::from(self.front ^ 0x9e37_79b9_7f4a_7c15) * u128::from(self.says() ^ 0xd1b5_4a32_d192_ed03);
        let folded = product as u64 ^ (product >> 64) as u64;
        (folded ^ folded >> 29) as u32
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
        waiting.keys.push(key);
    }

    /// Looks up the texts that wait: calls `give` with the row, the column and the number of each.
    pub(crate) fn settle(&mut self, mut give: impl FnMut(usize, usize, u32)) {
        for (column, (dictionary, waiting)) in self.columns.iter_mut().zip(&mut self.waiting).enumerate() {
            let mut held = waiting.held.as_slice();
            for keys in waiting.keys.chunks(TOGETHER) {
                dictionary.settle(keys, &mut held, |row, number| give(row, column, number));
            }
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
    /// Looks up some texts. `held` begins with the first that its key does not hold.
    #[inline]
    fn settle(&mut self, keys: &[Slot], held: &mut &[u8], mut give: impl FnMut(usize, u32)) {
        let mut places = [0u32; TOGETHER];
        for (place, key) in places.iter_mut().zip(keys) {
            *place = key.hash();
        }
        if self.buckets.len() > NEAR {
            let visit = |sum: u64, place: &u32| sum ^ self.bucket(*place).0[0].back;
            std::hint::black_box(places[..keys.len().min(TOGETHER)].iter().fold(0, visit));
        }
        for (key, place) in keys.iter().zip(places) {
            let mut text: &[u8] = &[];
            if key.kind() == LONG {
                (text, *held) = held.split_at((key.says() >> 2) as usize);
            }
            // The first of a bucket is what was seen first, and so most often what is seen most often.
            let Bucket([first, others @ ..]) = self.bucket(place);
            let (found, slot) = if first.is_like(*key) {
                (true, *first)
            } else {
                let alike = (0..SLOTS - 1).fold(0, |alike, at| alike | usize::from(others[at].is_like(*key)) << at);
                (alike != 0, others[(alike.trailing_zeros() as usize).min(SLOTS - 2)])
            };
            let found = found && (text.is_empty() || self.get(slot.number()) == text);
            give(key.number() as usize, if found { slot.number() } else { self.look_up(*key, place, text) });
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
            for slot in &bucket.0 {
                if slot.back == 0 {
                    let number = self.insert(key, text);
                    // The table may have grown meanwhile and has room.
                    self.put(Slot { front: key.front, back: key.says() << NUMBER_BITS | u64::from(number) }, hash);
                    return number;
                }
                if slot.is_like(key) && (key.kind() != LONG || self.get(slot.number()) == text) {
                    return slot.number();
                }
            }
            at = at.wrapping_add(1);
        }
    }

    /// Puts a text into the table that is not there.
    fn put(&mut self, slot: Slot, hash: u32) {
        let mask = self.buckets.len() - 1;
        let mut at = hash;
        loop {
            if let Some(free) = self.buckets[at as usize & mask].0.iter_mut().find(|slot| slot.back == 0) {
                *free = slot;
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
        for slot in old.into_iter().flat_map(|bucket| bucket.0).filter(|slot| slot.back != 0) {
            self.put(slot, slot.hash());
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
