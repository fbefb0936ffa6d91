//! Searches in, answers out: a few blocks at a time, in parallel, in order. Memory holds what is matched against and a
//! few blocks of searches, whatever their number.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::tables::day;
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::sheet::{self, Noted};
use crate::cli::text::counted;
use crate::ingest::sheet::{Limits, Plan, Rows, Sheet};
use crate::ingest::{Person, Relationship, Staff};
use crate::relations::answers::{Who, answers};
use crate::relations::register::Register;
use crate::relations::{Asker, Identifiers, Known};
use crate::report::text::cell;
use crate::subjects::terms::freetext;
use crate::subjects::{Asked, Coverage, PeopleIndex, Typed, resolve_one};

/// Bytes of searches that a thread takes at a time: some seconds of work at most.
const BLOCK: usize = 256 << 10;
/// Blocks that are held for each thread.
const BLOCKS: usize = 8;

/// The columns of a search: the id, whoever typed it, the terms, and when it was typed.
const COLUMNS: [&[&str]; 13] = [
    &["query_id", "event_id"],
    &["staff_id", "login"],
    &["forename"],
    &["surname"],
    &["dob"],
    &["age"],
    &["address"],
    &["postcode"],
    &["vrm"],
    &["phone"],
    &["text"],
    &["subject_id", "person_id"],
    &["at"],
];
/// How many of these are terms, after the first two.
const TERMS: usize = 10;

/// One search.
pub struct Search<'a> {
    id: Cow<'a, str>,
    /// Whoever typed it, as given.
    by: &'a str,
    /// When it was typed, as given.
    at: &'a str,
    asked: Asked<'a>,
}

/// A table of searches that is being answered.
pub struct Searches {
    sheet: Sheet,
    plan: Plan,
}

/// What became of the searches.
#[derive(Clone, Debug, Default)]
pub struct Told {
    searches: u64,
    answered: u64,
    /// Typed by nobody on the staff list.
    strangers: u64,
    /// With a time that is none.
    undated: u64,
    noted: Noted,
}

/// Answers of one block, as they are written.
#[derive(Default)]
pub struct Lines {
    text: String,
    told: Told,
}

impl Searches {
    /// Opens the table; with `by_staff` every search must say who typed it.
    ///
    /// # Errors
    /// A table that cannot be read, or lacks a column.
    pub fn open(path: &Path, by_staff: bool) -> Result<Self, Failure> {
        let sheet = sheet::open(path, Limits { block: BLOCK, ..Limits::default() })?;
        let plan = sheet::plan(&sheet, &COLUMNS)?;
        if by_staff && !plan.has(1) {
            return Err(sheet::missing(&sheet, COLUMNS[1]));
        }
        if (2..2 + TERMS).all(|term| !plan.has(term)) {
            let message = format!("{} has no column to search by", sheet.name());
            let terms: Vec<&str> = COLUMNS[2..2 + TERMS].iter().map(|names| names[0]).collect();
            let help = format!("it may have {}, with or without `q_`", terms.join(", "));
            return Err(Failure::said(Exit::Input, "match::no_terms", message, help));
        }
        Ok(Self { sheet, plan })
    }

    /// Writes the header and the answers to `out`, whole or not at all; `-` is the standard output.
    ///
    /// # Errors
    /// Searches that cannot be read to their end, or answers that cannot be written.
    pub fn answer<A: FnMut(&Search<'_>, &mut Lines)>(
        &mut self,
        out: &Path,
        header: &str,
        asker: impl Fn() -> A + Sync,
    ) -> Result<Told, Failure> {
        let mut sink = Sink::open(out)?;
        sink.write(header)?;
        sink.write("\n")?;
        let mut told = Told::default();
        let most = rayon::current_num_threads() * BLOCKS;
        loop {
            let mut blocks: Vec<Rows> = Vec::with_capacity(most);
            while blocks.len() < most
                && let Some(rows) = sheet::next(&mut self.sheet)?
            {
                blocks.push(rows);
            }
            if blocks.is_empty() || sink.is_closed() {
                break;
            }
            let parts: Vec<Lines> = blocks.par_iter().map(|rows| lines(rows, &self.plan, asker())).collect();
            for part in parts {
                told.add(part.told);
                sink.write(&part.text)?;
            }
        }
        sink.close()?;
        Ok(told)
    }

