//! How often coincidence would refer whom, by group: what the runs' own decoys say, added up over worlds.
//!
//! False referrals are too few for a ratio between groups: a series of worlds has a handful. In a decoy log every tie is a
//! coincidence, each run makes two hundred of them and counts, by group of staff, the cases that would stand as high as a referral
//! does (`fairness.csv`). That is the engine's own measure. It covers referrals that rest on a tie, and misusers are
//! among the staff, whose other evidence stays. In return it has thousands of cases behind it.

use crate::intervals::over_worlds;
use crate::pool::Pool;
use crate::tables::{Rows, TableError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// No group should be referred by coincidence more than this many times as often as another.
const MOST: f64 = 1.25;
/// Groups of fewer staff, all worlds together, are left out of a ratio.
const LEAST: f64 = 500.0;
/// What the engine calls a group of staff of whom nothing is known.
const UNKNOWN: &str = "unknown";

/// By what the engine cuts groups, and the same in words.
const BY: [(&str, &str); 5] = [
    ("surname", "tenths by how common the surname is"),
    ("unit_density", "fifths by how many people live around the homes of the unit's staff"),
    ("home_density", "fifths by how many people live around the own home"),
    ("volume", "tenths by number of looks"),
    ("role", "roles"),
];

/// A group of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coincidence {
    /// By what staff are grouped.
    pub by: String,
    /// Which group.
    pub name: String,
    /// How many.
    pub staff: f64,
    /// Cases a decoy log that would stand as a referral.
    pub cases: f64,
}

/// Reads what a run says of its decoys; nothing where it made none.
pub fn read(run: &Path) -> Result<Vec<Coincidence>, TableError> {
    let path = run.join("fairness.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut groups = Vec::new();
    let mut rows = Rows::open(&path, &["dimension", "group", "users", "decoys_per_1000"])?;
    while let Some([by, name, users, rate]) = rows.next()? {
        if rate.is_empty() || name == UNKNOWN {
            continue;
        }
        let number = |cell: &str| {
            cell.parse::<f64>().map_err(|_| TableError(format!("{}: {cell:?} is no number", path.display())))
        };
        let (staff, rate) = (number(&users)?, number(&rate)?);
        // So that a line stays short.
        groups.push(Coincidence { by, name, staff, cases: (staff * rate).round() / 1e3 });
    }
    Ok(groups)
}

/// Staff and cases of each group of one cut, added up.
fn sums<'c>(groups: impl Iterator<Item = &'c Coincidence>, by: &str) -> BTreeMap<&'c str, (f64, f64)> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for group in groups.filter(|g| g.by == by) {
        let sum = sums.entry(&group.name).or_default();
        *sum = (sum.0 + group.staff, sum.1 + group.cases);
    }
    sums
}

/// The groups with the highest and the lowest rate, and these rates.
fn ends<'c>(sums: &BTreeMap<&'c str, (f64, f64)>) -> Option<[(&'c str, f64); 2]> {
    let rates = || sums.iter().filter(|(_, (staff, _))| *staff >= LEAST).map(|(name, (n, x))| (*name, x / n));
    let highest = rates().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let lowest = rates().min_by(|a, b| a.1.total_cmp(&b.1))?;
    (highest.1 > 0.0).then_some([highest, lowest])
}

/// The table of the page: one row a cut.
pub fn table(pool: &Pool<'_>) -> String {
    let kept = pool.only(|o| !o.coincidence.is_empty());
    if kept.is_empty() {
        return "Not measured yet.".to_owned();
    }
    let mut text = String::from(
        "| groups | highest ÷ lowest, aim at most 1.25 | highest, cases a decoy log per 1,000 staff | lowest |\n| --- | --- | --- | --- |\n",
    );
    for (by, words) in BY {
        let worlds: Vec<&[Coincidence]> = kept.outcomes.iter().map(|o| o.coincidence.as_slice()).collect();
        let all = sums(worlds.iter().copied().flatten(), by);
        let Some([highest, lowest]) = ends(&all) else { continue };
        // Between the same two groups in worlds drawn anew.
        let ratio = |drawn: &[&&[Coincidence]]| {
            let sums = sums(drawn.iter().copied().copied().flatten(), by);
            let rate = |name: &str| sums.get(name).map_or(0.0, |(n, x)| x / n.max(1.0));
            rate(highest.0) / rate(lowest.0).max(f64::MIN_POSITIVE)
        };
        let value = highest.1 / lowest.1;
        let mark = if value > MOST { "**" } else { "" };
        let between = over_worlds(&worlds, ratio).map_or_else(String::new, |(l, h)| format!(" ({l:.2} to {h:.2})"));
        let end = |(name, rate): (&str, f64)| format!("{:.1} ({name})", 1e3 * rate);
        let _ = writeln!(text, "| {words} | {mark}{value:.2}{mark}{between} | {} | {} |", end(highest), end(lowest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_of_groups_that_are_large_enough() {
        let group =
            |name: &str, staff, cases| Coincidence { by: "role".to_owned(), name: name.to_owned(), staff, cases };
        let groups = [
            group("few", 20.0, 9.0),
            group("often", 500.0, 3.0),
            group("often", 500.0, 5.0),
            group("seldom", 1_000.0, 2.0),
        ];
        assert_eq!(ends(&sums(groups.iter(), "role")), Some([("often", 0.008), ("seldom", 0.002)]));
        assert_eq!(ends(&sums(groups.iter(), "volume")), None);
    }
}
