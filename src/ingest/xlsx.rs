//! Workbooks (XLSX), by `calamine`: what HR and training departments send.
//!
//! The file is held in memory. Before it is opened, every part of it is inflated once and counted, so that a small file
//! cannot grow without bound. A row's line is its number in the sheet; its offset the same from 0. Cells that the sheet
//! formats as dates or times become ISO 8601; a whole number loses its decimal point; an error value is empty.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx};
use csv::ByteRecord;

use super::blocks::Limits;
use super::csv_rows::line_number;
use super::error::IngestError;
use super::file::Job;
use super::header::MAX_WIDTH;
use super::mapping::{Mapping, header_key, recognised};
use super::part::{At, Bench, Part};
use super::stamps::{from_serial, written};
use super::tally::Refusal;

/// The largest stored workbook.
const MAX_STORED: usize = 256 << 20;
/// The most that its parts may inflate to together.
const MAX_INFLATED: u64 = 1 << 30;
/// The header is looked for in so many rows.
const HEADER_ROWS: usize = 50;
/// The largest whole number that a 64-bit float holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How the rows of one workbook are read.
#[derive(Clone, Debug)]
pub(crate) struct XlsxLayout {
    pub mapping: Mapping,
    pub notes: Vec<String>,
    sheet: String,
    header: Vec<String>,
    /// Row of the header, counted from 0.
    header_row: u32,
}

/// A row of a sheet: its number from 0, and its cells.
pub(crate) type SheetRow = (u32, Vec<String>);

impl XlsxLayout {
    /// Chooses the sheet, finds the header and binds the columns.
    pub(crate) fn open(job: Job<'_>, bytes: &[u8]) -> Result<Self, IngestError> {
        bounded(job, bytes)?;
        let sheets = guarded(job, || Ok(Xlsx::new(Cursor::new(bytes)).map_err(said)?.sheet_names()))?;
        let wanted: Vec<&String> = match job.profile.sheet() {
            Some(name) => sheets.iter().filter(|sheet| sheet.trim().eq_ignore_ascii_case(name.trim())).collect(),
            None => sheets.iter().collect(),
        };
        let mut best: Option<(usize, &String, SheetRow)> = None;
        for sheet in wanted {
            let mut seen = 0;
            each_row(job, bytes, sheet, &mut |number, cells| {
                seen += 1;
                if number >= job.profile.skip_lines() {
                    let fit = recognised(job.table, job.profile, &cells);
                    if best.as_ref().is_none_or(|(most, ..)| fit > *most) {
                        best = Some((fit, sheet, (number, cells)));
                    }
                }
                seen < HEADER_ROWS
            })?;
        }
        let Some((_, sheet, (header_row, header))) = best else {
            return Err(IngestError::unusable(
                job.name,
                0,
                match job.profile.sheet() {
                    Some(name) => format!("it has no sheet {name:?} with a row; its sheets are {}", sheets.join(", ")),
                    None => "no sheet of the workbook has a row".to_owned(),
                },
                "export it again, or name the sheet in the mapping profile as sheet = \"…\"",
            ));
        };
        let mapping = Mapping::bind(job.table, job.profile, &header, job.place(header_row + 1))?;
        let others: Vec<&str> = sheets.iter().filter(|other| *other != sheet).map(String::as_str).collect();
        let mut notes = vec![format!("the sheet {sheet:?} was read; its header stands in row {}", header_row + 1)];
        if !others.is_empty() {
            notes.push(format!("sheets that were not read: {}", others.join(", ")));
        }
        Ok(Self { mapping, notes, sheet: sheet.clone(), header, header_row })
    }

    /// Reads every row.
    pub(crate) fn rows<P: Part>(
        &self,
        job: Job<'_>,
        bytes: &[u8],
        limits: Limits,
        part: &mut P,
        bench: &mut Bench,
    ) -> Result<(), IngestError> {
        each_row(job, bytes, &self.sheet, &mut |number, cells| {
            if number <= self.header_row {
                return true;
            }
            if self.is_header(&cells) {
                bench.tally.repeated_headers += 1;
                return true;
            }
            let at = At { file: job.index, line: line_number(u64::from(number) + 1), offset: u64::from(number) };
            self.mapping.held_row(self.record(cells), at, limits, part, bench);
            true
        })
    }

