//! Distinct texts while a log is being read: text → small number, in the order of first sight.
//!
//! One a worker, so nothing is locked, and one a column, so that those of columns with few different texts stay small
//! and near. The numbers mean nothing outside; [`super::merge`] turns them into ranks. A look-up costs one visit to memory for
//! a text of up to 12 bytes, which ids, names and codes mostly are: the slot holds the text itself. Longer texts are told apart by
//! a hash in the slot and then by the text.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// The texts of `N` columns and their numbers.
pub(crate) struct Words<const N: usize> {
    columns: [Dictionary; N],
    /// Texts that have not been looked up …
    waiting: Vec<Waiting>,
    /// … and the bytes of those that their keys do not hold.
    held: Vec<u8>,
}

/// A text of a row that waits to be looked up.
struct Waiting {
    key: Key,
    start: u32,
    length: u32,
    row: u16,
    column: u16,
}

/// The texts of one column and their numbers; number 0 is the empty text.
pub(crate) struct Dictionary {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Open addressing, never more than three quarters full.
    slots: Vec<Slot>,
}

/// What the table holds of a text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Key {
    /// Its first bytes padded with zeros, or a hash of a longer text.
    front: u64,
    /// Of a text of up to 11 bytes the next three and the length; of one of 12 the next four; of a longer one its length.
    back: u32,
    /// Which of the three it is.
    kind: u32,
}

const SHORT: u32 = 0;
const TWELVE: u32 = 1 << NUMBER_BITS;
const LONG: u32 = 2 << NUMBER_BITS;
/// A number takes so many bits of a slot: a column of more different texts would not fit into memory.
const NUMBER_BITS: u32 = 30;

/// A text in the table: 16 bytes, so that none lies across two lines of the processor's cache.
#[derive(Clone, Copy, Default)]
struct Slot {
    front: u64,
    back: u32,
    /// The kind of the key and the number; 0 = free, for the empty text never comes here.
    code: u32,
}

impl Slot {
    #[inline]
    const fn key(self) -> Key {
        Key { front: self.front, back: self.back, kind: self.code >> NUMBER_BITS << NUMBER_BITS }
    }

    const fn number(self) -> u32 {
        self.code & (TWELVE - 1)
    }
}

/// The longest text that [`padded`] holds whole.
pub(crate) const INLINE: usize = 16;
/// A table of so many slots is at hand at any time.
const NEAR: usize = 1024;

impl<const N: usize> Default for Words<N> {
    fn default() -> Self {
        Self { columns: std::array::from_fn(|_| Dictionary::default()), waiting: Vec::new(), held: Vec::new() }
    }
}

impl<const N: usize> Words<N> {
    /// The dictionaries in the order of the columns.
    pub(crate) const fn columns(&self) -> &[Dictionary; N] {
        &self.columns
    }

    /// The numbers of the cells of a row, as far as they are at hand. The others wait for [`Self::settle`]; `row` is how they
    /// are called then.
    ///
    /// A large table does not fit into the processor's cache. So the texts of several rows are gathered, all their places
    /// are visited together, so that the waits for memory overlap, and only then the texts are looked up.
    #[inline]
    pub(crate) fn codes(&mut self, row: u16, texts: [&[u8]; N]) -> [u32; N] {
        let mut codes = [0; N];
        for (column, (text, code)) in texts.into_iter().zip(&mut codes).enumerate() {
            if text.is_empty() {
                continue;
            }
            let key = Key::of(text);
            let dictionary = &mut self.columns[column];
            if dictionary.slots.len() <= NEAR {
                *code = dictionary.look_up(key, text);
                continue;
            }
            let (mut start, mut length) = (0, 0);
            if key.kind == LONG {
                (start, length) = (self.held.len() as u32, text.len() as u32);
                self.held.extend_from_slice(text);
            }
            self.waiting.push(Waiting { key, start, length, row, column: column as u16 });
        }
        codes
    }

