//! Parquet, by `polars-io`. Nothing of Polars leaves this file.
//!
//! The file is held in memory as it is stored and decoded one row group at a time, so memory is bounded by the file and its largest row
//! group; only columns that the table takes are decoded. A row's line is its number, counted from 1; its offset the number from 0.

use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use csv::ByteRecord;
use polars::prelude::{AnyValue, ArrowDataType, ArrowTimeUnit, DataFrame, PolarsResult, SerReader, Series, TimeUnit};
use polars_io::prelude::ParquetReader;

use super::blocks::Limits;
use super::csv_rows::line_number;
use super::error::IngestError;
use super::file::Job;
use super::mapping::Mapping;
use super::parquet_pages;
use super::part::{At, Bench, Part};
use super::stream::{FREE_INFLATION, MAX_RATIO};
use super::tally::Refusal;

/// How the rows of one Parquet file are read.
#[derive(Clone, Debug)]
pub(crate) struct ParquetLayout {
    pub mapping: Mapping,
    /// Names of the file's columns.
    header: Vec<String>,
    /// Which of them the mapping takes, by place.
    taken: Vec<usize>,
    /// Rows of each row group.
    groups: Vec<usize>,
}

impl ParquetLayout {
    /// Reads the schema and binds the columns.
    pub(crate) fn open(job: Job<'_>, bytes: &[u8]) -> Result<Self, IngestError> {
        let (schema, groups) = schema(job, bytes)?;
        let header: Vec<String> = schema.iter().map(|(name, _)| name.clone()).collect();
        let mapping = Mapping::bind(job.table, job.profile, &header, job.place(0))?;
        let taken: Vec<usize> = (0..header.len()).filter(|place| mapping.takes(*place)).collect();
        for (name, kind) in schema.iter().filter(|(name, _)| taken.iter().any(|place| header[*place] == *name)) {
            if !readable(kind) {
                return Err(IngestError::unusable(
                    job.name,
                    0,
                    format!("the column {name} has the type {kind:?}, which is not read"),
                    "export the column as text",
                ));
            }
        }
        Ok(Self { mapping, header, taken, groups })
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
        let mut first = 0;
        for rows in &self.groups {
            let frame = self.frame(job, bytes, first, *rows)?;
            for row in 0..frame.height() {
                let number = (first + row) as u64;
                let at = At { file: job.index, line: line_number(number + 1), offset: number };
                self.mapping.held_row(self.record(&frame, row), at, limits, part, bench);
            }
            first += rows;
        }
        Ok(())
    }

    /// Reads single rows again; `offsets` are sorted.
    pub(crate) fn reread(
        &self,
        job: Job<'_>,
        offsets: &[(u64, usize)],
    ) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        let bytes =
            fs::read(job.path).map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
        let mut records = Vec::with_capacity(offsets.len());
        let mut first = 0;
        let mut rest = offsets.iter().peekable();
        for rows in &self.groups {
            let end = (first + rows) as u64;
            if rest.peek().is_some_and(|(offset, _)| *offset < end) {
                let frame = self.frame(job, &bytes, first, *rows)?;
                while let Some((offset, _)) = rest.next_if(|(offset, _)| *offset < end) {
                    let row = *offset as usize - first;
                    records.push(if row < frame.height() { self.record(&frame, row).ok() } else { None });
                }
            }
            first += rows;
        }
        records.resize(offsets.len(), None);
        Ok(records)
    }

    fn frame(&self, job: Job<'_>, bytes: &[u8], first: usize, rows: usize) -> Result<DataFrame, IngestError> {
        let names = self.taken.iter().map(|place| self.header[*place].clone()).collect();
        guarded(job, || {
            ParquetReader::new(Cursor::new(bytes)).with_columns(Some(names)).with_slice(Some((first, rows))).finish()
        })
    }

    /// One row as text, in the order of the header; columns that are not taken are empty.
    fn record(&self, frame: &DataFrame, row: usize) -> Result<ByteRecord, Refusal> {
        let mut texts: Vec<String> = vec![String::new(); self.header.len()];
        for place in &self.taken {
            let name = &self.header[*place];
            let value = frame.column(name).and_then(|column| column.get(row));
            let refuse = |problem: String| Refusal { column: "", value: name.clone().into_bytes(), problem };
            texts[*place] = match value {
                Ok(value) => {
                    text(&value).map_err(|problem| refuse(format!("the cell {name} cannot be used: {problem}")))?
                }
                Err(error) => return Err(refuse(format!("the cell {name} cannot be read: {error}"))),
            };
        }
        Ok(ByteRecord::from(texts))
    }
}

/// Names and types.
type Columns = Vec<(String, ArrowDataType)>;

