//! UK postcodes: whole ones, outward parts, sectors; repaired by position.
//!
//! Forms A9 A99 A9A AA9 AA99 AA9A + 9AA; no Q, V, X first, no I, J, Z second;
//! the last two letters never C I K M O V (Royal Mail, programmers' guide).
//! Of other countries, codes of four or five digits are kept apart and compared as a whole.

use super::ascii_upper;

/// A postcode or the beginning of one. Eight bytes, comparable, without spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Postcode {
    outward: [u8; 4],
    /// Zeroes where the postcode is partial: none, or the sector digit only.
    inward: [u8; 3],
    repaired: bool,
}

/// How far two postcodes agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum PostcodeLevel {
    Unit,
    /// The same code of another country: a town or part of one.
    Abroad,
    OneEdit,
    Sector,
    District,
    Differs,
}

fn letter_for(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b),
        b'0' => Some(b'O'),
        b'1' => Some(b'I'),
        b'5' => Some(b'S'),
        b'2' => Some(b'Z'),
        _ => None,
    }
}

fn digit_for(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b),
        b'O' => Some(b'0'),
        b'I' | b'L' => Some(b'1'),
        b'S' => Some(b'5'),
        b'Z' => Some(b'2'),
        _ => None,
    }
}

fn fit(text: &[u8], form: &[u8]) -> Option<([u8; 4], u32)> {
    if text.len() != form.len() {
        return None;
    }
    let mut out = [0; 4];
    let mut repairs = 0;
    for (i, (&have, &want)) in text.iter().zip(form).enumerate() {
        let fixed = if want == b'A' { letter_for(have) } else { digit_for(have) }?;
        repairs += u32::from(fixed != have);
        out[i] = fixed;
    }
    Some((out, repairs))
}

/// The outward part that needs the fewest repairs; the forms' own order decides ties.
fn outward(text: &[u8]) -> Option<([u8; 4], u32)> {
    const FORMS: [&[u8]; 6] = [b"AA9", b"AA99", b"A99", b"A9", b"AA9A", b"A9A"];
    FORMS
        .iter()
        .filter_map(|form| {
            let (out, repairs) = fit(text, form)?;
            let second_is_letter = form[1] == b'A';
            let never =
                matches!(out[0], b'Q' | b'V' | b'X') || second_is_letter && matches!(out[1], b'I' | b'J' | b'Z');
            (!never).then_some((out, repairs))
        })
        .min_by_key(|&(_, repairs)| repairs)
}

fn inward(text: &[u8]) -> Option<([u8; 3], u32)> {
    let (out, repairs) = fit(text, b"9AA")?;
    let fine = |b: u8| !matches!(b, b'C' | b'I' | b'K' | b'M' | b'O' | b'V');
    (fine(out[1]) && fine(out[2])).then_some(([out[0], out[1], out[2]], repairs))
}

