//! Names as typed, brought to one form: upper-case ASCII words separated by one space.
//!
//! Apostrophes vanish (O'NEILL is ONEILL), hyphens become spaces, titles, ranks,
//! suffixes and collar numbers are dropped, and words that only say "nobody"
//! (UNKNOWN, TEST, N/K, OCCUPIER) are missing.

use super::ascii_upper;

const TITLES: [&str; 46] = [
    "MR",
    "MRS",
    "MS",
    "MISS",
    "MSTR",
    "MASTER",
    "DR",
    "SIR",
    "DAME",
    "LORD",
    "LADY",
    "REV",
    "REVD",
    "REVEREND",
    "FR",
    "PROF",
    "PROFESSOR",
    "PC",
    "WPC",
    "DC",
    "PS",
    "DS",
    "DCI",
    "DSUPT",
    "DCS",
    "TDC",
    "SGT",
    "SERGEANT",
    "INSP",
    "INSPECTOR",
    "CI",
    "CH",
    "SUPT",
    "ACC",
    "DCC",
    "PCSO",
    "SC",
    "CONSTABLE",
    "CAPT",
    "CAPTAIN",
    "MAJ",
    "COL",
    "HON",
    "CLLR",
    "MX",
    "SPC",
];

const SUFFIXES: [&str; 13] =
    ["JR", "JNR", "JUNIOR", "SR", "SNR", "SENIOR", "II", "III", "MBE", "OBE", "CBE", "QPM", "ESQ"];

const PARTICLES: [&str; 30] = [
    "VAN", "VON", "DE", "DER", "DEN", "DA", "DI", "DEL", "DELLA", "DOS", "DU", "LA", "LE", "AL", "EL", "BIN", "IBN",
    "BINT", "BEN", "MC", "MAC", "ST", "O", "NI", "NIC", "TER", "TEN", "ABU", "AP", "SAN",
];

const STOP: [&str; 38] = [
    "UNKNOWN",
    "UNK",
    "UNKN",
    "NK",
    "NOT KNOWN",
    "NOTKNOWN",
    "TEST",
    "TESTER",
    "TESTING",
    "TEST TEST",
    "OCCUPIER",
    "THE OCCUPIER",
    "OCCUPANT",
    "THE OCCUPANT",
    "BABY",
    "ANON",
    "ANONYMOUS",
    "NONE",
    "NIL",
    "NULL",
    "TBC",
    "TBA",
    "UNNAMED",
    "REFUSED",
    "NOT GIVEN",
    "NO NAME",
    "NOT STATED",
    "NOT PROVIDED",
    "WITHHELD",
    "MALE",
    "FEMALE",
    "UNKNOWN MALE",
    "UNKNOWN FEMALE",
    "XX",
    "XXX",
    "XXXX",
    "DUMMY",
    "RESIDENT",
];

/// Part of a surname that no family is told by (VAN, DE, AL, O).
#[must_use]
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// A value that stands for "not known".
#[must_use]
pub fn is_missing(raw: &str) -> bool {
    let text = words(raw, false).join(" ");
    let slashed =
        matches!(ascii_upper(raw.trim()).as_str(), "N/K" | "N/A" | "U/K" | "N.K." | "N.K" | "N/G" | "-" | ".");
    text.is_empty() || slashed || STOP.contains(&text.as_str()) || text.bytes().all(|b| b == b'X' || b == b' ')
}

