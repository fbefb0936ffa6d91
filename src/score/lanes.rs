//! Where a case goes: to Professional Standards, to a supervisor, to the user with
//! a question, or, where a whole unit shares a habit, into one line for the unit.

use rustc_hash::{FxHashMap, FxHashSet};

use super::case::CaseScore;
use super::values::{HABIT_SHARE, HABIT_USERS, QUERY_THRESHOLD, REFER_THRESHOLD, STRONG_BLOCK, TEMPERATURE};
use super::{Habit, LanedCase, Member, Scored, member};
use crate::purpose::{Purpose, UserId};
use crate::report::model::Lane;
use crate::rules::rows::World;
use crate::rules::{self, Rule};

/// Routes every scored case and gathers them by member of staff.
#[must_use]
pub fn route(world: &World<'_>, rules: &[&Rule], cases: Vec<CaseScore>, whole: Vec<(UserId, CaseScore)>) -> Scored {
    let habits = habits(world, rules, &cases);
    let habitual: FxHashSet<(u16, u32)> =
        habits.iter().flat_map(|h| h.cases.iter().map(move |c| (h.rule, *c))).collect();
    let mut members: FxHashMap<UserId, Vec<LanedCase>> = FxHashMap::default();
    for score in cases {
        let index = score.case.unwrap_or_default();
        let user = world.cases[index as usize].user;
        let purpose = purpose(world, index);
        let only_habit = score.fired.iter().all(|(f, _)| habitual.contains(&(f.rule, index)));
        let Some(lane) = lane(rules, &score, Some(purpose)).filter(|l| !(only_habit && *l == Lane::Query)) else {
            continue;
        };
        members.entry(user).or_default().push(LanedCase { score, lane });
    }
    for (user, score) in whole {
        if let Some(lane) = lane(rules, &score, None) {
            members.entry(user).or_default().push(LanedCase { score, lane });
        }
    }
    let mut members: Vec<Member> = members.into_iter().map(|(user, cases)| gather(world, user, cases)).collect();
    members.sort_by(|a, b| {
        (a.lane.cmp(&b.lane)).then(b.rank_bits.total_cmp(&a.rank_bits)).then_with(|| {
            let id = |m: &Member| world.judged.users.id(m.user, &world.tables.staff).to_owned();
            id(a).cmp(&id(b))
        })
    });
    Scored { members, habits }
}

fn purpose(world: &World<'_>, case: u32) -> Purpose {
    let looks = world.looks(&world.cases[case as usize]);
    if looks.iter().any(|l| l.purpose == Purpose::Unexplained) {
        Purpose::Unexplained
    } else if looks.iter().any(|l| l.purpose == Purpose::CannotTell) {
        Purpose::CannotTell
    } else {
        Purpose::Explained
    }
}

/// The lane of one case, or none. A rule says how far it may carry a case; the score says whether it does.
fn lane(rules: &[&Rule], score: &CaseScore, purpose: Option<Purpose>) -> Option<Lane> {
    let may = |lane: rules::Lane| score.fired.iter().any(|(f, _)| rules[usize::from(f.rule)].meta.probity.lane == lane);
    if may(rules::Lane::Refer) && score.posterior() >= REFER_THRESHOLD && score.stands() {
        return Some(Lane::Refer);
    }
    if may(rules::Lane::Conflict) && purpose != Some(Purpose::Unexplained) {
        return Some(Lane::Conflict);
    }
    // Something needs an answer: one strong kind of evidence, and enough altogether.
    let strong = score.blocks.iter().any(|b| b.bits >= STRONG_BLOCK);
    (strong && score.evidence >= QUERY_THRESHOLD && (may(rules::Lane::Refer) || may(rules::Lane::Query)))
        .then_some(Lane::Query)
}

fn gather(world: &World<'_>, user: UserId, mut cases: Vec<LanedCase>) -> Member {
    cases.sort_by(|a, b| {
        (a.lane.cmp(&b.lane))
            .then(b.score.posterior().total_cmp(&a.score.posterior()))
            .then(a.score.case.cmp(&b.score.case))
    });
    let lane = cases[0].lane;
    let same: Vec<f64> = cases.iter().filter(|c| c.lane == lane).map(|c| c.score.weight()).collect();
    let weight = member::weight(&same);
    let prior = member::prior(world.users[user as usize].cases);
    Member { user, lane, rank_bits: weight + prior, weight, prior, sd: TEMPERATURE * cases[0].score.sd, cases }
}

/// A rule that fires on a good part of a unit is the unit's habit: one line for the habit, not a
/// question to everybody. Ties are personal and never a habit.
fn habits(world: &World<'_>, rules: &[&Rule], cases: &[CaseScore]) -> Vec<Habit> {
    let team = |user: UserId| world.tables.staff.get(user as usize).map_or("", |s| s.team.as_str());
    let mut active: FxHashMap<&str, usize> = FxHashMap::default();
    for (user, facts) in world.users.iter().enumerate() {
        if facts.looks > 0 {
            *active.entry(team(user as UserId)).or_default() += 1;
        }
    }
    let mut seen: FxHashMap<(u16, &str), (Vec<UserId>, Vec<u32>, f64)> = FxHashMap::default();
    for score in cases {
        let Some(index) = score.case else { continue };
        let user = world.cases[index as usize].user;
        for (fired, weighed) in &score.fired {
            let lane = rules[usize::from(fired.rule)].meta.probity.lane;
            if fired.tie.is_some()
                || matches!(lane, rules::Lane::Refer | rules::Lane::Conflict)
                || team(user).is_empty()
            {
                continue;
            }
            let entry = seen.entry((fired.rule, team(user))).or_default();
            entry.0.push(user);
            entry.1.push(index);
            entry.2 += weighed.bits;
        }
    }
    let mut habits: Vec<Habit> = seen
        .into_iter()
        .filter_map(|((rule, team), (mut users, mut cases, bits))| {
            users.sort_unstable();
            users.dedup();
            cases.sort_unstable();
            let active = active.get(team).copied().unwrap_or(0);
            let policy = rules[usize::from(rule)].meta.probity.lane == rules::Lane::Policy;
            let many = users.len() >= HABIT_USERS && users.len() as f64 >= HABIT_SHARE * active as f64;
            // "Nothing on record answers" on most of a unit says something of the feeds, which the
            // coverage table shows; a habit is something that the unit does.
            let habit = policy || rules[usize::from(rule)].meta.probity.block != rules::Block::Purpose;
            (many && habit).then(|| Habit {
                team: team.to_owned(),
                rule,
                bits: bits / cases.len() as f64,
                users,
                active,
                cases,
            })
        })
        .collect();
    habits.sort_by(|a, b| b.bits.total_cmp(&a.bits).then_with(|| a.team.cmp(&b.team)).then(a.rule.cmp(&b.rule)));
    habits
}
