//! How each rule did: how often it fired, against what chance predicts; what became
//! of its findings; and whether it tells anything apart at all.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::model::{Report, RuleNotRun, RuleQuality};
use super::Material;
use crate::ids;
use crate::purpose::{Purpose, UserId};
use crate::relations::TieKind;
use crate::rules::detection::Test;
use crate::rules::{Chance, Rule, Scope, facts};

/// Fewer decided findings than this say nothing of a rule: a share of them would be read as more than it is.
pub const TELLING_OUTCOMES: u64 = 10;
/// A rule that fires on this share of what it is asked of tells nothing apart.
const EVERYTHING: f64 = 0.5;
/// So many times more often than chance predicts is worth a word.
const FAR_BEYOND: f64 = 5.0;

/// One row a rule, in the order of their names; rules that did not run stand among them.
pub(super) fn of(material: &Material<'_>, report: &Report) -> Vec<RuleQuality> {
    let outcomes = outcomes(material);
    let mut found: Vec<RuleQuality> =
        (0..material.rules.len()).map(|index| one(material, report, index, &outcomes)).collect();
    found.extend(material.not_run.iter().map(|rule| idle(material, rule)));
    found.sort_by(|a, b| a.rule.cmp(&b.rule));
    found
}

fn idle(material: &Material<'_>, rule: &RuleNotRun) -> RuleQuality {
    let known = material.rule_set.find(&rule.rule);
    let head = known.map_or_else(RuleQuality::default, head);
    RuleQuality {
        rule: rule.rule.clone(),
        title: rule.title.clone(),
        ran: false,
        note: format!("did not run: it {}", rule.why),
        ..head
    }
}

fn head(rule: &Rule) -> RuleQuality {
    let meta = &rule.meta;
    RuleQuality {
        rule: meta.key(),
        rule_id: meta.id.clone(),
        title: meta.title.clone(),
        level: meta.level.as_str().to_owned(),
        block: meta.probity.block.as_str().to_owned(),
        lane: meta.probity.lane.as_str().to_owned(),
        scope: meta.probity.scope.as_str().to_owned(),
        ran: true,
        thresholds: thresholds(rule).join("; "),
        ..RuleQuality::default()
    }
}

/// The numbers that a rule asks for, as it writes them.
fn thresholds(rule: &Rule) -> Vec<String> {
    let items = rule.detection.selections.iter().flat_map(|selection| selection.any.iter().flatten());
    let mut said: Vec<String> = items
        .filter(|item| item.tests.iter().any(|test| matches!(test, Test::Number(..))))
        .map(|item| format!("{} {}", item.key, item.asked))
        .collect();
    said.extend(rule.correlation.iter().map(crate::rules::correlation::Correlation::words));
    said.dedup();
    said
}

fn one(material: &Material<'_>, report: &Report, index: usize, outcomes: &Outcomes) -> RuleQuality {
    let (world, rule) = (material.world, material.rules[index]);
    let rule_index = index as u16;
    let (mut looks, mut cases) = (0, 0);
    let mut users: FxHashSet<UserId> = FxHashSet::default();
    let open = |looks: &[crate::purpose::Look]| {
        let open = looks.iter().filter(|look| look.purpose != Purpose::Explained).count();
        if open == 0 { looks.len() as u64 } else { open as u64 }
    };
    for fired_case in &material.firings.cases {
        for fired in fired_case.fired.iter().filter(|fired| fired.rule == rule_index) {
            let case = &world.cases[fired_case.case as usize];
            users.insert(case.user);
            cases += 1;
            looks += if fired.looks.is_empty() { open(world.looks(case)) } else { fired.looks.len() as u64 };
        }
    }
    for fired in material.firings.users.iter().filter(|fired| fired.rule == rule_index) {
        users.insert(fired.user);
        let all = &world.judged.looks.all;
        let from = all.partition_point(|look| look.user < fired.user);
        let to = from + all[from..].partition_point(|look| look.user == fired.user);
        looks += if fired.looks.is_empty() { open(&all[from..to]) } else { fired.looks.len() as u64 };
    }
    let all_looks = world.judged.looks.all.len() as f64;
    let rate = |n: f64| if all_looks > 0.0 { 10_000.0 * n / all_looks } else { 0.0 };
    let expected = expected(material, rule).map(rate);
    let (confirmed, dismissed) = outcomes.of(rule_index);
    let decided = confirmed + dismissed;
    let mut quality = RuleQuality {
        findings: report
            .referrals
            .iter()
            .flat_map(|r| &r.cases)
            .flat_map(|c| &c.findings)
            .filter(|f| f.rule_id == rule.meta.id)
            .count() as u64,
        cases,
        users: users.len() as u64,
        looks,
        per_10000_looks: rate(looks as f64),
        expected_per_10000: expected,
        confirmed,
        dismissed,
        quality: (decided >= TELLING_OUTCOMES).then(|| confirmed as f64 / decided as f64),
        ..head(rule)
    };
    quality.note = note(material, rule, rule_index, &quality);
    quality
}

