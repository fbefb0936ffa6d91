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
    /// Ordinary looks explained, of all: what cannot be told counts as not explained.
    pub benign_of_all: Share,
    /// Ordinary looks explained, with nothing against it: see `planted_answered`.
    pub benign_answered: Share,
    /// Ordinary looks whose purpose stands in some table.
    pub benign_logged: Share,
    /// Ordinary looks of which nothing can be told, of all.
    pub cannot_tell: Share,
    /// Ordinary looks whose purpose no table shows, by construction of the world: of all, by why.
    pub unlogged: BTreeMap<String, Share>,
    /// Those of them that some explanation answers all the same.
    pub unlogged_explained: BTreeMap<String, Share>,
    /// Planted looks explained, by kind: wrongly, but for conflicts, where an assigned officer should have said so.
    pub planted: BTreeMap<String, Share>,
    /// Of these, the ones that the engine treats as answered: no rule that may refer or ask about a conflict fired on
    /// the look or its case. A role's function explains whatever its holder looks at, and does not silence a tie.
    pub planted_answered: BTreeMap<String, Share>,
    /// What explains planted looks.
    pub planted_by_template: BTreeMap<String, usize>,
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
    answered: bool,
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
            let kind = &world.cases[*case].kind;
            counts.planted.entry(kind.clone()).or_default().add(explained);
            counts.planted_answered.entry(kind.clone()).or_default().add(look.answered);
            if explained {
                *counts.planted_by_template.entry(look.template.clone()).or_default() += 1;
            }
            continue;
        }
        counts.cannot_tell.add(look.purpose == "cannot_tell");
        counts.of_all.add(explained);
        if look.purpose == "cannot_tell" {
            continue;
        }
        counts.benign.add(explained);
        counts.answered.add(look.answered);
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
        benign_of_all: counts.of_all.share(),
        benign_answered: counts.answered.share(),
        benign_logged: counts.logged.share(),
        cannot_tell: counts.cannot_tell.share(),
        unlogged: counts.unlogged.iter().map(|(k, t)| (k.clone(), Share::wilson(t.of as f64, of))).collect(),
        unlogged_explained: shares(&counts.unlogged),
        planted: shares(&counts.planted),
        planted_answered: shares(&counts.planted_answered),
        planted_by_template: counts.planted_by_template,
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
    of_all: Tally,
    answered: Tally,
    unlogged: BTreeMap<String, Tally>,
    planted: BTreeMap<String, Tally>,
    planted_answered: BTreeMap<String, Tally>,
    planted_by_template: BTreeMap<String, usize>,
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
    let answered = flags(&frame, "answered").map_err(|e| fail(&e))?;
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
            answered: answered[row],
            events: events(&sources[row]),
        })
        .collect())
}

fn texts(frame: &DataFrame, name: &str) -> polars::prelude::PolarsResult<Vec<String>> {
    Ok(frame.column(name)?.str()?.iter().map(|t| t.unwrap_or_default().to_owned()).collect())
}

fn flags(frame: &DataFrame, name: &str) -> polars::prelude::PolarsResult<Vec<bool>> {
    Ok(frame.column(name)?.bool()?.iter().map(|t| t.unwrap_or_default()).collect())
}

/// The measures in words and columns.
pub fn print(e: &Explained) -> String {
    let mut text = String::from("\nexplained (aims: ordinary .96, first .85, planted at most .08 of each kind)\n");
    let mut line = |name: &str, s: &Share| {
        let _ = writeln!(text, "  {name:<26} {:.3}  [{:.3}, {:.3}]  {} of {}", s.value, s.low, s.high, s.hits, s.of);
    };
    line("ordinary looks", &e.benign);
    line("first looks", &e.benign_first);
    line("  of all, cannot tell too", &e.benign_of_all);
    line("  and nothing against it", &e.benign_answered);
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
        if let Some(answered) = e.planted_answered.get(kind).filter(|_| share.hits > 0.0) {
            line("  and nothing against it", answered);
        }
    }
    let planted: usize = e.planted.values().map(|s| s.of).sum();
    for (template, looks) in &e.planted_by_template {
        line(&format!("  planted, by {template}"), &Share::wilson(*looks as f64, planted));
    }
    for (template, looks) in &e.by_template {
        let _ = writeln!(text, "  by {template:<23} {:.4}  {looks}", *looks as f64 / e.benign.of.max(1) as f64);
    }
    text
}
