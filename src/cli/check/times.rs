//! First and last moments, and silences that chance does not explain.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use serde::Serialize;

use crate::ingest::{TableName, Tables};
use crate::instant::{DAY, HOUR, Instant};

/// A silence in which so many events would have been usual is one: by chance alone it happens once in e^20, 5 × 10^8 …
const EXPECTED: f64 = 20.0;
/// … if it is so many times as long as 19 in 20 of the log's own pauses: people work in bursts, not by chance alone.
const TIMES_USUAL: f64 = 4.0;
/// Below this many events nothing is usual.
const ENOUGH: usize = 100;
/// Logs of fewer days than this are compared by the hour of day alone, others by the hour of the week.
const WEEKLY: i64 = 13;
/// What is usual is taken from so much time on either side: a log that grows or fades has no one rate.
const AROUND: i64 = 14 * DAY;
/// A feed with at least so many rows on its median day has no day without one.
const TELLING_MEDIAN: usize = 8;
/// How many silences of a table or system are listed.
const LISTED: usize = 20;

/// A silence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    pub table: &'static str,
    /// Empty for the log as a whole and for other tables.
    pub system: String,
    /// The last moment before it and the first after it.
    pub from: String,
    pub to: String,
    pub hours: f64,
    /// How many rows would have been usual.
    pub expected: f64,
}

/// A system is silent for somewhat longer than all are, for it has fewer rows; not for more than so many times as long.
const SOMEWHAT: f64 = 1.25;

impl Gap {
    /// True where this is the silence of the whole log, seen in one system.
    fn is_of(&self, whole: &Self) -> bool {
        let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
        at(&self.from) <= at(&whole.from) && at(&self.to) >= at(&whole.to) && self.hours <= whole.hours * SOMEWHAT
    }
}

/// The moments that the rows of a table speak of: when they happened or began.
fn moments(tables: &Tables, table: TableName) -> Vec<Instant> {
    match table {
        TableName::Access => tables.access.events.iter().map(|event| event.at).collect(),
        TableName::Incidents => tables.incidents.iter().filter_map(|row| row.opened).collect(),
        TableName::Assignments => tables.assignments.iter().filter_map(|row| row.from).collect(),
        TableName::Duty => tables.duty.iter().map(|row| row.start).collect(),
        TableName::Training => tables.training.iter().map(|row| row.start).collect(),
        TableName::Dispositions => tables.dispositions.iter().filter_map(|row| row.at).collect(),
        _ => Vec::new(),
    }
}

/// First and last moment of a table.
pub fn range(tables: &Tables, table: TableName, zone: Tz) -> (String, String) {
    let all = moments(tables, table);
    let shown = |at: Option<&Instant>| at.map_or_else(String::new, |at| at.rfc3339(zone));
    (shown(all.iter().min()), shown(all.iter().max()))
}

/// The silences of the log as a whole and of each system beside, and of the tables that are feeds.
pub fn gaps(tables: &Tables, zone: Tz) -> Vec<Gap> {
    let mut by_system: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
    for event in &tables.access.events {
        by_system.entry(tables.access.strings.get(event.system)).or_default().push(event.at);
    }
    let mut all = Vec::new();
    if by_system.len() > 1 {
        all = silences(moments(tables, TableName::Access), zone);
    }
    let whole = all.clone();
    for (system, times) in by_system {
        // A silence of all systems is said once.
        let own = silences(times, zone).into_iter().filter(|gap| !whole.iter().any(|whole| gap.is_of(whole)));
        all.extend(own.map(|gap| Gap { system: system.to_owned(), ..gap }));
    }
    for table in [TableName::Incidents, TableName::Assignments, TableName::Duty] {
        let found = silent_days(moments(tables, table), zone);
        all.extend(found.into_iter().map(|gap| Gap { table: table.as_str(), ..gap }));
    }
    all
}

/// Days without a row, between days that have many. Feeds come in batches, so only whole days tell.
#[allow(clippy::cast_precision_loss)]
fn silent_days(times: Vec<Instant>, zone: Tz) -> Vec<Gap> {
    let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for day in times.into_iter().filter_map(|at| at.local_date(zone)) {
        *days.entry(day).or_default() += 1;
    }
    let mut counts: Vec<usize> = days.values().copied().collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
    if median < TELLING_MEDIAN {
        return Vec::new();
    }
    let all: Vec<NaiveDate> = days.into_keys().collect();
    let mut found: Vec<Gap> = all
        .windows(2)
        .filter(|pair| (pair[1] - pair[0]).num_days() > 1)
        .map(|pair| {
            let missing = (pair[1] - pair[0]).num_days() - 1;
            Gap {
                table: "",
                system: String::new(),
                from: (pair[0] + chrono::TimeDelta::days(1)).to_string(),
                to: (pair[1] - chrono::TimeDelta::days(1)).to_string(),
                hours: (missing * 24) as f64,
                expected: (median as i64 * missing) as f64,
            }
        })
        .collect();
    found.truncate(LISTED);
    found
}