    /// Says what became of them.
    pub fn tell(&self, told: &Told, console: &Console) {
        told.noted.tell(self.sheet.name(), console);
        if told.strangers > 0 {
            console.warn(&format!(
                "{} by nobody on the staff list: only high_profile and colleague can be answered",
                counted(told.strangers, "search was typed", "searches were typed")
            ));
        }
        if told.undated > 0 {
            console.warn(&format!(
                "{} an `at` that does not begin with a day of the form YYYY-MM-DD; the day of --as-of is taken",
                counted(told.undated, "search has", "searches have")
            ));
        }
        console.done(&format!("{} of {} answered", told.answered, counted(told.searches, "search", "searches")));
    }
}

impl Told {
    fn add(&mut self, other: Self) {
        self.searches += other.searches;
        self.answered += other.answered;
        self.strangers += other.strangers;
        self.undated += other.undated;
        self.noted.add(other.noted);
    }
}

fn lines(rows: &Rows, plan: &Plan, mut answer: impl FnMut(&Search<'_>, &mut Lines)) -> Lines {
    let mut out = Lines::default();
    let broken = rows.each(plan, |row| {
        let [id, by, forename, surname, dob, age, address, postcode, vrm, phone, text, record, at] =
            std::array::from_fn(|column| row.cells[column].as_ref());
        let id = if id.is_empty() { Cow::Owned(format!("line:{}", row.line)) } else { Cow::Borrowed(id) };
        let typed = Typed { forename, surname, dob, age, address, postcode, vrm, phone };
        let length = out.text.len();
        answer(&Search { id, by, at, asked: Asked { record, typed, text } }, &mut out);
        out.told.searches += 1;
        out.told.answered += u64::from(out.text.len() > length);
        out.told.noted.ragged += u64::from(row.ragged);
    });
    out.told.noted.broke(broken);
    out
}

/// Who of a list of people a search was about.
pub fn among_people(
    register: &Register,
    people: &[Person],
    (search, as_of, least): (&Search<'_>, NaiveDate, f32),
    out: &mut Lines,
) {
    let Asked { record, typed, text } = search.asked;
    let free = if text.is_empty() { freetext::Terms::default() } else { freetext::parse(text, as_of) };
    let mut d = typed.describe(&free, as_of, (as_of, as_of), &mut Coverage::default());
    d.record = if record.is_empty() { free.record.as_str().into() } else { record.into() };
    for a in register.find(&d, least) {
        let person = &people[a.person as usize].subject_id;
        push(&mut out.text, &search.id, person, (a.bits, a.probability), (a.identifiers, a.against));
    }
}

/// Everything that searches of staff are matched against.
pub struct ByStaff<'a> {
    known: &'a Known,
    index: &'a PeopleIndex<'a>,
    rows: FxHashMap<&'a str, u32>,
    relations: &'a [Relationship],
    least: f32,
}

impl<'a> ByStaff<'a> {
    /// Of several rows of one id the first counts.
    pub fn new(
        known: &'a Known,
        index: &'a PeopleIndex<'a>,
        staff: &'a [Staff],
        relations: &'a [Relationship],
        least: f32,
    ) -> Self {
        let rows = staff.iter().enumerate().rev().map(|(row, s)| (s.staff_id.as_str(), row as u32)).collect();
        Self { known, index, rows, relations, least }
    }

    /// Answers one search after the other; one a thread.
    pub fn asker(&self) -> impl FnMut(&Search<'_>, &mut Lines) {
        let mut asker = self.known.asker();
        move |search, out| self.search(&mut asker, search, out)
    }

    fn search(&self, asker: &mut Asker<'_>, search: &Search<'_>, out: &mut Lines) {
        let typist = self.rows.get(search.by).copied();
        out.told.strangers += u64::from(typist.is_none());
        let subject = resolve_one(&search.asked, self.index);
        let (ties, watched) = asker.only(&subject);
        let colleague = self.known.colleague();
        let day = day(search.at);
        out.told.undated += u64::from(day.is_none() && !search.at.is_empty());
        let all = answers(subject.kind, ties, watched, typist, colleague, day.unwrap_or(self.index.as_of()));
        for a in all.iter().filter(|a| a.probability >= self.least) {
            let who = match a.who {
                Who::Myself => Cow::Borrowed("self"),
                Who::Relation(row) => Cow::Owned(format!("rel:{}", self.relations[row as usize].relation_id)),
                Who::Household => Cow::Borrowed("household"),
                Who::HighProfile(_) => Cow::Borrowed("high_profile"),
                Who::Colleague(_) => Cow::Borrowed("colleague"),
                Who::Neighbour => Cow::Borrowed("neighbour"),
                Who::FormerHousehold => Cow::Borrowed("former_household"),
                Who::FormerNeighbour => Cow::Borrowed("former_neighbour"),
            };
            push(&mut out.text, &search.id, &who, (a.bits, a.probability), (a.identifiers, a.against));
        }
    }
}

fn push(
    out: &mut String,
    id: &str,
    who: &str,
    (bits, probability): (f32, f32),
    (fits, against): (Identifiers, Identifiers),
) {
    let mut codes = fits.codes().join(";");
    if fits.is_name_only() {
        codes.push_str(";name_only");
    }
    // Four decimals never round up to certainty.
    let probability = (f64::from(probability) * 1e4).floor() / 1e4;
    let _ = writeln!(
        out,
        "{},{},{bits:.1},{probability:.4},{codes},{}",
        quoted(id),
        quoted(who),
        against.codes().join(";")
    );
}

/// A cell that no spreadsheet runs and no comma breaks.
fn quoted(text: &str) -> Cow<'_, str> {
    let safe = cell(text);
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")).into() } else { safe }
}

