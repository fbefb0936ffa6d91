//! The page as its templates see it: the model with what only the eye needs beside it.

use std::cell::Cell;
use std::collections::BTreeSet;

use askama::Template;

use super::bars::{self, Bar, Interval};
use super::events::{Index, Picked};
use super::policy;
use super::systems::{self, System};
use super::timeline::{self, Timeline};
use super::{events, words};
use crate::report::csv_files::coverage;
use crate::report::manifest;
use crate::report::model::{Block, Case, Coverage, DuplicateRow, Lane, QuarantineRow, Referral, Report, TimelineLook};
use crate::rules::law;

/// Most cases of a referral shown in full; the others are one line each.
const CASES_IN_FULL: usize = 10;
/// Most cases of a referral named at all.
const CASES_NAMED: usize = 100;
/// Most looks in the table of a case.
const LOOKS_IN_TABLE: usize = 25;
/// Most people named in a risk note.
const SUBJECTS_NAMED: usize = 50;
/// Most rows of the table by system and unit.
const UNITS_SHOWN: usize = 60;
/// Most rows of quarantine and of differing duplicates.
const ROWS_SHOWN: usize = 100;

/// Every lane, in the order of the file.
const LANES: [Lane; 5] = [Lane::Refer, Lane::Conflict, Lane::Query, Lane::Policy, Lane::Sample];

/// The whole page.
#[derive(Template)]
#[template(path = "report/page.html", whitespace = "minimize")]
pub struct Page<'a> {
    report: &'a Report,
    style: &'static str,
    policy: String,
    warnings: Vec<String>,
    systems: Vec<System>,
    explanations: Vec<Explanation>,
    lanes: Vec<LaneList<'a>>,
    why_empty: Vec<String>,
    differing: Vec<&'a DuplicateRow>,
    range: (f64, f64),
    index: Index<'a>,
    /// Events that the page may still show.
    left: Cell<usize>,
}

/// One explanation and the share of looks that it answers in each system.
pub struct Explanation {
    name: String,
    shares: Vec<String>,
}

/// The referrals of one lane.
pub struct LaneList<'a> {
    title: &'static str,
    meaning: &'static str,
    code: &'static str,
    referrals: Vec<&'a Referral>,
}

/// One referral's section.
pub struct Section<'a> {
    r: &'a Referral,
    lane: &'static str,
    cases: Vec<CaseView<'a>>,
    more: &'a [Case],
    unnamed: usize,
    subjects: Vec<&'a Case>,
    subjects_unnamed: usize,
    law: Vec<Cited<'a>>,
    events: Picked<'a>,
}

/// A text that a referral cites.
pub struct Cited<'a> {
    title: &'a str,
    says: &'a str,
}

/// One case in full.
pub struct CaseView<'a> {
    c: &'a Case,
    number: usize,
    scale: f64,
    bars: Vec<(&'a Block, Bar)>,
    timeline: Timeline,
    looks: &'a [TimelineLook],
    looks_left_out: usize,
}

impl<'a> Page<'a> {
    /// The page of a report.
    pub fn new(report: &'a Report) -> Self {
        let systems = systems::by_system(report);
        Self {
            report,
            style: policy::STYLE,
            policy: policy::policy(),
            warnings: warnings(report),
            explanations: explanations(report, &systems),
            systems,
            lanes: lanes(report),
            why_empty: why_empty(report),
            differing: report.duplicates.iter().filter(|d| d.differs).collect(),
            range: bars::range(&report.referrals),
            index: Index::new(report),
            left: Cell::new(events::ON_PAGE),
        }
    }

