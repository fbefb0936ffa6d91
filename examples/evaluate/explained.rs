//! What a run explained: ordinary looks that should be, and planted ones that should not.
//!
//! Needs `looks.parquet`, which a run writes with `--keep-looks`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use polars::prelude::{DataFrame, SerReader};
use polars_io::prelude::ParquetReader;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::intervals::Share;
use crate::tables::TableError;
use crate::world::World;

/// The measures. Looks at live systems alone; those of which nothing can be told stand apart.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// Ordinary looks of which something can be told, explained.
    pub benign: Share,
    /// The first of each user at each subject.
    pub benign_first: Share,
    /// Ordinary looks whose purpose stands in some table.
    pub benign_logged: Share,
    /// Ordinary looks of which nothing can be told, of all.
    pub cannot_tell: Share,
    /// Ordinary looks whose purpose no table shows, by construction of the world: of all, by why.
    pub unlogged: BTreeMap<String, Share>,
    /// Those of them that some explanation answers all the same.
    pub unlogged_explained: BTreeMap<String, Share>,
    /// Planted looks explained, by kind: wrongly, but for declared conflicts.
    pub planted: BTreeMap<String, Share>,
    /// What answers ordinary looks.
    pub by_template: BTreeMap<String, usize>,
}

/// One look of the run.
struct Look {
    staff: String,
    subject: String,
    at: String,
    purpose: String,
    template: String,
    events: Vec<String>,
}

/// Measures a run, where it kept its looks.
pub fn measure(folder: &Path, world: &World, run: &Path) -> Result<Option<Explained>, TableError> {
    let kept = run.join("looks.parquet");
    if !kept.exists() {
        return Ok(None);
    }
    let events = event_ids(&folder.join("access.csv"))?;
    let unlogged = unlogged(&folder.join("truth/unlogged.csv"))?;
    let mut looks = read(&kept, &events)?;
    looks.sort_by(|a, b| a.at.cmp(&b.at));
    let mut seen: FxHashSet<(&str, &str)> = FxHashSet::default();
    let mut counts = Counts::default();
    for look in &looks {
        let explained = look.purpose == "explained";
        if let Some(case) = look.events.iter().find_map(|e| world.planted.get(e)) {
            counts.planted.entry(world.cases[*case].kind.clone()).or_default().add(explained);
            continue;
        }
        counts.cannot_tell.add(look.purpose == "cannot_tell");
        if look.purpose == "cannot_tell" {
            continue;
        }
        counts.benign.add(explained);
        if explained {
            *counts.by_template.entry(look.template.clone()).or_default() += 1;
        }
        if seen.insert((&look.staff, &look.subject)) {
            counts.first.add(explained);
        }
        match look.events.iter().find_map(|e| unlogged.get(e)) {
            Some(why) => counts.unlogged.entry(why.clone()).or_default().add(explained),
            None => counts.logged.add(explained),
        }
    }
    let of = counts.benign.of;
    let shares = |m: &BTreeMap<String, Tally>| m.iter().map(|(k, t)| (k.clone(), t.share())).collect();
    Ok(Some(Explained {
        benign: counts.benign.share(),
        benign_first: counts.first.share(),
        benign_logged: counts.logged.share(),
        cannot_tell: counts.cannot_tell.share(),
        unlogged: counts.unlogged.iter().map(|(k, t)| (k.clone(), Share::wilson(t.of as f64, of))).collect(),
        unlogged_explained: shares(&counts.unlogged),
        planted: shares(&counts.planted),
        by_template: counts.by_template,
    }))
}

#[derive(Clone, Copy, Default)]
struct Tally {
    hits: usize,
    of: usize,
}

impl Tally {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    fn share(self) -> Share {
        Share::wilson(self.hits as f64, self.of)
    }
}

#[derive(Default)]
struct Counts {
    benign: Tally,
    first: Tally,
    logged: Tally,
    cannot_tell: Tally,
    unlogged: BTreeMap<String, Tally>,
    planted: BTreeMap<String, Tally>,
    by_template: BTreeMap<String, usize>,
}

/// The event id on each line of the log.
fn event_ids(log: &Path) -> Result<FxHashMap<u64, String>, TableError> {
    let fail = |e: csv::Error| TableError(format!("{}: {e}", log.display()));
    let mut reader = csv::Reader::from_path(log).map_err(fail)?;
    let mut ids = FxHashMap::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(fail)? {
        if let (Some(place), Some(id)) = (record.position(), record.get(0)) {
            ids.insert(place.line(), id.to_owned());
        }
    }
    Ok(ids)
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

fn read(kept: &Path, ids: &FxHashMap<u64, String>) -> Result<Vec<Look>, TableError> {
    let fail = |e: &dyn std::fmt::Display| TableError(format!("{}: {e}", kept.display()));
    let file = File::open(kept).map_err(|e| fail(&e))?;
    let frame = ParquetReader::new(file).finish().map_err(|e| fail(&e))?;
    let column = |name: &str| -> Result<Vec<String>, TableError> { texts(&frame, name).map_err(|e| fail(&e)) };
    let environment = column("environment")?;
    let (staff, subject, at) = (column("staff_id")?, column("subject_id")?, column("first_at")?);
    let (purpose, template, sources) = (column("purpose")?, column("explained_by")?, column("sources")?);
    let events = |of: &str| -> Vec<String> {
        let lines = of.split(';').filter_map(|s| s.rsplit(':').next()?.parse::<u64>().ok());
        lines.filter_map(|line| ids.get(&line).cloned()).collect()
    };
    Ok((0..environment.len())
        .filter(|row| environment[*row] == "live")
        .map(|row| Look {
            staff: staff[row].clone(),
            subject: subject[row].clone(),
            at: at[row].clone(),
            purpose: purpose[row].clone(),
            template: template[row].clone(),
            events: events(&sources[row]),
        })
        .collect())
}

fn texts(frame: &DataFrame, name: &str) -> polars::prelude::PolarsResult<Vec<String>> {
    Ok(frame.column(name)?.str()?.iter().map(|t| t.unwrap_or_default().to_owned()).collect())
}

/// The measures in words and columns.
pub fn print(e: &Explained) -> String {
    let mut text = String::from("\nexplained (aims: ordinary .96, first .85, planted at most .08 of each kind)\n");
    let mut line = |name: &str, s: &Share| {
        let _ = writeln!(text, "  {name:<26} {:.3}  [{:.3}, {:.3}]  {} of {}", s.value, s.low, s.high, s.hits, s.of);
    };
    line("ordinary looks", &e.benign);
    line("first looks", &e.benign_first);
    line("with a record somewhere", &e.benign_logged);
    line("cannot be told, of all", &e.cannot_tell);
    for (why, share) in &e.unlogged {
        line(&format!("no table shows: {why}"), share);
    }
    for (why, share) in &e.unlogged_explained {
        line(&format!("  explained of {why}"), share);
    }
    for (kind, share) in &e.planted {
        line(&format!("planted {kind}"), share);
    }
    for (template, looks) in &e.by_template {
        let _ = writeln!(text, "  by {template:<23} {:.4}  {looks}", *looks as f64 / e.benign.of.max(1) as f64);
    }
    text
}
