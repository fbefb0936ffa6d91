//! Event ids that are numbered one after another, and the numbers that are not there.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ingest::event_ids::each_event_id;
use crate::ingest::{IngestError, Source, TableName, Tables};

/// Ids are a sequence where this share of them are numbers behind one prefix …
const SAME: f64 = 0.9;
/// … and fill this share of the numbers from the first to the last.
const DENSE: f64 = 0.5;
/// Fewer ids than this are no sequence.
const ENOUGH: usize = 20;
/// How many holes are listed.
const LISTED: usize = 10;

/// The numbered ids of one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sequence {
    pub system: String,
    /// What stands before the number.
    pub prefix: String,
    pub first: u64,
    pub last: u64,
    pub present: u64,
    /// Numbers between the first and the last that no event has.
    pub missing: u64,
    /// How many holes there are, and the largest of them.
    pub holes: u64,
    pub largest: Vec<Hole>,
}

/// Numbers that follow each other and are all missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hole {
    pub from: u64,
    pub to: u64,
}

/// The sequences of the log, by system.
///
/// # Errors
/// A file that changed since it was read.
pub fn sequences(tables: &Tables, sources: &[Source]) -> Result<Vec<Sequence>, IngestError> {
    if !tables.has_column(TableName::Access, "event_id") {
        return Ok(Vec::new());
    }
    let mut systems: BTreeMap<String, (usize, BTreeMap<String, Vec<u64>>)> = BTreeMap::new();
    each_event_id(tables, sources, &mut |system, id| {
        if !systems.contains_key(system) {
            systems.insert(system.to_owned(), (0, BTreeMap::new()));
        }
        let Some((count, prefixes)) = systems.get_mut(system) else { return };
        *count += 1;
        let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
        // An id without a number, or with one that no counter reaches, is none of a sequence; nor is the 1,001st kind of prefix.
        if let Ok(number) = id[digits..].parse()
            && (prefixes.len() < 1000 || prefixes.contains_key(&id[..digits]))
        {
            prefixes.entry(id[..digits].to_owned()).or_default().push(number);
        }
    })?;
    let most = |(system, (count, prefixes)): (String, (usize, BTreeMap<String, Vec<u64>>))| {
        let (prefix, numbers) = prefixes.into_iter().max_by_key(|(_, numbers)| numbers.len())?;
        sequence(system, count, prefix, numbers)
    };
    Ok(systems.into_iter().filter_map(most).collect())
}

#[allow(clippy::cast_precision_loss)]
fn sequence(system: String, count: usize, prefix: String, mut numbers: Vec<u64>) -> Option<Sequence> {
    if numbers.len() < ENOUGH || (numbers.len() as f64) < SAME * count as f64 {
        return None;
    }
    numbers.sort_unstable();
    numbers.dedup();
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let present = numbers.len() as u64;
    let span = (last - first).checked_add(1)?;
    if (present as f64) < DENSE * span as f64 {
        return None;
    }
    let mut largest: Vec<Hole> = numbers
        .windows(2)
        .filter(|pair| pair[1] - pair[0] > 1)
        .map(|pair| Hole { from: pair[0] + 1, to: pair[1] - 1 })
        .collect();
    let holes = largest.len() as u64;
    largest.sort_by_key(|hole| (std::cmp::Reverse(hole.to - hole.from), hole.from));
    largest.truncate(LISTED);
    largest.sort_by_key(|hole| hole.from);
    Some(Sequence { system, prefix, first, last, present, missing: span - present, holes, largest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_and_random_ids_are_no_sequence() {
        let found = |numbers: Vec<u64>| sequence("RMS".into(), numbers.len(), "E".into(), numbers);
        let whole = found((100..200).collect()).unwrap();
        assert_eq!((whole.missing, whole.holes), (0, 0));
        let holed = found((100..200).filter(|n| !(120..125).contains(n) && *n != 150).collect()).unwrap();
        assert_eq!((holed.missing, holed.holes), (6, 2));
        assert_eq!(holed.largest, [Hole { from: 120, to: 124 }, Hole { from: 150, to: 150 }]);
        assert_eq!(found((0..100).map(|n| n * 977).collect()), None, "too thin to be a counter");
        assert_eq!(sequence("RMS".into(), 200, "E".into(), (0..100).collect()), None, "half of the ids are others");
        assert!(found(vec![0; 30]).is_some_and(|one| one.present == 1));
        assert_eq!(found((0..30).map(|n| if n == 0 { u64::MAX } else { n - 1 }).collect()), None);
    }
}
