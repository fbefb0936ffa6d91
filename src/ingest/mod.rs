//! Exports to canonical tables: the first stage.
//!
//! ```text
//! stream   stored bytes → UTF-8 text (gzip, zstd, UTF-16, Windows-1252), hashed on the way
//! header   where the rows begin and what divides their cells
//! blocks   text → blocks of whole records, each with its offset and line
//! records, csv_rows, json_list, json_rows   a block → source rows; parquet, xlsx, json_docs   a whole file → source rows
//! mapping, derive, profile   a source row → canonical cells
//! access_rows, rows   canonical cells → events in columns, or one struct a row
//! merge    the workers' parts → one table in an order of its own, each row once
//! reread   single events again, from their offset, for evidence
//! ```
//!
//! Every physical row is accounted for: `rows = used + duplicates + quarantined` in every file. Spaces around a cell
//! are not part of it. The tables do not depend on the order of files or of rows in them, on where blocks are cut or on how
//! many threads there are; only a row's origin says where it stood.

mod access_rows;
#[cfg(all(test, not(fuzzing)))]
mod accounting;
mod blocks;
pub(crate) mod columns;
mod csv_rows;
mod derive;
#[cfg(test)]
mod dialects;
mod dictionary;
mod error;
pub(crate) mod event_ids;
mod file;
mod header;
mod heads;
mod held;
mod json_docs;
mod json_list;
mod json_path;
mod json_rows;
mod mapping;
mod merge;
mod names;
mod near;
#[cfg(not(fuzzing))]
mod parquet;
#[cfg(not(fuzzing))]
mod parquet_pages;
// The fuzz targets are built without Polars, which would take an hour with their checks on.
#[cfg(fuzzing)]
#[path = "../../fuzz/src/parquet.rs"]
mod parquet;
mod part;
mod people;
mod present;
mod queries;
mod records;
mod reread;
mod rows;
pub(crate) mod sample;
pub(crate) mod sheet;
mod staff;
mod stamps;
mod stream;
mod tally;
#[cfg(fuzzing)]
#[path = "../../fuzz/src/targets.rs"]
pub mod targets;
#[cfg(test)]
mod tests;
mod time;
mod xlsx;

pub mod access;
pub mod history;
pub mod profile;
pub mod tables;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use rayon::prelude::*;

pub use error::{ErrorKind, IngestError};
pub use merge::Duplicate;
pub use profile::Profile;
pub use reread::{RawEvent, Shapes, reread};

pub use access::{AccessLog, Action, Code, Environment, Event, Outcome, Query, Strings};
use access_rows::AccessPart;
pub use access_rows::event_hash;
use blocks::Limits;
use columns::spec;
use file::{Done, Job, Pool};
use part::Part;
use rows::{Row, Rows};
use stream::Stored;
pub use tables::{
    Account, Assignment, Authority, Disposition, Duty, HighProfile, Incident, IncidentPerson, InputFile, Origin,
    Person, Quarantined, Relationship, Staff, TableName, Training,
};

/// One row of each member of staff, as a run makes them of dated rows. `rows` are sorted.
pub(crate) fn settle_staff(rows: Vec<Staff>) -> Vec<Staff> {
    staff::settle(rows).0
}

/// One row of each person whose rows have days. `rows` are sorted.
pub(crate) fn settle_people(rows: Vec<Person>) -> Vec<Person> {
    people::settle(rows).0
}

