//! The rules that are shipped with the program.

/// Name (`rules/family/name.yml`) and text of every shipped rule and its tests, sorted by name.
#[must_use]
pub fn shipped() -> Vec<(String, String)> {
    const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));
    FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}
