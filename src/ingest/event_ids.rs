//! The event ids of a log, read again: the log in memory keeps their hashes alone.

use super::columns::access as col;
use super::error::IngestError;
use super::file::Layout;
use super::mapping::Cells;
use super::profile::Profile;
use super::reread::stream_through;
use super::{Source, Tables, plan};

/// Calls back with system and event id of every used event, file by file, in the order of each file.
///
/// # Errors
/// A file that has gone or changed since it was read.
pub(crate) fn each_event_id(
    tables: &Tables,
    sources: &[Source],
    each: &mut dyn FnMut(&str, &str),
) -> Result<(), IngestError> {
    let canonical = Profile::default();
    let jobs = plan(sources, &canonical)?;
    let mut by_file: Vec<Vec<(u64, usize)>> = vec![Vec::new(); tables.inputs.len()];
    for event in &tables.access.events {
        by_file[usize::from(event.file)].push((event.offset, 0));
    }
    for (file, mut offsets) in by_file.into_iter().enumerate().filter(|(_, offsets)| !offsets.is_empty()) {
        let (Some(job), Some(shape)) = (jobs.get(file), tables.shapes.0.get(file)) else { continue };
        let Some(mapping) = shape.mapping() else { continue };
        offsets.sort_unstable();
        let mut take = |_: u64, _: usize, record: Option<csv::ByteRecord>| {
            if let Some(record) = record
                && let Ok(derived) = mapping.derive(&record)
            {
                let mut cells = Cells::default();
                mapping.fill(&record, &derived, &mut cells);
                each(&String::from_utf8_lossy(&cells[col::SYSTEM]), &String::from_utf8_lossy(&cells[col::EVENT_ID]));
            }
            Ok(())
        };
        let records = match &shape.layout {
            Layout::Parquet(parquet) => parquet.reread(*job, &offsets)?,
            Layout::Held(held) => held.reread(*job, shape, &offsets)?,
            Layout::None => continue,
            Layout::Csv(_) | Layout::Json(_) => {
                stream_through(*job, shape, &offsets, &mut take)?;
                continue;
            }
        };
        for record in records {
            take(0, 0, record)?;
        }
    }
    Ok(())
}