    /// Reads single rows again; `offsets` are sorted.
    pub(crate) fn reread(
        &self,
        job: Job<'_>,
        offsets: &[(u64, usize)],
    ) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        let bytes =
            std::fs::read(job.path).map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
        let mut records = vec![None; offsets.len()];
        let mut next = 0;
        each_row(job, &bytes, &self.sheet, &mut |number, cells| {
            let record = self.record(cells).ok();
            while next < offsets.len() && offsets[next].0 <= u64::from(number) {
                if offsets[next].0 == u64::from(number) {
                    records[next].clone_from(&record);
                }
                next += 1;
            }
            next < offsets.len()
        })?;
        Ok(records)
    }

    fn is_header(&self, cells: &[String]) -> bool {
        cells.len() == self.header.len()
            && cells.iter().zip(&self.header).all(|(cell, header)| header_key(cell) == header_key(header))
    }

    /// A row as wide as the header.
    fn record(&self, mut cells: Vec<String>) -> Result<ByteRecord, Refusal> {
        if cells.len() > self.header.len() {
            return Err(Refusal {
                column: "",
                value: cells.join(",").into_bytes(),
                problem: format!("the row has {} cells and the header {}", cells.len(), self.header.len()),
            });
        }
        cells.resize(self.header.len(), String::new());
        Ok(ByteRecord::from(cells))
    }
}

/// The first rows of every sheet.
pub(crate) fn head(job: Job<'_>, bytes: &[u8], rows: usize) -> Result<Vec<(String, Vec<SheetRow>)>, IngestError> {
    bounded(job, bytes)?;
    let sheets = guarded(job, || Ok(Xlsx::new(Cursor::new(bytes)).map_err(said)?.sheet_names()))?;
    let mut all = Vec::new();
    for sheet in sheets {
        let mut first = Vec::new();
        each_row(job, bytes, &sheet, &mut |number, cells| {
            first.push((number, cells));
            first.len() < rows
        })?;
        all.push((sheet, first));
    }
    Ok(all)
}

/// Calls back for each row that is not blank, in order, without the empty cells at its end, until told to stop.
fn each_row(
    job: Job<'_>,
    bytes: &[u8],
    sheet: &str,
    each: &mut dyn FnMut(u32, Vec<String>) -> bool,
) -> Result<(), IngestError> {
    guarded(job, || {
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(said)?;
        let mut reader = workbook.worksheet_cells_reader(sheet).map_err(said)?;
        let (mut current, mut cells): (Option<u32>, Vec<String>) = (None, Vec::new());
        while let Some(cell) = reader.next_cell().map_err(said)? {
            let ((row, column), text) = (cell.get_position(), text(cell.get_value()));
            if text.is_empty() {
                continue;
            }
            if current != Some(row) {
                if let Some(number) = current {
                    if row < number {
                        return Err(format!("row {} stands after row {}", row + 1, number + 1));
                    }
                    if !each(number, std::mem::take(&mut cells)) {
                        return Ok(());
                    }
                }
                current = Some(row);
            }
            let column = column as usize;
            if column >= MAX_WIDTH {
                return Err(format!("row {} has a cell beyond the {MAX_WIDTH} columns that a table can have", row + 1));
            }
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = text;
        }
        if let Some(number) = current {
            each(number, cells);
        }
        Ok(())
    })
}

/// A cell as text.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(at) => {
            let serial = at.as_f64();
            if (0.0..1.0).contains(&serial) {
                // A time of day without a day.
                return from_serial(serial + 1.0).map_or_else(String::new, |at| at.format("%H:%M:%S").to_string());
            }
            let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
            let local = chrono::NaiveDate::from_ymd_opt(i32::from(year), month.into(), day.into())
                .and_then(|date| date.and_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into()));
            let Some(local) = local else { return number_text(serial) };
            if serial.fract() == 0.0 { local.date().to_string() } else { written(rounded(local)) }
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// To the second: a serial number cannot hold a time exactly.
fn rounded(local: chrono::NaiveDateTime) -> chrono::NaiveDateTime {
    let half = chrono::TimeDelta::milliseconds(500);
    let up = local.checked_add_signed(half).unwrap_or(local);
    chrono::Timelike::with_nanosecond(&up, 0).unwrap_or(up)
}

