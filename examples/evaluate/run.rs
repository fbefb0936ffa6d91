//! What a run of the engine referred, and on which rows of the log.

use crate::tables::{Rows, TableError};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;

/// One referral.
pub struct Referral {
    /// Where it went.
    pub lane: String,
    /// About whom.
    pub staff: String,
    /// Its place over all lanes.
    pub rank: u64,
    /// Its score; equal scores are ties.
    pub bits: f64,
    /// No earlier run made it.
    pub new: bool,
    /// The rows of the log behind its findings.
    pub events: FxHashSet<String>,
    /// The records that its findings name.
    pub subjects: FxHashSet<String>,
}

/// All referrals of a run, best first.
pub struct Run {
    /// In order of rank.
    pub referrals: Vec<Referral>,
}

impl Run {
    /// Reads a run's folder.
    pub fn read(folder: &Path) -> Result<Self, TableError> {
        let (mut referrals, mut by_id) = (Vec::new(), FxHashMap::default());
        let columns = ["rank", "referral_id", "lane", "staff_id", "score_bits", "status"];
        let mut rows = Rows::open(&folder.join("referrals.csv"), &columns)?;
        while let Some([rank, id, lane, staff, bits, status]) = rows.next()? {
            let rank = rank.parse().map_err(|_| TableError(format!("referrals.csv: rank {rank:?} is no number")))?;
            // Without a score only the rank orders.
            let bits = bits.parse().unwrap_or(-(rank as f64));
            by_id.insert(id, referrals.len());
            let (events, subjects) = (FxHashSet::default(), FxHashSet::default());
            referrals.push(Referral { lane, staff, rank, bits, new: status == "new", events, subjects });
        }
        let mut of_finding = FxHashMap::default();
        let mut rows = Rows::open(&folder.join("findings.csv"), &["finding_id", "referral_id", "subject_id"])?;
        while let Some([finding, referral, subject]) = rows.next()? {
            // Findings that led to no referral are no part of it.
            let Some(&referral) = by_id.get(&referral) else { continue };
            if !subject.is_empty() {
                referrals[referral].subjects.insert(subject);
            }
            of_finding.insert(finding, referral);
        }
        let mut rows = Rows::open(&folder.join("evidence.csv"), &["event_id", "finding_ids"])?;
        while let Some([event, findings]) = rows.next()? {
            for finding in findings.split([';', ' ']).filter(|f| !f.is_empty()) {
                if let Some(&referral) = of_finding.get(finding) {
                    referrals[referral].events.insert(event.clone());
                }
            }
        }
        referrals.sort_by_key(|r| r.rank);
        Ok(Self { referrals })
    }

    /// The referrals of a lane, best first.
    pub fn lane(&self, lane: &str) -> impl Iterator<Item = &Referral> {
        self.referrals.iter().filter(move |r| r.lane == lane)
    }
}
