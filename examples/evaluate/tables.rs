//! CSV tables, by the names of the columns that are asked for.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A table that cannot be read, in words.
#[derive(Debug)]
pub struct TableError(pub String);

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TableError {}

/// The rows of a table, cut down to some columns.
pub struct Rows<const N: usize> {
    name: String,
    reader: csv::Reader<BufReader<File>>,
    columns: [usize; N],
    record: csv::StringRecord,
}

impl<const N: usize> Rows<N> {
    /// Opens a table that must have these columns.
    pub fn open(path: &Path, columns: &[&str; N]) -> Result<Self, TableError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| TableError(format!("{name}: {e}")))?;
        let mut reader = csv::Reader::from_reader(BufReader::with_capacity(1 << 16, file));
        let header = reader.headers().map_err(|e| TableError(format!("{name}: {e}")))?.clone();
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            *place = header
                .iter()
                .position(|h| h.trim_start_matches('\u{feff}') == *column)
                .ok_or_else(|| TableError(format!("{name}: no column {column}")))?;
        }
        Ok(Self { name, reader, columns: places, record: csv::StringRecord::new() })
    }

    /// The next row. A quote that was put before a cell to disarm it for spreadsheets is taken off.
    pub fn next(&mut self) -> Result<Option<[String; N]>, TableError> {
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {
                let cell = |&place: &usize| self.record.get(place).unwrap_or("").trim_start_matches('\'').to_owned();
                Ok(Some(self.columns.each_ref().map(cell)))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(TableError(format!("{}: {error}", self.name))),
        }
    }
}
