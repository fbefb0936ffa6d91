//! YAML's traps: unquoted words that some reader takes for something else.
//!
//! `no` is false to one YAML reader and text to the next; `0123` is 123, 83 or
//! text; `1e3` is a thousand or text. A rule must mean the same to every tool
//! that reads it, so such words are refused where they stand unquoted and the
//! readers would differ, or where text is meant.

/// What a plain (unquoted) word is to YAML readers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plain {
    /// Text to all of them.
    Text,
    /// `true` or `false` to all of them.
    Bool(bool),
    /// This number to all of them.
    Number(f64),
    /// Unknown, to all of them: `null`, `~` or nothing.
    Null,
    /// Readers differ; the words say how.
    Trap(&'static str),
}

/// How YAML readers take an unquoted word.
pub(super) fn plain(word: &str) -> Plain {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".inf" | "-.inf" | "+.inf" | ".nan" | ".Inf" | ".NaN" | ".INF" | ".NAN" => {
            return Plain::Trap("a number that is no number to YAML");
        }
        _ => {}
    }
    if ["yes", "no", "on", "off", "y", "n"].iter().any(|flag| word.eq_ignore_ascii_case(flag)) {
        return Plain::Trap("true or false to older YAML readers, text to newer ones");
    }
    number(word)
}

fn number(word: &str) -> Plain {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    let digits_begin = unsigned.strip_prefix('.').unwrap_or(unsigned);
    if !digits_begin.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Plain::Text;
    }
    let digits_and = |allowed: &[u8]| unsigned.bytes().all(|b| b.is_ascii_digit() || allowed.contains(&b));
    if unsigned.len() > 2 && matches!(unsigned.get(..2), Some("0x" | "0o" | "0b" | "0X" | "0O" | "0B")) {
        let body = &unsigned.as_bytes()[2..];
        return if body.iter().all(|b| b.is_ascii_hexdigit() || *b == b'_') {
            Plain::Trap("a number in another base to some YAML readers")
        } else {
            Plain::Text
        };
    }
    if digits_and(b"_") && unsigned.contains('_') {
        return Plain::Trap("a number with its `_` left out to older YAML readers, text to newer ones");
    }
    if digits_and(b":") && unsigned.contains(':') {
        return Plain::Trap("a number of base 60 to older YAML readers, text to newer ones");
    }
    if unsigned.contains(['e', 'E']) && word.parse::<f64>().is_ok() {
        return Plain::Trap("a number to newer YAML readers, text to older ones");
    }
    if digits_and(b"") && unsigned.len() > 1 && unsigned.starts_with('0') {
        return Plain::Trap("a number of base 8 to older YAML readers, of base 10 to newer ones");
    }
    if !digits_and(b".") {
        return Plain::Text;
    }
    word.parse::<f64>().ok().filter(|number| number.is_finite()).map_or(Plain::Text, Plain::Number)
}
