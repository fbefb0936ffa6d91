//! What is kept of one run at one world: counts alone, which can be added up over worlds after the world is gone.

use crate::coincidence::Coincidence;
use crate::explained::Explained;
use crate::fairness::Group;
use crate::judge::Judgement;
use crate::probe::Probe;
use crate::tables::TableError;
use crate::world::Facts;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// What the engine is run as, where nothing else is said.
pub const AS_SHIPPED: &str = "as shipped";

/// One run at one world.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What the world is for: development, calibration, sealed.
    pub set: String,
    /// How the engine was run: as shipped, or with what taken away.
    pub run: String,
    /// Which build of the engine: the beginning of the hash of its program; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub engine: String,
    /// The world.
    pub world: Facts,
    /// Does its form give the planted rows away?
    pub probe: Probe,
    /// The run against the truth; none where the world alone was examined.
    pub judged: Option<Judgement>,
    /// What was explained; none where the run did not keep its looks.
    pub explained: Option<Explained>,
    /// Innocent staff by group; none where the run did not keep its looks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fairness: Vec<Group>,
    /// How often coincidence would refer whom; none where the run made no decoys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coincidence: Vec<Coincidence>,
}

/// What tells one outcome from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What the world is for.
    pub set: String,
    /// Members of staff.
    pub staff: usize,
    /// Share who misuse the systems, in words.
    pub misuse: String,
    /// Feeds degraded, in words.
    pub dropped: String,
    /// How the engine was run.
    pub run: String,
    /// Of the world.
    pub seed: u64,
}

impl Outcome {
    /// What tells it from others.
    pub fn key(&self) -> Key {
        Key {
            set: self.set.clone(),
            staff: self.world.staff,
            misuse: percent(self.world.misuse),
            dropped: dropped(self.world.dropped.iter().map(|(feed, share)| (feed.as_str(), *share))),
            run: self.run.clone(),
            seed: self.world.seed,
        }
    }
}

/// "1 %", "0.2 %".
pub fn percent(share: f64) -> String {
    format!("{} %", (share * 1e4).round() / 1e2)
}

/// "incidents 20 %, roster 50 %"; nothing where every feed is whole.
pub fn dropped<'f>(feeds: impl Iterator<Item = (&'f str, f64)>) -> String {
    let mut words: Vec<String> =
        feeds.filter(|(_, share)| *share > 0.0).map(|(feed, share)| format!("{feed} {}", percent(share))).collect();
    words.sort();
    words.join(", ")
}

/// Reads the outcomes of a folder, from files with one a line.
pub fn read(folder: &Path) -> Result<Vec<Outcome>, TableError> {
    let fail = |what: &Path, e: &dyn std::fmt::Display| TableError(format!("{}: {e}", what.display()));
    let mut outcomes = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| fail(folder, &e))? {
        let path = entry.map_err(|e| fail(folder, &e))?.path();
        if path.extension().is_none_or(|e| e != "ndjson") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|e| fail(&path, &e))?;
        for line in text.lines() {
            outcomes.push(serde_json::from_str::<Outcome>(line).map_err(|e| fail(&path, &e))?);
        }
    }
    outcomes.sort_by_key(Outcome::key);
    if let Some([first, _]) = outcomes.array_windows().find(|[a, b]| a.key() == b.key()) {
        return Err(TableError(format!("{}: two outcomes of {:?}", folder.display(), first.key())));
    }
    Ok(outcomes)
}
