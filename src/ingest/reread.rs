//! Reading single events again, for evidence: the log in memory holds codes, the file holds the words.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use csv::ByteRecord;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::blocks::{Blocks, Limits, Piece, first_record, turn_returns};
use super::columns::access as col;
use super::error::IngestError;
use super::file::{Job, Layout, Shape};
use super::mapping::Cells;
use super::profile::Profile;
use super::stream::{self, Packing, Stored, Text};
use super::{NoProgress, Source, Tables, plan};

/// One event as its source has it: every canonical column as text, after the mapping profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct RawEvent {
    pub event_id: String,
    /// As written.
    pub at: String,
    pub login: String,
    pub system: String,
    pub environment: String,
    pub action: String,
    pub outcome: String,
    pub on_behalf_of: String,
    pub reason_code: String,
    pub reason_text: String,
    pub incident_id: String,
    pub terminal: String,
    pub location: String,
    pub subject_id: String,
    pub q_forename: String,
    pub q_surname: String,
    pub q_dob: String,
    pub q_age: String,
    pub q_address: String,
    pub q_postcode: String,
    pub q_vrm: String,
    pub q_phone: String,
    pub q_text: String,
    /// Name as in [`InputFile::name`](super::tables::InputFile::name).
    pub source_file: String,
    /// Line of the row, counted from 1; 0 where the offset is no event's of these tables.
    pub source_line: u32,
}

impl RawEvent {
    fn new(cells: &Cells<'_>, source_file: &str, source_line: u32) -> Self {
        let text = |column: usize| String::from_utf8_lossy(&cells[column]).into_owned();
        Self {
            event_id: text(col::EVENT_ID),
            at: text(col::AT),
            login: text(col::LOGIN),
            system: text(col::SYSTEM),
            environment: text(col::ENVIRONMENT),
            action: text(col::ACTION),
            outcome: text(col::OUTCOME),
            on_behalf_of: text(col::ON_BEHALF_OF),
            reason_code: text(col::REASON_CODE),
            reason_text: text(col::REASON_TEXT),
            incident_id: text(col::INCIDENT_ID),
            terminal: text(col::TERMINAL),
            location: text(col::LOCATION),
            subject_id: text(col::QUERY),
            q_forename: text(col::QUERY + 1),
            q_surname: text(col::QUERY + 2),
            q_dob: text(col::QUERY + 3),
            q_age: text(col::QUERY + 4),
            q_address: text(col::QUERY + 5),
            q_postcode: text(col::QUERY + 6),
            q_vrm: text(col::QUERY + 7),
            q_phone: text(col::QUERY + 8),
            q_text: text(col::QUERY + 9),
            source_file: source_file.to_owned(),
            source_line,
        }
    }
}

/// What [`reread`] needs to know about every input, by its index.
#[derive(Clone, Debug, Default)]
pub struct Shapes(pub(crate) Vec<Shape>);

/// Reads events again. `wanted` is pairs of [`Event::file`](super::access::Event::file) and
/// [`Event::offset`](super::access::Event::offset); the answer has their order. A plain UTF-8 file is read only around the offsets; a
/// packed or transcoded one is streamed once.
///
/// # Errors
/// A file that has gone, cannot be read or has changed since `tables` were read from it.
pub fn reread(tables: &Tables, sources: &[Source], wanted: &[(u16, u64)]) -> Result<Vec<RawEvent>, IngestError> {
    let lines = lines_of(tables, wanted);
    let mut by_file: FxHashMap<u16, Vec<(u64, usize)>> = FxHashMap::default();
    for (place, (file, offset)) in wanted.iter().enumerate() {
        by_file.entry(*file).or_default().push((*offset, place));
    }
    let canonical = Profile::default();
    let jobs = plan(sources, &canonical)?;
    let mut files: Vec<(u16, Vec<(u64, usize)>)> = by_file.into_iter().collect();
    files.sort_unstable();
    let mut found: Vec<RawEvent> = vec![RawEvent::default(); wanted.len()];
    for (file, mut offsets) in files {
        offsets.sort_unstable();
        let (Some(input), Some(shape), Some(job)) =
            (tables.inputs.get(usize::from(file)), tables.shapes.0.get(usize::from(file)), jobs.get(usize::from(file)))
        else {
            return Err(IngestError::Changed { file: format!("input {file}"), line: 0 });
        };
        let changed = |offset: u64| IngestError::Changed {
            file: input.name.clone(),
            line: lines.get(&(file, offset)).copied().unwrap_or_default(),
        };
        let stored = std::fs::metadata(job.path)
            .map_err(|source| IngestError::Unreadable { file: input.name.clone(), source })?;
        if job.name != input.name || stored.len() != input.bytes {
            return Err(changed(0));
        }
        let mut take = |offset: u64, place: usize, record: Option<ByteRecord>| -> Result<(), IngestError> {
            let (Some(record), Some(mapping)) = (record, shape.mapping()) else { return Err(changed(offset)) };
            let mut cells = Cells::default();
            let derived = mapping.derive(&record).map_err(|_| changed(offset))?;
            mapping.fill(&record, &derived, &mut cells);
            found[place] = RawEvent::new(&cells, &input.name, lines.get(&(file, offset)).copied().unwrap_or_default());
            Ok(())
        };
        match &shape.layout {
            Layout::None => return Err(changed(0)),
            Layout::Parquet(parquet) => {
                for ((offset, place), record) in offsets.iter().zip(parquet.reread(*job, &offsets)?) {
                    take(*offset, *place, record)?;
                }
            }
            Layout::Held(held) => {
                for ((offset, place), record) in offsets.iter().zip(held.reread(*job, shape, &offsets)?) {
                    take(*offset, *place, record)?;
                }
            }
            _ if shape.packing == Packing::Plain && shape.text == Text::Utf8 => seek(*job, shape, &offsets, &mut take)?,
            _ => stream_through(*job, shape, &offsets, &mut take)?,
        }
    }
    Ok(found)
}

