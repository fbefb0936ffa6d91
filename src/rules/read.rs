//! Reading typed things out of the tree of a rule file, with errors for the author.

use std::ops::Range;

use super::error::{Reading, cut, suggestion};
use super::trap::{Plain, plain};
use super::yaml::{Key, Kind, Node};

/// Longest piece of text in a rule.
const MAX_TEXT: usize = 4_000;
/// Longest list in a rule.
const MAX_LIST: usize = 1_000;

/// A map whose keys have been checked against the allowed ones.
pub(super) struct Fields<'n> {
    entries: &'n [(Key, Node)],
    span: Range<usize>,
    what: &'static str,
}

impl<'n> Fields<'n> {
    /// Takes a map; an unknown key is an error that names the nearest known one.
    pub(super) fn new(reading: &mut Reading<'_>, node: &'n Node, what: &'static str, allowed: &[&str]) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            let message = format!("{what} should be a map, not {}", node.what());
            reading.error(&node.span, "rules::wrong_type", message, format!("its keys: {}", allowed.join(", ")));
            return None;
        };
        for (key, _) in entries {
            if !allowed.contains(&key.name.as_str()) {
                let message = format!("`{}` is no key of {what}", cut(&key.name));
                let help = suggestion(&key.name, allowed.iter().copied())
                    .or_else(|| Some(format!("its keys: {}", allowed.join(", "))));
                reading.error(&key.span, "rules::unknown_key", message, help);
            }
        }
        Some(Self { entries, span: node.span.clone(), what })
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(found, _)| found.name == key).map(|(_, node)| node)
    }

    pub(super) fn key_span(&self, key: &str) -> Range<usize> {
        self.entries
            .iter()
            .find(|(found, _)| found.name == key)
            .map_or_else(|| self.span.start..self.span.start, |(found, _)| found.span.clone())
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, reading: &mut Reading<'_>, key: &str) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            let message = format!("{} has no `{key}`", self.what);
            let start = self.entries.first().map_or(self.span.start, |(first, _)| first.span.start);
            let end = self.entries.first().map_or(start, |(first, _)| first.span.end);
            reading.error(&(start..end), "rules::missing_key", message, format!("add a line `{key}: …`"));
        }
        found
    }

    pub(super) fn need_text(&self, reading: &mut Reading<'_>, key: &str) -> Option<String> {
        let node = self.need(reading, key)?;
        text(reading, node, key)
    }

    pub(super) fn text(&self, reading: &mut Reading<'_>, key: &str) -> Option<String> {
        text(reading, self.get(key)?, key)
    }

    pub(super) fn texts(&self, reading: &mut Reading<'_>, key: &str) -> Vec<(String, Range<usize>)> {
        self.get(key).map(|node| texts(reading, node, key)).unwrap_or_default()
    }

    pub(super) fn plain_texts(&self, reading: &mut Reading<'_>, key: &str) -> Vec<String> {
        self.texts(reading, key).into_iter().map(|(text, _)| text).collect()
    }

    /// One of a fixed list of words.
    pub(super) fn need_word<T: Copy>(
        &self,
        reading: &mut Reading<'_>,
        key: &str,
        all: &[T],
        as_str: fn(&T) -> &'static str,
    ) -> Option<T> {
        let node = self.need(reading, key)?;
        let written = text(reading, node, key)?;
        let found = all.iter().copied().find(|member| as_str(member) == written);
        if found.is_none() {
            let message = format!("`{}` is no {key}", cut(&written));
            let words: Vec<&str> = all.iter().map(as_str).collect();
            reading.error(&node.span, "rules::unknown_word", message, suggestion(&written, words));
        }
        found
    }
}

/// Text; an unquoted word that YAML may take for something else is refused.
pub(super) fn text(reading: &mut Reading<'_>, node: &Node, what: &str) -> Option<String> {
    let Kind::Scalar { text, plain: unquoted } = &node.kind else {
        let message = format!("`{what}` should be text, not {}", node.what());
        reading.error(&node.span, "rules::wrong_type", message, None);
        return None;
    };
    if *unquoted && refuse_plain(reading, node, text, what) {
        return None;
    }
    if text.trim().is_empty() {
        reading.error(&node.span, "rules::missing_text", format!("`{what}` is empty"), None);
        return None;
    }
    if text.len() > MAX_TEXT {
        reading.error(&node.span, "rules::too_large", format!("`{what}` has more than {MAX_TEXT} bytes"), None);
        return None;
    }
    Some(text.trim().to_owned())
}

