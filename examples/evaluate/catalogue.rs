//! Recall by kind and form over several worlds, and for each miss the reason: which rules fired on the planted rows
//! and what became of them.
//!
//! Each folder holds `world` (written by `simulate --catalogue`), `run` (a folder of reports) and `firings.ndjson`
//! (`probity rules facts --dump` of cases and of users, one after the other): what fired below the report too.

use crate::run::Run;
use crate::tables::{Rows, TableError};
use crate::world::{Case, World};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The forms in which a kind is planted.
const FORMS: [&str; 3] = ["easy", "medium", "mimicry"];
/// Rules named for a miss.
const NAMED: usize = 4;
/// Lanes in the order of how much they say.
const LANES: [&str; 4] = ["refer", "conflict", "query", "policy"];

/// One row of facts with what fired on it.
#[derive(Deserialize)]
struct Firing {
    of: Of,
    fired: Vec<String>,
}

#[derive(Deserialize)]
struct Of {
    staff: String,
    #[serde(default)]
    subject: Option<String>,
    /// First and last moment of each look.
    #[serde(default)]
    looks: Vec<(i64, i64)>,
}

/// What became of one planted case.
struct Fate {
    lane: Option<&'static str>,
    reason: String,
}

/// The table for several folders.
pub fn recall(folders: &[PathBuf]) -> Result<String, Box<dyn std::error::Error>> {
    let mut fates: BTreeMap<(String, String), Vec<Fate>> = BTreeMap::new();
    for folder in folders {
        let world = World::read(&folder.join("world"))?;
        let run = Run::read(&folder.join("run"))?;
        let times = times(&folder.join("world"), &world)?;
        let firings = firings(&folder.join("firings.ndjson"))?;
        for case in &world.cases {
            let key = (case.kind.clone(), case.variant.clone());
            fates.entry(key).or_default().push(fate(case, &run, &times, &firings));
        }
    }
    Ok(markdown(folders.len(), &fates))
}

/// The moments of the planted rows, in milliseconds.
fn times(folder: &Path, world: &World) -> Result<FxHashMap<String, i64>, TableError> {
    let mut found = FxHashMap::default();
    let mut rows = Rows::open(&folder.join("access.csv"), &["event_id", "at"])?;
    while let Some([event, at]) = rows.next()? {
        if world.planted.contains_key(&event) {
            let at = chrono::DateTime::parse_from_rfc3339(&at).map_err(|e| TableError(format!("access.csv: {e}")))?;
            found.insert(event, at.timestamp_millis());
        }
    }
    Ok(found)
}

fn firings(path: &Path) -> Result<FxHashMap<String, Vec<Firing>>, Box<dyn std::error::Error>> {
    let mut by_staff: FxHashMap<String, Vec<Firing>> = FxHashMap::default();
    let file = File::open(path).map_err(|e| TableError(format!("{}: {e}", path.display())))?;
    for line in BufReader::new(file).lines() {
        let firing: Firing = serde_json::from_str(&line?)?;
        by_staff.entry(firing.of.staff.clone()).or_default().push(firing);
    }
    Ok(by_staff)
}

fn fate(case: &Case, run: &Run, times: &FxHashMap<String, i64>, firings: &FxHashMap<String, Vec<Firing>>) -> Fate {
    // Only what is said of the one who did it, and rests on a row of the case, counts.
    let lane = LANES.into_iter().find(|lane| {
        run.lane(lane).any(|r| r.staff == case.staff && case.events.iter().any(|event| r.events.contains(event)))
    });
    let another = |r: &&crate::run::Referral| !r.staff.is_empty() && r.staff != case.staff;
    let names = |r: &&crate::run::Referral| case.events.iter().any(|event| r.events.contains(event));
    let other = run.referrals.iter().filter(another).find(names);
    let moments: FxHashSet<i64> = case.events.iter().filter_map(|event| times.get(event)).copied().collect();
    let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
    for firing in firings.get(&case.staff).into_iter().flatten() {
        let about = firing.of.subject.is_none()
            || firing.of.looks.iter().any(|(first, last)| moments.iter().any(|at| first <= at && at <= last));
        for rule in firing.fired.iter().filter(|_| about) {
            *fired.entry(rule).or_default() += 1;
        }
    }
    let mut named: Vec<(&str, usize)> = fired.into_iter().collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let rules: Vec<&str> = named.iter().take(NAMED).map(|(rule, _)| *rule).collect();
    let rules = if rules.is_empty() { "no rule fired".to_owned() } else { rules.join(", ") };
    let reason = match (lane, other) {
        (Some("query" | "policy"), _) => {
            format!("{}; {rules}: the evidence stays below a referral", lane.unwrap_or(""))
        }
        (None, Some(other)) => format!("shown in a referral about somebody else ({}); {rules}", other.lane),
        (None, None) if named.is_empty() => "no rule fired: it looks like ordinary work".to_owned(),
        (None, None) => format!("not shown; {rules} fired, below every lane"),
        _ => rules,
    };
    Fate { lane, reason }
}

fn markdown(worlds: usize, fates: &BTreeMap<(String, String), Vec<Fate>>) -> String {
    let mut text = String::from("# What is found of each kind, and what is not\n\n");
    let _ = writeln!(
        text,
        "Made by `examples/evaluate --recall` over {worlds} synthetic worlds in which every kind is planted in three forms\n\
         (`simulate --catalogue`). They are development worlds: thresholds were chosen with such worlds in sight, and what is\n\
         planted is what we thought of. A case is found if its user is referred (or, for `conflict`, sent to that lane) on a\n\
         row of the case; asked, if it leads to a question.\n"
    );
    let _ =
        writeln!(text, "| kind | form | cases | found | asked | missed | what fired, and why it was not referred |");
    let _ = writeln!(text, "| --- | --- | --: | --: | --: | --: | --- |");
    let kinds: BTreeSet<&str> = fates.keys().map(|(kind, _)| kind.as_str()).collect();
    let mut totals: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for kind in kinds {
        for form in FORMS {
            let Some(all) = fates.get(&(kind.to_owned(), form.to_owned())) else { continue };
            let right = |fate: &&Fate| {
                matches!(fate.lane, Some("refer")) || (kind == "conflict" && fate.lane == Some("conflict"))
            };
            let found = all.iter().filter(right).count();
            let asked = all.iter().filter(|f| !right(f) && f.lane.is_some()).count();
            let missed = all.len() - found - asked;
            let reasons: BTreeSet<&str> = all.iter().filter(|f| !right(f)).map(|f| f.reason.as_str()).collect();
            let reasons: Vec<&str> = reasons.into_iter().collect();
            let _ = writeln!(
                text,
                "| {kind} | {form} | {} | {found} | {asked} | {missed} | {} |",
                all.len(),
                reasons.join("<br>")
            );
            let total = totals.entry(form).or_default();
            for (sum, n) in total.iter_mut().zip([all.len(), found, asked, missed]) {
                *sum += n;
            }
        }
    }
    let _ = writeln!(text, "\n| form | cases | found | asked | missed |\n| --- | --: | --: | --: | --: |");
    for form in FORMS {
        let [all, found, asked, missed] = totals.get(form).copied().unwrap_or_default();
        let _ = writeln!(text, "| {form} | {all} | {found} | {asked} | {missed} |");
    }
    text
}
