//! Does the form of a world give the planted rows away?
//!
//! For each row three things that no detector should be able to use are compared between planted and ordinary rows: the
//! order of its id, its place in the log, its length. The area under the curve is the chance that a planted row stands
//! higher than an ordinary one; .5 is what it should be. Rows of one case are alike, so the interval is by cases.

use crate::tables::TableError;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Where an area may lie for a world to pass.
const ALLOWED: std::ops::RangeInclusive<f64> = 0.45..=0.55;

/// One area.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Area {
    /// The area under the curve.
    pub auc: f64,
    /// 95 % interval, lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Inside .45 to .55, or no further from .5 than so few cases lie by luck.
    pub passes: bool,
}

/// The probe of a world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Probe {
    /// Rows of the log.
    pub events: usize,
    /// Days that it spans.
    pub days: usize,
    /// Planted rows found in it.
    pub planted: usize,
    /// By order of ids.
    pub ids: Option<Area>,
    /// By place in the log.
    pub order: Option<Area>,
    /// By length of the row.
    pub length: Option<Area>,
}

/// Ordinary rows below each planted value, ties counted half; kept as differences.
struct Below<T> {
    /// Values with their cases, sorted.
    values: Vec<(T, usize)>,
    steps: Vec<f64>,
}

impl<T: Ord> Below<T> {
    fn new(mut values: Vec<(T, usize)>) -> Self {
        values.sort();
        let steps = vec![0.0; values.len() + 1];
        Self { values, steps }
    }

    fn ordinary<Q: ?Sized + Ord>(&mut self, value: &Q)
    where
        T: std::borrow::Borrow<Q>,
    {
        let first = self.values.partition_point(|(v, _)| v.borrow() < value);
        let past = first + self.values[first..].partition_point(|(v, _)| v.borrow() <= value);
        self.steps[first] += 0.5;
        self.steps[past] += 0.5;
    }

    fn area(&self, ordinary: usize, cases: usize) -> Option<Area> {
        let n = self.values.len() as f64;
        if self.values.is_empty() || ordinary == 0 {
            return None;
        }
        let mut by_case = vec![(0.0, 0.0); cases];
        let (mut below, mut sum) = (0.0, 0.0);
        for ((_, case), step) in self.values.iter().zip(&self.steps) {
            below += step;
            let share = below / ordinary as f64;
            sum += share;
            by_case[*case].0 += share;
            by_case[*case].1 += 1.0;
        }
        let auc = sum / n;
        let spread: f64 = by_case.iter().map(|(total, rows)| (total - rows * auc).powi(2)).sum();
        let half = 1.96 * spread.sqrt() / n;
        let (low, high) = ((auc - half).max(0.0), (auc + half).min(1.0));
        Some(Area { auc, low, high, passes: ALLOWED.contains(&auc) || (low..=high).contains(&0.5) })
    }
}

/// Reads the log twice, once for the planted rows and once for the others.
pub fn probe(folder: &Path, world: &World) -> Result<Probe, TableError> {
    let path = folder.join("access.csv");
    let (mut ids, mut orders, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    let (mut first, mut last) = (String::new(), String::new());
    let events = each_row(&path, |nth, id, day, length| {
        // Rows stand in order of time.
        if first.is_empty() {
            first.push_str(day);
        }
        if last != day {
            last.clear();
            last.push_str(day);
        }
        if let Some(&case) = world.planted.get(id) {
            ids.push((id.to_owned(), case));
            orders.push((nth, case));
            lengths.push((length, case));
        }
    })?;
    let planted = ids.len();
    let (mut ids, mut orders, mut lengths) = (Below::new(ids), Below::new(orders), Below::new(lengths));
    if planted > 0 {
        each_row(&path, |nth, id, _, length| {
            if !world.planted.contains_key(id) {
                ids.ordinary(id);
                orders.ordinary(&nth);
                lengths.ordinary(&length);
            }
        })?;
    }
    let (ordinary, cases) = (events - planted, world.cases.len());
    Ok(Probe {
        events,
        days: days(&first, &last),
        planted,
        ids: ids.area(ordinary, cases),
        order: orders.area(ordinary, cases),
        length: lengths.area(ordinary, cases),
    })
}

/// Days from one to another, both counted; 0 where either is none.
fn days(first: &str, last: &str) -> usize {
    let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    match (day(first), day(last)) {
        (Some(first), Some(last)) => (last - first).num_days().unsigned_abs() as usize + 1,
        _ => 0,
    }
}

/// Place, id, day and length of each row; a synthetic log has no line ends inside cells.
fn each_row(path: &Path, mut row: impl FnMut(usize, &str, &str, usize)) -> Result<usize, TableError> {
    let wrong = |e: std::io::Error| TableError(format!("{}: {e}", path.display()));
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(wrong)?);
    let (mut line, mut nth) = (String::new(), 0);
    reader.read_line(&mut line).map_err(wrong)?;
    loop {
        line.clear();
        if reader.read_line(&mut line).map_err(wrong)? == 0 {
            return Ok(nth);
        }
        let text = line.trim_end();
        let mut cells = text.split(',');
        let (id, at) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        row(nth, id, at.get(..10).unwrap_or(""), text.len());
        nth += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_by_hand() {
        let mut below = Below::new(vec![(3, 0), (5, 1)]);
        for value in [1, 2, 3, 9] {
            below.ordinary(&value);
        }
        // 3 stands above 1 and 2 and ties with 3: 2.5 of 4; 5 stands above three: 3 of 4.
        let area = below.area(4, 2).expect("an area");
        assert!((area.auc - (2.5 + 3.0) / 8.0).abs() < 1e-12, "{area:?}");
    }
}
