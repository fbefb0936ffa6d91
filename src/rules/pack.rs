//! A force's own folder of rules over the shipped ones: `pack.toml`.
//!
//! ```toml
//! base = "shipped"            # without it the folder stands alone
//!
//! [[disable]]
//! rule = "relationship/surname"
//! reason = "half of the island bears one of six names"
//! owner = "PSD analyst"
//! expires = 2027-03-31
//!
//! [[threshold]]
//! rule = "relationship/street"
//! key = "street.peak|gte"
//! value = 6
//! reason = "long terraces are looked through on every shift"
//! ```
//!
//! A file of the folder whose id is that of a shipped rule takes its place. What
//! was switched off and what was set differently is said in every report; an entry
//! that does nothing is reported at its line.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Rule;
use super::detection::Test;
use super::error::{Reading, RuleError, suggestion};

/// Name of the file.
pub const NAME: &str = "pack.toml";

/// What a pack changes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pack {
    /// Rules that are switched off, in the order of the file.
    pub disabled: Vec<Disabled>,
    /// Thresholds that are set, in the order of the file.
    pub thresholds: Vec<Threshold>,
    /// Keys of shipped rules that a file of the pack replaces.
    pub replaced: Vec<String>,
}

/// One rule switched off.
#[derive(Clone, Debug, Serialize)]
pub struct Disabled {
    /// As the pack names it: `family/name`, `name` or id.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day, `YYYY-MM-DD`.
    pub expires: String,
    /// Line in the file.
    pub line: usize,
}

/// One threshold set.
#[derive(Clone, Debug, Serialize)]
pub struct Threshold {
    /// `family/name`.
    pub rule: String,
    /// The item, as the rule writes it: `street.peak|gte`.
    pub key: String,
    /// What the rule itself asks for.
    pub was: String,
    /// What it asks for now.
    pub value: f64,
    /// Why.
    pub reason: String,
    /// Line in the file.
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: Option<Spanned<String>>,
    #[serde(default)]
    disable: Vec<Spanned<DisableEntry>>,
    #[serde(default)]
    threshold: Vec<Spanned<ThresholdEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DisableEntry {
    rule: Spanned<String>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<toml::value::Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdEntry {
    rule: Spanned<String>,
    key: Spanned<String>,
    value: Spanned<f64>,
    reason: Spanned<String>,
}

/// A pack file that has been read.
pub(super) struct Parsed {
    /// Does it lie over the shipped rules?
    pub(super) over_shipped: bool,
    file: File,
    text: String,
}

/// Reads a pack file.
pub(super) fn parse(text: &str) -> Result<Parsed, Vec<RuleError>> {
    let mut reading = Reading::new(NAME, text);
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            reading.error(&span, "rules::pack", error.message().to_owned(), remedy(error.message()));
            return Err(reading.into_errors());
        }
    };
    let over_shipped = file.base.as_ref().is_some_and(|base| base.get_ref() == "shipped");
    if let Some(base) = file.base.as_ref().filter(|_| !over_shipped) {
        let message = format!("there is no base `{}`", base.get_ref());
        let help = "write base = \"shipped\", or leave it out where the folder stands alone".to_owned();
        reading.error(&base.span(), "rules::pack", message, help);
    }
    for entry in &file.disable {
        let entry = entry.get_ref();
        for (what, text) in [("reason", &entry.reason), ("owner", &entry.owner)] {
            if text.get_ref().trim().is_empty() {
                let help = "say why the rule is off and who answers for it".to_owned();
                reading.error(&text.span(), "rules::pack", format!("`{what}` is empty"), help);
            }
        }
        if entry.expires.get_ref().date.is_none() || entry.expires.get_ref().time.is_some() {
            let help = "write a day without quotes, such as 2027-03-31".to_owned();
            reading.error(&entry.expires.span(), "rules::pack", "`expires` should be a day", help);
        }
    }
    for entry in &file.threshold {
        if entry.get_ref().reason.get_ref().trim().is_empty() {
            let help = "say why the threshold is another here".to_owned();
            reading.error(&entry.get_ref().reason.span(), "rules::pack", "`reason` is empty", help);
        }
        if !entry.get_ref().value.get_ref().is_finite() {
            let help = "to switch a rule off, write a [[disable]] with a reason and a day".to_owned();
            reading.error(&entry.get_ref().value.span(), "rules::pack", "`value` should be a finite number", help);
        }
    }
    let errors = reading.into_errors();
    if errors.is_empty() { Ok(Parsed { over_shipped, file, text: text.to_owned() }) } else { Err(errors) }
}

/// What to do about a fault that the reader of TOML found.
fn remedy(message: &str) -> String {
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match missing {
        Some("expires") => "add a day on which the rule runs again: expires = 2027-03-31".to_owned(),
        Some("value") => "add the number that stands here: value = 6".to_owned(),
        Some(field) => format!("add {field} = \"…\""),
        None if message.contains("TOML datetime") => "write a day without quotes: expires = 2027-03-31".to_owned(),
        None if message.contains("expected f64") => "write a number without quotes: value = 6".to_owned(),
        None if message.contains("must be quoted") => "put text in quotes: base = \"shipped\"".to_owned(),
        None => {
            "a pack has base = \"shipped\", [[disable]] (rule, reason, owner, expires) and [[threshold]] (rule, key, \
                 value, reason)"
                .to_owned()
        }
    }
}

