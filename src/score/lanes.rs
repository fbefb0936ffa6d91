//! Where a case goes: to Professional Standards, to a supervisor, to the user with
//! a question, or, where a whole unit shares a habit, into one line for the unit.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::case::CaseScore;
use super::member::Standing;
use super::prior::Chances;
use super::{Habit, Lane, LanedCase, Member, Rates, Scored};
use crate::purpose::circle::LIKELY;
use crate::purpose::{Purpose, UserId};
use crate::rules::fire::Fired;
use crate::rules::rows::World;
use crate::rules::{self, Rule};

/// Routes every scored case and gathers them by member of staff.
#[must_use]
pub fn route(
    world: &World<'_>,
    rules: &[&Rule],
    rates: &Rates<'_>,
    cases: Vec<CaseScore>,
    whole: Vec<(UserId, CaseScore)>,
) -> Scored {
    let habits = habits(world, rules, &cases, &whole);
    let habitual: FxHashSet<(u16, u32)> =
        habits.iter().flat_map(|h| h.cases.iter().map(move |c| (h.rule, *c))).collect();
    let over = over_bars(world, rules, &cases, &whole);
    let mut members: FxHashMap<UserId, Vec<LanedCase>> = FxHashMap::default();
    for score in cases {
        let index = score.case.unwrap_or_default();
        let user = world.cases[index as usize].user;
        let purpose = purpose(world, index);
        let only_habit = score.fired.iter().all(|(f, _)| habitual.contains(&(f.rule, index)));
        let Some(lane) =
            lane(world, rules, &score, Some(purpose), over.of(user)).filter(|l| !(only_habit && *l == Lane::Query))
        else {
            continue;
        };
        members.entry(user).or_default().push(LanedCase { score, lane, carried_by: Vec::new() });
    }
    for (user, score) in whole {
        if let Some(lane) = lane(world, rules, &score, None, over.of(user)) {
            members.entry(user).or_default().push(LanedCase { score, lane, carried_by: Vec::new() });
        }
    }
    let mut members: Vec<Member> = members.into_iter().map(|(user, cases)| gather(world, user, cases)).collect();
    members.sort_by(|a, b| {
        (a.lane.cmp(&b.lane)).then(b.rank_bits.total_cmp(&a.rank_bits)).then_with(|| {
            let id = |m: &Member| world.judged.users.id(m.user, &world.tables.staff).to_owned();
            id(a).cmp(&id(b))
        })
    });
    members.par_iter_mut().for_each(|member| carry(world, rules, rates, member));
    let cut = beyond_capacity(&mut members, world.values.lanes.capacity);
    let (sample, sampled_from) = super::sample::draw(world, rules, rates, &members, &cut);
    members.extend(sample);
    Scored { members, habits, cut, sampled_from, ..Scored::default() }
}

/// Takes those out of the refer lane whom the department has no room for. The order stands: nobody is read
/// before somebody better evidenced.
fn beyond_capacity(members: &mut Vec<Member>, capacity: usize) -> Vec<Member> {
    let referred = members.partition_point(|m| m.lane == Lane::Refer);
    if capacity == 0 || referred <= capacity {
        return Vec::new();
    }
    members.drain(capacity..referred).collect()
}

/// Does the evidence of a case allow a referral, whatever its prior?
pub(super) fn refers(world: &World<'_>, rules: &[&Rule], score: &CaseScore) -> bool {
    let may = score.fired.iter().any(|(f, _)| rules[usize::from(f.rule)].meta.probity.lane == rules::Lane::Refer);
    may && score.stands(world.values)
}

/// Is there something that the user should be asked about, whatever the prior? One strong kind of evidence, found by a rule
/// that may ask, and enough altogether to count beside other cases.
fn asks(world: &World<'_>, rules: &[&Rule], score: &CaseScore) -> bool {
    let lane = |rule: u16| rules[usize::from(rule)].meta.probity.lane;
    let may = score.fired.iter().any(|(f, _)| matches!(lane(f.rule), rules::Lane::Refer | rules::Lane::Query));
    let values = world.values;
    let counts = score.weight(values) >= values.blocks.further_case_floor;
    may && counts && score.blocks.iter().any(|b| b.bits >= values.lanes.strong_block)
}

/// Is this case for the conflict lane, unless it is referred? Then it asks for a justification and not for a reason.
fn justifies(rules: &[&Rule], score: &CaseScore, purpose: Option<Purpose>) -> bool {
    let declared =
        score.fired.iter().any(|(f, _)| rules[usize::from(f.rule)].meta.probity.lane == rules::Lane::Conflict);
    declared && purpose != Some(Purpose::Unexplained)
}

