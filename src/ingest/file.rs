//! One file, from its bytes to rows: which format it has, and the loop that reads blocks on one thread and parses
//! them on the others.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use chrono_tz::Tz;
use rayon::prelude::*;

use super::blocks::{Blocks, Grammar, Limits, Piece};
use super::columns::spec;
use super::csv_rows::{CsvLayout, line_number};
use super::error::IngestError;
use super::header::{NoHeader, header};
use super::held::Held;
use super::json_docs::DocsLayout;
use super::json_list;
use super::json_rows::JsonLayout;
use super::mapping::{Mapping, Place, missing_columns};
use super::parquet::ParquetLayout;
use super::part::{Bench, Part};
use super::profile::Profile;
use super::stream::{self, Packing, Stored, Text};
use super::tables::TableName;
use super::tally::{Refusal, Tally, unused_columns};
use super::time::Clock;
use super::xlsx::XlsxLayout;
use super::{NoProgress, Progress};

/// One file to read.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub index: u16,
    pub path: &'a Path,
    pub name: &'a str,
    pub table: TableName,
    pub profile: &'a Profile,
    /// Name of the profile, if the source has one.
    pub profile_name: Option<&'a str>,
    pub zone: Tz,
}

impl Job<'_> {
    pub(crate) fn bench(&self) -> Bench {
        Bench { spec: spec(self.table), clock: Clock::new(self.zone, self.profile.formats()), tally: Tally::default() }
    }

    fn unusable(&self, line: u32, problem: impl Into<String>, help: impl Into<String>) -> IngestError {
        IngestError::unusable(self.name, line, problem, help)
    }

    /// An error while reading. What the disk says is one thing, what the unpacker says another.
    pub(crate) fn io(&self, error: io::Error) -> IngestError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.unusable(
                0,
                "the compressed file is cut short",
                "export or copy it again; nothing of a damaged file is used",
            ),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => self.unusable(
                0,
                format!("it cannot be unpacked: {error}"),
                "export or copy it again; nothing of a damaged file is used",
            ),
            _ => IngestError::Unreadable { file: self.name.to_owned(), source: error },
        }
    }

    pub(crate) const fn place(&self, line: u32) -> Place<'_> {
        Place { file: self.name, line, profile: self.profile_name }
    }
}

/// How the rows of a file are laid out; what reading a row again needs.
#[derive(Clone, Debug, Default)]
pub(crate) enum Layout {
    /// Not read: it has no row, or the same content was read under another name.
    #[default]
    None,
    Csv(CsvLayout),
    Json(JsonLayout),
    Parquet(ParquetLayout),
    Held(Box<Held>),
}

/// What is known about a file after it has been read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub packing: Packing,
    pub text: Text,
    /// Lines end in a carriage return alone.
    pub returns: bool,
    /// Offset of the first row.
    pub rows_at: u64,
    pub layout: Layout,
}

impl Shape {
    /// What the block cutter must know.
    pub(crate) const fn grammar(&self) -> Grammar {
        match &self.layout {
            Layout::Csv(csv) => Grammar::Csv(csv.delimiter),
            Layout::Json(json) if json.list => Grammar::List,
            _ => Grammar::Lines,
        }
    }

    /// The mapping of the file's rows.
    pub(crate) const fn mapping(&self) -> Option<&Mapping> {
        match &self.layout {
            Layout::None => None,
            Layout::Csv(csv) => Some(&csv.mapping),
            Layout::Json(json) => Some(&json.mapping),
            Layout::Parquet(parquet) => Some(&parquet.mapping),
            Layout::Held(held) => Some(held.mapping()),
        }
    }
}

/// A file that has been read.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub bytes: u64,
    pub sha256: String,
    pub shape: Shape,
    pub tally: Tally,
    /// Canonical columns that it has.
    pub present: Vec<&'static str>,
    pub notes: Vec<String>,
}

/// The parts of a table that are not at work.
pub(crate) struct Pool<P>(Mutex<Vec<P>>);

impl<P> Pool<P> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn take(&self, make: impl FnOnce() -> P) -> P {
        // The guard must be gone before `make` runs.
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(make)
    }

    fn give(&self, one: P) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(one);
    }

    pub(crate) fn into_all(self) -> Vec<P> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why an attempt at a file ended.
enum Stop {
    Error(IngestError),
    /// The bytes are not UTF-8.
    NotUtf8,
}

impl From<IngestError> for Stop {
    fn from(error: IngestError) -> Self {
        Self::Error(error)
    }
}