/// The columns of a file, and the rows of each row group.
fn schema(job: Job<'_>, bytes: &[u8]) -> Result<(Columns, Vec<usize>), IngestError> {
    let (schema, groups, chunks) = guarded(job, || {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let metadata = reader.get_metadata()?;
        let groups = metadata.row_groups.iter().map(|group| group.num_rows()).collect::<Vec<usize>>();
        let columns = metadata.row_groups.iter().flat_map(|group| group.parquet_columns());
        let chunks: Vec<(Range<u64>, i64)> = columns.map(|column| (column.byte_range(), column.num_values())).collect();
        Ok((reader.schema()?, groups, chunks))
    })?;
    check(job, bytes, &groups, &chunks)?;
    let columns = schema.iter().map(|(name, field)| (name.as_str().to_owned(), field.dtype().clone()));
    Ok((columns.collect(), groups))
}

/// Every column that can be text, and every row, for a table of no contract. A cell that cannot be text is empty.
pub(crate) fn whole(job: Job<'_>, bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), IngestError> {
    let (schema, groups) = schema(job, bytes)?;
    let header: Vec<String> = schema.into_iter().filter(|(_, kind)| readable(kind)).map(|(name, _)| name).collect();
    let mut rows = Vec::new();
    let mut first = 0;
    for count in groups {
        let names = Some(header.clone());
        let frame = guarded(job, || {
            ParquetReader::new(Cursor::new(bytes)).with_columns(names).with_slice(Some((first, count))).finish()
        })?;
        let start = rows.len();
        rows.resize(start + frame.height(), Vec::with_capacity(header.len()));
        for name in &header {
            let column = guarded(job, || frame.column(name))?;
            for (row, cells) in rows[start..].iter_mut().enumerate() {
                cells.push(column.get(row).ok().and_then(|value| text(&value).ok()).unwrap_or_default());
            }
        }
        first += count;
    }
    Ok((header, rows))
}

/// Refuses counts that would make the reader ask for more memory than there is.
fn check(job: Job<'_>, bytes: &[u8], groups: &[usize], chunks: &[(Range<u64>, i64)]) -> Result<(), IngestError> {
    let whole = |problem: &str| {
        let help = "export it again, or export CSV";
        IngestError::unusable(job.name, 0, format!("it is not whole Parquet: {problem}"), help)
    };
    let most = FREE_INFLATION.max((bytes.len() as u64).saturating_mul(MAX_RATIO));
    let rows = groups.iter().try_fold(0u64, |sum, rows| sum.checked_add(*rows as u64));
    if rows.is_none_or(|rows| rows > most) {
        return Err(whole("it counts more rows than it can hold"));
    }
    for (range, values) in chunks {
        let chunk = bytes.get(range.start as usize..range.end as usize);
        let chunk = chunk.ok_or_else(|| whole("a column lies outside the file"))?;
        if u64::try_from(*values).is_ok_and(|values| values <= most) {
            parquet_pages::check(chunk, *values).map_err(whole)?;
        } else {
            return Err(whole("a column counts more values than it can hold"));
        }
    }
    Ok(())
}

/// Calls the reader. A damaged file may make it fail or panic; both mean that the file is damaged.
fn guarded<T>(job: Job<'_>, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, IngestError> {
    let problem = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the reader gave up on it".to_owned(),
    };
    Err(IngestError::unusable(
        job.name,
        0,
        format!("it is not whole Parquet: {problem}"),
        "export it again, or export CSV",
    ))
}

/// Types whose values can become the text of a cell.
fn readable(kind: &ArrowDataType) -> bool {
    use ArrowDataType as A;
    match kind {
        A::Timestamp(unit, _) => matches!(
            unit,
            ArrowTimeUnit::Second | ArrowTimeUnit::Millisecond | ArrowTimeUnit::Microsecond | ArrowTimeUnit::Nanosecond
        ),
        A::List(inner) | A::LargeList(inner) => {
            !matches!(inner.dtype(), A::List(_) | A::LargeList(_)) && readable(inner.dtype())
        }
        _ => matches!(
            kind,
            A::Null
                | A::Boolean
                | A::Int8
                | A::Int16
                | A::Int32
                | A::Int64
                | A::UInt8
                | A::UInt16
                | A::UInt32
                | A::UInt64
                | A::Float32
                | A::Float64
                | A::Date32
                | A::Utf8
                | A::LargeUtf8
                | A::Utf8View
                | A::Binary
                | A::LargeBinary
                | A::BinaryView
        ),
    }
}

