//! The config's text as typed settings, each with its place in the text.
//!
//! Reading is pure and never stops at the first mistake. Nothing is looked up
//! here, on disk or in lists of zones; that is [`super::resolve`]'s work.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Faults};
use super::keys::{self, Kind};
use super::suggest;
use crate::ingest::tables::TableName;

/// The longest value that a message repeats.
const MAX_SHOWN: usize = 60;

/// A setting and where it is written.
#[derive(Clone, Debug)]
pub struct Written<T> {
    /// The setting.
    pub value: T,
    /// Its bytes in the config.
    pub span: Range<usize>,
}

/// `[run]` as written.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct RunSection {
    pub name: Option<Written<String>>,
    pub out: Option<Written<String>>,
    pub timezone: Option<Written<String>>,
    pub since: Option<Written<String>>,
    pub until: Option<Written<String>>,
    pub now: Option<Written<String>>,
    pub rules: Option<Written<String>>,
    pub explanations: Option<Written<String>>,
    pub values: Option<Written<String>>,
    pub capacity: Option<Written<usize>>,
    pub sample: Option<Written<usize>>,
    pub profiles: Option<Written<String>>,
    pub keep_looks: Option<Written<bool>>,
    pub threads: Option<Written<usize>>,
    pub max_quarantine_share: Option<Written<f64>>,
    pub ledger: Option<Written<String>>,
}

/// One `[[sources]]` as written.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct SourceSection {
    pub table: TableName,
    pub files: Vec<Written<String>>,
    pub profile: Option<Written<String>>,
    pub timezone: Option<Written<String>>,
}

/// A whole config as written.
#[derive(Debug)]
pub struct Document {
    /// The `[run]` section; all defaults where there is none.
    pub run: RunSection,
    /// The sources that could be read.
    pub sources: Vec<SourceSection>,
    /// Whether those are all the sources there are.
    pub complete: bool,
    /// The same settings for the manifest. Sources are sorted: their order means nothing.
    pub as_json: Value,
}

/// Reads a config, noting every mistake. `None` only where it is not TOML at all.
#[must_use]
pub fn read(text: &str, faults: &mut Faults) -> Option<Document> {
    let parsed = match DeTable::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            faults.push(Fault::at(&span, "config::not_toml", format!("this is not TOML: {}", error.message())));
            return None;
        }
    };
    let root = parsed.get_ref();
    let mut document = Document { run: RunSection::default(), sources: Vec::new(), complete: true, as_json: json!({}) };
    for (key, value) in root {
        match (&**key.get_ref(), value.get_ref()) {
            ("run", DeValue::Table(table)) => document.run = run_section(table, faults),
            ("sources", DeValue::Array(list)) => {
                for item in list {
                    match item.get_ref() {
                        DeValue::Table(table) => document.sources.extend(source_section(table, &item.span(), faults)),
                        other => faults.push(wrong_type(&item.span(), "sources", "a [[sources]] section", other)),
                    }
                }
            }
            ("sources", DeValue::Table(_)) => faults.push(
                Fault::at(&key.span(), "config::wrong_type", "`sources` is a list of sections")
                    .help("write [[sources]], with two brackets, before each source"),
            ),
            ("run", other) => faults.push(wrong_type(&value.span(), "run", "a [run] section", other)),
            ("sources", other) => {
                faults.push(wrong_type(&value.span(), "sources", "a list of [[sources]] sections", other));
            }
            (name, _) => faults.push(unknown_at_top(name, &key.span())),
        }
    }
    let mistyped = root.keys().any(|key| !["run", "sources"].contains(&&**key.get_ref()));
    if !root.contains_key("sources") && !mistyped {
        faults.push(
            Fault::nowhere("config::no_access", "the config names no source")
                .help("add a [[sources]] section with table = \"access\" and the files of the access log"),
        );
    }
    document.complete = matches!(root.get("sources").map(Spanned::get_ref),
        Some(DeValue::Array(list)) if list.len() == document.sources.len());
    document.as_json = as_json(root);
    Some(document)
}

