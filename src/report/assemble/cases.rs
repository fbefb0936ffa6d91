//! One case of the report: blocks, findings, time line.

use rustc_hash::FxHashSet;

use super::super::model::{Block, Case, Finding, TimelineLook};
use super::{Material, against, disagreement, evidence::Gathered, words};
use crate::chance;
use crate::ids;
use crate::instant::Instant;
use crate::purpose::{Look, Purpose, UserId};
use crate::relations::TieKind;
use crate::rules::fire::Fired;
use crate::rules::rows::case::{CaseFacts, Tally};
use crate::rules::rows::ties::CaseTie;
use crate::rules::rows::{Case as Looked, World};
use crate::rules::{Block as Kind, render};
use crate::score::weigh::figure;
use crate::score::{CaseScore, Weighed};
use crate::values::NINETY_PERCENT;

/// The looks that a case of the report is about, with what they add up to.
struct Scope<'a> {
    /// A case of one subject; `None` for the user as a whole.
    facts: Option<CaseFacts<'a>>,
    looks: Vec<&'a Look>,
    /// What findings call each of the looks; see [`Fired::looks`].
    names: Vec<u32>,
    tally: Tally,
    subject_key: &'a str,
    subject_name: String,
    subject_kind: &'static str,
}

/// One case.
pub(super) fn case(material: &Material<'_>, user: u32, score: &CaseScore, gathered: &mut Gathered) -> Case {
    let world = material.world;
    let scope = scope(material, user, score);
    let staff_id = world.judged.users.id(user, &world.tables.staff);
    let case_id = ids::case(staff_id, scope.subject_key);
    let zone = world.judged.zone;
    let findings: Vec<Finding> =
        score.fired.iter().map(|(fired, weighed)| finding(material, user, &scope, &case_id, fired, weighed)).collect();
    for (name, look) in scope.names.iter().zip(&scope.looks) {
        let behind: Vec<String> = score
            .fired
            .iter()
            .zip(&findings)
            .filter(|((f, _), _)| f.looks.is_empty() || f.looks.contains(name))
            .map(|(_, finding)| finding.finding_id.clone())
            .collect();
        gathered.add(world, look, &case_id, &behind);
    }
    let spread = NINETY_PERCENT * score.sd;
    let values = world.values;
    Case {
        subject_id: scope.subject_key.to_owned(),
        subject_name: scope.subject_name.clone(),
        subject_kind: scope.subject_kind.to_owned(),
        relation_words: relation_words(material, score),
        looks: u64::from(scope.tally.looks),
        unexplained_looks: u64::from(scope.tally.unexplained),
        events: u64::from(scope.tally.events),
        days: u64::from(scope.tally.days),
        first_at: scope.looks.iter().map(|l| l.first_at).min().map_or_else(String::new, |t| t.rfc3339(zone)),
        last_at: scope.looks.iter().map(|l| l.last_at).max().map_or_else(String::new, |t| t.rfc3339(zone)),
        score_bits: score.posterior(values),
        low_bits: score.posterior(values) - values.scale.temperature * spread,
        high_bits: score.posterior(values) + values.scale.temperature * spread,
        prior_bits: score.prior,
        evidence_bits: score.evidence,
        blocks: score
            .blocks
            .iter()
            .map(|b| Block {
                block: b.block.as_str().to_owned(),
                bits: b.bits,
                low: b.bits - NINETY_PERCENT * b.sd,
                high: b.bits + NINETY_PERCENT * b.sd,
                because: match disagreement::sentence(material, score).filter(|_| b.block == Kind::Relationship) {
                    Some(more) => format!("{}. {more}", b.because),
                    None => b.because.clone(),
                },
            })
            .collect(),
        rules: Vec::new(),
        carried_by: Vec::new(),
        against: scope.facts.as_ref().map_or_else(Vec::new, |facts| against::sentences(material, facts, score)),
        timeline: scope
            .looks
            .iter()
            .map(|l| TimelineLook {
                at: l.first_at.rfc3339(zone),
                system: world.tables.access.strings.get(l.system).to_owned(),
                events: u64::from(l.events),
                purpose: l.purpose.as_str().to_owned(),
                explained_by: l.explained_by.map_or_else(String::new, |t| t.words().to_owned()),
                duty: l.duty.as_str().to_owned(),
            })
            .collect(),
        findings,
        case_id,
    }
}

