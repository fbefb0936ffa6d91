//! Can this log be judged at all? Which feeds cover which time, and what share of
//! looks they answer, by system and unit.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rustc_hash::FxHashMap;

use super::looks::{Look, NOBODY, Purpose};
use super::templates::Template;
use crate::ingest::{Code, Environment, Staff, TableName, Tables};
use crate::instant::Instant;

/// How far a feed goes at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// The tables are not there, or do not reach that time.
    #[default]
    None,
    /// Some of the tables are there.
    Partial,
    /// It would have answered if there were anything to answer.
    Covers,
}

impl Feed {
    /// The code that rules see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Partial => "partial",
            Self::Covers => "covers",
        }
    }
}

/// Which feeds there are and the days they reach.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    incidents: Feed,
    /// Days on which the incident feed is thin or silent although its neighbours are not.
    gaps: Vec<NaiveDate>,
    reach: Option<(NaiveDate, NaiveDate)>,
    /// The roster.
    pub duty: Feed,
    /// Supervised sessions.
    pub training: Feed,
    /// Declared relationships.
    pub relationships: Feed,
}

/// A day with fewer than this share of the median number of new incidents is a gap in the feed, not a quiet day.
const THIN_DAY: f64 = 0.25;
/// Below this median, days differ too much by chance to call one a gap.
const TELLING_MEDIAN: usize = 8;

impl Feeds {
    /// Reads the reach of each feed off its tables.
    #[must_use]
    pub fn new(tables: &Tables, zone: Tz) -> Self {
        let has = |t: TableName| tables.present.contains(&t);
        let incidents = match [
            has(TableName::Incidents) && !tables.incidents.is_empty(),
            has(TableName::IncidentPeople) && !tables.incident_people.is_empty(),
            has(TableName::Assignments) && !tables.assignments.is_empty(),
        ] {
            [true, true, true] => Feed::Covers,
            [false, false, false] => Feed::None,
            _ => Feed::Partial,
        };
        let mut by_day: FxHashMap<NaiveDate, usize> = FxHashMap::default();
        for incident in &tables.incidents {
            if let Some(day) = incident.opened.and_then(|t| t.local_date(zone)) {
                *by_day.entry(day).or_default() += 1;
            }
        }
        let reach = by_day.keys().min().copied().zip(by_day.keys().max().copied());
        let mut counts: Vec<usize> = by_day.values().copied().collect();
        counts.sort_unstable();
        let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
        let mut gaps = Vec::new();
        if let Some((first, last)) = reach
            && median >= TELLING_MEDIAN
        {
            // The first and last day of an export are often half days; they are judged as they are.
            for day in first.iter_days().skip(1).take_while(|d| *d < last) {
                let count = by_day.get(&day).copied().unwrap_or(0);
                if (count as f64) < THIN_DAY * median as f64 {
                    gaps.push(day);
                }
            }
        }
        let present = |t: TableName, rows: usize| if has(t) && rows > 0 { Feed::Covers } else { Feed::None };
        Self {
            incidents,
            gaps,
            reach,
            duty: present(TableName::Duty, tables.duty.len()),
            training: if has(TableName::Training) { Feed::Covers } else { Feed::None },
            relationships: present(TableName::Relationships, tables.relationships.len()),
        }
    }

    /// Would the incident feed have answered a look at this moment?
    #[must_use]
    pub fn incidents_at(&self, at: Instant, zone: Tz) -> Feed {
        let Some((first, last)) = self.reach else {
            return Feed::None;
        };
        match at.local_date(zone) {
            Some(day) if day < first || day > last || self.gaps.binary_search(&day).is_ok() => Feed::None,
            Some(_) => self.incidents,
            None => Feed::None,
        }
    }

    /// Days without a usable incident feed inside its reach.
    #[must_use]
    pub fn gaps(&self) -> &[NaiveDate] {
        &self.gaps
    }

    /// First and last day on which an incident was opened.
    #[must_use]
    pub const fn reach(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.reach
    }

    /// The incident feed as a whole.
    #[must_use]
    pub const fn incidents(&self) -> Feed {
        self.incidents
    }
}

/// One system and unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoverageRow {
    /// Code of the system.
    pub system: Code,
    /// The team, or empty for users whom HR does not list.
    pub unit: String,
    /// Live looks.
    pub looks: u64,
    /// Of these, explained.
    pub explained: u64,
    /// First looks: of this user at this subject.
    pub first_looks: u64,
    /// Of these, explained.
    pub first_looks_explained: u64,
    /// Looks of which nothing can be told.
    pub cannot_tell: u64,
    /// Looks that each template answers, in the order of [`Template::all`].
    pub by_template: Vec<u64>,
}

/// Counts coverage over live looks, sorted by system and unit.
#[must_use]
pub fn count(looks: &[Look], staff: &[Staff]) -> Vec<CoverageRow> {
    let mut rows: FxHashMap<(Code, &str), CoverageRow> = FxHashMap::default();
    let mut before = (NOBODY, u32::MAX);
    for look in looks {
        if look.environment != Environment::Live {
            continue;
        }
        let unit = staff.get(look.user as usize).map_or("", |s| s.team.as_str());
        let row = rows.entry((look.system, unit)).or_default();
        row.by_template.resize(Template::count(), 0);
        let explained = u64::from(look.purpose == Purpose::Explained);
        row.looks += 1;
        row.explained += explained;
        row.cannot_tell += u64::from(look.purpose == Purpose::CannotTell);
        if (look.user, look.subject) != before {
            row.first_looks += 1;
            row.first_looks_explained += explained;
            before = (look.user, look.subject);
        }
        if let Some(template) = look.explained_by {
            row.by_template[template.index()] += 1;
        }
    }
    let mut rows: Vec<CoverageRow> =
        rows.into_iter().map(|((system, unit), row)| CoverageRow { system, unit: unit.to_owned(), ..row }).collect();
    rows.sort_unstable_by(|a, b| (a.system, &a.unit).cmp(&(b.system, &b.unit)));
    rows
}
