//! From scores to the report model: every sentence a person will read is made here,
//! from the facts that the earlier stages hand over.

mod against;
mod cases;
mod chance_check;
mod disagreement;
mod evidence;
mod fairness;
mod habits;
mod method;
mod rule_quality;
pub(super) mod tables;
pub(super) mod words;

use std::collections::BTreeSet;

use super::model::{Counts, Lane, Referral, Report, RuleNotRun, Run};
use crate::ids;
use crate::ingest::{IngestError, Source};
use crate::purpose::Purpose;
use crate::relations::TieKind;
use crate::rules::fire::Firings;
use crate::rules::rows::World;
use crate::rules::{Rule, RuleSet};
use crate::score::groups::Groups;
use crate::score::{Member, Scored, member};
use crate::values::NINETY_PERCENT;

pub use evidence::searched_for;
pub use rule_quality::TELLING_OUTCOMES;
pub use words::{moment, purpose_words, staff, staff_name, tie_words};

/// What the report needs beside the scores.
pub struct Material<'a> {
    /// Facts of every stage before.
    pub world: &'a World<'a>,
    /// Rules that ran, in the order that indexes follow.
    pub rules: &'a [&'a Rule],
    /// Rules that could not run.
    pub not_run: Vec<RuleNotRun>,
    /// Every rule that was read, and what the force's pack changes.
    pub rule_set: &'a RuleSet,
    /// Entries of packs, lists and authorities that did nothing, as sentences with their line.
    pub rule_notes: Vec<String>,
    /// What fired.
    pub firings: &'a Firings,
    /// The scores.
    pub scored: &'a Scored,
    /// Where the rows came from, to read evidence again.
    pub sources: &'a [Source],
    /// The head of the report.
    pub run: Run,
}

/// Builds the model.
///
/// # Errors
/// Where a source file that was read for the run cannot be read again for its evidence.
pub fn assemble(material: &Material<'_>) -> Result<Report, IngestError> {
    let world = material.world;
    let mut report = Report { run: material.run.clone(), rules_not_run: material.not_run.clone(), ..Report::default() };
    let mut gathered = evidence::Gathered::default();
    let groups = Groups::new(world);
    report.fairness = fairness::table(material, &groups);
    report.load = fairness::load(material);
    for member in &material.scored.members {
        let mut referral = referral(material, member, &mut gathered);
        referral.groups = fairness::of_member(&groups, &report.fairness, member.user, &tie_kinds(member));
        report.referrals.push(referral);
    }
    // Habits of units stand between the questions to single users and the random sample.
    let habits = habits::referrals(material, &mut gathered);
    let at = report.referrals.partition_point(|r| r.lane <= Lane::Policy);
    report.referrals.splice(at..at, habits);
    for (rank, referral) in (1..).zip(&mut report.referrals) {
        referral.rank = rank;
    }
    report.evidence = gathered.read(world, material.sources)?;
    report.coverage = tables::coverage(world);
    report.rules = tables::rules(material, &report.referrals);
    report.inputs = tables::inputs(world);
    report.quarantine = tables::quarantine(world);
    report.duplicates = tables::duplicates(world);
    report.counts = counts(world, &report);
    report.rule_quality = rule_quality::of(material, &report);
    report.rule_notes.clone_from(&material.rule_notes);
    report.thresholds_set = material.rule_set.pack().thresholds.len() as u64;
    report.warnings = method::warnings(material, &report);
    report.method = method::notes(material, &report);
    Ok(report)
}

/// Says how much work is new, once the ledger has said what is: the lanes of a nightly run hold much that was read
/// before.
pub fn count_new(report: &mut Report) {
    let new = report.referrals.iter().filter(|r| matches!(r.status.as_str(), "new" | "grown"));
    let cases = new.filter(|r| matches!(r.lane, Lane::Refer | Lane::Conflict | Lane::Query));
    report.load.new_cases = Some(cases.map(|r| r.cases.iter().len() as u64).sum());
    let note = fairness::load_note(&report.load);
    if let Some(known) = report.method.iter_mut().find(|known| known.heading == note.heading) {
        *known = note;
    }
}

/// The names of rules, sorted.
fn names(material: &Material<'_>, rules: impl Iterator<Item = u16>) -> Vec<String> {
    let names: BTreeSet<String> = rules.map(|rule| material.rules[usize::from(rule)].meta.key()).collect();
    names.into_iter().collect()
}

/// Rules that fired on the user as a whole.
fn on_user(material: &Material<'_>, member: &Member) -> Vec<String> {
    let all = &material.firings.users;
    names(material, all.iter().filter(|f| f.user == member.user).map(|f| f.rule))
}

/// Rules that fired on a case, and those without which it would not be listed.
fn fired(material: &Material<'_>, member: &Member, at: usize) -> (Vec<String>, Vec<String>) {
    let score = &member.cases[at].score;
    // Of a case drawn at random nothing is shown, and yet rules may have fired on it.
    let own = score.fired.iter().map(|(f, _)| f.rule);
    let cases = &material.firings.cases;
    let found = score.case.and_then(|case| cases.binary_search_by_key(&case, |f| f.case).ok());
    let firings = found.map_or(&[][..], |at| &cases[at].fired).iter().map(|f| f.rule);
    let rules = names(material, own.chain(firings));
    (rules, names(material, member.cases[at].carried_by.iter().copied()))
}

