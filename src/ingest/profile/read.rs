//! From the text of a profile to a [`Profile`]: what it extends, then what it says itself, each checked where it stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use miette::{Diagnostic, NamedSource, SourceSpan};
use regex::bytes::Regex;
use thiserror::Error;
use toml::Spanned;

use super::raw::{Raw, RawJson};
use super::{Capture, Derive, Json, Profile, Values, inside, steps};
use crate::ingest::columns::{Kind, spec};
use crate::ingest::error::nearest;
use crate::ingest::json_path::JsonPath;
use crate::ingest::stamps::{Stamp, StampFormat};
use crate::ingest::tables::TableName;
use crate::ingest::time::{Format, contradicting};

/// A mistake in a profile, with its place.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(code(probity::profile))]
pub struct ProfileError {
    message: Box<str>,
    #[source_code]
    source_text: Arc<NamedSource<String>>,
    #[label("here")]
    span: SourceSpan,
    #[help]
    help: Option<Box<str>>,
}

/// Finds the profile that another extends: how to call it in messages, and its text; the error is a sentence of help.
pub type Library<'l> = &'l dyn Fn(&str) -> Result<(String, String), String>;

/// Reads a profile that extends no other. `name` is the file's name, shown in errors; its stem is the profile's name where
/// the text gives none.
///
/// # Errors
/// The first mistake, with its place and, for a misspelt word, the nearest one that is allowed.
pub fn parse(name: &str, text: &str) -> Result<Profile, ProfileError> {
    parse_with(name, text, &|_| Err("profiles cannot be looked up here".to_owned()))
}

/// Reads a profile and those that it extends.
///
/// # Errors
/// As [`parse`]; also a profile that extends itself, by whatever way.
pub fn parse_with(name: &str, text: &str, library: Library<'_>) -> Result<Profile, ProfileError> {
    chained(name, text, library, &mut vec![name.to_owned()])
}

fn chained(name: &str, text: &str, library: Library<'_>, chain: &mut Vec<String>) -> Result<Profile, ProfileError> {
    let reader = Reader { source: Arc::new(NamedSource::new(name, text.to_owned()).with_language("toml")) };
    let raw: Raw = toml::from_str(text).map_err(|error| reader.syntax(&error, text.len()))?;
    let mut base = Profile::default();
    if let Some(parent) = &raw.extends {
        let wrong = |message: String, help: String| reader.error(&parent.span(), message, Some(help));
        let (called, text) = library(parent.get_ref())
            .map_err(|help| wrong(format!("the profile {:?} cannot be extended", parent.get_ref()), help))?;
        if chain.contains(&called) {
            let way = [chain.as_slice(), &[called]].concat().join(" → ");
            return Err(wrong(
                format!("the profiles extend each other in a ring: {way}"),
                "cut it at one place".into(),
            ));
        }
        chain.push(called.clone());
        base = chained(&called, &text, library, chain)?;
    }
    apply(base, raw, name, &reader)
}