/// Is it a look without an explanation at oneself, close family or the household? Policy forbids it whoever it is, and the answer to
/// it is owed however many cases a user has.
#[must_use]
pub fn forbidden(world: &World<'_>, score: &CaseScore) -> bool {
    let close = |fired: &Fired| fired.tie.as_ref().is_some_and(|tie| tie.kind.is_close() && tie.probability >= LIKELY);
    score.case.is_some_and(|c| purpose(world, c) == Purpose::Unexplained)
        && score.fired.iter().any(|(fired, _)| close(fired))
}

/// Which bars the cases of one member of staff rise above, taken together: three people looked at for practice say more
/// than one.
#[derive(Clone, Copy, Default)]
struct Over {
    /// Those that stand.
    refer: bool,
    /// Those that ask.
    query: bool,
}

impl Over {
    fn of<'c>(
        world: &World<'_>,
        rules: &[&Rule],
        user: UserId,
        scores: impl Iterator<Item = (&'c CaseScore, Option<Purpose>)> + Clone,
    ) -> Self {
        let bars = &world.values.lanes;
        let rank = |scores: &mut dyn Iterator<Item = &'c CaseScore>| {
            Standing::of(scores, Chances::of(world, user), world.values).rank()
        };
        let mut standing = scores.clone().map(|(s, _)| s).filter(|s| refers(world, rules, s));
        let mut asking = scores.filter(|(s, p)| asks(world, rules, s) && !justifies(rules, s, *p)).map(|(s, _)| s);
        // Of nobody the rank is −∞.
        Self { refer: rank(&mut standing) >= bars.refer, query: rank(&mut asking) >= bars.query }
    }
}

/// [`Over`] of every member of staff with a scored case.
struct OverBars(FxHashMap<UserId, Over>);

impl OverBars {
    fn of(&self, user: UserId) -> Over {
        self.0.get(&user).copied().unwrap_or_default()
    }
}

fn over_bars(world: &World<'_>, rules: &[&Rule], cases: &[CaseScore], whole: &[(UserId, CaseScore)]) -> OverBars {
    let counts = |score: &CaseScore| refers(world, rules, score) || asks(world, rules, score);
    let mut of_user: FxHashMap<UserId, Vec<(&CaseScore, Option<Purpose>)>> = FxHashMap::default();
    for score in cases.iter().filter(|s| counts(s)) {
        let index = score.case.unwrap_or_default();
        let user = world.cases[index as usize].user;
        of_user.entry(user).or_default().push((score, Some(purpose(world, index))));
    }
    for (user, score) in whole.iter().filter(|(_, s)| counts(s)) {
        of_user.entry(*user).or_default().push((score, None));
    }
    let over = |(user, scores): (UserId, Vec<_>)| (user, Over::of(world, rules, user, scores.into_iter()));
    OverBars(of_user.into_iter().map(over).collect())
}

/// Names for each case of a member the rules without which it would be listed in no lane.
fn carry(world: &World<'_>, rules: &[&Rule], rates: &Rates<'_>, member: &mut Member) {
    for at in 0..member.cases.len() {
        let found = member.cases[at].score.fired.iter().map(|(f, _)| f.rule);
        let carried_by = found.filter(|&rule| !listed_without(world, rules, rates, (member, at), rule)).collect();
        member.cases[at].carried_by = carried_by;
    }
}