/// Where answers go. A file stands beside its place until it is whole; the standard output takes them as they come.
enum Sink {
    Out(BufWriter<io::Stdout>, bool),
    File { writer: BufWriter<File>, beside: PathBuf, place: PathBuf, whole: bool },
}

impl Sink {
    fn open(place: &Path) -> Result<Self, Failure> {
        if place == Path::new("-") {
            return Ok(Self::Out(BufWriter::new(io::stdout()), false));
        }
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = place.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&beside).map_err(|error| Failure::unwritable(place, &error))?;
        let writer = BufWriter::with_capacity(1 << 20, file);
        Ok(Self::File { writer, beside, place: place.to_owned(), whole: false })
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Out(_, true) => Ok(()),
            Self::Out(out, closed) => {
                let written = out.write_all(text.as_bytes());
                *closed = closes(written)?;
                Ok(())
            }
            Self::File { writer, place, .. } => {
                writer.write_all(text.as_bytes()).map_err(|error| Failure::unwritable(place, &error))
            }
        }
    }

    /// Whoever reads the standard output has seen enough.
    const fn is_closed(&self) -> bool {
        matches!(self, Self::Out(_, true))
    }

    fn close(&mut self) -> Result<(), Failure> {
        match self {
            Self::Out(_, true) => Ok(()),
            Self::Out(out, _) => closes(out.flush()).map(|_| ()),
            Self::File { writer, beside, place, whole } => {
                let done = writer.flush().and_then(|()| std::fs::rename(&*beside, &*place));
                *whole = done.is_ok();
                done.map_err(|error| Failure::unwritable(place, &error))
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Self::File { beside, whole: false, .. } = self {
            let _ = std::fs::remove_file(beside);
        }
    }
}

/// A reader that has seen enough and closed its end is no failure.
fn closes(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(Failure::unwritable(Path::new("the standard output"), &error)),
    }
}
