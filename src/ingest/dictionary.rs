//! Distinct texts while a log is being read: text → small number, in the order of first sight.
//!
//! One a worker, so nothing is locked. The numbers mean nothing outside; [`super::merge`] turns them into
//! ranks. A look-up costs one visit to memory for a text of up to 16 bytes, which ids, names and codes mostly are: the
//! slot holds the text itself. Longer texts are told apart by a hash in the slot and then by the text.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Texts and their numbers; number 0 is the empty text.
pub(crate) struct Dictionary {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Open addressing, never more than three quarters full.
    slots: Vec<Slot>,
    /// By place in the row: the texts seen there lately. Most columns hold few different texts, and these are found
    /// without a visit to the large table.
    lately: Vec<Slot>,
    /// Texts that have not been looked up, and their bytes.
    waiting: Vec<Waiting>,
    held: Vec<u8>,
}

/// A text of a row that waits to be looked up.
struct Waiting {
    key: [u64; 2],
    hash: u64,
    start: usize,
    end: usize,
    row: u32,
    place: u32,
}

/// A text in the table.
#[derive(Clone, Copy, Default)]
struct Slot {
    /// The text padded with zeros, or a hash and the first bytes of a longer one.
    key: [u64; 2],
    length: u32,
    /// 0 = free, for the empty text never comes here.
    code: u32,
}

/// Texts of up to so many bytes are whole in their slot.
pub(crate) const INLINE: usize = 16;
/// How many texts of a place in the row are kept at hand, as a power of two.
const LATELY: u32 = 6;

impl Default for Dictionary {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            ends: vec![0],
            slots: vec![Slot::default(); 1024],
            lately: Vec::new(),
            waiting: Vec::new(),
            held: Vec::new(),
        }
    }
}

impl Dictionary {
    /// The numbers of the cells of a row, always in one order, as far as they are at hand. The others wait for
    /// [`Self::settle`]; `row` is how they are called then.
    ///
    /// A large table does not fit into the processor's cache. So the texts of several rows are gathered, all their places
    /// are visited together, so that the waits for memory overlap, and only then the texts are looked up.
    pub(crate) fn codes<const N: usize>(&mut self, row: u32, texts: [&[u8]; N]) -> [u32; N] {
        if self.lately.is_empty() {
            self.lately.resize(N << LATELY, Slot::default());
        }
        let mut codes = [0; N];
        for (place, text) in texts.into_iter().enumerate() {
            if text.is_empty() {
                continue;
            }
            let (key, hash) = key_and_hash(text);
            let slot = self.lately[(place << LATELY) + (hash >> (64 - LATELY)) as usize];
            if self.is(slot, text, key) {
                codes[place] = slot.code;
                continue;
            }
            let start = self.held.len();
            self.held.extend_from_slice(text);
            self.waiting.push(Waiting { key, hash, start, end: self.held.len(), row, place: place as u32 });
        }
        codes
    }

    /// Looks up the texts that wait: calls `give` with the row, the place in it and the number of each.
    pub(crate) fn settle(&mut self, mut give: impl FnMut(usize, usize, u32)) {
        let mask = self.slots.len() - 1;
        let visit = |sum: u32, one: &Waiting| sum.wrapping_add(self.slots[one.hash as usize & mask].code);
        std::hint::black_box(self.waiting.iter().fold(0, visit));
        let waiting = std::mem::take(&mut self.waiting);
        let held = std::mem::take(&mut self.held);
        for one in &waiting {
            let text = &held[one.start..one.end];
            let code = self.look_up(text, one.key, one.hash);
            give(one.row as usize, one.place as usize, code);
            self.lately[((one.place as usize) << LATELY) + (one.hash >> (64 - LATELY)) as usize] =
                Slot { key: one.key, length: text.len() as u32, code };
        }
        (self.waiting, self.held) = (waiting, held);
        self.waiting.clear();
        self.held.clear();
    }

    #[inline]
    fn is(&self, slot: Slot, text: &[u8], key: [u64; 2]) -> bool {
        slot.key == key
            && slot.length as usize == text.len()
            && (text.len() <= INLINE || (slot.code != 0 && self.get(slot.code) == text))
    }

    #[inline]
    fn look_up(&mut self, text: &[u8], key: [u64; 2], hash: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.code == 0 {
                return self.insert(text, key, at);
            }
            if self.is(slot, text, key) {
                return slot.code;
            }
            at = (at + 1) & mask;
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

    fn insert(&mut self, text: &[u8], key: [u64; 2], at: usize) -> u32 {
        // A part never has so many rows that this could overflow: they would not fit into memory.
        let code = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        self.slots[at] = Slot { key, length: text.len() as u32, code };
        if self.ends.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        code
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.slots.len() * 2;
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.code != 0) {
            let mut at = mix(slot.key, slot.length as usize) as usize & (size - 1);
            while self.slots[at].code != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = slot;
        }
    }
}

/// What a slot holds of a text, and where the search for it begins.
#[inline]
fn key_and_hash(text: &[u8]) -> ([u64; 2], u64) {
    let key = if text.len() <= INLINE {
        padded(text)
    } else {
        let mut hasher = FxHasher::default();
        hasher.write(text);
        [hasher.finish(), padded(&text[..8])[0]]
    };
    (key, mix(key, text.len()))
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

/// Spreads a key over 64 bits.
#[inline]
fn mix(key: [u64; 2], length: usize) -> u64 {
    let product =
        u128::from(key[0] ^ 0x9e37_79b9_7f4a_7c15 ^ length as u64) * u128::from(key[1] ^ 0xd1b5_4a32_d192_ed03);
    let folded = product as u64 ^ (product >> 64) as u64;
    folded ^ folded >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Dictionary {
        fn code(&mut self, text: &[u8]) -> u32 {
            let [mut code] = self.codes(0, [text]);
            self.settle(|_, _, found| code = found);
            code
        }
    }

    #[test]
    fn one_number_a_text() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.code(b""), 0);
        let text = |n: usize| format!("{}{n}", "text ".repeat(n % 7));
        let codes: Vec<u32> = (0..20_000).map(|n| dictionary.code(text(n).as_bytes())).collect();
        let mut rows = Dictionary::default();
        let given = [text(3), text(5), text(3), String::new(), text(5), text(9)];
        let mut found: Vec<[u32; 2]> = Vec::new();
        for (row, pair) in given.chunks(2).enumerate() {
            found.push(rows.codes(row as u32, [pair[0].as_bytes(), pair[1].as_bytes()]));
        }
        rows.settle(|row, place, code| found[row][place] = code);
        assert_eq!(found, [[1, 2], [1, 0], [2, 3]]);
        assert_eq!(rows.codes(0, [text(3).as_bytes(), text(9).as_bytes()]), [1, 3], "both are at hand now");
        for (n, code) in codes.iter().enumerate() {
            assert_eq!(dictionary.code(text(n).as_bytes()), *code);
            assert_eq!(dictionary.get(*code), text(n).as_bytes());
        }
        assert_eq!(dictionary.len(), 20_001);
        assert_ne!(dictionary.code(b"a"), dictionary.code(b"a\0"));
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