/// Files that feed one table in one way: a `[[sources]]` entry of the config.
#[derive(Clone, Debug)]
pub struct Source {
    /// The table.
    pub table: TableName,
    /// Files, already found and sorted.
    pub files: Vec<PathBuf>,
    /// How to call each of them, in the same order.
    pub names: Vec<String>,
    /// How its columns become canonical ones; `None` = they are.
    pub profile: Option<Arc<Profile>>,
    /// Zone of times without an offset: the source's own, else the profile's, else the run's.
    pub zone: Tz,
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Tables {
    pub access: AccessLog,
    pub staff: Vec<Staff>,
    pub accounts: Vec<Account>,
    pub relationships: Vec<Relationship>,
    pub people: Vec<Person>,
    pub incidents: Vec<Incident>,
    pub incident_people: Vec<IncidentPerson>,
    pub assignments: Vec<Assignment>,
    pub duty: Vec<Duty>,
    pub training: Vec<Training>,
    pub high_profile: Vec<HighProfile>,
    pub authorities: Vec<Authority>,
    pub dispositions: Vec<Disposition>,
    /// The tables that the config names, in the order of the contract.
    pub present: Vec<TableName>,
    /// Of each present table, the canonical columns that its sources have or that a profile sets.
    pub columns: BTreeMap<TableName, Vec<&'static str>>,
    /// One entry a file, ordered by table and name; [`Origin::file`] and [`Event::file`](access::Event::file) point here.
    pub inputs: Vec<InputFile>,
    /// Rows and cells that could not be used, sorted.
    pub quarantine: Vec<Quarantined>,
    /// Rows that repeat another, sorted. A file whose whole content was given twice is not listed row by row.
    pub duplicates: Vec<Duplicate>,
    /// What [`reread`] needs.
    pub shapes: Shapes,
}

impl Tables {
    /// True where a source of the table has the column.
    #[must_use]
    pub fn has_column(&self, table: TableName, column: &str) -> bool {
        self.columns.get(&table).is_some_and(|columns| columns.contains(&column))
    }
}

/// Told how far reading has got. Called from several threads.
pub trait Progress: Sync {
    /// A file is begun; its size in bytes as stored.
    fn file(&self, name: &str, bytes: u64);
    /// So many more stored bytes have been read.
    fn bytes(&self, read: u64);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn file(&self, _: &str, _: u64) {}
    fn bytes(&self, _: u64) {}
}

/// Reads every source.
///
/// # Errors
/// A file that is missing or cannot be used as a whole, or an access log without a single row. A row or
/// cell that cannot be used is never an error: it is listed in [`Tables::quarantine`].
pub fn ingest(sources: &[Source], progress: &dyn Progress) -> Result<Tables, IngestError> {
    ingest_with(sources, progress, Limits::default())
}

/// [`ingest`] with other sizes, for tests.
pub(crate) fn ingest_with(sources: &[Source], progress: &dyn Progress, limits: Limits) -> Result<Tables, IngestError> {
    let canonical = Profile::default();
    let jobs = plan(sources, &canonical)?;
    if !jobs.iter().any(|job| job.table == TableName::Access) {
        return Err(IngestError::NoAccess);
    }
    let mut run = Run { jobs: &jobs, limits, progress, files: Vec::with_capacity(jobs.len()), duplicates: Vec::new() };
    let mut present: Vec<TableName> = sources.iter().map(|source| source.table).collect();
    present.sort_unstable();
    present.dedup();

    let parts = run.read::<AccessPart>(TableName::Access)?;
    let rows: u64 = run.files.iter().map(|file| file.input.rows).sum();
    if rows == 0 {
        let names: Vec<&str> = run.files.iter().map(|file| file.input.name.as_str()).collect();
        return Err(IngestError::EmptyAccess { files: names.join(", ") });
    }
    let (access, duplicates) = merge::merge(parts, run.columns(TableName::Access, false));
    run.duplicates = duplicates;
    let mut tables = Tables {
        access,
        staff: run.rows()?,
        accounts: run.rows()?,
        relationships: run.rows()?,
        people: run.rows()?,
        incidents: run.rows()?,
        incident_people: run.rows()?,
        assignments: run.rows()?,
        duty: run.rows()?,
        training: run.rows()?,
        high_profile: run.rows()?,
        authorities: run.rows()?,
        dispositions: run.rows()?,
        columns: present.iter().map(|table| (*table, run.columns(*table, true))).collect(),
        present,
        ..Tables::default()
    };
    run.settle_staff(&mut tables);
    run.settle_people(&mut tables);
    run.note_names(&tables);
    run.finish(&mut tables);
    Ok(tables)
}

/// Reads the access log to canonical columns and stops there, before the workers' parts are merged and sorted: what
/// `benches/ingest.rs` compares with a bare read. Returns how many events there are.
///
/// # Errors
/// As [`ingest`].
pub fn canonicalise(sources: &[Source]) -> Result<usize, IngestError> {
    let canonical = Profile::default();
    let jobs = plan(sources, &canonical)?;
    let mut run = Run {
        jobs: &jobs,
        limits: Limits::default(),
        progress: &NoProgress,
        files: Vec::new(),
        duplicates: Vec::new(),
    };
    let mut parts = run.read::<AccessPart>(TableName::Access)?;
    parts.par_iter_mut().for_each(AccessPart::settle);
    Ok(parts.iter().map(|part| part.events.len()).sum())
}

/// Every file of every source, in the order of [`Tables::inputs`].
pub(crate) fn plan<'a>(sources: &'a [Source], canonical: &'a Profile) -> Result<Vec<Job<'a>>, IngestError> {
    let mut jobs: Vec<Job<'a>> = Vec::new();
    for source in sources {
        for (index, path) in source.files.iter().enumerate() {
            jobs.push(Job {
                index: 0,
                path,
                name: source.names.get(index).map_or("?", String::as_str),
                table: source.table,
                profile: source.profile.as_deref().unwrap_or(canonical),
                profile_name: source.profile.as_deref().map(Profile::name),
                zone: source.zone,
            });
        }
    }
    jobs.sort_by(|left, right| (left.table, left.name, left.path).cmp(&(right.table, right.name, right.path)));
    let count = jobs.len();
    for (index, job) in jobs.iter_mut().enumerate() {
        job.index =
            u16::try_from(index).map_err(|_| IngestError::TooManyFiles { count, max: usize::from(u16::MAX) + 1 })?;
    }
    Ok(jobs)
}

/// One file and what became of it.
struct FileRun {
    input: InputFile,
    shape: file::Shape,
    present: Vec<&'static str>,
    rejects: Vec<tally::Reject>,
}

/// The work in hand.
struct Run<'a> {
    jobs: &'a [Job<'a>],
    limits: Limits,
    progress: &'a dyn Progress,
    /// In the order of `jobs`, as far as they are done.
    files: Vec<FileRun>,
    duplicates: Vec<Duplicate>,
}