/// Would this case of a member be listed in any lane without what one rule found on it?
fn listed_without(
    world: &World<'_>,
    rules: &[&Rule],
    rates: &Rates<'_>,
    (member, at): (&Member, usize),
    rule: u16,
) -> bool {
    let score = super::without(world, rules, rates, &member.cases[at].score, rule);
    let purpose = |score: &CaseScore| score.case.map(|c| purpose(world, c));
    let all = member.cases.iter().enumerate().map(|(i, c)| if i == at { &score } else { &c.score });
    let over = Over::of(world, rules, member.user, all.map(|s| (s, purpose(s))));
    lane(world, rules, &score, purpose(&score), over).is_some()
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
fn lane(world: &World<'_>, rules: &[&Rule], score: &CaseScore, purpose: Option<Purpose>, over: Over) -> Option<Lane> {
    if over.refer && refers(world, rules, score) {
        return Some(Lane::Refer);
    }
    if justifies(rules, score, purpose) {
        return Some(Lane::Conflict);
    }
    ((over.query || forbidden(world, score)) && asks(world, rules, score)).then_some(Lane::Query)
}

fn gather(world: &World<'_>, user: UserId, mut cases: Vec<LanedCase>) -> Member {
    let standing = |lane: Lane| {
        let same = cases.iter().filter(|c| c.lane == lane).map(|c| &c.score);
        Standing::of(same, Chances::of(world, user), world.values)
    };
    // A case to be justified must not hide one that nothing explains, nor the other way round.
    let (lane, standing) = if cases.iter().any(|c| c.lane == Lane::Refer) {
        (Lane::Refer, standing(Lane::Refer))
    } else {
        let (conflict, query) = (standing(Lane::Conflict), standing(Lane::Query));
        if query.rank() > conflict.rank() { (Lane::Query, query) } else { (Lane::Conflict, conflict) }
    };
    cases.sort_by(|a, b| {
        (b.lane == lane)
            .cmp(&(a.lane == lane))
            .then(a.lane.cmp(&b.lane))
            .then(b.score.posterior(world.values).total_cmp(&a.score.posterior(world.values)))
            .then(a.score.case.cmp(&b.score.case))
    });
    let sd = world.values.scale.temperature * cases[0].score.sd;
    Member {
        user,
        lane,
        rank_bits: standing.rank(),
        weight: standing.rank() - standing.prior(),
        prior: standing.prior(),
        sd,
        cases,
    }
}

/// A rule that fires on a good part of a unit is the unit's habit: one line for the habit, not a
/// question to everybody. Ties are personal and never a habit.
fn habits(world: &World<'_>, rules: &[&Rule], cases: &[CaseScore], whole: &[(UserId, CaseScore)]) -> Vec<Habit> {
    let team = |user: UserId| world.tables.staff.get(user as usize).map_or("", |s| s.team.as_str());
    let mut active: FxHashMap<&str, usize> = FxHashMap::default();
    for (user, facts) in world.users.iter().enumerate() {
        if facts.looks > 0 {
            *active.entry(team(user as UserId)).or_default() += 1;
        }
    }
    let mut seen: FxHashMap<(u16, &str), Seen> = FxHashMap::default();
    let thin = |user: UserId| Chances::of(world, user).thin(world.values);
    for score in cases {
        let Some(index) = score.case else { continue };
        let user = world.cases[index as usize].user;
        for (fired, weighed) in &score.fired {
            let lane = rules[usize::from(fired.rule)].meta.probity.lane;
            let personal = fired.tie.is_some() || matches!(lane, rules::Lane::Refer | rules::Lane::Conflict);
            if !personal && !team(user).is_empty() {
                seen.entry((fired.rule, team(user))).or_default().add(user, [index], weighed.bits, thin(user));
            }
        }
    }
    // A rule about the user as a whole counts for a unit only where it is meant to.
    for (user, score) in whole {
        for (fired, weighed) in &score.fired {
            let policy = rules[usize::from(fired.rule)].meta.probity.lane == rules::Lane::Policy;
            if policy && !team(*user).is_empty() {
                let own = open_cases(world, *user);
                seen.entry((fired.rule, team(*user))).or_default().add(*user, own, weighed.bits, thin(*user));
            }
        }
    }
    let mut habits: Vec<Habit> = seen
        .into_iter()
        .filter_map(|((rule, team), mut seen)| {
            seen.users.sort_unstable();
            seen.users.dedup();
            seen.cases.sort_unstable();
            seen.cases.dedup();
            let active = active.get(team).copied().unwrap_or(0);
            let (bits, thin) = (seen.bits / f64::from(seen.firings), seen.thin / f64::from(seen.firings));
            let many = seen.users.len() >= world.values.lanes.habit_users
                && seen.users.len() as f64 >= world.values.lanes.habit_share * active as f64;
            // "Nothing on record answers" on most of a unit says something of the feeds, which the
            // coverage table shows; a habit is something that the unit does, and others do not.
            let habit = rules[usize::from(rule)].meta.probity.block != rules::Block::Purpose
                // Where records are missing, what a whole unit seems to do is most often the gap.
                && bits - thin >= world.values.lanes.strong_block;
            (many && habit).then(|| Habit {
                team: team.to_owned(),
                rule,
                bits,
                users: seen.users,
                active,
                cases: seen.cases,
            })
        })
        .collect();
    habits.sort_by(|a, b| b.bits.total_cmp(&a.bits).then_with(|| a.team.cmp(&b.team)).then(a.rule.cmp(&b.rule)));
    habits
}

/// Where one rule was seen in one unit.
#[derive(Default)]
struct Seen {
    users: Vec<UserId>,
    cases: Vec<u32>,
    bits: f64,
    /// What missing records take from the prior of those on whom it was seen.
    thin: f64,
    firings: u32,
}

impl Seen {
    fn add(&mut self, user: UserId, cases: impl IntoIterator<Item = u32>, bits: f64, thin: f64) {
        self.users.push(user);
        self.cases.extend(cases);
        self.bits += bits;
        self.thin += thin;
        self.firings += 1;
    }
}

/// The cases of a user that no record explains.
fn open_cases(world: &World<'_>, user: UserId) -> Vec<u32> {
    let from = world.cases.partition_point(|c| c.user < user);
    (from..from + world.cases[from..].partition_point(|c| c.user == user))
        .map(|c| c as u32)
        .filter(|c| purpose(world, *c) != Purpose::Explained)
        .collect()
}