    /// Looks up the texts that wait: calls `give` with the row, the column and the number of each.
    pub(crate) fn settle(&mut self, mut give: impl FnMut(usize, usize, u32)) {
        let visit =
            |sum: u32, one: &Waiting| sum.wrapping_add(self.columns[usize::from(one.column)].first(one.key).code);
        std::hint::black_box(self.waiting.iter().fold(0, visit));
        for one in self.waiting.drain(..) {
            let text = &self.held[one.start as usize..][..one.length as usize];
            let column = usize::from(one.column);
            give(usize::from(one.row), column, self.columns[column].look_up(one.key, text));
        }
        self.held.clear();
    }
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], slots: vec![Slot::default(); 16] }
    }
}

impl Dictionary {
    /// Where the search for a text begins.
    #[inline]
    fn first(&self, key: Key) -> &Slot {
        &self.slots[key.hash() as usize & (self.slots.len() - 1)]
    }

    /// The number of a text; only of a long one is the text itself asked for.
    #[inline]
    fn look_up(&mut self, key: Key, text: &[u8]) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = key.hash() as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.code == 0 {
                let number = self.insert(key, text);
                // The table may have grown meanwhile and has room.
                self.put(Slot { front: key.front, back: key.back, code: key.kind | number });
                return number;
            }
            if slot.key() == key && (key.kind != LONG || self.get(slot.number()) == text) {
                return slot.number();
            }
            at = (at + 1) & mask;
        }
    }

    /// Puts a text into the table that is not there.
    fn put(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.key().hash() as usize & mask;
        while self.slots[at].code != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
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

    fn insert(&mut self, key: Key, text: &[u8]) -> u32 {
        let number = self.ends.len() as u32;
        match key.short() {
            Some((short, length)) => self.bytes.extend_from_slice(&short[..length]),
            None => self.bytes.extend_from_slice(text),
        }
        self.ends.push(self.bytes.len());
        if self.ends.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        number
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.code != 0) {
            self.put(slot);
        }
    }
}

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        match text.len() {
            length @ 0..12 => {
                let [front, back] = padded(text);
                Self { front, back: (back >> 32) as u32 | length as u32, kind: SHORT }
            }
            12 => {
                let [front, back] = padded(text);
                Self { front, back: (back >> 32) as u32, kind: TWELVE }
            }
            length => {
                let mut hasher = FxHasher::default();
                hasher.write(text);
                Self { front: hasher.finish(), back: length as u32, kind: LONG }
            }
        }
    }

    /// The text and its length, where it is all in here.
    fn short(self) -> Option<([u8; 12], usize)> {
        let mut text = [0; 12];
        text[..8].copy_from_slice(&self.front.to_be_bytes());
        text[8..].copy_from_slice(&self.back.to_be_bytes());
        match self.kind {
            SHORT => Some((text, usize::from(text[11]))),
            TWELVE => Some((text, 12)),
            _ => None,
        }
    }

    /// Spreads it over 64 bits.
    #[inline]
    fn hash(self) -> u64 {
        let back = u64::from(self.back) << 32 | u64::from(self.kind);
        let product = u128::from(self.front ^ 0x9e37_79b9_7f4a_7c15) * u128::from(back ^ 0xd1b5_4a32_d192_ed03);
        let folded = product as u64 ^ (product >> 64) as u64;
        folded ^ folded >> 29
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
    use super::*;

    impl Words<1> {
        fn code(&mut self, text: &[u8]) -> u32 {
            let [mut code] = self.codes(0, [text]);
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
        // Enough of the first column that its texts must wait.
        for n in 100..1000 {
            rows.codes(0, [text(n).as_bytes(), b""]);
        }
        rows.settle(|_, _, _| ());
        let waits = rows.columns()[0].len() as u32;
        let given = [text(3), text(5), text(3), String::new(), text(5), text(9)];
        let mut found: Vec<[u32; 2]> = Vec::new();
        for (row, pair) in given.chunks(2).enumerate() {
            found.push(rows.codes(row as u16, [pair[0].as_bytes(), pair[1].as_bytes()]));
        }
        assert_eq!(found, [[0, 1], [0, 0], [0, 2]]);
        rows.settle(|row, column, code| found[row][column] = code);
        assert_eq!(found, [[waits, 1], [waits, 0], [waits + 1, 2]]);
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
