//! Telephone numbers as one comparable number.

/// A national number without its leading nought (UK), or a foreign number with its country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

impl Phone {
    /// Reads one number: spaces, brackets, `+44`, `0044`, `(0)` and extensions are allowed.
    /// Placeholders ("07000 000000", "0123456789") and fragments below nine digits are missing.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let lower = raw.to_ascii_lowercase();
        let end = ["ext", "x", "#"].iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(lower.len());
        let text = lower[..end].replace("(0)", "");
        if text.bytes().any(|b| b == b'*' || b == b'?' || b.is_ascii_alphabetic())
            && !text.trim_start().starts_with("tel")
        {
            return None;
        }
        let plus = text.trim_start().starts_with('+');
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let national = if plus {
            digits.strip_prefix("44").map_or_else(|| digits.as_str(), |rest| rest.trim_start_matches('0'))
        } else if let Some(rest) = digits.strip_prefix("0044") {
            rest.trim_start_matches('0')
        } else if let Some(rest) = digits.strip_prefix("00") {
            rest
        } else if let Some(rest) = digits.strip_prefix('0') {
            rest
        } else if digits.len() == 12 && digits.starts_with("44") {
            &digits[2..]
        } else {
            &digits
        };
        if !(9..=15).contains(&national.len()) || is_placeholder(national) {
            return None;
        }
        national.parse().ok().map(Self)
    }

    /// For hashing and sorting.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// As dialled inside the UK, where it is a UK number.
    #[must_use]
    pub fn text(self) -> String {
        let digits = self.0.to_string();
        if digits.len() <= 10 { format!("0{digits}") } else { format!("+{digits}") }
    }

    /// The same line: equal, or equal in the last nine digits.
    #[must_use]
    pub const fn same(self, other: Self) -> bool {
        self.0 == other.0 || self.last_nine() == other.last_nine()
    }

    /// The last nine digits.
    #[must_use]
    pub const fn last_nine(self) -> u64 {
        self.0 % 1_000_000_000
    }
}

fn is_placeholder(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    let one_digit_repeats = |part: &[u8]| part.iter().all(|b| *b == part[0]);
    let counts_up = bytes.windows(2).all(|w| (w[1] + 10 - w[0]) % 10 == 1);
    one_digit_repeats(&bytes[1..]) || counts_up || one_digit_repeats(&bytes[bytes.len() - 8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read() {
        for (raw, text) in [
            ("07700 900123", Some("07700900123")),
            ("+44 7700 900123", Some("07700900123")),
            ("+44 (0)7700 900123", Some("07700900123")),
            ("0044 7700 900 123", Some("07700900123")),
            ("447700900123", Some("07700900123")),
            ("7700900123", Some("07700900123")),
            ("(01632) 960-123", Some("01632960123")),
            ("01632 960123 ext 45", Some("01632960123")),
            ("+353 1 234 5679", Some("+35312345679")),
            ("999", None),
            ("07000000000", None),
            ("0123456789", None),
            ("N/K", None),
            ("", None),
            ("07700*", None),
        ] {
            assert_eq!(Phone::parse(raw).map(Phone::text).as_deref(), text, "{raw}");
        }
        let (a, b) = (Phone::parse("07700900123").unwrap(), Phone::parse("+447700900123").unwrap());
        assert!(a.same(b));
    }
}