/// What a reader should know of the figures.
fn note(material: &Material<'_>, rule: &Rule, index: u16, quality: &RuleQuality) -> String {
    let world = material.world;
    let active = world.users.iter().filter(|user| user.looks > 0).count();
    let (fired, of, what) = match rule.meta.probity.scope {
        Scope::User => (quality.users as usize, active, "users"),
        Scope::Subject => {
            let fired = material.firings.subjects.iter().filter(|fired| fired.rule == index).count();
            (fired, world.viewed.keys().filter(|subject| world.identified(**subject)).count(), "subjects")
        }
        Scope::Look => (quality.looks as usize, world.judged.looks.all.len(), "looks"),
        Scope::Case => (quality.cases as usize, world.cases.len(), "cases"),
    };
    let mut said = Vec::new();
    if fired == 0 {
        said.push("fired on nothing".to_owned());
    } else if of > 1 && fired as f64 >= EVERYTHING * of as f64 {
        said.push(format!(
            "fires on {:.0} % of all {what}: it tells nothing apart here",
            100.0 * fired as f64 / of as f64
        ));
    }
    if let Some(expected) = quality.expected_per_10000.filter(|expected| *expected > 0.0 && fired > 0) {
        let times = quality.per_10000_looks / expected;
        if times >= FAR_BEYOND {
            said.push(format!("{times:.0} times as often as chance predicts"));
        }
    }
    let decided = quality.confirmed + quality.dismissed;
    if (1..TELLING_OUTCOMES).contains(&decided) {
        said.push(format!("{decided} decided findings: too few to judge the rule by"));
    }
    for set in material.rule_set.pack().thresholds.iter().filter(|set| set.rule == quality.rule) {
        said.push(format!("{} is set to {} here, {} in the rule: {}", set.key, set.value, set.was, set.reason));
    }
    if material.rule_set.pack().replaced.contains(&quality.rule) {
        said.push("stands in place of the shipped rule".to_owned());
    }
    said.join("; ")
}

/// How many looks chance puts under a rule, where its chance is not itself taken from how often it fires.
fn expected(material: &Material<'_>, rule: &Rule) -> Option<f64> {
    let world = material.world;
    let all = &world.judged.looks.all;
    match rule.meta.probity.chance {
        Chance::Fixed => rule.meta.probity.u.map(|u| u.value * all.len() as f64),
        Chance::Peers if rule.correlation.is_none() => {
            let kinds = kinds(rule);
            // Peers' rates are of live looks: they say nothing of copies for training and tests.
            let copies = ["environment.training", "environment.test"];
            let elsewhere = rule.detection.facts().iter().any(|id| copies.contains(&facts::fact(*id).name));
            if kinds.is_empty() || elsewhere {
                return None;
            }
            let mut tied: Vec<(UserId, TieKind)> = world
                .relations
                .ties
                .iter()
                .filter(|tie| kinds.contains(&tie.kind))
                .map(|tie| (tie.staff, tie.kind))
                .collect();
            for kind in [TieKind::Colleague, TieKind::HighProfile] {
                if kinds.contains(&kind) {
                    tied.extend((0..world.users.len() as UserId).map(|user| (user, kind)));
                }
            }
            tied.sort_unstable();
            tied.dedup();
            // Chance puts looks there whatever their purpose; the rule leaves out what a record answers.
            let reads = |name: &str| rule.detection.facts().iter().any(|id| facts::fact(*id).name == name);
            let unanswered = reads("purpose") || reads("looks.unexplained");
            let open = all.iter().filter(|look| look.purpose != Purpose::Explained).count() as f64;
            let share = if unanswered { open / (all.len() as f64).max(1.0) } else { 1.0 };
            let of = |&(user, kind): &(UserId, TieKind)| {
                let expected = world.peers.expected(user, kind, None, unanswered);
                if world.peers.rate(user, kind, None, unanswered).open { expected } else { expected * share }
            };
            Some(tied.iter().map(of).sum())
        }
        Chance::Peers | Chance::Stratum | Chance::Role | Chance::Excess => None,
    }
}

