//! Vehicle registration marks: UK forms, misread characters, partial plates.

use super::{ascii_upper, wildcard};

/// A plate as typed, up to ten characters; `*` and `?` where it is partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vrm {
    text: [u8; 10],
}

/// How far two plates agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum VrmLevel {
    Exact,
    /// Equal once O and 0, I and 1 are one character.
    Folded,
    /// A partial plate that fits.
    Partial,
    Differs,
}

/// Current (AB12 CDE), prefix (A123 BCD), suffix (ABC 123D) and Northern Irish or dateless forms.
const FORMS: [&str; 4] = ["AA99AAA", "A999AAA", "AAA999A", "AAA9999"];

impl Vrm {
    /// Reads one plate; characters misread by position are put right where only one UK form then fits.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let text: String =
            ascii_upper(raw).chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '?')).collect();
        if text.is_empty() || text.len() > 10 {
            return None;
        }
        if wildcard::is_pattern(&text) {
            return (wildcard::literals(&text) >= 2).then(|| Self::pack(&text));
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let stop =
            matches!(text.as_str(), "NK" | "NONE" | "UNKNOWN" | "NA" | "TEST" | "NIL" | "NULL" | "TBC" | "NOTKNOWN");
        if stop || text.len() < 2 {
            return None;
        }
        if uk_form(&text) {
            return Some(Self::pack(&text));
        }
        if let Some(fixed) = repaired(&text) {
            return Some(Self::pack(&fixed));
        }
        // Dateless and foreign plates mix letters and digits; anything else is no plate.
        (digits > 0 && digits < text.len() && text.len() >= 3
            || text.len() <= 7 && digits == text.len() && text.len() >= 3)
            .then(|| Self::pack(&text))
    }

    /// Only where the text is a whole plate of a UK form, as it stands or with one space.
    #[must_use]
    pub fn parse_strict(raw: &str) -> Option<Self> {
        let text: String = ascii_upper(raw.trim()).chars().filter(|c| *c != ' ').collect();
        (raw.trim().matches(' ').count() <= 1 && uk_form(&text)).then(|| Self::pack(&text))
    }

    fn pack(text: &str) -> Self {
        let mut packed = [0; 10];
        packed[..text.len()].copy_from_slice(text.as_bytes());
        Self { text: packed }
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.text.iter().position(|&b| b == 0).unwrap_or(self.text.len());
        std::str::from_utf8(&self.text[..len]).unwrap_or_default()
    }

    /// The plate is partial.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        wildcard::is_pattern(self.as_str())
    }

    /// The key for look-up: O is 0, I is 1.
    #[must_use]
    pub fn folded(&self) -> Self {
        let mut text = self.text;
        for b in &mut text {
            match *b {
                b'O' => *b = b'0',
                b'I' => *b = b'1',
                _ => {}
            }
        }
        Self { text }
    }

    /// The bytes, for hashing.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 10] {
        &self.text
    }

    /// As painted, where the form says where the gap is.
    #[must_use]
    pub fn label(&self) -> String {
        let text = self.as_str();
        if text.len() == 7 && fits(text, FORMS[0]) || text.len() == 7 && fits(text, "A999AAA") {
            format!("{} {}", &text[..4], &text[4..])
        } else {
            text.to_owned()
        }
    }

    /// How far two plates agree. Two different whole plates say nothing about their keepers.
    #[must_use]
    pub fn compare(&self, other: &Self) -> VrmLevel {
        if self == other && !self.is_pattern() {
            return VrmLevel::Exact;
        }
        match (self.is_pattern(), other.is_pattern()) {
            (false, false) if self.folded() == other.folded() => VrmLevel::Folded,
            (true, false) if wildcard::matches(self.as_str(), other.as_str()) => VrmLevel::Partial,
            (false, true) if wildcard::matches(other.as_str(), self.as_str()) => VrmLevel::Partial,
            _ => VrmLevel::Differs,
        }
    }
}

fn fits(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(have, want)| if want == b'A' { have.is_ascii_uppercase() } else { have.is_ascii_digit() })
}