/// `1234` for 1234.0, all digits otherwise.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation)]
        let whole = number as i64;
        whole.to_string()
    } else {
        number.to_string()
    }
}

fn said(error: calamine::XlsxError) -> String {
    error.to_string()
}

/// Calls the reader. A damaged file may make it fail or panic; both mean that the file is damaged.
fn guarded<T>(job: Job<'_>, read: impl FnOnce() -> Result<T, String>) -> Result<T, IngestError> {
    let problem = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(problem)) => problem,
        Err(_) => "the reader gave up on it".to_owned(),
    };
    Err(IngestError::unusable(
        job.name,
        0,
        format!("it is no workbook that can be read: {problem}"),
        "save it again as .xlsx, or as CSV UTF-8",
    ))
}

/// Refuses a file that is too large or inflates to too much. The parts are found by the archive's own directory.
fn bounded(job: Job<'_>, bytes: &[u8]) -> Result<(), IngestError> {
    let refused = |problem: &str| {
        IngestError::unusable(job.name, 0, problem.to_owned(), "save only the sheet that is needed, or export CSV")
    };
    if bytes.len() > MAX_STORED {
        return Err(refused("a workbook of more than 256 MiB is not read"));
    }
    if inflates_past(bytes, MAX_INFLATED) {
        return Err(refused("the workbook inflates to more than 1 GiB"));
    }
    Ok(())
}

/// True where the parts of an archive inflate to more than `max` bytes together, whatever it says of itself.
fn inflates_past(bytes: &[u8], max: u64) -> bool {
    let mut inflated = 0;
    for start in memchr::memmem::find_iter(bytes, b"PK\x01\x02") {
        // Central directory header: method at 10, stored size at 20, name, extra and comment lengths at 28, local header at 42.
        let Some(entry) = bytes.get(start..start + 46) else { continue };
        let two = |at: usize| usize::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
        let four = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
        let Some(local) = bytes.get(four(42)..).filter(|local| local.starts_with(b"PK\x03\x04") && local.len() >= 30)
        else {
            continue;
        };
        let names = usize::from(u16::from_le_bytes([local[26], local[27]]))
            + usize::from(u16::from_le_bytes([local[28], local[29]]));
        let Some(data) = local.get(30 + names..) else { continue };
        inflated += match two(10) {
            0 => data.len().min(four(20)) as u64,
            _ => {
                let left = max.saturating_sub(inflated) + 1;
                let mut part = flate2::read::DeflateDecoder::new(data).take(left);
                // Damage shows when it is read; here it only ends the count.
                let mut sink = [0; 1 << 14];
                let mut count = 0;
                while let Ok(read @ 1..) = part.read(&mut sink) {
                    count += read as u64;
                }
                count
            }
        };
        if inflated > max {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_is_counted_before_it_is_opened() {
        let bytes = include_bytes!("../../fixtures/profiles/hr-export.xlsx");
        assert!(inflates_past(bytes, 3000) && !inflates_past(bytes, 1 << 20));
        // What the directory says of sizes is not believed.
        let mut lying = bytes.to_vec();
        for start in memchr::memmem::find_iter(bytes, b"PK\x01\x02") {
            lying[start + 24..start + 28].fill(0);
        }
        assert!(inflates_past(&lying, 3000));
    }

    #[test]
    fn numbers_and_times_become_text() {
        use calamine::{ExcelDateTime, ExcelDateTimeType};
        let date = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        for (value, expected) in [
            (DataRef::Float(1001.0), "1001"),
            (DataRef::Float(0.5), "0.5"),
            (DataRef::Int(7), "7"),
            (date(46_082.0), "2026-03-01"),
            (date(46_082.916_666_666_664), "2026-03-01T22:00:00"),
            (date(0.916_666_666_666_666_6), "22:00:00"),
            (DataRef::Bool(true), "true"),
            (DataRef::Empty, ""),
        ] {
            assert_eq!(text(&value), expected);
        }
        let old = DataRef::DateTime(ExcelDateTime::new(44_620.0, ExcelDateTimeType::DateTime, true));
        assert_eq!(text(&old), "2026-03-01", "days counted from 1904");
    }
}