fn scope<'a>(material: &Material<'a>, user: u32, score: &CaseScore) -> Scope<'a> {
    let world = material.world;
    match score.case {
        Some(index) => {
            let facts = CaseFacts::new(world, world.cases[index as usize]);
            let subject = &world.subjects.all[facts.case.subject as usize];
            Scope {
                looks: facts.looks.iter().collect(),
                names: (0..).take(facts.looks.len()).collect(),
                tally: facts.tally,
                subject_key: &subject.key,
                subject_name: if facts.identified { subject.label.clone() } else { "not named in the log".to_owned() },
                subject_kind: subject.kind.as_str(),
                facts: Some(facts),
            }
        }
        None => {
            // A finding about the user as a whole rests on everything that no record explains, or on the looks
            // that it names.
            let all = &world.judged.looks.all;
            let from = all.partition_point(|l| l.user < user);
            let to = from + all[from..].partition_point(|l| l.user == user);
            let named: FxHashSet<u32> = score.fired.iter().flat_map(|(f, _)| f.looks.iter().copied()).collect();
            let whole = score.fired.iter().any(|(f, _)| f.looks.is_empty());
            let open = |name: &u32| whole && all[*name as usize].purpose != Purpose::Explained;
            let mut names: Vec<u32> =
                (from as u32..to as u32).filter(|name| named.contains(name) || open(name)).collect();
            names.sort_by_key(|name| {
                let look = &all[*name as usize];
                (look.first_at, look.about, look.subject, look.system, *name)
            });
            let looks: Vec<&Look> = names.iter().map(|name| &all[*name as usize]).collect();
            let copied: Vec<Look> = looks.iter().map(|l| **l).collect();
            Scope {
                facts: None,
                tally: Tally::new(world, &copied),
                looks,
                names,
                subject_key: "",
                subject_name: "all looks of the user that no record explains".to_owned(),
                subject_kind: "",
            }
        }
    }
}

fn relation_words(material: &Material<'_>, score: &CaseScore) -> String {
    score
        .fired
        .iter()
        .filter(|(f, _)| f.tie.is_some())
        .max_by(|a, b| a.1.bits.total_cmp(&b.1.bits).then(b.0.rule.cmp(&a.0.rule)))
        .and_then(|(f, _)| f.tie.as_ref())
        .map_or_else(String::new, |tie| words::tie_words(material.world, tie))
}

fn finding(
    material: &Material<'_>,
    user: u32,
    scope: &Scope<'_>,
    case_id: &str,
    fired: &Fired,
    weighed: &Weighed,
) -> Finding {
    let world = material.world;
    let meta = &material.rules[usize::from(fired.rule)].meta;
    let zone = world.judged.zone;
    let rests = |look: &&'_ Look, name: u32| match fired.looks.is_empty() {
        true => scope.facts.is_some() || look.purpose != crate::purpose::Purpose::Explained,
        false => fired.looks.contains(&name),
    };
    let looks: Vec<&Look> =
        scope.looks.iter().copied().zip(scope.names.iter()).filter(|(l, n)| rests(l, **n)).map(|(l, _)| l).collect();
    let copied: Vec<Look> = looks.iter().map(|l| **l).collect();
    let tally = Tally::new(world, &copied);
    let first = looks.iter().map(|l| l.first_at).min();
    let last = looks.iter().map(|l| l.last_at).max();
    let fill = |word: &str| fill(material, user, scope, fired, &looks, &tally, word);
    Finding {
        finding_id: ids::finding(case_id, &meta.id),
        rule_id: meta.id.clone(),
        rule: meta.key(),
        rule_title: meta.title.clone(),
        level: meta.level.as_str().to_owned(),
        block: meta.probity.block.as_str().to_owned(),
        bits: weighed.bits,
        relation: fired.tie.as_ref().map_or("", |t| t.kind.as_str()).to_owned(),
        identifiers: fired.tie.as_ref().map_or_else(String::new, |t| t.identifiers.words()),
        looks: u64::from(tally.looks),
        unexplained_looks: u64::from(tally.unexplained),
        first_at: first.map_or_else(String::new, |t| t.rfc3339(zone)),
        last_at: last.map_or_else(String::new, |t| t.rfc3339(zone)),
        evidence: words::sentence(&render(&meta.probity.says, &fill)),
        against: finding_against(material, user, fired, &tally),
        expected_by_chance: fired.expected.filter(|_| fired.tie.is_some()),
    }
}