/// Letters then digits or digits then letters, or one of the dated forms.
fn uk_form(text: &str) -> bool {
    let bytes = text.as_bytes();
    if fits(text, FORMS[0]) {
        // I, Q and Z never stand in the first two letters, I and Q never in the last three.
        return !bytes[..2].iter().any(|b| matches!(b, b'I' | b'Q' | b'Z'))
            && !bytes[4..].iter().any(|b| matches!(b, b'I' | b'Q'));
    }
    let run = |pred: fn(&u8) -> bool| bytes.iter().take_while(|b| pred(b)).count();
    let (letters, digits) = (run(u8::is_ascii_uppercase), run(u8::is_ascii_digit));
    if letters > 0 {
        let rest = &bytes[letters..];
        let middle = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let tail = rest.len() - middle;
        let tail_letters = rest[middle..].iter().all(u8::is_ascii_uppercase);
        return middle > 0
            && tail_letters
            && match (letters, middle, tail) {
                (1, 1..=3, 3) | (3, 1..=3, 1) => true,
                (1..=3, 1..=4, 0) => letters + middle >= 3,
                _ => false,
            };
    }
    digits > 0
        && digits <= 4
        && (1..=3).contains(&(bytes.len() - digits))
        && bytes[digits..].iter().all(u8::is_ascii_uppercase)
        && bytes.len() >= 3
}

/// The one seven-character UK form that the text becomes when O/0, I/1, S/5, Z/2, B/8 are read by position.
fn repaired(text: &str) -> Option<String> {
    let mut found: Option<(String, u32)> = None;
    let mut tied = false;
    for form in &FORMS[..3] {
        if text.len() != form.len() {
            continue;
        }
        let mut fixed = String::with_capacity(text.len());
        let mut repairs = 0;
        for (have, want) in text.chars().zip(form.chars()) {
            let now = match (want, have) {
                ('A', c) if c.is_ascii_uppercase() => c,
                ('9', c) if c.is_ascii_digit() => c,
                ('A', '0') => 'O',
                ('A', '1') => 'I',
                ('A', '5') => 'S',
                ('A', '2') => 'Z',
                ('A', '8') => 'B',
                ('9', 'O') => '0',
                ('9', 'I' | 'L') => '1',
                ('9', 'S') => '5',
                ('9', 'Z') => '2',
                ('9', 'B') => '8',
                _ => break,
            };
            repairs += u32::from(now != have);
            fixed.push(now);
        }
        if fixed.len() != text.len() || !uk_form(&fixed) || repairs > 2 {
            continue;
        }
        match &found {
            Some((_, fewest)) if *fewest < repairs => {}
            Some((_, fewest)) if *fewest == repairs => tied = true,
            _ => {
                found = Some((fixed, repairs));
                tied = false;
            }
        }
    }
    found.filter(|_| !tied).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        for (raw, text) in [
            ("AB12 CDE", Some("AB12CDE")),
            ("ab12cde", Some("AB12CDE")),
            ("AB-12-CDE", Some("AB12CDE")),
            ("ABI2CDE", Some("AB12CDE")),
            ("A812 CDE", Some("A812CDE")), // itself a prefix form
            ("AB1O ABC", Some("AB10ABC")),
            ("KN0S ABC", Some("KN05ABC")),
            ("0E51 ABC", Some("OE51ABC")),
            ("A123 BCD", Some("A123BCD")),
            ("ABC 123D", Some("ABC123D")),
            ("AIZ 1234", Some("AIZ1234")),
            ("1 A", None),
            ("RU 18", Some("RU18")),
            ("AB12*", Some("AB12*")),
            ("A?12CDE", Some("A?12CDE")),
            ("*", None),
            ("UNKNOWN", None),
            ("N/K", None),
            ("HELLO", None),
            ("", None),
            ("B-MW 1234", Some("BMW1234")),
        ] {
            assert_eq!(Vrm::parse(raw).as_ref().map(Vrm::as_str), text, "{raw}");
        }
    }

    #[test]
    fn levels() {
        for (a, b, level) in [
            ("AB12CDE", "AB12 CDE", VrmLevel::Exact),
            ("AB12CDO", "AB12CD0", VrmLevel::Exact), // put right by position
            ("1OO AB", "100 AB", VrmLevel::Folded),
            ("AB12*", "AB12CDE", VrmLevel::Partial),
            ("AB12CDE", "AB12CDF", VrmLevel::Differs),
        ] {
            let (a, b) = (Vrm::parse(a).unwrap(), Vrm::parse(b).unwrap());
            assert_eq!(a.compare(&b), level, "{a:?} {b:?}");
            assert_eq!(b.compare(&a), level);
        }
        assert!(Vrm::parse_strict("AB12 CDE").is_some());
        assert!(Vrm::parse_strict("SMITH").is_none());
        assert_eq!(Vrm::parse("AB12CDE").unwrap().label(), "AB12 CDE");
    }
}
