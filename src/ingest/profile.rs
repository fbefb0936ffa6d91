//! Mapping profiles: how the export of one product becomes a canonical table.
//!
//! A profile is a small TOML file. Unknown keys are errors, each pointing at its place and naming the
//! nearest word that is allowed. `docs/inputs.md` describes every key, and `probity schema profile` prints
//! its shape.
//!
//! ```toml
//! name = "acme-rms"                     # defaults to the file's name
//! description = "Acme RMS audit export"
//! extends = "canonical"                 # settings of another profile, where this one says nothing
//! table = "access"                      # may be left out: then it serves any table
//! delimiter = ";"                       # otherwise decided from the header line
//! skip_lines = 3                        # lines above the header; without it the header is looked for
//! header = ["when", "who", "what"]      # for a file without a header: the names of its columns
//! sheet = "Audit"                       # of a workbook
//!
//! [columns]                             # canonical = header, or several to try in order
//! login = ["User ID", "UserName"]
//! location = []                         # the source has no such column, whatever its headers say
//! q_text = "Detail.search.text"         # into a cell that [json] names
//!
//! [constants]
//! system = "RMS"
//!
//! [values.action]                       # as the export says it = as the contract says it
//! Enquiry = "search"
//!
//! [capture.incident_id]                 # group 1 of a pattern, out of a longer cell
//! column = "Reason"
//! pattern = '\b(\d{8})\b'
//!
//! [[derive]]                            # a new source column made out of others
//! name = "at"
//! join = ["Date", "Time"]
//! formats = ["%d/%m/%Y %H:%M"]
//!
//! [json]
//! cells = ["Detail"]                    # cells that hold a JSON document
//! rows = "entry.resource"               # where the records of a JSON document stand
//!
//! [time]
//! formats = ["%d/%m/%Y %H:%M:%S"]
//! zone = "Europe/London"
//! columns.q_dob.formats = ["%d/%m/%Y"]  # of one canonical column
//!
//! [masks]                               # cells that hide a value: read as empty
//! values = ["***"]
//!
//! [sentinels]                           # values that mean "not known"
//! q_dob = ["01/01/1900"]
//! "*" = ["UNKNOWN"]
//! ```
//!
//! A canonical column that the profile does not mention is looked for under its own name.

mod raw;
mod read;
mod steps;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use regex::bytes::Regex;
use rustc_hash::FxHashMap;

use super::json_path::JsonPath;
use super::stamps::Stamp;
use super::tables::TableName;
use super::time::Format;
pub use raw::schema;
use read::Reader;
pub use read::{Library, ProfileError, parse, parse_with};
pub(crate) use steps::{Derive, Input};

/// What stands for a hidden value where the profile does not say.
const MASKS: [&str; 5] = ["***", "###", "[REDACTED]", "——", "— —"];

/// How one kind of export is brought to the canonical shape. Made by [`parse`].
#[derive(Clone, Debug)]
pub struct Profile {
    name: String,
    description: String,
    table: Option<TableName>,
    columns: BTreeMap<String, Vec<String>>,
    constants: BTreeMap<String, String>,
    values: BTreeMap<String, Values>,
    captures: BTreeMap<String, Capture>,
    formats: Vec<Format>,
    zone: Option<Tz>,
    masks: Vec<String>,
    sentinels: BTreeMap<String, Vec<String>>,
    derives: Vec<Derive>,
    stamps: BTreeMap<String, Stamp>,
    json: Option<Json>,
    sheet: Option<String>,
    delimiter: Option<u8>,
    skip_lines: u32,
    header: Vec<String>,
}

/// How JSON documents hold rows and cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Json {
    /// Source columns whose cells hold a document.
    pub cells: Vec<String>,
    /// Where the records of a document stand.
    pub rows: Option<JsonPath>,
}

/// Words of the export in lower case, and what they mean.
pub(crate) type Values = FxHashMap<Vec<u8>, Vec<u8>>;

/// A part of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Capture {
    pub column: String,
    pub pattern: Regex,
}

