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

/// The numbered ids of one system, or of all where they share one counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Empty for all systems together.
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

/// Numbers by what stands before them, and how many ids there are, those without a number among them.
type Numbered = (usize, BTreeMap<String, Vec<u64>>);

/// The sequences of the log, by system; where no system has one of its own, that of the whole log.
///
/// # Errors
/// A file that changed since it was read.
pub fn sequences(tables: &Tables, sources: &[Source]) -> Result<Vec<Sequence>, IngestError> {
    if !tables.has_column(TableName::Access, "event_id") {
        return Ok(Vec::new());
    }
    let mut systems: BTreeMap<String, Numbered> = BTreeMap::new();
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
    Ok(found(systems))
}

fn found(mut systems: BTreeMap<String, Numbered>) -> Vec<Sequence> {
    let most = |(system, (count, prefixes)): (&String, &Numbered)| {
        let (prefix, numbers) = prefixes.iter().max_by_key(|(_, numbers)| numbers.len())?;
        sequence(system.clone(), *count, prefix.clone(), numbers.clone())
    };
    let own: Vec<Sequence> = systems.iter().filter_map(most).collect();
    if !own.is_empty() || systems.len() < 2 {
        return own;
    }
    let mut all: Numbered = (0, BTreeMap::new());
    while let Some((_, (count, prefixes))) = systems.pop_first() {
        all.0 += count;
        for (prefix, mut numbers) in prefixes {
            all.1.entry(prefix).or_default().append(&mut numbers);
        }
    }
    most((&String::new(), &all)).into_iter().collect()
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
    fn systems_may_share_one_counter() {
        let every =
            |from: u64| (from..300).step_by(3).filter(|number| !(100..120).contains(number)).collect::<Vec<_>>();
        let one = |from| (every(from).len(), BTreeMap::from([("A".to_owned(), every(from))]));
        let systems =
            BTreeMap::from([("PNC".to_owned(), one(0)), ("RMS".to_owned(), one(1)), ("CAD".to_owned(), one(2))]);
        let all = found(systems);
        assert_eq!((all.len(), all[0].system.as_str(), all[0].prefix.as_str(), all[0].missing), (1, "", "A", 20));
        assert_eq!(all[0].largest, [Hole { from: 100, to: 119 }]);
    }

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