const KINDS: [TieKind; 16] = [
    TieKind::Own,
    TieKind::Spouse,
    TieKind::Partner,
    TieKind::ExPartner,
    TieKind::Parent,
    TieKind::Child,
    TieKind::Sibling,
    TieKind::OtherFamily,
    TieKind::Household,
    TieKind::Friend,
    TieKind::Acquaintance,
    TieKind::BusinessAssociate,
    TieKind::Neighbour,
    TieKind::Surname,
    TieKind::Colleague,
    TieKind::HighProfile,
];

/// Kinds of tie that a rule asks for.
fn kinds(rule: &Rule) -> Vec<TieKind> {
    let items = rule.detection.selections.iter().flat_map(|selection| selection.any.iter().flatten());
    let asked = items.filter(|item| facts::fact(item.fact).name == "relation.kind").flat_map(|item| &item.tests);
    asked
        .filter_map(|test| match test {
            Test::Equals(code) => KINDS.into_iter().find(|kind| kind.as_str() == code),
            _ => None,
        })
        .collect()
}

/// Decided findings by rule: confirmed and dismissed.
struct Outcomes(FxHashMap<u16, (u64, u64)>);

impl Outcomes {
    fn of(&self, rule: u16) -> (u64, u64) {
        self.0.get(&rule).copied().unwrap_or_default()
    }
}

/// Counts the latest outcome of each finding, and of each referral for every rule that fired on its member of
/// staff. A finding whose case this run does not hold cannot be counted: its id is a hash.
fn outcomes(material: &Material<'_>) -> Outcomes {
    let world = material.world;
    let mut latest: BTreeMap<&str, (&Option<crate::instant::Instant>, bool)> = BTreeMap::new();
    for row in &world.tables.dispositions {
        let confirmed = match row.outcome.as_str() {
            "advice" | "misconduct" | "criminal" => true,
            "no_case" | "explained" => false,
            _ => continue,
        };
        let known = latest.entry(&row.reference).or_insert((&row.at, confirmed));
        if row.at >= *known.0 {
            *known = (&row.at, confirmed);
        }
    }
    let mut counts: FxHashMap<u16, (u64, u64)> = FxHashMap::default();
    if latest.is_empty() {
        return Outcomes(counts);
    }
    let mut count = |rule: u16, confirmed: bool| {
        let of = counts.entry(rule).or_default();
        if confirmed { of.0 += 1 } else { of.1 += 1 }
    };
    let staff_id = |user: UserId| world.judged.users.id(user, &world.tables.staff);
    let mut by_user: BTreeMap<UserId, FxHashSet<u16>> = BTreeMap::new();
    for fired_case in &material.firings.cases {
        let case = &world.cases[fired_case.case as usize];
        let case_id = ids::case(staff_id(case.user), &world.subjects.all[case.subject as usize].key);
        for fired in &fired_case.fired {
            by_user.entry(case.user).or_default().insert(fired.rule);
            let id = ids::finding(&case_id, &material.rules[usize::from(fired.rule)].meta.id);
            if let Some((_, confirmed)) = latest.get(id.as_str()) {
                count(fired.rule, *confirmed);
            }
        }
    }
    for fired in &material.firings.users {
        by_user.entry(fired.user).or_default().insert(fired.rule);
        let case_id = ids::case(staff_id(fired.user), "");
        let id = ids::finding(&case_id, &material.rules[usize::from(fired.rule)].meta.id);
        if let Some((_, confirmed)) = latest.get(id.as_str()) {
            count(fired.rule, *confirmed);
        }
    }
    for (user, rules) in by_user {
        if let Some((_, confirmed)) = latest.get(ids::referral(staff_id(user)).as_str()) {
            rules.into_iter().for_each(|rule| count(rule, *confirmed));
        }
    }
    Outcomes(counts)
}