    /// One section after another, so that a long report is not held twice.
    fn sections(&self) -> impl Iterator<Item = Section<'a>> {
        self.report.referrals.iter().map(|r| self.section(r))
    }

    fn section(&self, r: &'a Referral) -> Section<'a> {
        let (full, more) = r.cases.split_at(r.cases.len().min(CASES_IN_FULL));
        let (more, unnamed) = more.split_at(more.len().min(CASES_NAMED));
        let mut seen = BTreeSet::new();
        let mut subjects: Vec<&Case> = r.cases.iter().collect();
        subjects.retain(|c| seen.insert((&c.subject_id, &c.subject_name)));
        let subjects_unnamed = subjects.len().saturating_sub(SUBJECTS_NAMED);
        subjects.truncate(SUBJECTS_NAMED);
        let mut left = self.left.get();
        let events = self.index.pick(r, &mut left);
        self.left.set(left);
        Section {
            r,
            lane: words::lane_title(r.lane),
            cases: full.iter().enumerate().map(|(i, c)| case_view(c, i + 1)).collect(),
            more,
            unnamed: unnamed.len(),
            subjects,
            subjects_unnamed,
            law: r.law.iter().map(|code| cited(code)).collect(),
            events,
        }
    }

    fn interval(&self, referral: &Referral) -> Interval {
        bars::interval(referral, self.range)
    }

    /// The rows by system and unit that are shown.
    fn units(&self) -> &'a [Coverage] {
        let rows = &self.report.coverage;
        &rows[..rows.len().min(UNITS_SHOWN)]
    }

    /// The quarantined rows that are shown.
    fn quarantine(&self) -> &'a [QuarantineRow] {
        let rows = &self.report.quarantine;
        &rows[..rows.len().min(ROWS_SHOWN)]
    }

    /// The differing duplicates that are shown.
    fn duplicates(&self) -> &[&'a DuplicateRow] {
        &self.differing[..self.differing.len().min(ROWS_SHOWN)]
    }
}

fn case_view(c: &Case, number: usize) -> CaseView<'_> {
    let scale = bars::scale(&c.blocks);
    let looks = &c.timeline[..c.timeline.len().min(LOOKS_IN_TABLE)];
    CaseView {
        c,
        number,
        scale,
        bars: c.blocks.iter().map(|b| (b, bars::bar(b, scale))).collect(),
        timeline: timeline::lay_out(&c.timeline),
        looks,
        looks_left_out: c.timeline.len() - looks.len(),
    }
}

/// A code in full where the rules know it.
fn cited(code: &str) -> Cited<'_> {
    law::find(code).map_or(Cited { title: code, says: "" }, |law| Cited { title: law.title, says: law.says })
}

/// Coverage turned over: one row per explanation, one share per system.
fn explanations(report: &Report, systems: &[System]) -> Vec<Explanation> {
    let names = coverage::templates(&report.coverage);
    let of = |place: usize| systems.iter().filter_map(move |s| s.shares.get(place).cloned());
    let rows = names
        .iter()
        .enumerate()
        .map(|(place, name)| Explanation { name: words::label(name), shares: of(place).collect() });
    rows.collect()
}

/// The lanes that hold anyone.
fn lanes(report: &Report) -> Vec<LaneList<'_>> {
    LANES
        .into_iter()
        .map(|lane| LaneList {
            title: words::lane_title(lane),
            meaning: words::lane_meaning(lane),
            code: lane.as_str(),
            referrals: report.referrals.iter().filter(|r| r.lane == lane).collect(),
        })
        .filter(|list| !list.referrals.is_empty())
        .collect()
}

/// The run's own warnings, and one for every count that does not add up.
fn warnings(report: &Report) -> Vec<String> {
    let broken = manifest::balances(report).into_iter().filter(|b| !b.holds);
    let broken = broken.map(|b| {
        format!(
            "Counts do not add up ({}): {} in all, {} by parts. Find out why before this report is used.",
            b.what,
            words::whole(b.total),
            words::whole(b.parts)
        )
    });
    report.warnings.iter().cloned().chain(broken).collect()
}

/// Why a report lists nobody.
fn why_empty(report: &Report) -> Vec<String> {
    let c = &report.counts;
    let mut why = Vec::new();
    if c.rows_read == 0 {
        why.push("No input row was read.".to_owned());
    } else if c.events == 0 {
        why.push("No input row became an event that could be judged; see the inputs and the quarantine.".to_owned());
    } else if c.looks == 0 {
        why.push(format!(
            "No event lies inside the period; {} outside it.",
            words::count(c.events_outside_window, "lies", "lie")
        ));
    }
    if report.rules.is_empty() {
        why.push("No rule ran.".to_owned());
    }
    if !report.rules_not_run.is_empty() {
        why.push(format!(
            "{} could not run, so what they look for would not have been found. They are listed under \u{201c}What could not run\u{201d}.",
            words::count(report.rules_not_run.len(), "rule", "rules")
        ));
    }
    if c.looks > 0 && c.looks_cannot_tell == c.looks {
        why.push("For no look could it be told whether a record explains it: the records that would answer do not cover the period.".to_owned());
    }
    if why.is_empty() {
        why.push(format!(
            "{} ran over {} and none found enough to list anyone.",
            words::count(report.rules.len(), "rule", "rules"),
            words::count(c.looks, "look", "looks")
        ));
    }
    why
}
