//! A table given on the command line: a file of any format that a run reads, or the standard input.
//!
//! For ad-hoc commands alone; a run reads its inputs through the profiles and the quarantine of `ingest`.

use std::path::Path;

use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::text::counted;
use crate::config::suggest;
use crate::ingest::IngestError;
use crate::ingest::sheet::{Limits, Plan, Rows, Sheet};

/// Opens a table.
///
/// # Errors
/// A file that cannot be read, or has no header.
pub fn open(path: &Path, limits: Limits) -> Result<Sheet, Failure> {
    Sheet::open(path, limits).map_err(unreadable)
}

/// The next rows of a table; see [`Sheet::next`].
///
/// # Errors
/// Bytes that cannot be read or unpacked.
pub fn next(sheet: &mut Sheet) -> Result<Option<Rows>, Failure> {
    sheet.next().map_err(unreadable)
}

fn unreadable(error: IngestError) -> Failure {
    match error {
        IngestError::Unreadable { file, source } => {
            Failure::said(Exit::Input, "match::unreadable", format!("{file} cannot be read: {source}"), None)
        }
        other => Failure::new(Exit::Input, other),
    }
}

/// A plan of columns of which the first must be there.
///
/// # Errors
/// Where the header has not the first; says what it does have.
pub fn plan(sheet: &Sheet, wanted: &[&[&str]]) -> Result<Plan, Failure> {
    let plan = sheet.plan(wanted);
    if plan.has(0) { Ok(plan) } else { Err(missing(sheet, wanted[0])) }
}

/// There is no such column.
#[must_use]
pub fn missing(sheet: &Sheet, names: &[&str]) -> Failure {
    let known: Vec<&str> = sheet.columns().iter().map(String::as_str).collect();
    let help = match suggest::nearest(names[0], known.iter().copied()) {
        Some(near) => format!("the header has `{near}`; did you mean that?"),
        None => format!("the header has {}", known.join(", ")),
    };
    let message = format!("{}: there is no column `{}`", sheet.name(), names.join("` or `"));
    Failure::said(Exit::Input, "match::missing_column", message, help)
}

/// What is told about a table once it has been read.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// Rows with more or fewer cells than the header.
    pub ragged: u64,
    /// Rows that could not be read at all, and the first of them.
    pub broken: u64,
    /// Line and reason.
    pub first_broken: Option<(u64, String)>,
}

impl Noted {
    /// Adds what another part of the same table gave.
    pub fn add(&mut self, other: Self) {
        self.ragged += other.ragged;
        self.broken += other.broken;
        if self.first_broken.is_none() {
            self.first_broken = other.first_broken;
        }
    }

    /// Adds rows that could not be read.
    pub fn broke(&mut self, rows: Vec<(u64, String)>) {
        self.broken += rows.len() as u64;
        self.add(Self { first_broken: rows.into_iter().next(), ..Self::default() });
    }

    /// Tells.
    pub fn tell(&self, name: &str, console: &Console) {
        if self.ragged > 0 {
            console.warn(&format!(
                "{name}: {} more or fewer cells than the header; missing cells are read as empty",
                counted(self.ragged, "row has", "rows have")
            ));
        }
        if let Some((line, problem)) = &self.first_broken {
            let rows =
                counted(self.broken, "row cannot be read and has no answer", "rows cannot be read and have no answer");
            console.warn(&format!("{name}: {rows}; the first is at line {line}: {problem}"));
        }
    }
}

/// One row of a table in memory.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    names: &'a [&'a [&'a str]],
    cells: &'a [std::borrow::Cow<'a, str>],
}

impl Row<'_> {
    /// The cell of a column; empty where the table does not have it.
    pub fn get(&self, name: &str) -> String {
        let at = self.names.iter().position(|names| names.contains(&name));
        at.map_or_else(String::new, |at| self.cells[at].as_ref().to_owned())
    }

    /// `;`-separated texts of a column.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.get(name).split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// Reads a table whole, a value a row. Of `columns` the first is the id and must be there.
///
/// # Errors
/// A file that cannot be read, or lacks the id.
pub fn read<T>(
    path: &Path,
    console: &Console,
    columns: &[&[&str]],
    row: impl Fn(&Row<'_>) -> T,
) -> Result<Vec<T>, Failure> {
    let mut sheet = open(path, Limits::default())?;
    let plan = plan(&sheet, columns)?;
    let (mut all, mut noted, mut unnamed) = (Vec::new(), Noted::default(), 0);
    while let Some(rows) = next(&mut sheet)? {
        let broken = rows.each(&plan, |r| {
            noted.ragged += u64::from(r.ragged);
            unnamed += u64::from(r.cells[0].is_empty());
            all.push(row(&Row { names: columns, cells: r.cells }));
        });
        noted.broke(broken);
    }
    noted.tell(sheet.name(), console);
    if unnamed > 0 {
        console.warn(&format!("{}: {} no {}", sheet.name(), counted(unnamed, "row has", "rows have"), columns[0][0]));
    }
    Ok(all)
}
