//! The first bytes of a text as two numbers.

/// So many bytes of a text are looked at together.
pub(crate) const HEAD: usize = 16;

/// The first 16 bytes of a text, the first in front, zeros behind. Where the text lies in `whole`, they are read in one go, however many
/// are the text's: which of the lengths it has cannot be foretold.
#[inline]
pub(crate) fn head(text: &[u8], whole: &[u8]) -> [u64; 2] {
    let at = text.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    let sixteen = match whole.get(at..).and_then(<[u8]>::first_chunk::<HEAD>) {
        Some(sixteen) => *sixteen,
        None => {
            let mut sixteen = [0; HEAD];
            let length = text.len().min(HEAD);
            sixteen[..length].copy_from_slice(&text[..length]);
            sixteen
        }
    };
    let [front, back] = halves(sixteen);
    let [keep_front, keep_back] = KEEP[text.len().min(HEAD)];
    [front & keep_front, back & keep_back]
}

/// What [`head`] gives for a word.
pub(crate) const fn head_of(word: &[u8]) -> [u64; 2] {
    let (mut sixteen, mut at) = ([0; HEAD], 0);
    while at < word.len() && at < HEAD {
        sixteen[at] = word[at];
        at += 1;
    }
    halves(sixteen)
}

/// The bytes again.
#[inline]
pub(crate) fn bytes([front, back]: [u64; 2]) -> [u8; HEAD] {
    (u128::from(back) << 64 | u128::from(front)).to_le_bytes()
}

const fn halves(sixteen: [u8; HEAD]) -> [u64; 2] {
    let both = u128::from_le_bytes(sixteen);
    [both as u64, (both >> 64) as u64]
}

/// By length the bytes that are a text's.
const KEEP: [[u64; 2]; HEAD + 1] = {
    let (mut keep, mut length) = ([[0; 2]; HEAD + 1], 0);
    while length <= HEAD {
        keep[length] = head_of([0xff; HEAD].split_at(length).0);
        length += 1;
    }
    keep
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_head_wherever_it_lies() {
        let whole: Vec<u8> = (1..=60).collect();
        for (start, length) in (0..=60).flat_map(|start| (0..=60 - start).map(move |length| (start, length))) {
            let text = &whole[start..start + length];
            let expected = head_of(text);
            assert_eq!(head(text, &whole), expected, "{start} {length}");
            let alone = text.to_vec();
            assert_eq!(head(&alone, &alone), expected, "{start} {length}");
            assert_eq!(head(text, b""), expected, "{start} {length}");
            let mut padded = text[..length.min(HEAD)].to_vec();
            padded.resize(HEAD, 0);
            assert_eq!(bytes(expected).to_vec(), padded);
        }
    }
}