/// Stretches of an hour or more in which so many rows would have been usual that their absence is no chance.
#[allow(clippy::cast_precision_loss)]
fn silences(mut times: Vec<Instant>, zone: Tz) -> Vec<Gap> {
    times.sort_unstable();
    let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else { return Vec::new() };
    if times.len() < ENOUGH {
        return Vec::new();
    }
    let weekly = last.0 - first.0 >= WEEKLY * DAY;
    let slot = |at: i64| {
        let local = Instant(at).to_utc().map(|at| at.with_timezone(&zone));
        local.map_or(0, |at| {
            let hour = at.hour() as usize;
            if weekly { at.weekday().num_days_from_monday() as usize * 24 + hour } else { hour }
        })
    };
    // How often each hour of the week (or day) came by, and how many rows it had.
    let mut hours = [0_f64; 168];
    let mut rows = [0_f64; 168];
    let mut at = first.0.div_euclid(HOUR) * HOUR;
    // An unlikely date far off must not make this run for ever.
    let end = last.0.min(first.0.saturating_add(100 * 366 * DAY));
    while at <= end {
        hours[slot(at)] += 1.0;
        at += HOUR;
    }
    for time in times.iter().filter(|time| time.0 <= end) {
        rows[slot(time.0)] += 1.0;
    }
    // What is usual between two moments, by the rates of the whole log.
    let usual = |from: i64, to: i64| {
        let (mut sum, mut at) = (0.0, from);
        while at < to {
            let next = ((at.div_euclid(HOUR) + 1) * HOUR).min(to);
            let slot = slot(at);
            sum += rows[slot] / hours[slot].max(1.0) * (next - at) as f64 / HOUR as f64;
            at = next;
        }
        sum
    };
    let mut pauses: Vec<(f64, Instant, Instant)> = times
        .windows(2)
        .filter(|pair| pair[1].0 - pair[0].0 >= HOUR && pair[1].0 <= end)
        .map(|pair| (usual(pair[0].0, pair[1].0), pair[0], pair[1]))
        .collect();
    // Only long pauses are worth the second look, at the time around them.
    for (expected, from, to) in pauses.iter_mut().filter(|(expected, ..)| *expected >= EXPECTED) {
        let (before, after) = ((from.0 - AROUND).max(first.0), (to.0 + AROUND).min(last.0));
        let had = times.partition_point(|at| at.0 <= after) - times.partition_point(|at| at.0 < before);
        let around = usual(before, from.0) + usual(to.0, after);
        if around > 0.0 {
            *expected *= (had as f64 / around).min(1.0);
        }
    }
    let mut sizes: Vec<f64> = pauses.iter().map(|(expected, ..)| *expected).collect();
    sizes.sort_by(f64::total_cmp);
    // Of few pauses none is usual.
    let usual_pause = if sizes.len() < 20 { 0.0 } else { sizes[sizes.len() * 19 / 20] };
    let telling = EXPECTED.max(TIMES_USUAL * usual_pause);
    let mut found: Vec<Gap> = pauses
        .into_iter()
        .filter(|(expected, ..)| *expected >= telling)
        .map(|(expected, from, to)| Gap {
            table: TableName::Access.as_str(),
            system: String::new(),
            from: from.rfc3339(zone),
            to: to.rfc3339(zone),
            hours: ((to.0 - from.0) as f64 / HOUR as f64 * 10.0).round() / 10.0,
            expected: expected.round(),
        })
        .collect();
    found.sort_by(|left, right| right.expected.total_cmp(&left.expected).then_with(|| left.from.cmp(&right.from)));
    found.truncate(LISTED);
    found.sort_by(|left, right| left.from.cmp(&right.from));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten rows an hour from 8 to 18, for some days, without those from one hour to another.
    fn log(days: i64, silent: std::ops::Range<i64>) -> Vec<Instant> {
        (0..days * 24)
            .filter(|hour| (8..18).contains(&(hour % 24)) && !silent.contains(hour))
            .flat_map(|hour| (0..10).map(move |row| Instant(1_750_204_800_000 + hour * HOUR + row * 6 * 60_000)))
            .collect()
    }

    #[test]
    fn nights_are_no_gaps_and_a_missing_morning_is_one() {
        assert_eq!(silences(log(10, 0..0), chrono_tz::UTC), []);
        let found = silences(log(10, 5 * 24 + 9..5 * 24 + 13), chrono_tz::UTC);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((4.0..5.1).contains(&found[0].hours) && found[0].expected >= 30.0, "{found:?}");
        let day = silences(log(60, 30 * 24..31 * 24), chrono_tz::UTC);
        assert_eq!(day.len(), 1, "{day:?}");
        assert_eq!(silences(log(1, 2..24), chrono_tz::UTC), [], "too few to tell");
    }
}