fn run_section(table: &DeTable<'_>, faults: &mut Faults) -> RunSection {
    let mut section = Section::new("run", table, faults);
    RunSection {
        name: section.text("name"),
        out: section.text("out"),
        timezone: section.text("timezone"),
        since: section.text("since"),
        until: section.text("until"),
        now: section.text("now"),
        rules: section.text("rules"),
        explanations: section.text("explanations"),
        values: section.text("values"),
        capacity: section.count("capacity"),
        sample: section.count("sample"),
        profiles: section.text("profiles"),
        keep_looks: section.flag("keep_looks"),
        threads: section.count("threads"),
        max_quarantine_share: section.share("max_quarantine_share"),
        ledger: section.text("ledger"),
    }
}

fn source_section(table: &DeTable<'_>, span: &Range<usize>, faults: &mut Faults) -> Option<SourceSection> {
    for key in keys::of("sources").filter(|key| key.required && !table.contains_key(key.name)) {
        faults.push(
            Fault::at(span, "config::missing_key", format!("this source has no `{}`", key.name)).help(format!(
                "`{}` is {}",
                key.name,
                key.kind.words()
            )),
        );
    }
    let mut section = Section::new("sources", table, faults);
    let (table, files) = (section.table("table"), section.texts("files"));
    let (profile, timezone) = (section.text("profile"), section.text("timezone"));
    Some(SourceSection { table: table?.value, files: files?, profile, timezone })
}

/// One section under reading.
struct Section<'a, 'i> {
    name: &'static str,
    table: &'a DeTable<'i>,
    faults: &'a mut Faults,
}

impl<'a, 'i> Section<'a, 'i> {
    /// Starts on a section by refusing keys that it does not have.
    fn new(name: &'static str, table: &'a DeTable<'i>, faults: &'a mut Faults) -> Self {
        for key in table.keys().filter(|key| keys::find(name, key.get_ref()).is_none()) {
            faults.push(unknown_key(name, key.get_ref(), &key.span()));
        }
        Self { name, table, faults }
    }

