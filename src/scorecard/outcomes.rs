//! Decided cases: what the department found on what runs listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids;
use crate::ingest::{Disposition, Tables};
use crate::instant::Instant;
use crate::report::model::{Lane, Report};

/// A case as a run listed it, with what is needed to learn from its outcome. The ledger keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {
    /// The referral that it is part of.
    pub referral_id: String,
    /// Whose it is.
    pub staff_id: String,
    /// The case.
    pub case_id: String,
    /// The first of its referral, which the outcome of a referral speaks of.
    pub first: bool,
    /// About the user as a whole.
    pub whole: bool,
    /// Drawn at random.
    pub sampled: bool,
    /// Its findings.
    pub findings: Vec<String>,
    /// Rules that fired on it.
    pub rules: BTreeSet<String>,
    /// Of these, each without which the case would not be listed.
    pub carried_by: BTreeSet<String>,
    /// Rules that fired on the user as a whole.
    pub user_rules: BTreeSet<String>,
    /// Of these, each without which the user would not be listed.
    pub user_carried_by: BTreeSet<String>,
}

/// What a report lists.
#[must_use]
pub fn listed(report: &Report) -> Vec<Listed> {
    let mut all = Vec::new();
    for referral in report.referrals.iter().filter(|r| r.lane != Lane::Policy) {
        let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<String>>();
        // A user who has a listed case is listed without any finding about the user as a whole.
        let by_whole_alone = referral.cases.iter().all(|c| c.subject_id.is_empty());
        let carried: BTreeSet<String> = referral.cases.iter().flat_map(|c| c.carried_by.iter().cloned()).collect();
        for (at, case) in referral.cases.iter().enumerate() {
            all.push(Listed {
                referral_id: referral.referral_id.clone(),
                staff_id: referral.staff_id.clone(),
                case_id: case.case_id.clone(),
                first: at == 0,
                whole: case.subject_id.is_empty(),
                sampled: referral.lane == Lane::Sample,
                findings: case.findings.iter().map(|f| f.finding_id.clone()).collect(),
                rules: set(&case.rules),
                carried_by: set(&case.carried_by),
                user_rules: set(&referral.user_rules),
                user_carried_by: if by_whole_alone { carried.clone() } else { BTreeSet::new() },
            });
        }
    }
    all
}

/// What one run listed, and which rules it ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Rules that ran.
    pub ran: BTreeSet<String>,
    /// Cases.
    pub listed: Vec<Listed>,
}

impl Run {
    /// What a report holds.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self { ran: report.rules.iter().map(|r| r.rule.clone()).collect(), listed: listed(report) }
    }
}

/// A case with its outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Decided {
    pub confirmed: bool,
    pub sampled: bool,
    pub whole: bool,
    pub ran: BTreeSet<String>,
    pub rules: BTreeSet<String>,
    pub carried_by: BTreeSet<String>,
    pub user_rules: BTreeSet<String>,
    pub user_carried_by: BTreeSet<String>,
}

/// A row of the dispositions that names nothing known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unknown {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// What it names.
    pub reference: String,
}

/// Everything decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// One entry a case.
    pub decided: Vec<Decided>,
    /// Rows that say `open`.
    pub open: u64,
    /// Rows that name nothing known here.
    pub unknown: Vec<Unknown>,
}

/// Is the outcome that of a case that was upheld? `None` where it is open.
fn confirmed(outcome: &str) -> Option<bool> {
    match outcome {
        "advice" | "misconduct" | "criminal" => Some(true),
        "no_case" | "explained" => Some(false),
        _ => None,
    }
}

/// When an outcome was given, whether it was upheld, and the place of its case.
type Latest = (Option<Instant>, bool, (usize, usize));

