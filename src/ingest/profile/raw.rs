//! A profile as it is written: the shape of the TOML file, which is also its published schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A mapping profile: how the export of one product becomes a canonical table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Probity mapping profile")]
pub(super) struct Raw {
    /// What the profile is called; the file's name where it is left out.
    pub name: Option<String>,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Another profile whose settings hold where this one says nothing.
    #[schemars(with = "Option<String>")]
    pub extends: Option<Spanned<String>>,
    /// The canonical table that it makes; left out, it serves any.
    #[schemars(with = "Option<String>")]
    pub table: Option<Spanned<String>>,
    /// One character; otherwise decided from the header line.
    #[schemars(with = "Option<String>")]
    pub delimiter: Option<Spanned<String>>,
    /// Lines above the header; left out, the header is looked for.
    pub skip_lines: Option<u32>,
    /// For a file without a header: the names of its columns.
    pub header: Option<Vec<String>>,
    /// Name of the sheet of a workbook; otherwise the sheet whose header fits best.
    pub sheet: Option<String>,
    /// Canonical column = source column, or several to try in order; an empty list = the source has none.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub columns: BTreeMap<Spanned<String>, OneOrMany>,
    /// Canonical column = a value that every row has.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub constants: BTreeMap<Spanned<String>, String>,
    /// By canonical column: word of the export = word of the contract.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, String>>")]
    pub values: BTreeMap<Spanned<String>, BTreeMap<String, Spanned<String>>>,
    /// By canonical column: a part of a longer cell.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawCapture>")]
    pub capture: BTreeMap<Spanned<String>, RawCapture>,
    /// Source columns that are made out of others, in order.
    #[serde(default)]
    pub derive: Vec<RawDerive>,
    /// Where JSON stands inside cells, and where rows stand inside JSON documents.
    pub json: Option<RawJson>,
    /// How times are written, and in which zone.
    #[serde(default)]
    pub time: RawTime,
    /// Cells that hide a value: read as empty, never equal to each other.
    pub masks: Option<RawMasks>,
    /// By canonical column (or `"*"` for every column): values that mean "not known".
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub sentinels: BTreeMap<Spanned<String>, Vec<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCapture {
    /// Source column.
    pub column: String,
    /// Regular expression; its group 1 is taken, or the whole match.
    #[schemars(with = "String")]
    pub pattern: Spanned<String>,
}

/// A source column made out of others. It begins with exactly one of `from`, `join` and `first`; what else is
/// said is done in the order `split`, `decode`, `pattern`, `formats`, `after`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDerive {
    /// Name of the new source column; with `pattern`, the names of its groups are used instead.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// One source column.
    #[schemars(with = "Option<String>")]
    pub from: Option<Spanned<String>>,
    /// Several source columns; those that are not empty or masked are joined.
    pub join: Option<Vec<String>>,
    /// What stands between joined values [default: a space].
    #[serde(rename = "with")]
    pub between: Option<String>,
    /// Several source columns; the first that is not empty or masked is taken.
    pub first: Option<Vec<String>>,
    /// Cuts the value at this text.
    #[schemars(with = "Option<String>")]
    pub split: Option<Spanned<String>>,
    /// Which piece to take, counted from 1 (-1 = the last); left out, all pieces become a `;`-separated list.
    #[schemars(with = "Option<i32>")]
    pub part: Option<Spanned<i32>>,
    /// `base64`.
    #[schemars(with = "Option<String>")]
    pub decode: Option<Spanned<String>>,
    /// Regular expressions, tried in order. Each named group of the first that matches becomes a source column.
    #[schemars(with = "Option<Vec<String>>")]
    pub patterns: Option<Vec<Spanned<String>>>,
    /// As `patterns`, for one.
    #[schemars(with = "Option<String>")]
    pub pattern: Option<Spanned<String>>,
    /// Reads the value as a time in one of these formats (chrono, or `excel` for a serial number) and writes it as ISO 8601.
    #[schemars(with = "Option<Vec<String>>")]
    pub formats: Option<Vec<Spanned<String>>>,
    /// Zone of these times, where it is another than the source's.
    #[schemars(with = "Option<String>")]
    pub zone: Option<Spanned<String>>,
    /// Another derived time: one that does not come after it is moved on by a day.
    #[schemars(with = "Option<String>")]
    pub after: Option<Spanned<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJson {
    /// Source columns whose cells hold a JSON document; `Column.path` reaches into them.
    #[serde(default)]
    pub cells: Vec<String>,
    /// Where the records of a JSON document stand, for example `entry.resource`; a document without that place is one record itself.
    #[schemars(with = "Option<String>")]
    pub rows: Option<Spanned<String>>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTime {
    /// As `formats`, for one.
    #[schemars(with = "Option<String>")]
    pub format: Option<Spanned<String>>,
    /// chrono formats, tried in order before ISO 8601.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub formats: Vec<Spanned<String>>,
    /// Zone of times without an offset.
    #[schemars(with = "Option<String>")]
    pub zone: Option<Spanned<String>>,
    /// By canonical column: formats and zone of its own.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawColumnTime>")]
    pub columns: BTreeMap<Spanned<String>, RawColumnTime>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawColumnTime {
    /// chrono formats, or `excel` for a serial number.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub formats: Vec<Spanned<String>>,
    /// Zone of this column's times.
    #[schemars(with = "Option<String>")]
    pub zone: Option<Spanned<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMasks {
    /// Whole cells.
    pub values: Vec<String>,
}

/// The JSON Schema of a profile.
#[must_use]
pub fn schema() -> String {
    format!("{:#}\n", schemars::schema_for!(Raw).as_value())
}