/// Ties that anything found on a member of staff rests on.
fn tie_kinds(member: &Member) -> Vec<TieKind> {
    let fired = member.cases.iter().flat_map(|c| &c.score.fired);
    fired.filter_map(|(f, _)| f.tie.as_ref()).map(|tie| tie.kind).collect()
}

fn referral(material: &Material<'_>, member: &Member, gathered: &mut evidence::Gathered) -> Referral {
    let world = material.world;
    let staff = world.tables.staff.get(member.user as usize);
    let staff_id = world.judged.users.id(member.user, &world.tables.staff).to_owned();
    let mut cases: Vec<_> =
        member.cases.iter().map(|laned| cases::case(material, member.user, &laned.score, gathered)).collect();
    for (at, case) in cases.iter_mut().enumerate() {
        (case.rules, case.carried_by) = fired(material, member, at);
    }
    let scores: Vec<_> = member.cases.iter().map(|c| c.score.clone()).collect();
    let best = member::best(&scores, world.values);
    let spread = NINETY_PERCENT * member.sd;
    let mut rules = BTreeSet::new();
    let mut law = BTreeSet::new();
    let mut next = Vec::new();
    for (fired, _) in member.cases.iter().flat_map(|c| &c.score.fired) {
        let meta = &material.rules[usize::from(fired.rule)].meta;
        rules.insert(meta.key());
        law.extend(meta.probity.law.iter().map(|l| (*l).to_owned()));
        if !next.contains(&meta.probity.next) {
            next.push(meta.probity.next.clone());
        }
    }
    let referral_id = ids::referral(&staff_id);
    let subjects: BTreeSet<&str> =
        cases.iter().filter(|c| !c.subject_id.is_empty()).map(|c| c.subject_id.as_str()).collect();
    Referral {
        rank: 0,
        lane: member.lane,
        name: staff.map_or_else(String::new, words::staff_name),
        role: staff.map_or_else(String::new, |s| s.role.clone()),
        team: staff.map_or_else(String::new, |s| s.team.clone()),
        line_manager: staff.map_or_else(String::new, |s| s.line_manager.clone()),
        score_bits: member.rank_bits,
        low_bits: member.rank_bits - spread,
        high_bits: member.rank_bits + spread,
        prior_bits: member.prior,
        evidence_bits: best.map_or(0.0, |b| b.evidence),
        band: world.values.bands.word(best.map_or(0.0, |b| b.evidence)).to_owned(),
        expected_false: chance_check::expected_false(material, member),
        looks: cases.iter().map(|c| c.looks).sum(),
        subjects: subjects.len() as u64,
        first_at: cases.iter().map(|c| c.first_at.clone()).filter(|t| !t.is_empty()).min().unwrap_or_default(),
        last_at: cases.iter().map(|c| c.last_at.clone()).max().unwrap_or_default(),
        rules: rules.into_iter().collect(),
        headline: headline(&cases),
        status: "new".to_owned(),
        previous_outcome: tables::outcome(world, &staff_id, &referral_id, &cases),
        next,
        law: law.into_iter().collect(),
        groups: Vec::new(),
        user_rules: on_user(material, member),
        referral_id,
        staff_id,
        cases,
    }
}

/// The sentence of the heaviest finding of the best case, and how many more cases there are.
fn headline(cases: &[super::model::Case]) -> String {
    let Some(best) = cases.first() else {
        return String::new();
    };
    if best.findings.is_empty() {
        return format!("Drawn at random, to measure what is missed: {}.", best.subject_name);
    }
    let sentence = best
        .findings
        .iter()
        .max_by(|a, b| {
            let tied = |f: &super::model::Finding| !f.relation.is_empty();
            (tied(a).cmp(&tied(b))).then(a.bits.total_cmp(&b.bits)).then_with(|| b.rule.cmp(&a.rule))
        })
        .map_or("", |f| f.evidence.as_str());
    match cases.len() - 1 {
        0 => sentence.to_owned(),
        1 => format!("{} One more case is listed.", words::sentence(sentence)),
        n => format!("{} {n} more cases are listed.", words::sentence(sentence)),
    }
}

fn counts(world: &World<'_>, report: &Report) -> Counts {
    let looks = &world.judged.looks;
    let of = |purpose: Purpose| looks.all.iter().filter(|l| l.purpose == purpose).count() as u64;
    let lane = |lane: Lane| report.referrals.iter().filter(|r| r.lane == lane).count() as u64;
    let inputs = &world.tables.inputs;
    Counts {
        rows_read: inputs.iter().map(|i| i.rows).sum(),
        rows_used: inputs.iter().map(|i| i.used).sum(),
        rows_duplicate: inputs.iter().map(|i| i.duplicates).sum(),
        rows_quarantined: inputs.iter().map(|i| i.quarantined).sum(),
        events: looks.order.len() as u64,
        events_outside_window: looks.outside_window,
        events_unknown_login: looks.unknown_login,
        looks: looks.all.len() as u64,
        looks_explained: of(Purpose::Explained),
        looks_unexplained: of(Purpose::Unexplained),
        looks_cannot_tell: of(Purpose::CannotTell),
        subjects: world.viewed.keys().filter(|s| world.identified(**s)).count() as u64,
        users: world.users.iter().filter(|u| u.looks > 0).count() as u64,
        cases: world.cases.len() as u64,
        findings: report.referrals.iter().flat_map(|r| &r.cases).map(|c| c.findings.len() as u64).sum(),
        referred: lane(Lane::Refer),
        conflict: lane(Lane::Conflict),
        query: lane(Lane::Query),
        policy: lane(Lane::Policy),
        sample: lane(Lane::Sample),
    }
}
