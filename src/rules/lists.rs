//! Lists that analysts keep: `rules/lists/*.csv`, a phrase a line with why it
//! stands there, who answers for it, and until when.
//!
//! This module reads them and says which entries matched nothing; what a match
//! is (a whole reason, a word of it) is for the stage that computes the fact.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::error::{RuleError, RuleErrors, cut, suggestion};
use super::pattern::fold;
use super::read::is_date;

/// Largest list that is read.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
const COLUMNS: [&str; 4] = ["phrase", "reason", "owner", "expires"];

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// The word or phrase, in lower case, blanks made single.
    pub phrase: String,
    /// Why it stands on the list.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it counts, `YYYY-MM-DD`; open when there is none.
    pub expires: Option<String>,
    /// Line in the file, counted from 1.
    pub line: u64,
}

/// One list.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct List {
    /// Stem of the file: `boilerplate-reasons`.
    pub name: String,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

impl List {
    /// The entries that count on a day, `YYYY-MM-DD`.
    pub fn current<'l>(&'l self, day: &'l str) -> impl Iterator<Item = &'l Entry> {
        // Dates so written sort as they follow one another.
        self.entries.iter().filter(move |entry| entry.expires.as_deref().is_none_or(|last| day <= last))
    }

    /// A sentence for each entry that has expired on that day or matched
    /// nothing. `used` says for each entry, by place, how often it matched.
    #[must_use]
    pub fn idle(&self, day: &str, used: &[u64]) -> Vec<String> {
        let mut said = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let whereabouts = format!("lists/{}.csv:{}: `{}`", self.name, entry.line, cut(&entry.phrase));
            match &entry.expires {
                Some(last) if day > last.as_str() => {
                    said.push(format!("{whereabouts} expired on {last}; {} should renew or remove it", entry.owner));
                }
                _ if used.get(place).copied().unwrap_or(0) == 0 => {
                    said.push(format!("{whereabouts} matched nothing"));
                }
                _ => {}
            }
        }
        said
    }
}

/// Reads every `*.csv` of a folder of lists, by name; a folder that is not there holds none.
///
/// # Errors
/// Everything wrong with any of the files.
pub fn load(dir: &Path) -> Result<BTreeMap<String, List>, RuleErrors> {
    let unreadable = |file: &Path, error: std::io::Error| {
        let message = format!("cannot read the list: {error}");
        RuleError::whole_file(&file.display().to_string(), "lists::unreadable", message, None)
    };
    let mut lists = BTreeMap::new();
    let mut errors = Vec::new();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(lists),
        Err(error) => return Err(RuleErrors(vec![unreadable(dir, error)])),
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "csv")) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
        let text = fs::metadata(&path).and_then(|file| {
            if file.len() > MAX_BYTES {
                return Err(std::io::Error::other(format!("larger than {MAX_BYTES} bytes")));
            }
            fs::read_to_string(&path)
        });
        match text.map_err(|error| vec![unreadable(&path, error)]).and_then(|text| parse(&name, &text)) {
            Ok(list) => drop(lists.insert(name, list)),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(lists) } else { Err(RuleErrors(errors)) }
}

/// Reads the text of one list.
///
/// # Errors
/// A sentence for each line that cannot be used.
pub fn parse(name: &str, text: &str) -> Result<List, Vec<RuleError>> {
    let file = format!("lists/{name}.csv");
    let mut errors = Vec::new();
    let mut wrong = |line: u64, message: String, help: Option<String>| {
        let mut error = RuleError::whole_file(&file, "lists::line", message, help);
        error.line = usize::try_from(line).unwrap_or(usize::MAX);
        error.column = 1;
        errors.push(error);
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    match reader.headers() {
        Ok(headers) => {
            for header in headers.iter().filter(|header| !COLUMNS.contains(header)) {
                wrong(1, format!("there is no column `{}`", cut(header)), suggestion(header, COLUMNS));
            }
            for column in COLUMNS.iter().filter(|column| !headers.iter().any(|header| header == **column)) {
                wrong(
                    1,
                    format!("the column `{column}` is missing"),
                    Some(format!("the columns: {}", COLUMNS.join(","))),
                );
            }
        }
        Err(error) => wrong(1, format!("this is not CSV: {error}"), None),
    }
    let headers = reader.headers().cloned().unwrap_or_default();
    let mut list = List { name: name.to_owned(), entries: Vec::new() };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                wrong(
                    line,
                    "the line has not as many cells as the header".to_owned(),
                    Some("quote a phrase that holds a comma".to_owned()),
                );
                continue;
            }
        };
        let line = record.position().map_or(1, csv::Position::line);
        let cell = |column: &str| {
            let place = headers.iter().position(|header| header == column);
            place.and_then(|place| record.get(place)).unwrap_or("").trim()
        };
        let phrase = fold(&cell("phrase").split_whitespace().collect::<Vec<_>>().join(" "));
        let expires = Some(cell("expires")).filter(|last| !last.is_empty()).map(str::to_owned);
        if phrase.is_empty() {
            wrong(line, "the phrase is empty".to_owned(), None);
        } else if cell("reason").is_empty() || cell("owner").is_empty() {
            wrong(line, format!("`{}` needs a reason and an owner", cut(&phrase)), None);
        } else if expires.as_deref().is_some_and(|last| !is_date(last)) {
            wrong(
                line,
                "`expires` should be a date".to_owned(),
                Some("write YYYY-MM-DD, or leave it empty".to_owned()),
            );
        } else if let Some(earlier) = list.entries.iter().find(|entry| entry.phrase == phrase) {
            wrong(line, format!("`{}` stands on line {} already", cut(&phrase), earlier.line), None);
        } else {
            let (reason, owner) = (cell("reason").to_owned(), cell("owner").to_owned());
            list.entries.push(Entry { phrase, reason, owner, expires, line });
        }
    }
    if errors.is_empty() { Ok(list) } else { Err(errors) }
}