/// Reads a file into the pool's parts.
pub(crate) fn read<P: Part>(
    job: Job<'_>,
    limits: Limits,
    pool: &Pool<P>,
    progress: &dyn Progress,
) -> Result<Done, IngestError> {
    match attempt(job, limits, pool, progress, Text::Utf8) {
        Ok(done) => return Ok(done),
        Err(Stop::Error(error)) => return Err(error),
        Err(Stop::NotUtf8) => {}
    }
    for part in pool.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
        part.forget(job.index);
    }
    match attempt(job, limits, pool, progress, Text::Windows1252) {
        Ok(mut done) => {
            done.notes.push("the file is not UTF-8; it was read as Windows-1252".to_owned());
            Ok(done)
        }
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::NotUtf8) => Err(job.unusable(0, "its text cannot be decoded", "export as UTF-8")),
    }
}

fn attempt<P: Part>(
    job: Job<'_>,
    limits: Limits,
    pool: &Pool<P>,
    progress: &dyn Progress,
    assumed: Text,
) -> Result<Done, Stop> {
    let stored = Stored::open(job.path, progress)
        .map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
    let meter = stored.meter();
    let stream = stream::open(stored, assumed).map_err(|error| job.io(error))?;
    if &stream.magic == b"PAR1" && stream.packing == Packing::Plain {
        return parquet(job, limits, pool, stream, &meter).map_err(Stop::Error);
    }
    if &stream.magic == b"PK\x03\x04" && stream.packing == Packing::Plain {
        let mut bytes = Vec::new();
        let mut reader = stream.reader;
        io::Read::read_to_end(&mut reader, &mut bytes).map_err(|error| job.io(error))?;
        let layout = Held::Xlsx(XlsxLayout::open(job, &bytes)?);
        return held(job, limits, pool, (layout, Shape::default()), (&bytes, &meter)).map_err(Stop::Error);
    }
    let mut shape = Shape { packing: stream.packing, text: stream.text, ..Shape::default() };
    let mut blocks = Blocks::new(stream.reader, stream.start, limits);
    shape.returns = blocks.find_returns().map_err(|error| job.io(error))?;
    shape.layout = layout(job, &mut blocks, stream.text)?;
    if let Layout::Held(layout) = shape.layout {
        drop(blocks);
        let stored = Stored::open(job.path, &NoProgress)
            .map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
        let meter = stored.meter();
        let mut stream = stream::open(stored, assumed).map_err(|error| job.io(error))?;
        let text = DocsLayout::text(job, &mut stream.reader)?;
        if std::str::from_utf8(&text).is_err() {
            return Err(Stop::NotUtf8);
        }
        let shape = Shape { packing: stream.packing, text: stream.text, ..Shape::default() };
        return held(job, limits, pool, (*layout, shape), (&text, &meter)).map_err(Stop::Error);
    }
    shape.rows_at = blocks.offset();
    blocks.set_grammar(shape.grammar());
    let tally = if matches!(shape.layout, Layout::None) {
        Tally::default()
    } else {
        read_blocks(job, limits, pool, blocks, &shape)?
    };

    let mut done = Done { bytes: meter.bytes(), sha256: meter.sha256(), tally, ..Done::default() };
    match &shape.layout {
        Layout::Csv(csv) => {
            done.present.clone_from(&csv.mapping.present);
            if let Some(line) = done.tally.other_header {
                return Err(job
                    .unusable(
                        line,
                        "a second header stands here, with other columns than the first; the rows below it would be misread",
                        "cut the file there into two files, and give the second a source (and a mapping profile) of its own",
                    )
                    .into());
            }
            if csv.passed > 0 {
                done.notes.push(above_header(csv.passed));
            }
            if !csv.mapping.unused.is_empty() {
                done.notes.push(unused_columns(csv.mapping.unused.iter().map(String::as_str)));
            }
        }
        Layout::Json(json) => {
            done.present = json.present(job.table, job.profile, &done.tally.seen);
            check_keys(job, json, &done)?;
        }
        Layout::None | Layout::Parquet(_) | Layout::Held(_) => {}
    }
    if matches!(shape.text, Text::Utf16Le | Text::Utf16Be) {
        let told =
            if stream.marked { "by its byte order mark" } else { "without a byte order mark, by its zero bytes" };
        done.notes.push(format!("the file is UTF-16 {told}"));
    }
    if shape.returns {
        done.notes
            .push("lines end in a carriage return alone, which was read as a line feed, also inside cells".to_owned());
    }
    done.shape = shape;
    Ok(done)
}