impl Default for Profile {
    /// Canonical headers, canonical words, ISO times and the usual masks.
    fn default() -> Self {
        Self {
            name: "canonical".to_owned(),
            description: String::new(),
            table: None,
            columns: BTreeMap::new(),
            constants: BTreeMap::new(),
            values: BTreeMap::new(),
            captures: BTreeMap::new(),
            formats: Vec::new(),
            zone: None,
            masks: MASKS.map(str::to_owned).to_vec(),
            sentinels: BTreeMap::new(),
            derives: Vec::new(),
            stamps: BTreeMap::new(),
            json: None,
            sheet: None,
            delimiter: None,
            skip_lines: 0,
            header: Vec::new(),
        }
    }
}

impl Profile {
    /// The profile's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in a sentence; may be empty.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The table that it makes; `None` where it serves any.
    #[must_use]
    pub const fn table(&self) -> Option<TableName> {
        self.table
    }

    /// The zone of local times, where the profile knows it. Whoever builds a [`Source`](super::Source)
    /// decides: the source's own zone first, then this, then the run's.
    #[must_use]
    pub const fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// Headers to look for, in order.
    pub(crate) fn headers(&self, column: &'static str) -> Vec<&str> {
        if let Some(capture) = self.captures.get(column) {
            return vec![&capture.column];
        }
        if self.constants.contains_key(column) {
            return Vec::new();
        }
        self.columns.get(column).map_or_else(|| vec![column], |names| names.iter().map(String::as_str).collect())
    }

    pub(crate) fn constant(&self, column: &str) -> Option<&str> {
        self.constants.get(column).map(String::as_str)
    }

    pub(crate) fn values(&self, column: &str) -> Option<&Values> {
        self.values.get(column)
    }

    pub(crate) fn capture(&self, column: &str) -> Option<&Regex> {
        self.captures.get(column).map(|capture| &capture.pattern)
    }

    pub(crate) fn formats(&self) -> &[Format] {
        &self.formats
    }

    pub(crate) fn masks(&self) -> &[String] {
        &self.masks
    }

    /// Values that mean "not known" in a column.
    pub(crate) fn sentinels(&self, column: &str) -> impl Iterator<Item = &str> {
        [column, "*"].into_iter().filter_map(|key| self.sentinels.get(key)).flatten().map(String::as_str)
    }

    pub(crate) fn derives(&self) -> &[Derive] {
        &self.derives
    }

    /// Formats and zone of one column's own.
    pub(crate) fn stamp(&self, column: &str) -> Option<&Stamp> {
        self.stamps.get(column)
    }

    pub(crate) const fn json(&self) -> Option<&Json> {
        self.json.as_ref()
    }

    pub(crate) fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// The source columns that a source itself must have for this one: itself, or what it is derived from.
    pub(crate) fn roots<'p>(&'p self, name: &'p str) -> Vec<&'p str> {
        self.roots_before(name, self.derives.len())
    }

    /// A derived column is made of headers and of what was derived before it.
    fn roots_before<'p>(&'p self, name: &'p str, before: usize) -> Vec<&'p str> {
        let made = self.derives[..before].iter().rposition(|derive| derive.outputs.iter().any(|output| output == name));
        match made {
            Some(place) => {
                let inputs = self.derives[place].inputs();
                inputs.into_iter().flat_map(|input| self.roots_before(input, place)).collect()
            }
            None => vec![name],
        }
    }

    pub(crate) const fn delimiter(&self) -> Option<u8> {
        self.delimiter
    }

    pub(crate) const fn skip_lines(&self) -> u32 {
        self.skip_lines
    }

    /// Names of the columns of a file without a header; empty where it has one.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }
}

/// The path that a name like `AuditData.UserId` has inside the cell `AuditData`.
pub(crate) fn inside<'n>(cell: &str, name: &'n str) -> Option<&'n str> {
    let start = name.get(..cell.len())?;
    let rest = &name[cell.len()..];
    if !start.eq_ignore_ascii_case(cell) {
        return None;
    }
    rest.strip_prefix('.').filter(|path| !path.is_empty())
}
