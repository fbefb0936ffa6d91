//! Comparing two normalised names as a level.

use std::borrow::Cow;

use super::{name, nicknames, wildcard};

/// How far two names agree, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum NameLevel {
    Exact,
    /// Equal but for spaces or hyphens.
    Spacing,
    /// The same name by a known short, pet or transliterated form.
    Group,
    OneEdit,
    TwoEdits,
    /// One half of a double-barrelled surname.
    Half,
    /// A typed pattern (`SMI*`) that fits.
    Pattern,
    /// An initial that fits.
    Initial,
    /// Similar as a whole (Jaro-Winkler at least .90).
    Similar,
    Differs,
}

/// The name without spaces: "VAN DER BERG" and "VANDERBERG" are one.
#[must_use]
pub fn joined(text: &str) -> Cow<'_, str> {
    if text.contains(' ') { Cow::Owned(text.replace(' ', "")) } else { Cow::Borrowed(text) }
}

/// True where the texts differ by exactly one insertion, deletion, substitution or swap of neighbours.
#[must_use]
pub fn one_edit(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    match (a.len(), b.len()) {
        (0, 1) | (1, 0 | 1) => true,
        (2, 2) => a[0] == b[1] && a[1] == b[0],
        _ => false,
    }
}

/// Compares two surnames, both normalised by [`name::normalise`].
#[must_use]
pub fn surnames(a: &str, b: &str) -> NameLevel {
    if a == b {
        return NameLevel::Exact;
    }
    if wildcard::is_pattern(a) || wildcard::is_pattern(b) {
        return pattern(a, b);
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.as_bytes()[0] == b.as_bytes()[0] { NameLevel::Initial } else { NameLevel::Differs };
    }
    let (ja, jb) = (joined(a), joined(b));
    if ja == jb {
        return NameLevel::Spacing;
    }
    if nicknames::same_surname(&ja, &jb) {
        return NameLevel::Group;
    }
    let shortest = ja.len().min(jb.len());
    if shortest >= 3 && one_edit(ja.as_bytes(), jb.as_bytes()) {
        return NameLevel::OneEdit;
    }
    if (a.contains(' ') || b.contains(' ')) && shares_half(a, b) {
        return NameLevel::Half;
    }
    if shortest >= 7
        && ja.len().abs_diff(jb.len()) <= 2
        && ja.as_bytes()[0] == jb.as_bytes()[0]
        && strsim::osa_distance(&ja, &jb) == 2
    {
        return NameLevel::TwoEdits;
    }
    similar(&ja, &jb)
}

/// Compares two forenames, both normalised by [`name::normalise`].
#[must_use]
pub fn forenames(a: &str, b: &str) -> NameLevel {
    if a == b {
        return if a.len() == 1 { NameLevel::Initial } else { NameLevel::Exact };
    }
    if wildcard::is_pattern(a) || wildcard::is_pattern(b) {
        return pattern(a, b);
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.as_bytes()[0] == b.as_bytes()[0] { NameLevel::Initial } else { NameLevel::Differs };
    }
    let (ja, jb) = (joined(a), joined(b));
    if ja == jb {
        return NameLevel::Spacing;
    }
    if nicknames::same_forename(&ja, &jb) {
        return NameLevel::Group;
    }
    if ja.len().min(jb.len()) >= 3 && !nicknames::distinct(&ja, &jb) && one_edit(ja.as_bytes(), jb.as_bytes()) {
        return NameLevel::OneEdit;
    }
    NameLevel::Differs
}

fn pattern(a: &str, b: &str) -> NameLevel {
    let fits = match (wildcard::is_pattern(a), wildcard::is_pattern(b)) {
        (true, false) => wildcard::matches(a, b) || wildcard::matches(&joined(a), &joined(b)),
        (false, true) => wildcard::matches(b, a) || wildcard::matches(&joined(b), &joined(a)),
        _ => a == b,
    };
    if fits { NameLevel::Pattern } else { NameLevel::Differs }
}

fn shares_half(a: &str, b: &str) -> bool {
    a.split(' ')
        .filter(|half| half.len() >= 3 && !name::is_particle(half))
        .any(|half| b.split(' ').any(|other| other == half))
}

fn similar(a: &str, b: &str) -> NameLevel {
    let close = a.len().min(b.len()) >= 4 && a.len().abs_diff(b.len()) <= 3 && a.as_bytes()[0] == b.as_bytes()[0];
    if close && strsim::jaro_winkler(a, b) >= 0.90 { NameLevel::Similar } else { NameLevel::Differs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surname_levels() {
        use NameLevel::*;
        for (a, b, level) in [
            ("SMITH", "SMITH", Exact),
            ("SMITH JONES", "SMITHJONES", Spacing),
            ("MC DONALD", "MCDONALD", Spacing),
            ("SMITH", "SMYTH", Group),
            ("MARLOW", "MARLOWE", OneEdit),
            ("SMITH", "SMIHT", OneEdit),
            ("KOWALSKI", "KOWALSKA", Group),
            ("PEMBERTON", "PEMBERTIN", OneEdit),
            ("HUSSAIN", "HUSSEIN", Group),
            ("CHAUDHRY", "CHOWDHURY", Group),
            ("SMITH JONES", "JONES", Half),
            ("VAN DIJK", "VAN BERG", Differs),
            ("WILLIAMSON", "WILLAMSEN", TwoEdits),
            ("SMI*", "SMITH", Pattern),
            ("JO?ES", "SMITH", Differs),
            ("S", "SMITH", Initial),
            ("SMITH", "JONES", Differs),
            ("LI", "LU", Differs),
            ("LEE", "LEE", Exact),
            ("FOX", "COX", OneEdit),
        ] {
            assert_eq!(surnames(a, b), level, "{a} {b}");
            assert_eq!(surnames(b, a), level, "{b} {a}");
        }
    }

    #[test]
    fn forename_levels() {
        use NameLevel::*;
        for (a, b, level) in [
            ("JOHN", "JOHN", Exact),
            ("ANNE MARIE", "ANNEMARIE", Spacing),
            ("WILLIAM", "BILL", Group),
            ("MOHAMMED", "MUHAMMAD", Group),
            ("J", "JOHN", Initial),
            ("J", "J", Initial),
            ("J", "MARY", Differs),
            ("JONH", "JOHN", OneEdit),
            ("JOHN", "JOAN", Differs), // two names, not a slip
            ("MICHAEL", "MICHELLE", Differs),
            ("MICHEAL", "MICHAEL", OneEdit),
            ("JO*", "JOHN", Pattern),
        ] {
            assert_eq!(forenames(a, b), level, "{a} {b}");
            assert_eq!(forenames(b, a), level, "{b} {a}");
        }
    }

    #[test]
    fn edits() {
        for (a, b, one) in [
            ("ABC", "ABC", false),
            ("ABC", "ABD", true),
            ("ABC", "ACB", true),
            ("ABC", "AB", true),
            ("ABCD", "BADC", false),
            ("", "A", true),
        ] {
            assert_eq!(one_edit(a.as_bytes(), b.as_bytes()), one, "{a} {b}");
        }
    }
}