/// Is this how the pack calls the rule?
fn is(rule: &Rule, name: &str) -> bool {
    rule.meta.name == name || rule.meta.key() == name || rule.meta.id.eq_ignore_ascii_case(name)
}

impl Parsed {
    /// Sets the thresholds in `rules` and says what the pack changes.
    pub(super) fn apply(self, rules: &mut [Rule], replaced: Vec<String>) -> Result<Pack, Vec<RuleError>> {
        let mut reading = Reading::new(NAME, &self.text);
        let line = |span: std::ops::Range<usize>| super::error::line_of(&self.text, span.start);
        let disabled = self
            .file
            .disable
            .iter()
            .map(|entry| Disabled {
                rule: entry.get_ref().rule.get_ref().clone(),
                reason: entry.get_ref().reason.get_ref().trim().to_owned(),
                owner: entry.get_ref().owner.get_ref().trim().to_owned(),
                expires: entry.get_ref().expires.get_ref().to_string(),
                line: line(entry.get_ref().rule.span()),
            })
            .collect();
        let mut thresholds = Vec::new();
        for entry in &self.file.threshold {
            let entry = entry.get_ref();
            let name = entry.rule.get_ref();
            let keys: Vec<String> = rules.iter().map(|rule| rule.meta.key()).collect();
            let Some(rule) = rules.iter_mut().find(|rule| is(rule, name)) else {
                let help = suggestion(name, keys.iter().map(String::as_str));
                let help = help.or_else(|| Some("`probity rules list` names them all".to_owned()));
                reading.error(&entry.rule.span(), "rules::unknown_rule", format!("there is no rule `{name}`"), help);
                continue;
            };
            let (key, asked) = (rule.meta.key(), entry.key.get_ref());
            if let Some(earlier) = thresholds.iter().find(|set: &&Threshold| set.rule == key && set.key == *asked) {
                let message = format!("`{asked}` of {key} is set in line {} too", earlier.line);
                reading.error(&entry.key.span(), "rules::pack", message, "keep one of the two".to_owned());
                continue;
            }
            match set(rule, asked, *entry.value.get_ref()) {
                Ok(was) => thresholds.push(Threshold {
                    rule: rule.meta.key(),
                    key: entry.key.get_ref().clone(),
                    was,
                    value: *entry.value.get_ref(),
                    reason: entry.reason.get_ref().trim().to_owned(),
                    line: line(entry.key.span()),
                }),
                Err(known) => {
                    let message = format!("{} has no threshold `{}`", rule.meta.key(), entry.key.get_ref());
                    let help = suggestion(entry.key.get_ref(), known.iter().map(String::as_str))
                        .or_else(|| Some(format!("its thresholds: {}", known.join(", "))));
                    reading.error(&entry.key.span(), "rules::unknown_threshold", message, help);
                }
            }
        }
        let errors = reading.into_errors();
        if errors.is_empty() { Ok(Pack { disabled, thresholds, replaced }) } else { Err(errors) }
    }
}

/// Sets one threshold of a rule and gives what stood there, or the thresholds that the rule has.
fn set(rule: &mut Rule, key: &str, value: f64) -> Result<String, Vec<String>> {
    let mut was = None;
    let mut known = Vec::new();
    for item in rule.detection.selections.iter_mut().flat_map(|selection| selection.any.iter_mut().flatten()) {
        let [Test::Number(_, asked)] = item.tests.as_mut_slice() else { continue };
        known.push(item.key.clone());
        if item.key == key {
            was.get_or_insert_with(|| item.asked.clone());
            *asked = value;
            item.asked = value.to_string();
        }
    }
    if let Some(correlation) = &mut rule.correlation {
        for (compare, asked) in &mut correlation.condition {
            let name = format!("condition|{}", compare.word());
            if name == key {
                was.get_or_insert_with(|| asked.to_string());
                *asked = value;
            }
            known.push(name);
        }
    }
    was.ok_or(known)
}

impl Pack {
    /// The entry that switches `rule` off on a day, `YYYY-MM-DD`.
    #[must_use]
    pub fn off(&self, rule: &Rule, day: &str) -> Option<&Disabled> {
        self.disabled.iter().find(|entry| is(rule, &entry.rule) && day <= entry.expires.as_str())
    }

    /// A sentence for each entry that does nothing on that day, at its line.
    #[must_use]
    pub fn idle<'r>(&self, rules: impl Iterator<Item = &'r Rule> + Clone, day: &str) -> Vec<String> {
        let mut said = Vec::new();
        for entry in &self.disabled {
            let place = format!("{NAME}:{}", entry.line);
            if !rules.clone().any(|rule| is(rule, &entry.rule)) {
                let keys: Vec<String> = rules.clone().map(|rule| rule.meta.key()).collect();
                let help = suggestion(&entry.rule, keys.iter().map(String::as_str));
                let help = help.map_or_else(String::new, |help| format!("; {help}"));
                said.push(format!("{place}: there is no rule `{}` to switch off{help}", entry.rule));
            } else if day > entry.expires.as_str() {
                said.push(format!(
                    "{place}: `{}` was switched off until {} and runs again; {} should renew or remove the entry",
                    entry.rule, entry.expires, entry.owner
                ));
            }
        }
        for set in self.thresholds.iter().filter(|set| set.was.parse() == Ok(set.value)) {
            said.push(format!(
                "{NAME}:{}: {} asks for {} {} by itself; the entry changes nothing",
                set.line, set.rule, set.key, set.was
            ));
        }
        said
    }
}