/// Sets what a profile says over what it extends.
fn apply(base: Profile, raw: Raw, name: &str, reader: &Reader) -> Result<Profile, ProfileError> {
    let table = raw.table.as_ref().map(|table| reader.table(table)).transpose()?.or(base.table);
    let known = |key: &Spanned<String>| reader.column(key, table);
    let mut profile = Profile {
        name: raw.name.unwrap_or_else(|| stem(name)),
        description: if raw.description.is_empty() { base.description.clone() } else { raw.description },
        table,
        skip_lines: raw.skip_lines.unwrap_or(base.skip_lines),
        header: raw.header.unwrap_or_else(|| base.header.clone()),
        sheet: raw.sheet.or_else(|| base.sheet.clone()),
        ..base
    };
    let mut given: BTreeMap<String, &'static str> = BTreeMap::new();
    // Where a column comes from is said once in a file; a file that extends another says it anew.
    let mut source = |profile: &mut Profile, key: &Spanned<String>, place: &'static str| {
        if let Some(other) = given.insert(key.get_ref().clone(), place) {
            return Err(reader.twice(key, other));
        }
        profile.columns.remove(key.get_ref());
        profile.constants.remove(key.get_ref());
        profile.captures.remove(key.get_ref());
        Ok(())
    };
    for (key, headers) in raw.columns {
        known(&key)?;
        source(&mut profile, &key, "[columns]")?;
        profile.columns.insert(key.into_inner(), headers.into_vec());
    }
    for (key, value) in raw.constants {
        known(&key)?;
        source(&mut profile, &key, "[constants]")?;
        profile.constants.insert(key.into_inner(), value);
    }
    for (key, capture) in raw.capture {
        known(&key)?;
        source(&mut profile, &key, "[capture]")?;
        let pattern = Regex::new(capture.pattern.get_ref()).map_err(|error| {
            reader.error(&capture.pattern.span(), format!("the pattern cannot be used: {error}"), None)
        })?;
        profile.captures.insert(key.into_inner(), Capture { column: capture.column, pattern });
    }
    for (key, words) in raw.values {
        known(&key)?;
        let mut values = Values::default();
        for (word, meaning) in words {
            reader.meaning(table, key.get_ref(), &meaning)?;
            values.insert(word.trim().to_lowercase().into_bytes(), meaning.into_inner().into_bytes());
        }
        profile.values.insert(key.into_inner(), values);
    }
    let mut derives: Vec<Derive> = Vec::new();
    for entry in raw.derive {
        // What this file derives anew takes the place of what it extends.
        let derive = steps::derive(entry, &derives, &profile.derives, reader)?;
        let anew = |old: &Derive| old.outputs.iter().any(|name| derive.outputs.contains(name));
        match profile.derives.iter().position(anew) {
            Some(place) => profile.derives[place] = derive.clone(),
            None => profile.derives.push(derive.clone()),
        }
        derives.push(derive);
    }
    if let Some(RawJson { cells, rows }) = raw.json {
        let rows = rows.map(|rows| reader.path(&rows)).transpose()?;
        profile.json = Some(Json { cells, rows });
    }
    let formats: Vec<Spanned<String>> = raw.time.format.into_iter().chain(raw.time.formats).collect();
    if !formats.is_empty() {
        profile.formats = formats
            .iter()
            .map(|format| Format::new(format.get_ref()).map_err(|reason| reader.format(format, reason)))
            .collect::<Result<_, _>>()?;
    }
    if let Some((one, other)) = contradicting(&profile.formats) {
        let message = format!("the time formats {one:?} and {other:?} differ in the order of day and month alone");
        let help =
            "many dates fit both, and an order is never guessed row by row: keep one, and part the file if it has both";
        return Err(reader.error(&(0..0), message, Some(help.to_owned())));
    }
    if let Some(zone) = raw.time.zone {
        profile.zone = Some(reader.zone(&zone)?);
    }
    for (key, time) in raw.time.columns {
        known(&key)?;
        let stamp = reader.stamp(time.formats, time.zone)?;
        profile.stamps.insert(key.into_inner(), stamp);
    }
    if let Some(masks) = raw.masks {
        profile.masks = masks.values;
    }
    for (key, values) in raw.sentinels {
        if key.get_ref() != "*" {
            known(&key)?;
        }
        profile.sentinels.insert(key.into_inner(), values);
    }
    if let Some(delimiter) = raw.delimiter {
        match delimiter.get_ref().as_bytes() {
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => profile.delimiter = Some(*one),
            _ => {
                return Err(reader.error(
                    &delimiter.span(),
                    "the delimiter must be one character such as \",\" \";\" \"|\" or \"\\t\"".to_owned(),
                    None,
                ));
            }
        }
    }
    profile.check_paths(reader)?;
    Ok(profile)
}