    /// Takes a value by `take`; a value that is not the key's kind becomes a fault.
    fn take<T>(&mut self, key: &str, take: impl Fn(&DeValue<'_>) -> Option<T>) -> Option<Written<T>> {
        let value = self.table.get(key)?;
        if let Some(taken) = take(value.get_ref()) {
            return Some(Written { value: taken, span: value.span() });
        }
        let kind = keys::find(self.name, key).map_or(Kind::Text, |key| key.kind);
        self.faults.push(wrong_type(&value.span(), key, kind.words(), value.get_ref()));
        None
    }

    /// A text; a date that TOML itself knows counts as its text where dates belong.
    fn text(&mut self, key: &str) -> Option<Written<String>> {
        let dates = keys::find(self.name, key).is_some_and(|key| key.kind == Kind::Moment);
        let written = self.take(key, |value| match value {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Datetime(at) if dates => Some(at.to_string()),
            _ => None,
        })?;
        self.not_empty(key, written)
    }

    fn not_empty(&mut self, key: &str, written: Written<String>) -> Option<Written<String>> {
        if !written.value.trim().is_empty() {
            return Some(written);
        }
        self.faults.push(
            Fault::at(&written.span, "config::empty", format!("`{key}` is empty"))
                .help("leave the key out where there is nothing to say"),
        );
        None
    }

    fn flag(&mut self, key: &str) -> Option<Written<bool>> {
        self.take(key, |value| value.as_bool())
    }

    fn count(&mut self, key: &str) -> Option<Written<usize>> {
        self.take(key, |value| match value {
            DeValue::Integer(number) => {
                usize::from_str_radix(number.as_str(), number.radix()).ok().filter(|count| *count >= 1)
            }
            _ => None,
        })
    }

    fn share(&mut self, key: &str) -> Option<Written<f64>> {
        self.take(key, |value| {
            let number: f64 = match value {
                DeValue::Integer(number) => number.as_str().parse().ok()?,
                DeValue::Float(number) => number.as_str().parse().ok()?,
                _ => return None,
            };
            (0.0..=1.0).contains(&number).then_some(number)
        })
    }

    fn table(&mut self, key: &str) -> Option<Written<TableName>> {
        let written = self.text(key)?;
        if let Some(table) = TableName::ALL.into_iter().find(|table| table.as_str() == written.value) {
            return Some(Written { value: table, span: written.span });
        }
        let known = TableName::ALL.map(TableName::as_str);
        self.faults.push(
            Fault::at(&written.span, "config::unknown_table", format!("there is no table `{}`", written.value))
                .help(suggest::help(&written.value, known)),
        );
        None
    }

    /// One text, or a list of them.
    fn texts(&mut self, key: &str) -> Option<Vec<Written<String>>> {
        let value = self.table.get(key)?;
        let DeValue::Array(list) = value.get_ref() else {
            return self.text(key).map(|text| vec![text]);
        };
        if list.is_empty() {
            self.faults.push(Fault::at(&value.span(), "config::empty", format!("`{key}` is empty")));
            return None;
        }
        let mut texts = Vec::new();
        for item in list {
            match item.get_ref() {
                DeValue::String(text) => {
                    let written = Written { value: text.clone().into_owned(), span: item.span() };
                    texts.extend(self.not_empty(key, written));
                }
                other => self.faults.push(wrong_type(&item.span(), key, "a text in quotes", other)),
            }
        }
        Some(texts)
    }
}

fn unknown_key(section: &'static str, name: &str, span: &Range<usize>) -> Fault {
    let own: Vec<_> = keys::of(section).map(|key| key.name).collect();
    let help = match suggest::nearest(name, own.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match keys::KEYS.iter().find(|key| key.name == name) {
            Some(key) => format!("`{name}` belongs under {}", header(key.section)),
            None => suggest::help(name, own.iter().copied()),
        },
    };
    Fault::at(span, "config::unknown_key", format!("{} has no key `{name}`", header(section))).help(help)
}

fn unknown_at_top(name: &str, span: &Range<usize>) -> Fault {
    let help = match (suggest::nearest(name, ["run", "sources"]), keys::KEYS.iter().find(|key| key.name == name)) {
        (Some(section), _) => format!("did you mean {}?", header(section)),
        (None, Some(key)) => format!("`{name}` belongs under {}", header(key.section)),
        (None, None) => "a config has a [run] section and [[sources]] sections".to_owned(),
    };
    Fault::at(span, "config::unknown_key", format!("a config has no section or key `{name}`")).help(help)
}

fn header(section: &str) -> &'static str {
    if section == "run" { "[run]" } else { "[[sources]]" }
}

fn wrong_type(span: &Range<usize>, key: &str, must: &str, found: &DeValue<'_>) -> Fault {
    let found = match found {
        DeValue::String(text) if text.chars().count() > MAX_SHOWN => "another text".to_owned(),
        DeValue::String(text) => format!("the text {text:?}"),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => format!("{flag}"),
        DeValue::Datetime(at) => format!("the date or time {at}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
    };
    Fault::at(span, "config::wrong_type", format!("`{key}` must be {must}, not {found}"))
}

fn as_json(root: &DeTable<'_>) -> Value {
    let mut object = table_json(root);
    if let Some(Value::Array(sources)) = object.get_mut("sources") {
        sources.sort_by_cached_key(|source| (source["table"].as_str().map(str::to_owned), source.to_string()));
    }
    Value::Object(object)
}

fn table_json(table: &DeTable<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key_text(key).into_owned(), value_json(value.get_ref()))).collect()
}

fn key_text<'k>(key: &'k Spanned<Cow<'_, str>>) -> Cow<'k, str> {
    Cow::Borrowed(key.get_ref())
}

fn value_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| json!(number.to_string()), |n| json!(n)),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, |n| json!(n)),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(at) => json!(at.to_string()),
        DeValue::Array(list) => list.iter().map(|item| value_json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(table_json(table)),
    }
}
