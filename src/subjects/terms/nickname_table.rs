//! The data of [`super::nicknames`]: groups of names that are one name, from text files that state their sources.

/// Forenames with their short, pet and transliterated forms.
const FORENAMES: [&str; 2] = [include_str!("data/forenames.txt"), include_str!("data/forenames-short.txt")];

/// Surnames with their accepted spellings.
const SURNAMES: &str = include_str!("data/surnames.txt");

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Groups of forenames, in the order of the files.
pub fn forenames() -> impl Iterator<Item = &'static str> {
    FORENAMES.into_iter().flat_map(lines)
}

/// Groups of surnames, in the order of the file.
pub fn surnames() -> impl Iterator<Item = &'static str> {
    lines(SURNAMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_words() {
        for group in forenames().chain(surnames()) {
            assert!(group.split(' ').all(|name| name.bytes().all(|b| b.is_ascii_uppercase())), "{group}");
        }
        assert!(forenames().count() > 600 && surnames().count() > 100);
    }
}