/// The note about lines above the header.
fn above_header(lines: u64) -> String {
    if lines == 1 {
        "1 line above the header is not a row".to_owned()
    } else {
        format!("{lines} lines above the header are not rows")
    }
}

/// Tells the format and reads the header.
fn layout<R: io::Read>(job: Job<'_>, blocks: &mut Blocks<R>, text: Text) -> Result<Layout, Stop> {
    let line = blocks.line();
    let start = blocks.offset();
    let (bytes, ended) = blocks.peek().map_err(|error| job.io(error))?;
    let declared_csv =
        job.profile.delimiter().is_some() || job.profile.skip_lines() > 0 || !job.profile.header().is_empty();
    match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') if !declared_csv && DocsLayout::wanted(bytes, job.profile) => {
            return Ok(Layout::Held(Box::new(Held::Docs(DocsLayout::new(job, start)?))));
        }
        Some(b'{') if !declared_csv => return Ok(Layout::Json(JsonLayout::new(job.table, job.profile, job.place(0))?)),
        Some(b'[') if !declared_csv && json_list::is_list(bytes) => {
            let mut layout = JsonLayout::new(job.table, job.profile, job.place(0))?;
            layout.list = true;
            let open = bytes.iter().position(|byte| *byte == b'[').map_or(0, |open| open + 1);
            blocks.skip(open);
            return Ok(Layout::Json(layout));
        }
        _ => {}
    }
    let header = match header(bytes, ended, job.table, job.profile) {
        Ok(header) => header,
        Err(NoHeader::Empty) if job.table == TableName::Access => return Ok(Layout::None),
        Err(NoHeader::Empty) => {
            return Err(job
                .unusable(0, "the file is empty: not even a header line", "export it again, or take the source out of the config: an empty table and a table that is absent are judged differently")
                .into());
        }
        Err(NoHeader::NotUtf8) if text == Text::Utf8 => return Err(Stop::NotUtf8),
        Err(NoHeader::NotUtf8) => return Err(job.unusable(0, "its text cannot be decoded", "export as UTF-8").into()),
        Err(NoHeader::Unusable(problem, help)) => return Err(job.unusable(1, problem, help).into()),
    };
    let place = job.place(line_number(line + header.lines_before));
    let mapping = Mapping::bind(job.table, job.profile, &header.cells, place)?;
    blocks.skip(header.end);
    Ok(Layout::Csv(CsvLayout { mapping, header: header.cells, delimiter: header.delimiter, passed: header.passed }))
}

/// Reads blocks on a thread of its own and parses them on the pool's.
fn read_blocks<P: Part, R: io::Read + Send>(
    job: Job<'_>,
    limits: Limits,
    pool: &Pool<P>,
    mut blocks: Blocks<R>,
    shape: &Shape,
) -> Result<Tally, Stop> {
    let benches: Pool<Bench> = Pool::new();
    let not_utf8 = AtomicBool::new(false);
    let (send, receive) = sync_channel::<Piece>(rayon::current_num_threads() + 1);
    let (give_back, spare) = channel();
    blocks.reuse(spare);
    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let send = send;
            while !not_utf8.load(Ordering::Relaxed) {
                let Some(piece) = blocks.next()? else { break };
                if send.send(piece).is_err() {
                    break;
                }
            }
            if blocks.line() > u64::from(u32::MAX) { Err(io::Error::from(io::ErrorKind::FileTooLarge)) } else { Ok(()) }
        });
        let tools = Tools { limits, pool, benches: &benches, not_utf8: &not_utf8, give_back };
        parse(job, tools, receive, shape);
        reader.join()
    });
    if not_utf8.load(Ordering::Relaxed) {
        return Err(Stop::NotUtf8);
    }
    match read {
        Ok(Ok(())) => {}
        Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
            return Err(job.unusable(0, "it has more than 4,294,967,295 lines", "cut it into several files").into());
        }
        Ok(Err(error)) => return Err(job.io(error).into()),
        Err(panic) => std::panic::resume_unwind(panic),
    }
    Ok(add_up(benches))
}

fn add_up(benches: Pool<Bench>) -> Tally {
    let mut tally = Tally::default();
    for mut bench in benches.into_all() {
        bench.tally.changes = bench.clock.changes;
        bench.tally.written = bench.clock.written;
        tally.add(bench.tally);
    }
    tally
}

