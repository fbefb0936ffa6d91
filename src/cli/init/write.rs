//! The config's text for a plan. Pure.

use std::fmt::Write as _;

use glob::Pattern;

use super::place::{Plan, Unplaced};
use crate::config::keys::{self, Key};
use crate::ingest::tables::TableName;

/// Keys that a first config sets; the others stand in it as comments.
const SET: [(&str, &str); 3] =
    [("out", "\"report\""), ("timezone", "\"Europe/London\""), ("max_quarantine_share", "0.01")];

/// Values that the commented keys show.
const SHOWN: [(&str, &str); 13] = [
    ("name", "\"Nightly audit\""),
    ("since", "\"2026-03-01\""),
    ("until", "\"2026-03-31\""),
    ("now", "\"2026-04-01\""),
    ("rules", "\"rules\""),
    ("explanations", "\"explanations\""),
    ("values", "\"values.toml\""),
    ("capacity", "40"),
    ("sample", "10"),
    ("profiles", "\"profiles\""),
    ("keep_looks", "false"),
    ("threads", "2"),
    ("ledger", "\"probity.sqlite\""),
];

/// A config that reads every placed file. `inputs` is the folder of the files as
/// seen from the config, empty or ending in a slash.
#[must_use]
pub fn config(plan: &Plan, inputs: &str) -> String {
    let mut text = String::from(
        "# A run of Probity. Paths are relative to this file; `probity run --help` says what\n\
         # the command line can set instead. Lines that start with # are not read.\n\n[run]\n",
    );
    for key in keys::of("run") {
        let value =
            |list: &[(&str, &'static str)]| list.iter().find(|(name, _)| *name == key.name).map(|(_, value)| *value);
        comment(&mut text, key);
        match (value(&SET), value(&SHOWN)) {
            (Some(value), _) => _ = writeln!(text, "{} = {value}", key.name),
            (None, shown) => _ = writeln!(text, "# {} = {}", key.name, shown.unwrap_or("…")),
        }
    }
    let all: Vec<&str> = plan
        .placed
        .iter()
        .map(|placed| placed.name.as_str())
        .chain(plan.unplaced.iter().map(|file| file.name.as_str()))
        .collect();
    for table in plan.tables() {
        let own: Vec<&str> =
            plan.placed.iter().filter(|placed| placed.table == table).map(|placed| placed.name.as_str()).collect();
        source(&mut text, "", table, &globs(&own, &all), inputs);
    }
    for file in &plan.unplaced {
        waiting(&mut text, file, inputs);
    }
    let missing: Vec<_> = plan.missing().into_iter().map(TableName::as_str).collect();
    if !missing.is_empty() {
        let _ = writeln!(text, "\n# Not found: {}.", missing.join(", "));
    }
    text
}

fn comment(text: &mut String, key: &Key) {
    let default = if key.default.is_empty() { String::new() } else { format!(" Default: {}.", key.default) };
    let _ = writeln!(text, "# {}{default}", key.help);
}

fn source(text: &mut String, hash: &str, table: TableName, globs: &[String], inputs: &str) {
    let folder = Pattern::escape(inputs);
    let quoted: Vec<_> = globs.iter().map(|glob| quote(&format!("{folder}{glob}"))).collect();
    let files = match quoted.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    let _ = writeln!(text, "\n{hash}[[sources]]\n{hash}table = \"{}\"\n{hash}files = {files}", table.as_str());
}

/// A file that waits for a mapping profile, as a comment.
fn waiting(text: &mut String, file: &Unplaced, inputs: &str) {
    let Some(table) = file.waits_for else { return };
    let _ = write!(text, "\n# {} is not read: {}.", one_line(&file.name), one_line(&file.why));
    source(text, "# ", table, &[Pattern::escape(&file.name)], inputs);
    let _ = writeln!(text, "# profile = {}", quote(file.profile.as_deref().unwrap_or("…")));
}

fn one_line(text: &str) -> String {
    super::super::text::clean(text)
}

/// A TOML string.
fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Globs for some of all files: one a folder where a start and an end in common
/// pick out those and no other, else the names.
fn globs(own: &[&str], all: &[&str]) -> Vec<String> {
    let mut folders: Vec<&str> = own.iter().map(|name| folder(name)).collect();
    folders.dedup();
    let mut globs = Vec::new();
    for place in folders {
        let names: Vec<&str> = own.iter().copied().filter(|name| folder(name) == place).collect();
        match common(&names, all) {
            Some(glob) => globs.push(glob),
            None => globs.extend(names.iter().map(|name| Pattern::escape(name))),
        }
    }
    globs
}

/// The folder part of a name, with its slash.
fn folder(name: &str) -> &str {
    name.rfind('/').map_or("", |at| &name[..=at])
}

fn common(names: &[&str], all: &[&str]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    if rest.is_empty() {
        return None;
    }
    let start = rest.iter().fold(*first, |start, name| shared_start(start, name));
    // A glob ends in the whole ending of the names: "*.csv.gz", never "*1.csv.gz".
    let ending = |name: &str| name[folder(name).len()..].split_once('.').map(|(_, ending)| format!(".{ending}"));
    let end = ending(first)?;
    if rest.iter().any(|name| ending(name).as_deref() != Some(&end)) {
        return None;
    }
    let stem = start.trim_end_matches(|c: char| c.is_ascii_digit());
    [undated(stem), stem].into_iter().filter(|stem| *stem != folder(first)).find_map(|stem| {
        let glob = format!("{}*{}", Pattern::escape(stem), Pattern::escape(&end));
        let pattern = Pattern::new(&glob).ok()?;
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        let exact = all.iter().all(|name| pattern.matches_with(name, options) == names.contains(name));
        exact.then_some(glob)
    })
}

/// A start without the part of a date that it ends in: `access-2026-03-` → `access-`.
fn undated(start: &str) -> &str {
    let bare = start.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    let dated = start[bare.len()..].find(|c: char| c.is_ascii_digit());
    dated.map_or(start, |digit| &start[..bare.len() + digit])
}

fn shared_start<'a>(a: &'a str, b: &str) -> &'a str {
    let length =
        a.char_indices().zip(b.chars()).take_while(|((_, a), b)| a == b).map(|((at, a), _)| at + a.len_utf8()).last();
    &a[..length.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_run_is_set_or_shown() {
        for key in keys::of("run") {
            let named = SET.iter().chain(&SHOWN).filter(|(name, _)| *name == key.name).count();
            assert_eq!(named, 1, "{}", key.name);
        }
    }

    #[test]
    fn nightly_files_become_a_glob_that_takes_in_the_next() {
        let all = ["access-2026-03-01.csv", "access-2026-03-02.csv", "staff.csv"];
        assert_eq!(globs(&all[..2], &all), ["access-*.csv"]);
        let other = ["access-2026-03-01.csv", "access-2026-03-02.csv", "access-old.csv"];
        assert_eq!(globs(&other[..2], &other), ["access-2026-03-*.csv"]);
        let dotted = ["in/access.1.csv", "in/access.2.csv"];
        assert_eq!(globs(&dotted, &dotted), dotted);
    }

    #[test]
    fn names_stay_names_where_a_glob_would_take_too_much() {
        let all = ["access-1.csv", "access-2.csv", "access-old.csv"];
        assert_eq!(globs(&all[..2], &all), ["access-1.csv", "access-2.csv"]);
        assert_eq!(globs(&["a[1].csv"], &all), ["a[[]1[]].csv"]);
        assert_eq!(globs(&["staff.csv", "hr.csv"], &["staff.csv", "hr.csv"]), ["staff.csv", "hr.csv"]);
    }

    #[test]
    fn text_is_quoted_as_toml_reads_it() {
        for text in ["a\"b", "c\\d", "e'f", "g\nh"] {
            let line = format!("x = {}", quote(text));
            let table: toml::Table = line.parse().expect(&line);
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }
}