impl Postcode {
    /// Reads one postcode, whole or partial ("AB1", "AB1 2"); misread letters and digits are repaired.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let text = ascii_upper(raw);
        let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        if third.is_some() && text.bytes().filter(u8::is_ascii_alphanumeric).count() > 7 {
            return None;
        }
        let whole: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
        if whole.len() >= 5
            && whole.len() <= 7
            && let Some(found) = Self::whole(&whole)
        {
            return Some(found);
        }
        match second {
            None => Self::outward_only(first.as_bytes()),
            Some(digit) if digit.len() == 1 && third.is_none() => {
                let mut found = Self::outward_only(first.as_bytes())?;
                found.inward[0] = digit_for(digit.as_bytes()[0])?;
                Some(found)
            }
            Some(_) => None,
        }
    }

    /// Only where the text is a valid whole postcode as it stands.
    #[must_use]
    pub fn parse_strict(raw: &str) -> Option<Self> {
        Self::parse(raw).filter(|found| found.is_whole() && !found.repaired)
    }

    fn whole(text: &[u8]) -> Option<Self> {
        if text == b"GIR0AA" || text == b"G1R0AA" {
            return Some(Self { outward: *b"GIR\0", inward: *b"0AA", repaired: text[1] == b'1' });
        }
        let (head, tail) = text.split_at(text.len() - 3);
        if text.starts_with(b"BFPO") || text.starts_with(b"BF1") && text.len() == 6 {
            let (inward, repairs) = inward(tail)?;
            let mut outward = [0; 4];
            outward[..head.len()].copy_from_slice(head);
            return Some(Self { outward, inward, repaired: repairs > 0 });
        }
        let (outward, a) = outward(head)?;
        let (inward, b) = inward(tail)?;
        (a + b <= 2).then_some(Self { outward, inward, repaired: a + b > 0 })
    }

    /// Reads the code of another country: four or five digits, as in most of Europe, Australia and the United States.
    /// Only for a field that is meant for it: a number in other text is no postcode.
    #[must_use]
    pub fn parse_abroad(raw: &str) -> Option<Self> {
        let digits: Vec<u8> = raw.bytes().filter(|b| !matches!(b, b' ' | b'-')).collect();
        if !(4..=5).contains(&digits.len())
            || !digits.iter().all(u8::is_ascii_digit)
            || digits.iter().all(|b| *b == b'0')
        {
            return None;
        }
        let mut code = Self::default();
        code.outward.copy_from_slice(&digits[..4]);
        code.inward[0] = digits.get(4).copied().unwrap_or(b'-');
        Some(code)
    }

    /// A code of another country.
    #[must_use]
    pub const fn is_abroad(&self) -> bool {
        self.outward[0].is_ascii_digit()
    }

    fn outward_only(text: &[u8]) -> Option<Self> {
        let (outward, repairs) = outward(text)?;
        (repairs == 0).then_some(Self { outward, inward: [0; 3], repaired: false })
    }

    /// Outward and inward part are both known.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.inward[2] != 0
    }

    /// A letter or digit had to be put right.
    #[must_use]
    pub const fn is_repaired(&self) -> bool {
        self.repaired
    }

    /// The whole postcode as a number; `None` for a part of one.
    #[must_use]
    pub fn unit(&self) -> Option<u64> {
        self.is_whole().then(|| self.pack(3))
    }

    /// The sector ("AB1 2") as a number; the whole code of another country.
    #[must_use]
    pub fn sector(&self) -> Option<u64> {
        (self.inward[0] != 0).then(|| self.pack(1))
    }

    /// The district ("AB1") as a number.
    #[must_use]
    pub fn district(&self) -> u64 {
        self.pack(0)
    }

    fn pack(&self, inward: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&self.outward);
        bytes[4..4 + inward].copy_from_slice(&self.inward[..inward]);
        u64::from_le_bytes(bytes)
    }

    /// The characters without the space, and how many there are.
    fn bytes(&self) -> ([u8; 7], usize) {
        let mut bytes = [0; 7];
        let mut len = 0;
        for &b in self.outward.iter().chain(&self.inward).filter(|&&b| b != 0) {
            bytes[len] = b;
            len += 1;
        }
        (bytes, len)
    }

    /// As written: "AB1 2CD", "AB1 2", "AB1".
    #[must_use]
    pub fn text(&self) -> String {
        let known = |bytes: &[u8]| bytes.iter().take_while(|&&b| b != 0).map(|&b| b as char).collect::<String>();
        let (outward, inward) = (known(&self.outward), known(&self.inward));
        if self.is_abroad() {
            return outward + inward.trim_end_matches('-');
        }
        if inward.is_empty() { outward } else { format!("{outward} {inward}") }
    }

    /// How far two postcodes agree, over the parts that both have.
    #[must_use]
    pub fn compare(&self, other: &Self) -> PostcodeLevel {
        if self.is_abroad() || other.is_abroad() {
            let ((a, m), (b, n)) = (self.bytes(), other.bytes());
            return match self.is_abroad() && other.is_abroad() {
                true if a == b => PostcodeLevel::Abroad,
                // As likely the next district as a slip.
                true if super::compare::one_edit(&a[..m], &b[..n]) => PostcodeLevel::Sector,
                _ => PostcodeLevel::Differs,
            };
        }
        if self.is_whole() && other.is_whole() {
            if self.unit() == other.unit() {
                return PostcodeLevel::Unit;
            }
            let ((a, m), (b, n)) = (self.bytes(), other.bytes());
            if super::compare::one_edit(&a[..m], &b[..n]) && self.sector() != other.sector() {
                return PostcodeLevel::OneEdit;
            }
            if self.sector() == other.sector() {
                // A unit that differs by one letter is as likely next door as mistyped: the sector's worth.
                return PostcodeLevel::Sector;
            }
        } else if let (Some(a), Some(b)) = (self.sector(), other.sector())
            && a == b
        {
            return PostcodeLevel::Sector;
        }
        if self.district() == other.district() { PostcodeLevel::District } else { PostcodeLevel::Differs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        for (raw, text) in [
            ("AB1 2CD", None), // C is no inward letter
            ("AB1 2DE", Some("AB1 2DE")),
            ("ab12de", Some("AB1 2DE")),
            ("  sw1a 1aa ", Some("SW1A 1AA")),
            ("SW1A1AA", Some("SW1A 1AA")),
            ("M1 1AE", Some("M1 1AE")),
            ("M11AE", Some("M1 1AE")),
            ("B33 8TH", Some("B33 8TH")),
            ("CR2 6XH", Some("CR2 6XH")),
            ("DN55 1PT", Some("DN55 1PT")),
            ("W1A 0AX", Some("W1A 0AX")),
            ("EC1A-1BB", Some("EC1A 1BB")),
            ("M1 IAE", Some("M1 1AE")),
            ("B33 8TH.", Some("B33 8TH")),
            ("CR2 GXH", None),
            ("0X1 1AA", Some("OX1 1AA")),
            ("LE1 5S5", Some("LE1 5SS")),
            ("SWIA 1AA", Some("SW1A 1AA")),
            ("AB1", Some("AB1")),
            ("AB1 2", Some("AB1 2")),
            ("GIR 0AA", Some("GIR 0AA")),
            ("JE2 3XP", Some("JE2 3XP")),
            ("IM1 1AA", Some("IM1 1AA")),
            ("QX1 1AA", None),
            ("", None),
            ("N/K", None),
            ("12345", None),
            ("HIGH STREET", None),
        ] {
            assert_eq!(Postcode::parse(raw).map(|p| p.text()).as_deref(), text, "{raw}");
        }
    }

    #[test]
    fn levels() {
        use PostcodeLevel::*;
        for (a, b, level) in [
            ("AB1 2DE", "ab12de", Unit),
            ("AB1 2DE", "AB1 2DF", Sector),
            ("AB1 2DE", "AB1 2", Sector),
            ("AB1 2DE", "AB1", District),
            ("AB1 2DE", "AB1 3DE", OneEdit),
            ("AB1 2DE", "AB2 2DE", OneEdit),
            ("AB1 2DE", "AB1 9XY", District),
            ("AB1 2DE", "ZE1 9XY", Differs),
        ] {
            let (a, b) = (Postcode::parse(a).unwrap(), Postcode::parse(b).unwrap());
            assert_eq!(a.compare(&b), level, "{a:?} {b:?}");
            assert_eq!(b.compare(&a), level);
        }
    }

    #[test]
    fn codes_of_other_countries() {
        use PostcodeLevel::*;
        let read = |raw: &str| Postcode::parse_abroad(raw);
        for (raw, text) in [("2902", Some("2902")), ("10115", Some("10115")), ("00-950", Some("00950")), ("0000", None)]
        {
            assert_eq!(read(raw).map(|p| p.text()).as_deref(), text, "{raw}");
        }
        for raw in ["AB1 2DE", "123", "123456", "", "20 years"] {
            assert_eq!(read(raw), None, "{raw}");
        }
        let a = read("2902").unwrap();
        for (other, level) in [("2902", Abroad), ("2920", Sector), ("2903", Sector), ("2911", Differs)] {
            assert_eq!(a.compare(&read(other).unwrap()), level, "{other}");
        }
        assert_eq!(a.compare(&Postcode::parse("AB1 2DE").unwrap()), Differs);
        assert_eq!((a.unit(), a.is_whole()), (None, false));
    }

    #[test]
    fn repaired_is_marked() {
        assert!(Postcode::parse("0X1 1AA").unwrap().is_repaired());
        assert!(!Postcode::parse("OX1 1AA").unwrap().is_repaired());
        assert!(Postcode::parse_strict("0X1 1AA").is_none());
    }
}
