//! "Did you mean …": the nearest valid name to one that was mistyped.

/// The candidate nearest to `word`, where one is near enough to have been meant.
///
/// Case, and the difference between `-` and `_`, are not counted as mistakes.
/// Of candidates equally near the first wins, so the answer never depends on chance.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = fold(word);
    let allowed = (plain.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = fold(candidate);
        let mut distance = strsim::damerau_levenshtein(&plain, &other);
        if distance > allowed && (plain == format!("{other}s") || other == format!("{plain}s")) {
            distance = 1;
        }
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The sentence that goes under a message: the nearest name, else all of them.
#[must_use]
pub fn help<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, candidates.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<_> = candidates.into_iter().collect();
            format!("known here: {}", names.join(", "))
        }
    }
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 4] = ["since", "until", "timezone", "max_quarantine_share"];

    #[test]
    fn a_slip_of_the_fingers_finds_its_key() {
        for (word, meant) in [
            ("sicne", "since"),
            ("Until", "until"),
            ("time_zone", "timezone"),
            ("timezones", "timezone"),
            ("max-quarantine-share", "max_quarantine_share"),
            ("max_quarantined_share", "max_quarantine_share"),
        ] {
            assert_eq!(nearest(word, KEYS), Some(meant), "{word}");
        }
    }

    #[test]
    fn another_word_finds_nothing_and_is_shown_the_list() {
        assert_eq!(nearest("colour", KEYS), None);
        assert_eq!(help("colour", KEYS), "known here: since, until, timezone, max_quarantine_share");
    }
}
