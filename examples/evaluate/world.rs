//! The truth of a synthetic world.

use crate::tables::{Rows, TableError};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What a world is, in figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Of its making; 0 for a world made before this was noted.
    pub seed: u64,
    /// Members of staff.
    pub staff: usize,
    /// Days of log.
    pub days: usize,
    /// Share of staff who misuse the systems, as asked for.
    pub misuse: f64,
    /// Those who misuse the systems.
    pub misusers: usize,
    /// Those of them of whose cases no table shows any by more than the lack of a purpose.
    pub unshown_misusers: usize,
    /// Planted cases.
    pub cases: usize,
    /// Those that some table shows.
    pub shown_cases: usize,
    /// Innocent look-alikes.
    pub lookalikes: usize,
    /// Rows lost from feeds, by feed.
    pub dropped: BTreeMap<String, f64>,
}

/// The kind whose whole evidence is that no record answers, which the tables do show.
const NO_INCIDENT: &str = "no_incident";

/// A planted case.
pub struct Case {
    /// Who.
    pub staff: String,
    /// What.
    pub kind: String,
    /// How well it hides.
    pub variant: String,
    /// Whether some table shows it.
    pub visible: bool,
    /// Its rows in the log.
    pub events: FxHashSet<String>,
}

/// An innocent look that resembles misuse.
pub struct Lookalike {
    /// Who.
    pub staff: String,
    /// Whom; empty where it is not about one person, or the person has no record.
    pub subject: String,
    /// What it resembles.
    pub kind: String,
}

/// What was planted in a world.
pub struct World {
    /// Cases by their ids.
    pub cases: Vec<Case>,
    /// For each planted row its case.
    pub planted: FxHashMap<String, usize>,
    /// Who misuses the systems.
    pub misusers: FxHashSet<String>,
    /// How many staff do not.
    pub benign_staff: usize,
    /// Innocent look-alikes.
    pub lookalikes: Vec<Lookalike>,
    /// How it was made: `seed`, `days`, and `drop` with a feed behind it.
    pub made: BTreeMap<String, String>,
}

impl World {
    /// Reads the truth of a world.
    pub fn read(folder: &Path) -> Result<Self, TableError> {
        let truth = folder.join("truth");
        let (mut cases, mut by_id) = (Vec::new(), FxHashMap::default());
        let mut rows = Rows::open(&truth.join("cases.csv"), &["truth_id", "staff_id", "kind", "variant", "visible"])?;
        while let Some([id, staff, kind, variant, visible]) = rows.next()? {
            by_id.insert(id, cases.len());
            let visible = visible == "true" || kind == NO_INCIDENT;
            cases.push(Case { staff, kind, variant, visible, events: FxHashSet::default() });
        }
        let mut planted = FxHashMap::default();
        let mut rows = Rows::open(&truth.join("events.csv"), &["event_id", "truth_id"])?;
        while let Some([event, id]) = rows.next()? {
            let case = *by_id.get(&id).ok_or_else(|| TableError(format!("events.csv: no case {id}")))?;
            cases[case].events.insert(event.clone());
            planted.insert(event, case);
        }
        let (mut misusers, mut benign_staff) = (FxHashSet::default(), 0);
        let mut rows = Rows::open(&truth.join("staff.csv"), &["staff_id", "misuser"])?;
        while let Some([staff, misuser]) = rows.next()? {
            if misuser == "true" {
                misusers.insert(staff);
            } else {
                benign_staff += 1;
            }
        }
        let mut lookalikes = Vec::new();
        let mut rows = Rows::open(&truth.join("lookalikes.csv"), &["staff_id", "subject_id", "kind_of_lookalike"])?;
        while let Some([staff, subject, kind]) = rows.next()? {
            lookalikes.push(Lookalike { staff, subject, kind });
        }
        // Worlds made before this was noted have no such file.
        let (file, mut made) = (truth.join("world.csv"), BTreeMap::new());
        if file.exists() {
            let mut rows = Rows::open(&file, &["key", "value"])?;
            while let Some([key, value]) = rows.next()? {
                made.insert(key, value);
            }
        }
        Ok(Self { cases, planted, misusers, benign_staff, lookalikes, made })
    }

    /// Misusers of whose cases no table shows any.
    pub fn unshown_misusers(&self) -> FxHashSet<&str> {
        let shown: FxHashSet<&str> = self.cases.iter().filter(|c| c.visible).map(|c| c.staff.as_str()).collect();
        self.misusers.iter().map(String::as_str).filter(|m| !shown.contains(m)).collect()
    }

    /// The figures; `days` is how many days the log spans, where the world does not say.
    pub fn facts(&self, days: usize) -> Facts {
        let number = |key: &str| self.made.get(key).and_then(|v| v.parse().ok());
        let dropped = self.made.iter().filter_map(|(key, value)| {
            let feed = key.strip_prefix("drop ")?;
            Some((feed.to_owned(), value.parse().ok()?))
        });
        Facts {
            seed: number("seed").unwrap_or(0),
            staff: self.benign_staff + self.misusers.len(),
            days: number("days").map_or(days, |n| n as usize),
            misuse: self.made.get("misuse").and_then(|m| m.parse().ok()).unwrap_or_else(|| {
                let staff = (self.benign_staff + self.misusers.len()).max(1);
                (1e3 * self.misusers.len() as f64 / staff as f64).round() / 1e3
            }),
            misusers: self.misusers.len(),
            unshown_misusers: self.unshown_misusers().len(),
            cases: self.cases.len(),
            shown_cases: self.cases.iter().filter(|c| c.visible).count(),
            lookalikes: self.lookalikes.len(),
            dropped: dropped.collect(),
        }
    }
}