impl Profile {
    /// Every name that reaches into JSON must be a path; the place of a wrong one is the top of the file.
    fn check_paths(&self, reader: &Reader) -> Result<(), ProfileError> {
        let Some(json) = &self.json else { return Ok(()) };
        let columns = self.columns.values().flatten().map(String::as_str);
        let inputs = self.derives.iter().flat_map(Derive::inputs);
        let captures = self.captures.values().map(|capture| capture.column.as_str());
        for name in columns.chain(inputs).chain(captures) {
            let path = json.cells.iter().find_map(|cell| inside(cell, name));
            if let Some(path) = path.or_else(|| name.contains('[').then_some(name))
                && let Err(wrong) = JsonPath::parse(path)
            {
                let message = format!("the path {name:?} cannot be used: {wrong}");
                return Err(reader.error(&(0..0), message, Some("for example who[0].identifier.value".to_owned())));
            }
        }
        Ok(())
    }
}

/// `profiles/acme-rms.toml` → `acme-rms`.
fn stem(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".toml").unwrap_or(file).to_owned()
}

/// The text of a profile, for errors that point into it.
pub(super) struct Reader {
    source: Arc<NamedSource<String>>,
}

impl Reader {
    pub(super) fn error(&self, span: &std::ops::Range<usize>, message: String, help: Option<String>) -> ProfileError {
        ProfileError {
            message: message.into(),
            source_text: Arc::clone(&self.source),
            span: (span.start, span.len()).into(),
            help: help.map(Into::into),
        }
    }

    /// An error of the TOML reader; for an unknown key the nearest key is added.
    pub(super) fn syntax(&self, error: &toml::de::Error, end: usize) -> ProfileError {
        let message = error.message().to_owned();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let help = message.starts_with("unknown field").then(|| {
            let unknown = quoted.next().unwrap_or_default();
            let allowed: Vec<&str> = quoted.collect();
            did_you_mean(unknown, &allowed)
        });
        self.error(&error.span().unwrap_or(end..end), message, help)
    }

    pub(super) fn table(&self, table: &Spanned<String>) -> Result<TableName, ProfileError> {
        TableName::ALL.into_iter().find(|known| known.as_str() == table.get_ref()).ok_or_else(|| {
            let words = TableName::ALL.map(TableName::as_str);
            self.error(
                &table.span(),
                format!("there is no table {:?}", table.get_ref()),
                Some(did_you_mean(table.get_ref(), &words)),
            )
        })
    }

    pub(super) fn column(&self, key: &Spanned<String>, table: Option<TableName>) -> Result<(), ProfileError> {
        let words = columns_of(table);
        if words.contains(&key.get_ref().as_str()) {
            return Ok(());
        }
        let place =
            table.map_or_else(|| "no table".to_owned(), |table| format!("the {} table does not have", table.as_str()));
        let message = match table {
            Some(_) => format!("{place} a column {:?}", key.get_ref()),
            None => format!("{place} has a column {:?}", key.get_ref()),
        };
        Err(self.error(&key.span(), message, Some(did_you_mean(key.get_ref(), &words))))
    }

    pub(super) fn twice(&self, key: &Spanned<String>, other: &str) -> ProfileError {
        self.error(
            &key.span(),
            format!("the column {:?} is already given in {other}", key.get_ref()),
            Some("say once where it comes from".to_owned()),
        )
    }

