//! The truth of a synthetic world.

use crate::tables::{Rows, TableError};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

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
}

impl World {
    /// Reads the truth of a world.
    pub fn read(folder: &Path) -> Result<Self, TableError> {
        let truth = folder.join("truth");
        let (mut cases, mut by_id) = (Vec::new(), FxHashMap::default());
        let mut rows = Rows::open(&truth.join("cases.csv"), &["truth_id", "staff_id", "kind", "variant", "visible"])?;
        while let Some([id, staff, kind, variant, visible]) = rows.next()? {
            by_id.insert(id, cases.len());
            cases.push(Case { staff, kind, variant, visible: visible == "true", events: FxHashSet::default() });
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
        Ok(Self { cases, planted, misusers, benign_staff, lookalikes })
    }
}
