//! Stands for the shipped rules where the targets are built without the build script.

use std::collections::BTreeMap;

use super::RuleErrors;
use super::lists::List;

macro_rules! files {
    ($($name:literal),* $(,)?) => { [$((concat!("rules/", $name), include_str!(concat!("../../rules/", $name)))),*] };
}

/// Some rules and a correlation over them.
pub fn shipped() -> Vec<(String, String)> {
    files![
        "duty/off-duty.yml",
        "high-profile/celebrity.yml",
        "high-profile/famous-burst.yml",
        "relationship/family.yml"
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .to_vec()
}

/// None.
pub fn shipped_lists() -> Result<BTreeMap<String, List>, RuleErrors> {
    Ok(BTreeMap::new())
}
