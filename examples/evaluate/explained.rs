//! What a run explained: ordinary looks that should be, and planted ones that should not.
//!
//! Needs `looks.parquet`, which a run writes with `--keep-looks`.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::intervals::Count;
use crate::looks::{Look, Looks};
use crate::tables::TableError;
use crate::world::World;

/// The measures. Looks at live systems alone; those of which nothing can be told stand apart.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Explained {
    /// Ordinary looks of which something can be told, explained.
    pub benign: Count,
    /// The first of each user at each subject.
    pub benign_first: Count,
    /// Ordinary looks explained, of all: what cannot be told counts as not explained.
    #[serde(default)]
    pub benign_of_all: Count,
    /// Ordinary looks explained, with nothing against it: see `planted_answered`.
    #[serde(default)]
    pub benign_answered: Count,
    /// Ordinary looks whose purpose stands in some table.
    pub benign_logged: Count,
    /// Ordinary looks of which nothing can be told, of all.
    pub cannot_tell: Count,
    /// Ordinary looks whose purpose no table shows, by construction of the world: of all, by why.
    pub unlogged: BTreeMap<String, Count>,
    /// Those of them that some explanation answers all the same.
    pub unlogged_explained: BTreeMap<String, Count>,
    /// Planted looks explained, by kind: wrongly, but for declared conflicts.
    pub planted: BTreeMap<String, Count>,
    /// Of these, the ones that the engine treats as answered: no rule that may refer or ask about a conflict fired on
    /// the look or its case.
    #[serde(default)]
    pub planted_answered: BTreeMap<String, Count>,
    /// What answers planted looks, by kind.
    #[serde(default)]
    pub planted_by: BTreeMap<String, BTreeMap<String, usize>>,
    /// What answers ordinary looks.
    pub by_template: BTreeMap<String, usize>,
}

/// What the truth says of a row.
enum Row {
    Planted(usize),
    Unlogged(String),
}

/// Measures a run's looks.
pub fn measure(folder: &Path, world: &World, looks: &Looks) -> Result<Explained, TableError> {
    let rows = rows(folder, world)?;
    let mut measured = Explained::default();
    let mut unlogged: BTreeMap<String, Count> = BTreeMap::new();
    let mut first = First::default();
    looks.each(|look| {
        if look.environment != "live" {
            return;
        }
        let explained = look.purpose == "explained";
        let of: Vec<&Row> = look.lines().filter_map(|line| rows.get(&line)).collect();
        let planted = of.iter().find_map(|row| if let Row::Planted(case) = row { Some(*case) } else { None });
        if let Some(case) = planted {
            let kind = &world.cases[case].kind;
            measured.planted.entry(kind.clone()).or_default().add(explained);
            measured.planted_answered.entry(kind.clone()).or_default().add(look.answered);
            if explained {
                let by = measured.planted_by.entry(kind.clone()).or_default();
                *by.entry(look.template.to_owned()).or_default() += 1;
            }
            return;
        }
        measured.cannot_tell.add(look.purpose == "cannot_tell");
        measured.benign_of_all.add(explained);
        if look.purpose == "cannot_tell" {
            return;
        }
        measured.benign.add(explained);
        measured.benign_answered.add(look.answered);
        if explained {
            *measured.by_template.entry(look.template.to_owned()).or_default() += 1;
        }
        first.see(&look, explained);
        match of.iter().find_map(|row| if let Row::Unlogged(why) = row { Some(why) } else { None }) {
            Some(why) => unlogged.entry(why.clone()).or_default().add(explained),
            None => measured.benign_logged.add(explained),
        }
    })?;
    measured.benign_first = first.end();
    let of = measured.benign.of;
    measured.unlogged = unlogged.iter().map(|(why, count)| (why.clone(), Count::new(count.of, of))).collect();
    measured.unlogged_explained = unlogged;
    Ok(measured)
}

/// Counts the first look of each user at each subject. Looks come by user and subject.
#[derive(Default)]
struct First {
    staff: String,
    subject: String,
    first: Option<(String, bool)>,
    count: Count,
}

impl First {
    fn see(&mut self, look: &Look<'_>, explained: bool) {
        if self.staff != look.staff || self.subject != look.subject {
            self.close();
            look.staff.clone_into(&mut self.staff);
            look.subject.clone_into(&mut self.subject);
        }
        if self.first.as_ref().is_none_or(|(at, _)| look.at < at.as_str()) {
            self.first = Some((look.at.to_owned(), explained));
        }
    }

    fn close(&mut self) {
        if let Some((_, explained)) = self.first.take() {
            self.count.add(explained);
        }
    }

    fn end(mut self) -> Count {
        self.close();
        self.count
    }
}

/// By line of the log, what the truth says of it; most rows are ordinary and logged, and are left out.
fn rows(folder: &Path, world: &World) -> Result<FxHashMap<u64, Row>, TableError> {
    let log = folder.join("access.csv");
    let unlogged = unlogged(&folder.join("truth/unlogged.csv"))?;
    let fail = |e: csv::Error| TableError(format!("{}: {e}", log.display()));
    let mut reader = csv::Reader::from_path(&log).map_err(fail)?;
    let mut rows = FxHashMap::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(fail)? {
        let (Some(place), Some(id)) = (record.position(), record.get(0)) else { continue };
        if let Some(case) = world.planted.get(id) {
            rows.insert(place.line(), Row::Planted(*case));
        } else if let Some(why) = unlogged.get(id) {
            rows.insert(place.line(), Row::Unlogged(why.clone()));
        }
    }
    Ok(rows)
}

/// Rows whose purpose no table shows, with why; none for a world that was made before this was noted.
fn unlogged(file: &Path) -> Result<FxHashMap<String, String>, TableError> {
    let mut found = FxHashMap::default();
    if file.exists() {
        let mut rows = crate::tables::Rows::open(file, &["event_id", "why"])?;
        while let Some([event, why]) = rows.next()? {
            found.insert(event, why);
        }
    }
    Ok(found)
}