/// Notes an error if an unquoted word is not text to every YAML reader.
pub(super) fn refuse_plain(reading: &mut Reading<'_>, node: &Node, word: &str, what: &str) -> bool {
    let is = match plain(word) {
        Plain::Text => return false,
        Plain::Bool(_) => "true or false",
        Plain::Number(_) => "a number",
        Plain::Null => "nothing at all",
        Plain::Trap(how) => how,
    };
    let message = format!("`{what}` should be text, and unquoted `{}` is {is}", cut(word));
    let help = if word.is_empty() { "write text after the colon".to_owned() } else { format!("write '{}'", cut(word)) };
    reading.error(&node.span, "rules::yaml_trap", message, help);
    true
}

/// A list of texts; a single text stands for a list of one.
pub(super) fn texts(reading: &mut Reading<'_>, node: &Node, what: &str) -> Vec<(String, Range<usize>)> {
    let one = std::slice::from_ref(node);
    let items = if let Kind::List(items) = &node.kind { items.as_slice() } else { one };
    if items.len() > MAX_LIST {
        reading.error(&node.span, "rules::too_large", format!("`{what}` has more than {MAX_LIST} entries"), None);
        return Vec::new();
    }
    items.iter().filter_map(|item| text(reading, item, what).map(|text| (text, item.span.clone()))).collect()
}

/// A number that every YAML reader takes alike.
pub(super) fn number(reading: &mut Reading<'_>, node: &Node, what: &str) -> Option<f64> {
    let Kind::Scalar { text, plain: unquoted } = &node.kind else {
        let message = format!("`{what}` should be a number, not {}", node.what());
        reading.error(&node.span, "rules::wrong_type", message, None);
        return None;
    };
    match (unquoted, plain(text)) {
        (true, Plain::Number(number)) => Some(number),
        (true, Plain::Trap(how)) => {
            let message = format!("`{what}` should be a number, and `{}` is {how}", cut(text));
            reading.error(
                &node.span,
                "rules::yaml_trap",
                message,
                "write plain digits, such as 1000 or 0.5".to_owned(),
            );
            None
        }
        (quoted_not, _) => {
            let found = if *quoted_not { "" } else { "the text " };
            let message = format!("`{what}` should be a number, not {found}`{}`", cut(text));
            let help = match !quoted_not && text.parse::<f64>().is_ok() {
                true => "leave the quotes out",
                false => "write plain digits, such as 3 or 0.5",
            };
            reading.error(&node.span, "rules::wrong_type", message, help.to_owned());
            None
        }
    }
}

/// `true` or `false`.
pub(super) fn flag(reading: &mut Reading<'_>, node: &Node, what: &str) -> Option<bool> {
    if let Kind::Scalar { text, plain: true } = &node.kind
        && let Plain::Bool(flag) = plain(text)
    {
        return Some(flag);
    }
    let (found, code) = match &node.kind {
        Kind::Scalar { text, plain: unquoted } => {
            let trap = *unquoted && matches!(plain(text), Plain::Trap(_));
            (format!("`{}`", cut(text)), if trap { "rules::yaml_trap" } else { "rules::wrong_type" })
        }
        _ => (node.what().to_owned(), "rules::wrong_type"),
    };
    let message = format!("`{what}` should be true or false, not {found}");
    reading.error(&node.span, code, message, "write true or false, without quotes".to_owned());
    None
}

/// A date, `YYYY-MM-DD`.
pub(super) fn date(reading: &mut Reading<'_>, node: &Node, what: &str) -> Option<String> {
    if let Kind::Scalar { text, .. } = &node.kind
        && is_date(text)
    {
        return Some(text.clone());
    }
    let message = format!("`{what}` should be a date");
    reading.error(&node.span, "rules::wrong_type", message, "write YYYY-MM-DD, such as 2026-03-31".to_owned());
    None
}

/// Is this a date of the calendar, written `YYYY-MM-DD`?
pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let (year, month, day): (u32, u32, u32) =
        (year.parse().unwrap_or(0), month.parse().unwrap_or(0), day.parse().unwrap_or(0));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    (1..=longest).contains(&day)
}