impl Run<'_> {
    /// Reads every file of a table. Tables are read in the order of the contract, which is that of the jobs.
    fn read<P: Part>(&mut self, table: TableName) -> Result<Vec<P>, IngestError> {
        let pool = Pool::new();
        let jobs: Vec<Job<'_>> = self.jobs.iter().filter(|job| job.table == table).copied().collect();
        let sizes: Vec<u64> = jobs
            .iter()
            .map(|job| {
                std::fs::metadata(job.path)
                    .map(|stored| stored.len())
                    .map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })
            })
            .collect::<Result<_, _>>()?;
        let first = self.files.len();
        for (index, job) in jobs.iter().enumerate() {
            self.progress.file(job.name, sizes[index]);
            // Only files of one size can have one content, so only they are read to compare.
            let alike: Vec<usize> =
                (0..index).filter(|other| sizes[*other] == sizes[index] && reads_alike(&jobs[*other], job)).collect();
            if !alike.is_empty() && sizes[index] > 0 {
                let sha256 = hash(job)?;
                if let Some(same) =
                    alike.into_iter().map(|other| &self.files[first + other].input).find(|other| other.sha256 == sha256)
                {
                    let input = InputFile {
                        name: job.name.to_owned(),
                        duplicates: same.rows,
                        used: 0,
                        quarantined: 0,
                        ambiguous_times: 0,
                        missing_times: 0,
                        notes: vec![format!(
                            "the content is that of {}, which was read; its rows count as duplicates",
                            same.name
                        )],
                        ..same.clone()
                    };
                    self.progress.bytes(input.bytes);
                    self.files.push(FileRun {
                        input,
                        shape: file::Shape::default(),
                        present: Vec::new(),
                        rejects: Vec::new(),
                    });
                    continue;
                }
            }
            let done = file::read(*job, self.limits, &pool, self.progress)?;
            self.files.push(FileRun::new(*job, done));
        }
        Ok(pool.into_all())
    }

    /// Reads one of the smaller tables.
    fn rows<T: Row>(&mut self) -> Result<Vec<T>, IngestError> {
        let parts = self.read::<Rows<T>>(T::TABLE)?;
        let (rows, duplicates, contradictions) = merge::settle(parts);
        self.duplicates.extend(duplicates);
        let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
        for Origin { file, .. } in contradictions {
            *counts.entry(file).or_default() += 1;
        }
        for (file, count) in counts {
            let key = spec(T::TABLE).columns[0].name;
            let rows = if count == 1 { "1 row repeats".to_owned() } else { format!("{count} rows repeat") };
            self.files[usize::from(file)]
                .input
                .notes
                .push(format!("{rows} a {key} with other content; every row is kept"));
        }
        Ok(rows)
    }

    /// Makes one row of each member of staff.
    fn settle_staff(&mut self, tables: &mut Tables) {
        let (staff, found) = staff::settle(std::mem::take(&mut tables.staff));
        tables.staff = staff;
        for (index, file) in self.files.iter_mut().enumerate() {
            file.input.notes.extend(found.notes(index as u16));
        }
    }

    /// Makes one row of each person whose rows have days.
    fn settle_people(&mut self, tables: &mut Tables) {
        let (people, earlier) = people::settle(std::mem::take(&mut tables.people));
        tables.people = people;
        for (file, rows) in earlier {
            let rows = if rows == 1 { "1 row is".to_owned() } else { format!("{rows} rows are") };
            self.files[usize::from(file)].input.notes.push(format!(
                "{rows} of a person at an earlier time; the latest state counts, and earlier names, addresses, vehicles and \
                 numbers are kept with their days"
            ));
        }
    }

    /// Says where names seem to stand in the wrong column.
    fn note_names(&mut self, tables: &Tables) {
        let staff = tables.staff.iter().map(|row| (&row.forename, &row.surname, row.origin));
        let people = tables.people.iter().map(|row| (&row.forename, &row.surname, row.origin));
        let named = staff.chain(people).map(|(forename, surname, origin)| names::Named { forename, surname, origin });
        for (file, note) in names::misplaced(named) {
            self.files[usize::from(file)].input.notes.push(note);
        }
    }

    /// The columns that the files of a table have, in the order of the contract.
    fn columns(&self, table: TableName, required: bool) -> Vec<&'static str> {
        let files = self.jobs.iter().zip(&self.files).filter(|(job, _)| job.table == table);
        let seen: Vec<&str> = files.flat_map(|(_, file)| file.present.iter().copied()).collect();
        spec(table)
            .columns
            .iter()
            .filter(|column| (required || !column.required) && seen.contains(&column.name))
            .map(|column| column.name)
            .collect()
    }

    /// Hands over what was noticed about files and rows.
    fn finish(mut self, tables: &mut Tables) {
        for duplicate in &self.duplicates {
            self.files[usize::from(duplicate.row.file)].input.duplicates += 1;
        }
        self.duplicates.par_sort_unstable();
        tables.duplicates = self.duplicates;
        for file in self.files {
            let mut input = file.input;
            input.used = input.rows - input.quarantined - input.duplicates;
            let name: Arc<str> = Arc::from(input.name.as_str());
            let table = input.table;
            tables.quarantine.extend(file.rejects.into_iter().map(|reject| Quarantined {
                source_file: Arc::clone(&name),
                source_line: reject.line,
                table,
                column: reject.column.to_owned(),
                value: reject.value,
                problem: reject.problem,
            }));
            tables.inputs.push(input);
            tables.shapes.0.push(file.shape);
        }
        tables.quarantine.par_sort_unstable();
    }
}

