//! Every key a config may hold: the one list that the reader, its suggestions,
//! the published schema, the starting config and the documentation share.

use serde_json::{Map, Value, json};

use crate::ingest::tables::TableName;

/// What a key's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of any sort.
    Text,
    /// A path, relative to the folder of the config.
    Path,
    /// A name of the IANA time zone database.
    Zone,
    /// A date, or an RFC 3339 time with its offset.
    Moment,
    /// `true` or `false`.
    Flag,
    /// A whole number from 1 upwards.
    Count,
    /// A number from 0 to 1.
    Share,
    /// The name of a canonical table.
    Table,
    /// A file name or glob, or a list of them, relative to the folder of the config.
    Globs,
}

impl Kind {
    /// The kind in words, as messages say it: "must be …".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Path => "a path in quotes",
            Self::Zone => "the name of a time zone in quotes, such as \"Europe/London\"",
            Self::Moment => "a date or an RFC 3339 time in quotes, such as \"2026-03-01\"",
            Self::Flag => "true or false",
            Self::Count => "a whole number from 1 upwards",
            Self::Share => "a number from 0 to 1",
            Self::Table => "the name of a table in quotes",
            Self::Globs => "a file name or glob in quotes, or a list of them",
        }
    }
}

/// One key of the config.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// `run` or `sources`.
    pub section: &'static str,
    /// The key itself.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// Whether the config is refused without it.
    pub required: bool,
    /// What holds where the key is absent, in words.
    pub default: &'static str,
    /// What it does, as a sentence.
    pub help: &'static str,
}

const fn run(name: &'static str, kind: Kind, default: &'static str, help: &'static str) -> Key {
    Key { section: "run", name, kind, required: false, default, help }
}

const fn source(name: &'static str, kind: Kind, required: bool, default: &'static str, help: &'static str) -> Key {
    Key { section: "sources", name, kind, required, default, help }
}

/// Every key, in the order in which a config is best written.
pub const KEYS: &[Key] = &[
    run("name", Kind::Text, "the config's file name", "What this run is called in its report."),
    run("out", Kind::Path, "\"report\"", "Folder that the report is written to; it is replaced as a whole."),
    run(
        "timezone",
        Kind::Zone,
        "\"Europe/London\"",
        "Zone in which times are shown, and in which local times are read unless the source says otherwise.",
    ),
    run(
        "since",
        Kind::Moment,
        "the first event",
        "Start of the window that is judged; a date means the start of that day.",
    ),
    run(
        "until",
        Kind::Moment,
        "the last event",
        "End of the window that is judged, itself outside it; a date means the end of that day.",
    ),
    run(
        "now",
        Kind::Moment,
        "the end of the window",
        "What the run takes as the present; a date means the end of that day.",
    ),
    run("rules", Kind::Path, "the shipped rules", "Folder of rules to use in place of the shipped ones."),
    run(
        "explanations",
        Kind::Path,
        "the shipped times",
        "Folder of files that set how long before and after its record an explanation holds.",
    ),
    run(
        "values",
        Kind::Path,
        "the shipped values",
        "File of the score's values, over the shipped ones (docs/scoring.md).",
    ),
    run(
        "capacity",
        Kind::Count,
        "no limit",
        "How many members of staff the department can look into: the refer lane ends there.",
    ),
    run(
        "sample",
        Kind::Count,
        "none",
        "How many members of staff to draw at random from those not referred, to measure misses.",
    ),
    run(
        "profiles",
        Kind::Path,
        "the shipped profiles",
        "Folder of mapping profiles, looked in before the shipped ones.",
    ),
    run("keep_looks", Kind::Flag, "false", "Whether looks.parquet is written: every look with its facts."),
    run("threads", Kind::Count, "one a processor", "How many threads to work with."),
    run(
        "max_quarantine_share",
        Kind::Share,
        "0.01",
        "Share of a table's rows that may be unusable before the run ends with exit code 5.",
    ),
    run("ledger", Kind::Path, "none", "SQLite file that remembers what earlier runs referred and what was decided."),
    source("table", Kind::Table, true, "", "Canonical table that the files feed."),
    source("files", Kind::Globs, true, "", "Files to read; a glob may use *, ?, [abc] and **."),
    source(
        "profile",
        Kind::Text,
        false,
        "none: the columns are the canonical ones",
        "Mapping profile for other columns: a name, or a path that ends in .toml.",
    ),
    source(
        "timezone",
        Kind::Zone,
        false,
        "the profile's zone, else the run's timezone",
        "Zone in which the local times of these files are read.",
    ),
];

/// The keys of one section.
pub fn of(section: &'static str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section == section)
}

/// The key of that section and name.
#[must_use]
pub fn find(section: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.section == section && key.name == name)
}

/// The JSON Schema of a config, for editors that check and complete TOML.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Probity run config",
        "type": "object",
        "additionalProperties": false,
        "required": ["sources"],
        "properties": {
            "run": section_schema("run"),
            "sources": { "type": "array", "minItems": 1, "items": section_schema("sources") },
        },
    })
}

fn section_schema(section: &'static str) -> Value {
    let mut properties = Map::new();
    for key in of(section) {
        let mut property = kind_schema(key.kind);
        let text = if key.default.is_empty() {
            key.help.to_owned()
        } else {
            format!("{} Default: {}.", key.help, key.default)
        };
        if let Some(object) = property.as_object_mut() {
            object.insert("description".to_owned(), Value::String(text));
        }
        properties.insert(key.name.to_owned(), property);
    }
    let required: Vec<_> = of(section).filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn kind_schema(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Path | Kind::Zone | Kind::Moment => json!({ "type": "string" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count => json!({ "type": "integer", "minimum": 1 }),
        Kind::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Kind::Table => json!({ "enum": TableName::ALL.map(TableName::as_str) }),
        Kind::Globs => json!({
            "oneOf": [
                { "type": "string" },
                { "type": "array", "minItems": 1, "items": { "type": "string" } },
            ],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_listed_once() {
        for (at, key) in KEYS.iter().enumerate() {
            let first = KEYS.iter().position(|other| (other.section, other.name) == (key.section, key.name));
            assert_eq!(first, Some(at), "{}.{}", key.section, key.name);
        }
    }

    #[test]
    fn the_schema_names_every_key_and_says_what_it_does() {
        let schema = schema();
        let sources = &schema["properties"]["sources"]["items"]["properties"];
        for key in KEYS {
            let property = if key.section == "run" {
                &schema["properties"]["run"]["properties"][key.name]
            } else {
                &sources[key.name]
            };
            assert!(property["description"].as_str().is_some_and(|text| text.contains('.')), "{}", key.name);
        }
        assert_eq!(schema["properties"]["sources"]["items"]["required"], json!(["table", "files"]));
    }
}
