//! `*` (any run of characters) and `?` (one character) in a typed term.

/// True where the text holds a wildcard.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    text.bytes().any(|b| b == b'*' || b == b'?')
}

/// Literal characters of a pattern: how much of it was really said.
#[must_use]
pub fn literals(pattern: &str) -> usize {
    pattern.bytes().filter(u8::is_ascii_alphanumeric).count()
}

/// The part before the first wildcard.
#[must_use]
pub fn prefix(pattern: &str) -> &str {
    pattern.find(['*', '?']).map_or(pattern, |at| &pattern[..at])
}

/// Does the whole text fit the pattern? Both are compared byte for byte.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("SMI*", "SMITH", true),
            ("SM?TH", "SMITH", true),
            ("SM?TH", "SMYTH", true),
            ("SM?TH", "SMTH", false),
            ("*SON", "JOHNSON", true),
            ("*", "", true),
            ("?", "", false),
            ("J*N", "JOHN", true),
            ("J*N", "JOHNNY", false),
            ("*A*B*", "XXAYYBZZ", true),
            ("AB12*", "AB12CDE", true),
            ("SMITH", "SMITH", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
        assert_eq!(literals("SM?T*"), 3);
        assert_eq!(prefix("SM?T*"), "SM");
        assert!(!is_pattern("SMITH"));
    }
}
