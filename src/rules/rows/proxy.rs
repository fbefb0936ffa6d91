//! Looks made for somebody else: the one at the keyboard has no tie to the
//! subject, and a colleague has.

use super::World;
use crate::instant::HOUR;
use crate::purpose::{DutyState, Look, NOBODY, Purpose, UserId};
use crate::subjects::SubjectId;

/// A tie must be at least this sure to speak of somebody else's interest, in bits.
const SURE: f32 = 3.3;

fn closely_tied(world: &World<'_>, subject: SubjectId, user: UserId) -> bool {
    world.relations.between(subject, user).iter().any(|tie| tie.kind.is_personal() && tie.bits >= SURE)
}

/// Users other than `user` who are closely tied to the subject, each once, in their order.
fn tied<'a>(world: &'a World<'_>, user: UserId, subject: SubjectId) -> impl Iterator<Item = UserId> + 'a {
    let ties = world.relations.by_subject(subject);
    let mut before = None;
    ties.iter()
        .filter(move |tie| tie.staff != user && tie.kind.is_personal() && tie.bits >= SURE)
        .map(|tie| tie.staff)
        .filter(move |staff| before.replace(*staff) != Some(*staff))
}

fn same_team(world: &World<'_>, user: UserId, other: UserId) -> bool {
    let team = |user: UserId| world.tables.staff.get(user as usize).map_or("", |staff| staff.team.as_str());
    !team(user).is_empty() && team(user) == team(other)
}

/// A colleague of the same team who is closely tied to the subject, where the user is not.
pub(super) fn colleague(world: &World<'_>, user: UserId, subject: SubjectId) -> Option<UserId> {
    if closely_tied(world, subject, user) {
        return None;
    }
    tied(world, user, subject).find(|other| same_team(world, user, *other))
}

/// Was that colleague at work at one of the looks that nothing answers?
pub(super) fn at_work(world: &World<'_>, colleague: UserId, looks: &[Look]) -> Option<bool> {
    if !world.judged.roster.covers(colleague) {
        return None;
    }
    let working = |look: &Look| {
        let state = world.judged.roster.state(colleague, look.first_at);
        matches!(state, DutyState::On | DutyState::Overtime | DutyState::OnCall | DutyState::Course | DutyState::Grace)
    };
    Some(looks.iter().filter(|look| look.purpose == Purpose::Unexplained).any(working))
}

/// Did that colleague look, without explanation, at somebody closely tied to the user and not to themselves?
pub(super) fn in_return(world: &World<'_>, user: UserId, colleague: UserId) -> bool {
    let from = world.cases.partition_point(|case| case.user < colleague);
    world.cases[from..].iter().take_while(|case| case.user == colleague).any(|case| {
        closely_tied(world, case.subject, user)
            && !closely_tied(world, case.subject, colleague)
            && world.looks(case).iter().any(|look| look.purpose == Purpose::Unexplained)
    })
}

/// Is one of those for whom the looks were recorded tied to the subject? Unknown where nobody is named.
pub(super) fn behalf_tied(world: &World<'_>, subject: SubjectId, looks: &[Look]) -> Option<bool> {
    named(looks).map(|mut users| users.any(|user| closely_tied(world, subject, user)))
}

/// Was one of those for whom the looks were recorded off duty, on leave, suspended or gone?
pub(super) fn behalf_off_duty(world: &World<'_>, looks: &[Look]) -> Option<bool> {
    let mut known = false;
    for look in looks.iter().filter(|look| look.on_behalf_of != NOBODY) {
        let state = world.judged.roster.state(look.on_behalf_of, look.first_at);
        known |= state != DutyState::Unknown;
        if state.is_off() || state.is_leave() || state.is_left() || state == DutyState::Suspended {
            return Some(true);
        }
    }
    known.then_some(false)
}

fn named(looks: &[Look]) -> Option<impl Iterator<Item = UserId> + '_> {
    let mut users = looks.iter().map(|look| look.on_behalf_of).filter(|user| *user != NOBODY).peekable();
    users.peek().is_some().then_some(users)
}

/// While a login was in use at two places, or its owner was off duty: is another user of the station, at work then,
/// tied to the subject, where the login's owner is not?
pub(super) fn nearby(world: &World<'_>, user: UserId, subject: SubjectId, looks: &[Look]) -> Option<bool> {
    if !world.shared.known && looks.iter().all(|look| look.duty == DutyState::Unknown) {
        return None;
    }
    if closely_tied(world, subject, user) {
        return Some(false);
    }
    let away = |look: &Look| look.purpose == Purpose::Unexplained && (look.duty.is_off() || look.duty.is_leave());
    let borrowed: Vec<&Look> =
        looks.iter().filter(|look| away(look) || world.shared.in_look(world.judged, look)).collect();
    let there = |other: UserId| {
        borrowed.iter().any(|look| {
            // Within the hour: sessions are left open, and rosters end on the hour.
            [-HOUR, 0, HOUR].iter().any(|shift| {
                let state = world.judged.roster.state(other, look.first_at.plus(*shift));
                matches!(state, DutyState::On | DutyState::Overtime | DutyState::OnCall | DutyState::Course)
            })
        })
    };
    Some(
        !borrowed.is_empty()
            && tied(world, user, subject).any(|other| world.context.same_station(user, other) && there(other)),
    )
}