fn words(raw: &str, wildcards: bool) -> Vec<String> {
    let mut text = ascii_upper(raw);
    text.retain(|c| !matches!(c, '\'' | '`'));
    text.split(|c: char| !(c.is_ascii_alphanumeric() || wildcards && matches!(c, '*' | '?')))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One name field in its comparable form; `None` where nothing is said.
#[must_use]
pub fn normalise(raw: &str) -> Option<String> {
    // Most fields are one plain word in capitals or title case already.
    if raw.len() > 3 && raw.bytes().all(|b| b.is_ascii_alphabetic()) {
        let upper = raw.to_ascii_uppercase();
        return (!STOP.contains(&upper.as_str()) && !upper.bytes().all(|b| b == b'X')).then_some(upper);
    }
    if raw.trim().is_empty() || is_missing(raw) && !super::wildcard::is_pattern(raw) {
        return None;
    }
    let mut words = words(raw, true);
    words.retain(|word| !word.bytes().any(|b| b.is_ascii_digit()));
    while words.len() > 1 && TITLES.contains(&words[0].as_str()) {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|w| SUFFIXES.contains(&w.as_str())) {
        words.pop();
    }
    words.truncate(8);
    // Nothing left, or nothing but wildcards.
    if words.iter().all(|w| w.bytes().all(|b| b == b'*' || b == b'?')) {
        return None;
    }
    if words.len() == 1
        && TITLES[..16].contains(&words[0].as_str())
        && words[0] != "LORD"
        && words[0] != "LADY"
        && words[0] != "MASTER"
    {
        return None;
    }
    Some(words.join(" "))
}

/// A surname field with what it says about former names: "SMITH (NEE JONES)" is SMITH, then JONES.
#[must_use]
pub fn surnames(raw: &str) -> Vec<String> {
    if raw.bytes().all(|b| b.is_ascii_alphabetic()) {
        return normalise(raw).into_iter().collect();
    }
    let upper = ascii_upper(raw).replace(['(', ')', '/', '[', ']'], " ( ");
    let mut found: Vec<String> = Vec::new();
    let mut part = String::new();
    for word in upper.split_ascii_whitespace().chain(["("]) {
        if matches!(word, "(" | "NEE" | "FORMERLY" | "AKA" | "FKA" | "PREVIOUSLY") {
            if let Some(name) = normalise(&part)
                && !found.contains(&name)
            {
                found.push(name);
            }
            part.clear();
        } else {
            part.push_str(word);
            part.push(' ');
        }
    }
    if is_missing(raw) { Vec::new() } else { found }
}

/// A whole name in one text, as (forenames, surname): "SMITH, John", "Mr John van der Berg", "SMITH John".
#[must_use]
pub fn split_full(raw: &str) -> (Option<String>, Option<String>) {
    if let Some((family, given)) = raw.split_once(',') {
        return (normalise(given), normalise(family));
    }
    if let Some((family, given)) = raw.split_once('/')
        && !is_missing(raw)
    {
        return (normalise(given), normalise(family));
    }
    let Some(text) = normalise(raw) else { return (None, None) };
    let words: Vec<&str> = text.split(' ').collect();
    if words.len() == 1 {
        return (None, Some(text));
    }
    // "SMITH John": the surname is the part in capitals, where only one part is.
    let typed: Vec<&str> = raw.split_whitespace().collect();
    let capitals = |w: &str| w.len() > 1 && w.chars().any(char::is_alphabetic) && !w.chars().any(char::is_lowercase);
    if typed.len() == words.len() && capitals(typed[0]) && typed[1..].iter().all(|w| !capitals(w)) {
        return (Some(words[1..].join(" ")), Some(words[0].to_owned()));
    }
    let mut start = words.len() - 1;
    while start > 1 && is_particle(words[start - 1]) {
        start -= 1;
    }
    // "O NEILL", "MC DONALD" with one word before.
    if start == 1 && words.len() == 2 && is_particle(words[0]) {
        return (None, Some(text));
    }
    (Some(words[..start].join(" ")), Some(words[start..].join(" ")))
}

/// For reading: "JOHN PAUL" as "John Paul".
#[must_use]
pub fn title_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for c in text.chars() {
        out.push(if first { c } else { c.to_ascii_lowercase() });
        first = c == ' ';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_field() {
        for (raw, text) in [
            ("Smith", Some("SMITH")),
            ("  smith ", Some("SMITH")),
            ("O'Neill", Some("ONEILL")),
            ("O\u{2019}Neill", Some("ONEILL")),
            ("Smith-Jones", Some("SMITH JONES")),
            ("Smith – Jones", Some("SMITH JONES")),
            ("Müller", Some("MULLER")),
            ("Łukasz", Some("LUKASZ")),
            ("José", Some("JOSE")),
            ("Ştefan", Some("STEFAN")),
            ("van der Berg", Some("VAN DER BERG")),
            ("Mrs J Smith", Some("J SMITH")),
            ("PC 1234 Smith", Some("SMITH")),
            ("DS Smith", Some("SMITH")),
            ("Smith Jr.", Some("SMITH")),
            ("J.", Some("J")),
            ("J.P.", Some("J P")),
            ("Di", Some("DI")),
            ("Lord", Some("LORD")),
            ("Mr", None),
            ("UNKNOWN", None),
            ("Unknown Male", None),
            ("N/K", None),
            ("N/A", None),
            ("-", None),
            ("xxx", None),
            ("Test", None),
            ("OCCUPIER", None),
            ("", None),
            ("12345", None),
            ("SMI*", Some("SMI*")),
            ("S?ith", Some("S?ITH")),
            ("*", None),
        ] {
            assert_eq!(normalise(raw).as_deref(), text, "{raw}");
        }
    }

    #[test]
    fn former_names() {
        for (raw, names) in [
            ("Smith", &["SMITH"][..]),
            ("Smith nee Jones", &["SMITH", "JONES"]),
            ("SMITH (Jones)", &["SMITH", "JONES"]),
            ("Smith formerly O'Brien", &["SMITH", "OBRIEN"]),
            ("Smith/Jones", &["SMITH", "JONES"]),
            ("N/K", &[]),
        ] {
            assert_eq!(surnames(raw), names, "{raw}");
        }
    }

    #[test]
    fn full_names() {
        for (raw, given, family) in [
            ("John Smith", Some("JOHN"), Some("SMITH")),
            ("SMITH, John", Some("JOHN"), Some("SMITH")),
            ("SMITH/JOHN", Some("JOHN"), Some("SMITH")),
            ("SMITH John", Some("JOHN"), Some("SMITH")),
            ("JOHN SMITH", Some("JOHN"), Some("SMITH")),
            ("John Paul Smith", Some("JOHN PAUL"), Some("SMITH")),
            ("Jan van der Berg", Some("JAN"), Some("VAN DER BERG")),
            ("Mr J Smith", Some("J"), Some("SMITH")),
            ("Smithy", None, Some("SMITHY")),
            ("Mc Donald", None, Some("MC DONALD")),
            ("Unknown", None, None),
        ] {
            assert_eq!(split_full(raw), (given.map(str::to_owned), family.map(str::to_owned)), "{raw}");
        }
        assert_eq!(title_case("JOHN PAUL"), "John Paul");
    }
}