/// What the parsing threads share.
struct Tools<'a, P> {
    limits: Limits,
    pool: &'a Pool<P>,
    benches: &'a Pool<Bench>,
    not_utf8: &'a AtomicBool,
    give_back: Sender<Vec<u8>>,
}

fn parse<P: Part>(job: Job<'_>, tools: Tools<'_, P>, pieces: Receiver<Piece>, shape: &Shape) {
    let Tools { limits, pool, benches, not_utf8, give_back } = tools;
    pieces.into_iter().par_bridge().for_each(|piece| {
        let mut bench = benches.take(|| job.bench());
        match piece {
            Piece::Broken(broken) => {
                bench.tally.rows += 1;
                let value = broken.start.trim_ascii_end().to_vec();
                bench.tally.refuse(
                    line_number(broken.line),
                    &Refusal { column: "", value, problem: broken.problem.to_owned() },
                );
            }
            Piece::Block(block) if std::str::from_utf8(&block.bytes).is_err() => {
                not_utf8.store(true, Ordering::Relaxed)
            }
            Piece::Block(block) => {
                let mut part = pool.take(P::default);
                match &shape.layout {
                    Layout::Csv(csv) => csv.block(&block, limits, job.index, &mut part, &mut bench),
                    Layout::Json(json) => json.block(&block, limits, job.index, &mut part, &mut bench),
                    Layout::None | Layout::Parquet(_) | Layout::Held(_) => {}
                }
                pool.give(part);
                // The reader may have ended.
                let _ = give_back.send(block.bytes);
            }
        }
        benches.give(bench);
    });
}

/// NDJSON has no header: whether a needed key is there at all is known at the end.
fn check_keys(job: Job<'_>, json: &JsonLayout, done: &Done) -> Result<(), IngestError> {
    if done.tally.rows == 0
        || !done.tally.seen.contains(&true)
        || missing_columns(spec(job.table), &done.present).is_none()
    {
        return Ok(());
    }
    let found = json.keys_seen(&done.tally.seen);
    Mapping::bind(job.table, job.profile, &found, job.place(0)).map(|_| ())
}

fn parquet<P: Part>(
    job: Job<'_>,
    limits: Limits,
    pool: &Pool<P>,
    mut stream: stream::TextStream<'_>,
    meter: &stream::Meter,
) -> Result<Done, IngestError> {
    // Parquet is read from its end; memory safe to look at needs the whole file.
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut stream.reader, &mut bytes).map_err(|error| job.io(error))?;
    let layout = ParquetLayout::open(job, &bytes)?;
    let benches = Pool::new();
    let mut part = pool.take(P::default);
    let mut bench = job.bench();
    let read = layout.rows(job, &bytes, limits, &mut part, &mut bench);
    pool.give(part);
    benches.give(bench);
    read?;
    let mut notes = Vec::new();
    if !layout.mapping.unused.is_empty() {
        notes.push(unused_columns(layout.mapping.unused.iter().map(String::as_str)));
    }
    Ok(Done {
        bytes: meter.bytes(),
        sha256: meter.sha256(),
        present: layout.mapping.present.clone(),
        shape: Shape { layout: Layout::Parquet(layout), ..Shape::default() },
        tally: add_up(benches),
        notes,
    })
}

/// Reads a file whose bytes or text are held as a whole.
fn held<P: Part>(
    job: Job<'_>,
    limits: Limits,
    pool: &Pool<P>,
    (layout, shape): (Held, Shape),
    (whole, meter): (&[u8], &stream::Meter),
) -> Result<Done, IngestError> {
    let benches = Pool::new();
    let mut part = pool.take(P::default);
    let mut bench = job.bench();
    let read = layout.rows(job, whole, limits, &mut part, &mut bench);
    pool.give(part);
    benches.give(bench);
    read?;
    let mut done = Done {
        bytes: meter.bytes(),
        sha256: meter.sha256(),
        tally: add_up(benches),
        notes: layout.notes().to_vec(),
        ..Done::default()
    };
    match &layout {
        Held::Xlsx(xlsx) => {
            done.present.clone_from(&xlsx.mapping.present);
            if !xlsx.mapping.unused.is_empty() {
                done.notes.push(unused_columns(xlsx.mapping.unused.iter().map(String::as_str)));
            }
        }
        Held::Docs(docs) => {
            done.present = docs.json.present(job.table, job.profile, &done.tally.seen);
            check_keys(job, &docs.json, &done)?;
        }
    }
    done.shape = Shape { layout: Layout::Held(Box::new(layout)), ..shape };
    Ok(done)
}