    /// Where a column takes a few words only, a value map must lead to one of them.
    pub(super) fn meaning(
        &self,
        table: Option<TableName>,
        column: &str,
        meaning: &Spanned<String>,
    ) -> Result<(), ProfileError> {
        let kind = table
            .and_then(|table| spec(table).columns.iter().find(|known| known.name == column))
            .map(|column| column.kind);
        match kind {
            Some(Kind::Word(words) | Kind::Words(words))
                if !meaning.get_ref().is_empty() && !words.contains(&meaning.get_ref().as_str()) =>
            {
                Err(self.error(
                    &meaning.span(),
                    format!("{:?} is not a word of the column {column}", meaning.get_ref()),
                    Some(did_you_mean(meaning.get_ref(), words)),
                ))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn format(&self, format: &Spanned<String>, reason: &str) -> ProfileError {
        let message = format!("the time format {:?} cannot be used: {reason}", format.get_ref());
        self.error(&format.span(), message, None)
    }

    pub(super) fn stamp(
        &self,
        formats: Vec<Spanned<String>>,
        zone: Option<Spanned<String>>,
    ) -> Result<Stamp, ProfileError> {
        let formats = formats
            .iter()
            .map(|format| StampFormat::new(format.get_ref()).map_err(|reason| self.format(format, reason)))
            .collect::<Result<_, _>>()?;
        Ok(Stamp { formats, zone: zone.map(|zone| self.zone(&zone)).transpose()? })
    }

    pub(super) fn path(&self, path: &Spanned<String>) -> Result<JsonPath, ProfileError> {
        JsonPath::parse(path.get_ref()).map_err(|wrong| {
            let message = format!("the path {:?} cannot be used: {wrong}", path.get_ref());
            self.error(&path.span(), message, None)
        })
    }

    pub(super) fn zone(&self, zone: &Spanned<String>) -> Result<Tz, ProfileError> {
        zone.get_ref().parse().map_err(|_| {
            let near = nearest(zone.get_ref(), chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
            let near = near.map_or_else(String::new, |near| format!("did you mean {near:?}? "));
            self.error(
                &zone.span(),
                format!("there is no time zone {:?}", zone.get_ref()),
                Some(format!("{near}a zone is named as in the IANA list, for example \"Europe/London\" or \"UTC\"")),
            )
        })
    }
}

/// The column names of one table, or of all.
fn columns_of(table: Option<TableName>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = TableName::ALL
        .into_iter()
        .filter(|one| table.is_none_or(|table| table == *one))
        .flat_map(|one| spec(one).columns.iter().map(|column| column.name))
        .collect();
    if table.is_none() {
        names.sort_unstable();
        names.dedup();
    }
    names
}

fn did_you_mean(unknown: &str, words: &[&str]) -> String {
    let all = words.join(", ");
    nearest(unknown, words.iter().copied())
        .map_or_else(|| format!("one of: {all}"), |near| format!("did you mean {near:?}? One of: {all}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (String, String, usize) {
        let error = parse("profiles/test.toml", text).unwrap_err();
        let help = error.help.as_deref().unwrap_or_default().to_owned();
        (error.message.to_string(), help, error.span.offset())
    }

    #[test]
    fn a_whole_profile() {
        let profile = parse(
            "profiles/acme-rms.toml",
            r#"
            table = "access"
            delimiter = ";"
            skip_lines = 2
            [columns]
            login = ["User ID", "UserName"]
            location = []
            [constants]
            system = "RMS"
            [values.action]
            Enquiry = "search"
            [capture.incident_id]
            column = "Reason"
            pattern = '(\d{8})'
            [time]
            format = "%d/%m/%Y %H:%M"
            zone = "Europe/London"
            [masks]
            values = ["xxx"]
            "#,
        )
        .unwrap();
        assert_eq!(profile.name(), "acme-rms");
        assert_eq!(profile.headers("login"), ["User ID", "UserName"]);
        assert!(profile.headers("location").is_empty());
        assert_eq!(profile.headers("terminal"), ["terminal"]);
        assert_eq!(profile.headers("incident_id"), ["Reason"]);
        assert_eq!(profile.zone(), Some(chrono_tz::Europe::London));
        assert_eq!(profile.masks(), ["xxx"]);
    }

    #[test]
    fn mistakes_name_the_nearest_word_and_point_at_it() {
        let (message, help, at) = said("table = \"acess\"");
        assert_eq!((message.as_str(), at), ("there is no table \"acess\"", 8));
        assert!(help.starts_with("did you mean \"access\"?"), "{help}");

        let (message, help, at) = said("table = \"access\"\n[columns]\nlogon = \"User\"");
        assert_eq!((message.as_str(), at), ("the access table does not have a column \"logon\"", 27));
        assert!(help.starts_with("did you mean \"login\"?"), "{help}");

        let (message, help, _) = said("colums = 1");
        assert!(message.contains("colums"), "{message}");
        assert!(help.starts_with("did you mean \"columns\"?"), "{help}");

        let (_, help, _) = said("[time]\nzone = \"Europe/Londn\"");
        assert!(help.starts_with("did you mean \"Europe/London\"?"), "{help}");

        let (_, help, _) = said("table = \"access\"\n[values.action]\nQ = \"serch\"");
        assert!(help.starts_with("did you mean \"search\"?"), "{help}");

        for text in [
            "[columns]\nlogin = 3",
            "[time]\nformat = \"%Q\"",
            "delimiter = \"\"",
            "[capture.login]\ncolumn = \"x\"\npattern = \"(\"",
            "[columns]\nlogin = \"a\"\n[constants]\nlogin = \"b\"",
            "[[derive]]\nname = \"x\"",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\njoin = [\"b\"]",
            "[[derive]]\nfrom = \"a\"\npattern = \"(a)\"",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\npart = 1",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\nsplit = \"/\"\npart = 0",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\ndecode = \"rot13\"",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\nafter = \"y\"",
            "[[derive]]\nname = \"x\"\nfrom = \"a\"\n[[derive]]\nname = \"x\"\nfrom = \"b\"",
            "extends = \"other\"",
            "[json]\nrows = \"a[\"",
            "[json]\ncells = [\"D\"]\n[columns]\nlogin = \"D.a[\"",
            "[time.columns.dob]\nformats = [\"%Q\"]",
            "name = ",
        ] {
            assert!(parse("x", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_profile_says_anew_what_it_extends() {
        let library = |name: &str| -> Result<(String, String), String> {
            let text = match name {
                "base" => {
                    "table = \"access\"\n[columns]\nlogin = \"A\"\nq_text = \"T\"\n[constants]\nsystem = \"X\"\n\
                     [[derive]]\nname = \"d\"\nfrom = \"a\"\n[masks]\nvalues = [\"?\"]"
                }
                "ring" => "extends = \"back\"",
                "back" => "extends = \"ring\"",
                _ => return Err(format!("there is no {name}")),
            };
            Ok((format!("{name}.toml"), text.to_owned()))
        };
        let child = "extends = \"base\"\n[columns]\nsystem = \"Sys\"\n[constants]\nlogin = \"u\"\n[[derive]]\nname = \"d\"\nfrom = \"b\"";
        let profile = parse_with("child.toml", child, &library).unwrap();
        assert_eq!((profile.name(), profile.table()), ("child", Some(TableName::Access)));
        assert_eq!((profile.headers("system"), profile.constant("login")), (vec!["Sys"], Some("u")));
        assert_eq!((profile.headers("q_text"), profile.masks()), (vec!["T"], &["?".to_owned()][..]));
        assert_eq!((profile.derives().len(), profile.roots("d")), (1, vec!["b"]));

        let ring = parse_with("ring.toml", "extends = \"back\"", &library).unwrap_err();
        assert!(ring.message.contains("ring.toml → back.toml → ring.toml"), "{ring}");
        assert!(parse_with("x", "extends = \"nobody\"", &library).is_err());
    }

    #[test]
    fn shipped_profiles_parse() {
        let canonical = parse("profiles/canonical.toml", include_str!("../../../profiles/canonical.toml")).unwrap();
        assert_eq!(canonical.name(), Profile::default().name());
        assert_eq!(canonical.masks(), Profile::default().masks());
        assert!(canonical.columns.is_empty() && canonical.formats.is_empty() && canonical.table.is_none());
        let eugene = parse("profiles/eugene-alpr.toml", include_str!("../../../profiles/eugene-alpr.toml")).unwrap();
        assert_eq!(eugene.table(), Some(TableName::Access));
    }
}