/// The largest whole number that a 64-bit float holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value as the text of a cell. A moment with a zone is written in UTC, one without as local time.
fn text(value: &AnyValue<'_>) -> Result<String, String> {
    Ok(match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Binary(bytes) => std::str::from_utf8(bytes).map_err(|_| "its bytes are not UTF-8 text")?.to_owned(),
        AnyValue::Float64(number) if number.abs() > EXACT => {
            return Err("the number is too big to be exact; store it as text".to_owned());
        }
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::Int8(number) => number.to_string(),
        AnyValue::Int16(number) => number.to_string(),
        AnyValue::Int32(number) => number.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        AnyValue::UInt8(number) => number.to_string(),
        AnyValue::UInt16(number) => number.to_string(),
        AnyValue::UInt32(number) => number.to_string(),
        AnyValue::UInt64(number) => number.to_string(),
        AnyValue::Date(days) => {
            chrono::NaiveDate::from_epoch_days(*days).map(|day| day.to_string()).ok_or("the date is out of range")?
        }
        AnyValue::Datetime(count, unit, zone) => moment(*count, *unit, zone.is_some())?,
        AnyValue::DatetimeOwned(count, unit, zone) => moment(*count, *unit, zone.is_some())?,
        AnyValue::List(items) => list(items)?,
        other => return Err(format!("its type is not read ({})", other.dtype())),
    })
}

fn moment(count: i64, unit: TimeUnit, zoned: bool) -> Result<String, String> {
    let millis = match unit {
        TimeUnit::Nanoseconds => count.div_euclid(1_000_000),
        TimeUnit::Microseconds => count.div_euclid(1000),
        TimeUnit::Milliseconds => count,
    };
    let at = chrono::DateTime::from_timestamp_millis(millis).ok_or("the time is out of range")?;
    let written = at.format("%Y-%m-%dT%H:%M:%S%.3f");
    Ok(if zoned { format!("{written}Z") } else { written.to_string() })
}

fn list(items: &Series) -> Result<String, String> {
    let texts: Vec<String> = items.iter().map(|item| text(&item)).collect::<Result<_, _>>()?;
    Ok(texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::tests::Folder;
    use crate::ingest::{NoProgress, ingest, reread};
    use polars::prelude::{Column, IntoColumn, NamedFrom, ParquetWriter, PlSmallStr};

    fn frame() -> DataFrame {
        let column = |name: &str, texts: &[Option<&str>]| -> Column {
            Series::new(PlSmallStr::from_str(name), texts).into_column()
        };
        let logins = Series::new("login".into(), &[1001i64, 1002, 1001]).into_column();
        let times = ["2025-06-18T10:00:00Z", "18/06/2025", "2025-06-18T11:00:00Z"].map(Some);
        DataFrame::new(
            3,
            vec![
                column("at", &times),
                logins,
                column("q_vrm", &[Some("AB12 CDE"), None, None]),
                column("extra", &[None, None, Some("x")]),
            ],
        )
        .unwrap()
    }

    #[test]
    fn reads_rows_and_reads_them_again() {
        let folder = Folder::new();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_row_group_size(Some(2)).finish(&mut frame()).unwrap();
        let sources = [folder.access("log.parquet", &bytes)];
        let tables = ingest(&sources, &NoProgress).unwrap();
        let input = &tables.inputs[0];
        assert_eq!((input.rows, input.used, input.quarantined), (3, 2, 1));
        assert_eq!(tables.quarantine[0].source_line, 2);
        assert!(input.notes.iter().any(|note| note.contains("extra")), "{:?}", input.notes);
        let wanted: Vec<(u16, u64)> =
            tables.access.events.iter().rev().map(|event| (event.file, event.offset)).collect();
        let raw = reread(&tables, &sources, &wanted).unwrap();
        assert_eq!((raw[0].at.as_str(), raw[0].source_line), ("2025-06-18T11:00:00Z", 3));
        assert_eq!((raw[1].login.as_str(), raw[1].q_vrm.as_str()), ("1001", "AB12 CDE"));

        for cut in [5, bytes.len() / 2, bytes.len() - 1] {
            folder.put("log.parquet", &bytes[..cut]);
            assert!(ingest(&sources, &NoProgress).is_err(), "{cut}");
        }
    }

    #[test]
    fn values_become_text() {
        for (value, expected) in [
            (AnyValue::Float64(1001.0), "1001"),
            (AnyValue::Date(20_257), "2025-06-18"),
            (AnyValue::Datetime(1_750_240_800_123_456, TimeUnit::Microseconds, None), "2025-06-18T10:00:00.123"),
            (AnyValue::List(Series::new("".into(), &["a", "", "b"])), "a;b"),
            (AnyValue::Null, ""),
        ] {
            assert_eq!(text(&value).unwrap(), expected);
        }
        assert!(text(&AnyValue::Float64(1e300)).is_err());
    }
}
