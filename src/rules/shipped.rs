//! The rules that are shipped with the program.

use std::collections::BTreeMap;

use super::RuleErrors;
use super::lists::{self, List};
use super::set::elsewhere;

/// The shipped lists, by name.
///
/// # Errors
/// Where a shipped list is at fault, which its test rules out.
pub fn shipped_lists() -> Result<BTreeMap<String, List>, RuleErrors> {
    let mut found = BTreeMap::new();
    for (name, text) in FILES {
        if let Some(stem) = name.strip_prefix("rules/lists/").and_then(|n| n.strip_suffix(".csv")) {
            found.insert(stem.to_owned(), lists::parse(stem, text).map_err(RuleErrors)?);
        }
    }
    Ok(found)
}

/// Name (`rules/family/name.yml`) and text of every shipped rule and its tests, sorted by name. Folders
/// that have readers of their own are left out.
#[must_use]
pub fn shipped() -> Vec<(String, String)> {
    let of_rules = |(name, _): &&(&str, &str)| name.ends_with(".yml") && !elsewhere(name);
    FILES.iter().filter(of_rules).map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Every file of `rules/`, as it stood when the program was built.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));