/// The lines of the wanted events.
fn lines_of(tables: &Tables, wanted: &[(u16, u64)]) -> FxHashMap<(u16, u64), u32> {
    let wanted: rustc_hash::FxHashSet<(u16, u64)> = wanted.iter().copied().collect();
    tables
        .access
        .events
        .par_iter()
        .filter(|event| wanted.contains(&(event.file, event.offset)))
        .map(|event| ((event.file, event.offset), event.line))
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

type Take<'t> = &'t mut dyn FnMut(u64, usize, Option<ByteRecord>) -> Result<(), IngestError>;

fn record(shape: &Shape, bytes: &[u8]) -> Option<ByteRecord> {
    match &shape.layout {
        Layout::Csv(csv) => csv.reread(bytes),
        Layout::Json(json) => json.reread(bytes),
        Layout::None | Layout::Parquet(_) | Layout::Held(_) => None,
    }
}

/// Reads around each offset.
fn seek(job: Job<'_>, shape: &Shape, offsets: &[(u64, usize)], take: Take<'_>) -> Result<(), IngestError> {
    let unreadable = |source| IngestError::Unreadable { file: job.name.to_owned(), source };
    let mut file = File::open(job.path).map_err(unreadable)?;
    let mut buffer = Vec::new();
    for (offset, place) in offsets {
        let mut size = 4096;
        loop {
            file.seek(SeekFrom::Start(*offset)).map_err(unreadable)?;
            buffer.clear();
            let count = (&mut file).take(size).read_to_end(&mut buffer).map_err(unreadable)?;
            let ended = (count as u64) < size;
            if shape.returns {
                turn_returns(&mut buffer);
            }
            if let Some(end) = first_record(&buffer, shape.grammar(), ended) {
                take(*offset, *place, record(shape, &buffer[..end]))?;
                break;
            }
            size *= 4;
        }
    }
    Ok(())
}

/// Streams the whole file and picks the offsets, which are sorted.
pub(super) fn stream_through(
    job: Job<'_>,
    shape: &Shape,
    offsets: &[(u64, usize)],
    take: Take<'_>,
) -> Result<(), IngestError> {
    let stored = Stored::open(job.path, &NoProgress)
        .map_err(|source| IngestError::Unreadable { file: job.name.to_owned(), source })?;
    let stream = stream::open(stored, shape.text).map_err(|error| job.io(error))?;
    let mut reader = stream.reader;
    // The lines above the first row need not be cut like rows.
    io::copy(&mut (&mut reader).take(shape.rows_at - stream.start.min(shape.rows_at)), &mut io::sink())
        .map_err(|error| job.io(error))?;
    let mut blocks = Blocks::new(reader, shape.rows_at, Limits::default());
    blocks.set_grammar(shape.grammar());
    if shape.returns {
        blocks.turn_returns();
    }
    let mut rest = offsets.iter().peekable();
    while rest.peek().is_some() {
        let Some(piece) = blocks.next().map_err(|error| job.io(error))? else { break };
        let Piece::Block(block) = piece else { continue };
        let end = block.offset + block.bytes.len() as u64;
        while let Some((offset, place)) = rest.next_if(|(offset, _)| *offset < end) {
            let bytes = offset.checked_sub(block.offset).and_then(|start| block.bytes.get(start as usize..));
            let one = bytes.and_then(|bytes| first_record(bytes, shape.grammar(), true).map(|end| &bytes[..end]));
            take(*offset, *place, one.and_then(|bytes| record(shape, bytes)))?;
        }
    }
    match rest.next() {
        Some((offset, place)) => take(*offset, *place, None),
        None => Ok(()),
    }
}
