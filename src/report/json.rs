//! `report.json`: the whole model for programs, and its published schema.
//!
//! Text is exactly what the model holds; a program that shows it must make it
//! safe itself, as the CSV and HTML writers do.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::model::Report;

/// The file's name.
pub const NAME: &str = "report.json";

/// Version of the file's shape. A new number means that a reader must change.
pub const VERSION: &str = "probity-report/1";

/// The file as a whole: the version of its shape, then the report.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Probity report")]
struct Document<'a> {
    /// Version of this shape.
    #[schemars(extend("const" = VERSION))]
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

/// Writes the file. Keys stand in the model's order, so that equal reports are equal bytes.
///
/// # Errors
/// Where `out` cannot be written.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    let document = Document { schema: VERSION, report };
    serde_json::to_writer_pretty(&mut out, &document)?;
    out.write_all(b"\n")
}

/// The JSON schema of the file, for `docs/`.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document<'static>);
    let mut text = format!("{:#}", schema.as_value());
    text.push('\n');
    text
}
