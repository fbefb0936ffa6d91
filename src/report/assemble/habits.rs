//! The policy lane: one row for a unit's habit, not fifty for its people.

use super::super::model::{Block, Case, Finding, Lane, Referral};
use super::{Material, evidence::Gathered, words};
use crate::ids;
use crate::score::Habit;

/// One referral for each habit.
pub(super) fn referrals(material: &Material<'_>, gathered: &mut Gathered) -> Vec<Referral> {
    material.scored.habits.iter().map(|habit| referral(material, habit, gathered)).collect()
}

fn referral(material: &Material<'_>, habit: &Habit, gathered: &mut Gathered) -> Referral {
    let world = material.world;
    let zone = world.judged.zone;
    let meta = &material.rules[usize::from(habit.rule)].meta;
    let unit = format!("unit:{}", habit.team);
    let case_id = ids::case(&unit, &meta.id);
    let finding_id = ids::finding(&case_id, &meta.id);
    let mut looks = Vec::new();
    for &case in &habit.cases {
        looks.extend(world.looks(&world.cases[case as usize]));
    }
    for look in &looks {
        gathered.add(world, look, &case_id, std::slice::from_ref(&finding_id));
    }
    let unexplained = looks.iter().filter(|l| l.purpose == crate::purpose::Purpose::Unexplained).count() as u64;
    let first = looks.iter().map(|l| l.first_at).min().map_or_else(String::new, |t| t.rfc3339(zone));
    let last = looks.iter().map(|l| l.last_at).max().map_or_else(String::new, |t| t.rfc3339(zone));
    let headline = format!(
        "In unit {} {} of {} active users show the same habit: {}. It concerns {} and is a matter of policy and \
         supervision before it is one of any single user.",
        habit.team,
        habit.users.len(),
        habit.active,
        meta.title,
        words::count(looks.len() as u64, "look", "looks"),
    );
    let finding = Finding {
        finding_id,
        rule_id: meta.id.clone(),
        rule: meta.key(),
        rule_title: meta.title.clone(),
        level: meta.level.as_str().to_owned(),
        block: meta.probity.block.as_str().to_owned(),
        bits: habit.bits,
        looks: looks.len() as u64,
        unexplained_looks: unexplained,
        first_at: first.clone(),
        last_at: last.clone(),
        evidence: headline.clone(),
        against: format!("To be excluded by a person: {}.", meta.falsepositives.join("; ")),
        ..Finding::default()
    };
    let case = Case {
        case_id,
        subject_name: words::count(habit.cases.len() as u64, "subject", "subjects"),
        looks: looks.len() as u64,
        unexplained_looks: unexplained,
        events: looks.iter().map(|l| u64::from(l.events)).sum(),
        first_at: first.clone(),
        last_at: last.clone(),
        score_bits: habit.bits,
        low_bits: habit.bits,
        high_bits: habit.bits,
        evidence_bits: habit.bits,
        blocks: vec![Block {
            block: meta.probity.block.as_str().to_owned(),
            bits: habit.bits,
            low: habit.bits,
            high: habit.bits,
            because: "mean weight of the rule over the cases of the unit".to_owned(),
        }],
        findings: vec![finding],
        ..Case::default()
    };
    Referral {
        referral_id: ids::referral(&format!("{unit}:{}", meta.id)),
        lane: Lane::Policy,
        name: format!("Unit {}", habit.team),
        team: habit.team.clone(),
        score_bits: habit.bits,
        low_bits: habit.bits,
        high_bits: habit.bits,
        evidence_bits: habit.bits,
        band: world.values.bands.word(habit.bits).to_owned(),
        looks: looks.len() as u64,
        subjects: habit.cases.len() as u64,
        first_at: first,
        last_at: last,
        rules: vec![meta.key()],
        headline,
        status: "new".to_owned(),
        next: vec![meta.probity.next.clone()],
        law: meta.probity.law.iter().map(|l| (*l).to_owned()).collect(),
        cases: vec![case],
        ..Referral::default()
    }
}