/// "once", "12 times".
fn times(n: u64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

/// All looks of a user at people with a tie of this kind, or all of them that nothing explains: what the number expected
/// by chance is to be held against, for that counts the same. Of colleagues, those who work as near.
fn at_such(world: &World<'_>, user: UserId, tie: &CaseTie, open: bool) -> u32 {
    let from = world.cases.partition_point(|c| c.user < user);
    let own = world.cases[from..].iter().take_while(|c| c.user == user).filter(|c| world.identified(c.subject));
    let such = |c: &&Looked| match tie.kind {
        TieKind::Colleague => world
            .staff_subjects
            .who(world.relations, c.subject)
            .is_some_and(|other| other != user && world.peers.as_near(user, other, tie.staff)),
        TieKind::HighProfile => !world.relations.watch_of(c.subject).is_empty(),
        kind => world.relations.between(c.subject, user).iter().any(|t| t.kind == kind),
    };
    let counted = |look: &&Look| !open || look.purpose == Purpose::Unexplained;
    own.filter(such).map(|c| world.looks(c).iter().filter(counted).count() as u32).sum()
}

fn finding_against(material: &Material<'_>, user: u32, fired: &Fired, tally: &Tally) -> String {
    let mut said = Vec::new();
    if let Some(tie) = &fired.tie {
        if !tie.against.is_empty() {
            said.push(format!("{} speaks against it being the same person.", capital(&tie.against.words())));
        }
        if let Some(rival) = &tie.rival {
            said.push(format!("The best other reading: {rival}."));
        }
        if let Some(expected) = fired.expected {
            let world = material.world;
            let open = world.peers.rate(user, tie.kind, tie.staff, tally.unexplained > 0).open;
            let here = if open { tally.unexplained } else { tally.looks };
            let observed = u64::from(at_such(world, user, tie, open).max(here));
            said.push(format!(
                "The user looked {}{} at people with such a tie, where chance would give {}; so many or more has a chance of {}.",
                times(observed),
                if open { " without an explanation" } else { "" },
                figure(expected),
                figure(chance::poisson_tail(observed, expected))
            ));
        }
    }
    let untested = &material.rules[usize::from(fired.rule)].meta.falsepositives;
    if !untested.is_empty() {
        said.push(format!("To be excluded by a person: {}.", untested.join("; ")));
    }
    said.join(" ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn fill(
    material: &Material<'_>,
    user: u32,
    scope: &Scope<'_>,
    fired: &Fired,
    looks: &[&Look],
    tally: &Tally,
    word: &str,
) -> String {
    let world = material.world;
    let zone = world.judged.zone;
    let strings = &world.tables.access.strings;
    let systems = || {
        let mut names: Vec<&str> = looks.iter().map(|l| strings.get(l.system)).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    let ends = || {
        let first = looks.iter().map(|l| l.first_at).min().unwrap_or(Instant(0));
        let last = looks.iter().map(|l| l.first_at).max().unwrap_or(Instant(0));
        (first, last)
    };
    match word {
        "staff" => words::staff(world, user),
        "subject" => scope.subject_name.clone(),
        "relation" => fired.tie.as_ref().map_or_else(|| "no tie on record".to_owned(), |t| words::tie_words(world, t)),
        "looks" => tally.looks.to_string(),
        "days" => tally.days.to_string(),
        "identifiers" => fired.tie.as_ref().map_or_else(|| "nothing".to_owned(), |t| t.identifiers.words()),
        "purpose_words" => words::purpose_words(tally),
        "systems" | "system" => systems(),
        "first" => words::moment(ends().0, zone),
        "last" => words::moment(ends().1, zone),
        "incident" => incident(material, scope, looks),
        "reason" => reason(material, looks),
        "subjects" => {
            let mut subjects: Vec<u32> = looks.iter().map(|l| l.about).collect();
            subjects.sort_unstable();
            subjects.dedup();
            subjects.len().to_string()
        }
        "events" => tally.events.to_string(),
        "period" => {
            let (first, last) = ends();
            if first == last {
                format!("on {}", words::moment(first, zone))
            } else {
                format!("from {} to {}", words::moment(first, zone), words::moment(last, zone))
            }
        }
        "duty_words" => words::duty_words(looks),
        "expected" => fired.expected.map_or_else(|| "an unknown number".to_owned(), figure),
        other => other.to_owned(),
    }
}

/// The number that was quoted, or else the incident whose link had explained earlier looks.
fn incident(material: &Material<'_>, scope: &Scope<'_>, looks: &[&Look]) -> String {
    let world = material.world;
    let quoted = looks.iter().map(|l| l.incident).find(|i| *i != 0);
    if let Some(code) = quoted {
        return world.tables.access.strings.get(code).to_owned();
    }
    let links = scope.facts.as_ref().map(|f| world.judged.links.between(f.case.user, f.case.subject));
    links.as_deref().and_then(<[_]>::last).map_or_else(
        || "on record".to_owned(),
        |link| world.tables.incidents[link.incident as usize].incident_id.clone(),
    )
}

/// The reason that a finding speaks of: one of training or testing, else a stock phrase, else that none was
/// given. A good reason is quoted only where there is no other: it must not stand for a poor one.
fn reason(material: &Material<'_>, looks: &[&Look]) -> String {
    let world = material.world;
    let log = &world.tables.access;
    let events = looks.iter().flat_map(|l| world.judged.looks.events(l, log));
    let told = events.min_by_key(|e| {
        let class = world.judged.reasons.class(e.reason_code, e.reason_text);
        match (class.training || class.testing, class.boilerplate, class.given) {
            (true, _, _) => 0,
            (_, true, _) => 1,
            (_, _, false) => 2,
            _ => 3,
        }
    });
    let words = told.map(|e| {
        let text = log.strings.get(e.reason_text);
        if text.is_empty() { log.strings.get(e.reason_code) } else { text }
    });
    words.filter(|w| !w.is_empty()).map_or_else(|| "none".to_owned(), |w| format!("“{w}”"))
}
