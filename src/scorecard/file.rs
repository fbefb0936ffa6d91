//! A file of values: what it says beside the shipped one, and a new one with what outcomes have taught.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::values::{Range, SHIPPED, Values};

/// One value as the shipped file has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Said {
    /// Section and key.
    pub key: String,
    /// The value in force.
    pub value: String,
    /// The value as shipped.
    pub shipped: String,
    /// Its unit and where it comes from: the comment of the shipped file.
    pub about: String,
}

/// Every value of a file but those of single rules, with what the shipped file says about it.
#[must_use]
pub fn said(values: &Values) -> Vec<Said> {
    let (own, shipped) = (tables(values), tables(Values::shipped()));
    let mut said = Vec::new();
    let (mut section, mut about) = (String::new(), Vec::new());
    for line in SHIPPED.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix('#') {
            about.push(comment.trim().to_owned());
        } else if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
            about.clear();
        } else if let Some((key, _)) = line.split_once('=').filter(|_| !section.is_empty()) {
            let key = key.trim();
            let of = |tables: &toml::Table| {
                let value = tables.get(&section).and_then(|t| t.get(key));
                value.map_or_else(String::new, ToString::to_string)
            };
            said.push(Said {
                key: format!("{section}.{key}"),
                value: of(&own),
                shipped: of(&shipped),
                about: std::mem::take(&mut about).join(" "),
            });
        } else {
            about.clear();
        }
    }
    said
}

fn tables(values: &Values) -> toml::Table {
    // Numbers, texts and tables alone.
    match toml::Value::try_from(values) {
        Ok(toml::Value::Table(table)) => table,
        _ => toml::Table::new(),
    }
}

/// The text of a new file: what differs from the shipped one, each learnt value under the counts that taught it.
#[must_use]
pub fn text(values: &Values, reasons: &BTreeMap<(String, &'static str), String>, over: &str) -> String {
    let mut text = format!(
        "# Values of the score with what decided cases have taught, made by `probity scorecard --apply`.\n\
         # Made over: {}. Only what differs from the shipped file stands here.\n\
         # A config uses it by `values = \"…\"`.\n\n\
         version = {}\n",
        comment(over),
        quoted(&values.version)
    );
    let (own, shipped) = (tables(values), tables(Values::shipped()));
    for (section, known) in &shipped {
        let (Some(known), Some(own)) = (known.as_table(), own.get(section).and_then(toml::Value::as_table)) else {
            continue;
        };
        if section == "rules" {
            continue;
        }
        let differing: Vec<(&String, &toml::Value)> = own.iter().filter(|(k, v)| known.get(*k) != Some(v)).collect();
        if !differing.is_empty() {
            let _ = writeln!(text, "\n[{section}]");
            for (key, value) in differing {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
    }
    for (rule, own) in &values.rules {
        let _ = writeln!(text, "\n[rules.{}]", quoted(rule));
        for (name, range) in [("m", own.m), ("u", own.u)] {
            let Some(Range { value, low, high }) = range else { continue };
            let reason = reasons
                .get(&(rule.clone(), name))
                .map_or("As in the values that this file is made over.", String::as_str);
            let _ = writeln!(text, "# {}", comment(reason));
            let _ = writeln!(text, "{name} = {{ value = {value:?}, low = {low:?}, high = {high:?} }}");
        }
    }
    text
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Text on one line of a comment.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::RuleValues;

    #[test]
    fn a_file_says_what_differs_and_reads_back_the_same() {
        let mut values = Values::shipped().clone();
        "2026-03-31".clone_into(&mut values.version);
        values.lanes.refer = 4.25;
        let m = Range { value: 0.424, low: 0.31, high: 0.61 };
        let u = Range { value: 0.0002, low: 0.00005, high: 0.001 };
        values.rules.insert("relationship/family".to_owned(), RuleValues { m: Some(m), u: None });
        values.rules.insert("duty/left".to_owned(), RuleValues { m: None, u: Some(u) });
        let reasons = [(("relationship/family".to_owned(), "m"), "9 of 14 show it\n[evil]".to_owned())].into();
        let text = text(&values, &reasons, "the shipped values\nversion = 1");
        insta::assert_snapshot!("values_file", text);
        assert_eq!(Values::parse(&text, "new.toml").expect("sound"), values);
    }

    #[test]
    fn every_value_has_its_comment() {
        let said = said(Values::shipped());
        assert!(said.len() > 30, "{}", said.len());
        for value in &said {
            assert_eq!(value.value, value.shipped, "{}", value.key);
            assert!(!value.value.is_empty(), "{}", value.key);
        }
        // A comment stands over one value or over several that belong together.
        let bare = said.iter().filter(|v| v.about.is_empty()).count();
        assert!(bare <= 6, "{bare} values without a word");
    }
}
