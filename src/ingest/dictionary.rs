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
    /// Open addressing, never more than half full.
    slots: Vec<Slot>,
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

impl Default for Dictionary {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], slots: vec![Slot::default(); 1024] }
    }
}

impl Dictionary {
    /// The numbers of several texts, new or old.
    ///
    /// A large table does not fit into the processor's cache. So all places are worked out first and visited
    /// together, so that the waits for memory overlap, and only then the texts are looked up.
    pub(crate) fn codes<const N: usize>(&mut self, texts: [&[u8]; N]) -> [u32; N] {
        let keys = texts.map(|text| if text.is_empty() { ([0; 2], 0) } else { key_and_hash(text) });
        let mask = self.slots.len() - 1;
        let mut sum = 0u32;
        for (_, hash) in &keys {
            sum = sum.wrapping_add(self.slots[*hash as usize & mask].code);
        }
        std::hint::black_box(sum);
        let mut codes = [0; N];
        for ((code, text), (key, hash)) in codes.iter_mut().zip(texts).zip(keys) {
            if !text.is_empty() {
                *code = self.look_up(text, key, hash);
            }
        }
        codes
    }

    #[inline]
    fn look_up(&mut self, text: &[u8], key: [u64; 2], hash: u64) -> u32 {
        let length = text.len() as u32;
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.code == 0 {
                return self.insert(text, key, at);
            }
            if slot.key == key && slot.length == length && (text.len() <= INLINE || self.get(slot.code) == text) {
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
        if self.ends.len() * 2 > self.slots.len() {
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
    let mut bytes = [0; INLINE];
    let length = text.len().min(INLINE);
    bytes[..length].copy_from_slice(&text[..length]);
    let (head, tail) = bytes.split_at(8);
    [number(head), number(tail)]
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
            self.codes([text])[0]
        }
    }

    #[test]
    fn one_number_a_text() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.code(b""), 0);
        let text = |n: usize| format!("{}{n}", "text ".repeat(n % 7));
        let codes: Vec<u32> = (0..20_000).map(|n| dictionary.code(text(n).as_bytes())).collect();
        assert_eq!(dictionary.codes([b"", text(3).as_bytes(), text(3).as_bytes()]), [0, codes[3], codes[3]]);
        for (n, code) in codes.iter().enumerate() {
            assert_eq!(dictionary.code(text(n).as_bytes()), *code);
            assert_eq!(dictionary.get(*code), text(n).as_bytes());
        }
        assert_eq!(dictionary.len(), 20_001);
        assert_ne!(dictionary.code(b"a"), dictionary.code(b"a\0"));
    }
}