impl FileRun {
    fn new(job: Job<'_>, done: Done) -> Self {
        let spec = spec(job.table);
        let mut notes = done.notes;
        notes.extend(done.tally.notes(spec));
        notes.extend(done.tally.written.notes(job.profile.formats()));
        // A table without snapshots needs no dates of validity.
        let wanted = spec.columns.iter().map(|column| column.name).filter(|name| !name.starts_with("valid_"));
        let absent: Vec<&str> = wanted.filter(|name| !done.present.contains(name)).collect();
        if !absent.is_empty() && !done.present.is_empty() {
            notes.push(format!("columns that the file does not have: {}", absent.join(", ")));
        }
        let input = InputFile {
            name: job.name.to_owned(),
            table: job.table.as_str(),
            bytes: done.bytes,
            sha256: done.sha256,
            rows: done.tally.rows,
            used: 0,
            duplicates: 0,
            quarantined: done.tally.quarantined,
            zone: job.zone.name().to_owned(),
            ambiguous_times: done.tally.changes.ambiguous,
            missing_times: done.tally.changes.missing,
            notes,
        };
        Self { input, shape: done.shape, present: done.present, rejects: done.tally.rejects }
    }
}

/// True where two files of one content would give the same rows.
fn reads_alike(one: &Job<'_>, other: &Job<'_>) -> bool {
    std::ptr::eq(one.profile, other.profile) && one.zone == other.zone
}

/// SHA-256 of a stored file.
fn hash(job: &Job<'_>) -> Result<String, IngestError> {
    let unreadable = |source| IngestError::Unreadable { file: job.name.to_owned(), source };
    let mut stored = Stored::open(job.path, &NoProgress).map_err(unreadable)?;
    let meter = stored.meter();
    std::io::copy(&mut stored, &mut std::io::sink()).map_err(unreadable)?;
    Ok(meter.sha256())
}