/// Gathers the latest outcome of each case that `runs`, oldest first, have listed. An outcome of a finding speaks of
/// its case; one of a referral, or of a member of staff, of the first case of the referral.
#[must_use]
pub fn outcomes(tables: &Tables, runs: &[Run]) -> Outcomes {
    // What a reference means, by the latest run that listed it.
    let mut known: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        for (place, case) in run.listed.iter().enumerate() {
            for finding in &case.findings {
                known.insert(finding, (at, place));
            }
            known.insert(&case.case_id, (at, place));
            if case.first {
                known.insert(&case.referral_id, (at, place));
                known.insert(&case.staff_id, (at, place));
            }
        }
    }
    let staff: BTreeSet<String> =
        tables.staff.iter().flat_map(|s| [s.staff_id.clone(), ids::referral(&s.staff_id)]).collect();
    let mut found = Outcomes::default();
    // The latest outcome of each case; of two at the same time, the graver.
    let mut latest: BTreeMap<&str, Latest> = BTreeMap::new();
    for row in &tables.dispositions {
        let Some(&place) = known.get(row.reference.as_str()) else {
            // Somebody on the staff list whom no known run listed: nothing is wrong, and nothing to be learnt.
            if !staff.contains(&row.reference) {
                found.unknown.push(unknown(tables, row));
            }
            continue;
        };
        let Some(confirmed) = confirmed(&row.outcome) else {
            found.open += 1;
            continue;
        };
        let case = &runs[place.0].listed[place.1];
        let entry = latest.entry(&case.case_id).or_insert((row.at, confirmed, place));
        if (row.at, confirmed) >= (entry.0, entry.1) {
            *entry = (row.at, confirmed, place);
        }
    }
    found.unknown.sort();
    found.decided = latest
        .into_values()
        .map(|(_, confirmed, (run, place))| {
            let case = &runs[run].listed[place];
            Decided {
                confirmed,
                sampled: case.sampled,
                whole: case.whole,
                ran: runs[run].ran.clone(),
                rules: case.rules.clone(),
                carried_by: case.carried_by.clone(),
                user_rules: case.user_rules.clone(),
                user_carried_by: case.user_carried_by.clone(),
            }
        })
        .collect();
    found
}

fn unknown(tables: &Tables, row: &Disposition) -> Unknown {
    let file = tables.inputs.get(usize::from(row.origin.file)).map_or_else(String::new, |i| i.name.clone());
    Unknown { file, line: row.origin.line, reference: row.reference.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn case(staff: &str, case: &str, first: bool, rules: &[&str], carried_by: &[&str]) -> Listed {
        Listed {
            referral_id: ids::referral(staff),
            staff_id: staff.to_owned(),
            case_id: case.to_owned(),
            first,
            findings: vec![format!("F-{case}")],
            rules: set(rules),
            carried_by: set(carried_by),
            ..Listed::default()
        }
    }

    fn disposition(reference: &str, outcome: &str, at: i64) -> Disposition {
        Disposition {
            reference: reference.to_owned(),
            outcome: outcome.to_owned(),
            at: Some(Instant(at)),
            ..Disposition::default()
        }
    }

    #[test]
    fn the_latest_outcome_of_a_case_counts_once() {
        let run = |cases: Vec<Listed>| Run { ran: set(&["a", "b"]), listed: cases };
        let runs = [
            run(vec![case("S1", "c1", true, &["a"], &["a"]), case("S2", "c2", true, &["a", "b"], &[])]),
            // A later run lists the case of S2 again, by one rule more.
            run(vec![case("S2", "c2", true, &["a", "b", "c"], &[]), case("S2", "c3", false, &["b"], &[])]),
        ];
        let tables = Tables {
            dispositions: vec![
                disposition("F-c2", "no_case", 5),
                disposition(&ids::referral("S2"), "misconduct", 9), // the same case, and later
                disposition("F-c3", "explained", 1),
                disposition("F-c1", "open", 1),
                disposition("EARLIER-7", "advice", 1),
                disposition("=cmd()\n\u{202e}", "advice", 1),
            ],
            ..Tables::default()
        };
        let found = outcomes(&tables, &runs);
        let told: Vec<(bool, usize)> = found.decided.iter().map(|d| (d.confirmed, d.rules.len())).collect();
        assert_eq!(told, [(true, 3), (false, 1)]);
        assert_eq!(found.open, 1);
        assert_eq!(found.unknown.len(), 2);
    }
}
