//! What happens in the county, to whom, and who is sent.
//!
//! The incidents of a day follow from the seed and the day alone: they are made anew wherever they are needed, so that
//! a year of them need not be held.

use crate::clock::HOUR;
use crate::draw::{Draw, Stream};
use crate::places::HomeId;
use crate::population::PersonId;
use crate::roster::Span;
use crate::staff::StaffId;
use crate::staff_roles::Role;
use crate::turnout::Turnout;
use crate::world::World;

/// Share of tasks that reach the assignment table, and of parties that reach the table of people on incidents, in a
/// force whose feeds are complete. People forget some: with the unlogged work, about 97 in 100 looks are answered by a
/// row. `--drop` thins the feeds from there.
const TASK_LISTED: f64 = 0.992;
const PARTY_LISTED: f64 = 0.992;

/// Days of incidents made before the log begins, so that its first day finds work under way.
pub const BEFORE: i32 = 4;

/// Something that happened.
pub struct Incident {
    /// Its number.
    pub id: String,
    /// When it happened.
    pub occurred: i64,
    /// When it was entered; now and then hours later.
    pub opened: i64,
    /// When it was closed.
    pub closed: i64,
    /// What it is.
    pub kind: &'static str,
    /// Where.
    pub home: HomeId,
    /// Whose beat.
    pub station: usize,
    /// May be read only by those on its list.
    pub restricted: bool,
    /// Many teams work on it.
    pub major: bool,
    /// Who is involved.
    pub parties: Vec<Party>,
    /// Who is sent.
    pub assigned: Vec<Assigned>,
    /// Which teams are told to work on it.
    pub teams: Vec<(usize, Span)>,
    /// How much there is to look up.
    pub weight: f64,
    /// An officer sent to somebody they are tied to, and whether the tie was declared for it.
    pub conflict: Option<(StaffId, PersonId, bool)>,
}

/// Somebody involved in an incident.
#[derive(Clone, Copy)]
pub struct Party {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: &'static str,
    /// Whether the export holds the row.
    pub listed: bool,
    /// Whether their car is part of it.
    pub car: bool,
}

/// Somebody sent to an incident.
#[derive(Clone, Copy)]
pub struct Assigned {
    /// Who.
    pub staff: StaffId,
    /// As what.
    pub role: &'static str,
    /// From when to when.
    pub span: Span,
    /// Whether the export holds the row.
    pub listed: bool,
}

/// A kind of incident.
struct Kind {
    name: &'static str,
    weight: f64,
    /// Roles of those involved, each with the chance that there is one.
    parties: &'static [(&'static str, f64)],
    /// Chance that somebody investigates it for days.
    investigated: f64,
    /// Chance that a car is part of it.
    car: f64,
}

const fn kind(
    name: &'static str,
    weight: f64,
    parties: &'static [(&'static str, f64)],
    investigated: f64,
    car: f64,
) -> Kind {
    Kind { name, weight, parties, investigated, car }
}

const KINDS: [Kind; 11] = [
    kind("domestic", 17.0, &[("victim", 1.0), ("suspect", 0.95), ("caller", 0.3)], 0.5, 0.05),
    kind("burglary", 8.0, &[("victim", 1.0), ("suspect", 0.35), ("witness", 0.4)], 0.8, 0.1),
    kind("theft", 15.0, &[("victim", 0.8), ("suspect", 0.6), ("caller", 0.4)], 0.35, 0.2),
    kind("assault", 12.0, &[("victim", 1.0), ("suspect", 0.8), ("witness", 0.6)], 0.6, 0.05),
    kind("ASB", 13.0, &[("caller", 1.0), ("suspect", 0.5), ("other", 0.4)], 0.1, 0.05),
    kind("missing person", 6.0, &[("other", 1.0), ("caller", 0.9)], 0.3, 0.1),
    kind("RTC", 8.0, &[("other", 1.0), ("other", 0.9), ("witness", 0.4)], 0.15, 1.0),
    kind("stop check", 8.0, &[("suspect", 1.0), ("other", 0.4)], 0.02, 0.9),
    kind("concern for welfare", 9.0, &[("other", 1.0), ("caller", 0.7)], 0.08, 0.02),
    kind("fraud", 5.0, &[("victim", 1.0), ("suspect", 0.3)], 0.7, 0.0),
    kind("drugs", 6.0, &[("suspect", 1.0), ("suspect", 0.4), ("other", 0.3)], 0.7, 0.3),
];

/// The incidents of one day, in order of number.
pub fn of_day(world: &World, day: i32) -> Vec<Incident> {
    let turnout = Turnout::new(world, day);
    let mut incidents = Vec::new();
    let busy = (world.options.events_per_shift / 12.0).powf(0.8);
    for station in 0..world.force.local_stations() {
        let mut draw = Draw::new(world.options.seed, Stream::Incidents, (day + 1000) as u64, station as u64);
        let officers = turnout.group(Role::Response, station).len() as f64 / 3.0;
        let n = draw.count((officers * 0.85).max(1.5) * busy);
        for _ in 0..n {
            incidents.push(happen(world, &turnout, day, station, false, &mut draw));
        }
        if major_day(world, day, station) {
            incidents.push(happen(world, &turnout, day, station, true, &mut draw));
        }
    }
    incidents.sort_by_key(|i| i.occurred);
    for (nth, incident) in incidents.iter_mut().enumerate() {
        incident.id = format!("I{}-{:04}", world.clock.short_date(day), nth + 1);
    }
    incidents
}

/// One station in eight, or in as many as there are, has a major incident early in every fortnight.
fn major_day(world: &World, day: i32, station: usize) -> bool {
    let turn = day.div_euclid(14).unsigned_abs() as usize + world.options.seed as usize % 8 + station;
    day.rem_euclid(14) == 3 && turn.is_multiple_of(world.force.local_stations().min(8))
}

fn happen(world: &World, turnout: &Turnout, day: i32, station: usize, major: bool, draw: &mut Draw) -> Incident {
    let second =
        if draw.chance(0.6) { draw.between(11, 23) } else { draw.between(0, 23) } * HOUR + draw.between(0, 3599);
    let occurred = world.clock.instant(day, second);
    let totals: Vec<f64> = KINDS
        .iter()
        .scan(0.0, |sum, k| {
            *sum += k.weight;
            Some(*sum)
        })
        .collect();
    let kind = &KINDS[draw.weighted(&totals)];
    let towns: Vec<usize> = world.beat(station).collect();
    let mut town = *draw.pick(&towns);
    let mut sent: Vec<(StaffId, Span)> = Vec::new();
    for _ in 0..2 {
        let role = if draw.chance(0.88) { Role::Response } else { Role::Neighbourhood };
        if let Some(officer) = turnout.at(role, station, occurred, draw)
            && sent.iter().all(|(s, _)| *s != officer.0)
        {
            sent.push(officer);
            sent.extend(spouse_on_duty(world, turnout, station, occurred, officer.0));
        }
    }
    // Officers live where they work: some calls come from next door.
    let mut home = world.places.any_home(town, draw);
    if let Some(&(officer, _)) = sent.first() {
        let lives = world.population.get(world.force.get(officer).person).home;
        let near = world.places.next_door(lives);
        if draw.chance(0.09) && !near.is_empty() {
            home = *draw.pick(&near);
            town = world.places.town(home);
        }
    }
    let mut parties = Vec::new();
    let officer = sent.first().map(|(s, _)| *s);
    for &(role, chance) in kind.parties {
        if draw.chance(chance) {
            let person = party(world, role, town, home, officer, draw);
            add(&mut parties, person, role, kind.car, draw);
        }
    }
    let conflict = officer.and_then(|s| tied_party(world, s, &mut parties, draw));
    let late = draw.chance(0.04);
    let opened = if late { occurred + draw.between(HOUR, 6 * HOUR) } else { occurred };
    let mut closed = occurred + draw.between(HOUR, 14 * HOUR);
    let mut assigned = Vec::new();
    let mut assign = |staff, role, from: i64, to: i64, draw: &mut Draw| {
        assigned.push(Assigned { staff, role, span: Span { from, to }, listed: draw.chance(TASK_LISTED) });
    };
    for &(officer, turn) in &sent {
        let to = (occurred + draw.between(3 * HOUR, 9 * HOUR)).min(turn.to + HOUR);
        assign(officer, "attending", occurred + draw.between(60, 900), to, draw);
    }
    let headquarters = world.force.local_stations();
    if kind.name != "stop check"
        && let Some((operator, _)) = turnout.at(Role::ControlRoom, headquarters, occurred, draw)
    {
        assign(operator, "call_handler", occurred, occurred + draw.between(2 * HOUR, 5 * HOUR), draw);
    }
    if draw.chance(0.5)
        && let Some(leader) = turnout.leader(world, Role::Response, station, occurred)
    {
        assign(leader, "supervisor", occurred, occurred + 30 * HOUR, draw);
    }
    if draw.chance(0.12)
        && let Some((inspector, _)) = turnout.at(Role::Inspector, station, occurred + 3 * HOUR, draw)
    {
        assign(inspector, "reviewer", occurred + HOUR, occurred + 60 * HOUR, draw);
    }
    if kind.parties.iter().any(|p| p.0 == "suspect")
        && draw.chance(0.3)
        && let Some((sergeant, turn)) = turnout.at(Role::Custody, station, occurred + 2 * HOUR, draw)
    {
        assign(sergeant, "other", occurred + 2 * HOUR, turn.to, draw);
    }
    if major || draw.chance(kind.investigated) {
        closed = occurred + draw.between(40, 14 * 24) * HOUR;
        let role = if draw.chance(0.75) { Role::Detective } else { Role::Neighbourhood };
        let later: Vec<_> = turnout.group(role, station).iter().filter(|(_, t)| t.to > occurred + HOUR).collect();
        if !later.is_empty() {
            let &(officer, turn) = *draw.pick(&later);
            assign(officer, "oic", turn.from.max(occurred + HOUR), closed, draw);
        }
    } else if draw.chance(0.08)
        && let Some((clerk, _)) = turnout.at(Role::FrontDesk, station, occurred, draw)
    {
        assign(clerk, "call_handler", occurred, occurred + 2 * HOUR, draw);
    }
    let mut weight = (draw.normal() * 0.9).exp();
    let mut teams = Vec::new();
    let span = Span { from: occurred + HOUR, to: closed };
    for (nth, team) in world.force.teams.iter().enumerate() {
        let joined = match team.role {
            Role::Neighbourhood if team.station == station => major || (kind.name == "ASB" && draw.chance(0.4)),
            Role::Detective if team.station == station => major,
            Role::Response if team.station == station => major && team.turn < 2,
            Role::Analyst => major,
            _ => false,
        };
        if joined {
            closed = closed.max(occurred + 30 * HOUR);
            teams.push((nth, Span { to: closed.min(occurred + 6 * 24 * HOUR), ..span }));
        }
    }
    if major {
        weight = 3.5;
    }
    Incident {
        id: String::new(),
        occurred,
        opened,
        closed,
        kind: if major { "homicide" } else { kind.name },
        home,
        station,
        restricted: major || draw.chance(0.01),
        major,
        parties,
        assigned,
        teams,
        weight,
        conflict,
    }
}

/// Husband or wife at work in the same place goes along.
fn spouse_on_duty(
    world: &World,
    turnout: &Turnout,
    station: usize,
    at: i64,
    officer: StaffId,
) -> Option<(StaffId, Span)> {
    let partner = world.population.get(world.force.get(officer).person).partner;
    let other = world.force.of_person(partner)?;
    turnout.group(Role::Response, station).iter().find(|(s, span)| *s == other && span.holds(at)).copied()
}

fn add(parties: &mut Vec<Party>, person: PersonId, role: &'static str, car: f64, draw: &mut Draw) {
    if parties.iter().all(|p| p.person != person) {
        let car = draw.chance(car);
        parties.push(Party { person, role, listed: draw.chance(PARTY_LISTED), car });
    }
}

/// Somebody to be involved: from the house, the neighbours, the town, or those met again and again.
fn party(world: &World, role: &str, town: usize, home: HomeId, officer: Option<StaffId>, draw: &mut Draw) -> PersonId {
    let population = &world.population;
    let today = world.clock.absolute(0);
    let least = if matches!(role, "suspect" | "caller") { 14 } else { 0 };
    let ordinary = |person: PersonId| {
        (today - i64::from(population.get(person).birth)) / 365 >= least
            && world.force.of_person(person).is_none()
            && officer.is_none_or(|s| !world.ties.tied(s, person))
    };
    if role == "suspect" && draw.chance(0.6) {
        let regulars = &population.regulars[town];
        let person = regulars[(regulars.len() as f64 * draw.unit().powf(2.2)) as usize];
        if ordinary(person) {
            return person;
        }
    }
    match draw.unit() {
        // Colleagues are robbed and hurt like anyone.
        x if x < 0.02 => {
            let person = world.force.members[draw.below(world.force.members.len())].person;
            if officer.is_none_or(|s| !world.ties.tied(s, person)) {
                return person;
            }
        }
        x if x < 0.026 && !world.namesakes.is_empty() => return *draw.pick(&world.namesakes),
        // Close quarters call more often than their numbers say. Who bears their surnames meets namesakes at work, and so
        // do the colleagues who are sent there: never one officer more than another.
        x if x < 0.065 => {
            for _ in 0..12 {
                let person = *draw.pick(&population.townsfolk[town]);
                if world.in_close_quarter(person) && ordinary(person) {
                    return person;
                }
            }
        }
        _ => {}
    }
    let house = population.at_home(home);
    if role != "suspect" && !house.is_empty() && draw.chance(0.7) {
        let person = *draw.pick(house);
        if ordinary(person) {
            return person;
        }
    }
    for _ in 0..20 {
        let person = *draw.pick(&population.townsfolk[town]);
        if ordinary(person) {
            return person;
        }
    }
    *draw.pick(&population.townsfolk[town])
}

/// Now and then an officer is sent to somebody of their own circle; one in three says so.
fn tied_party(
    world: &World,
    officer: StaffId,
    parties: &mut Vec<Party>,
    draw: &mut Draw,
) -> Option<(StaffId, PersonId, bool)> {
    let ties = world.ties.of(officer);
    if ties.is_empty() || !draw.chance(0.03) {
        return None;
    }
    let person = draw.pick(ties).person;
    let declared = draw.chance(0.35);
    if world.force.of_person(person).is_some() {
        return None;
    }
    add(parties, person, "witness", 0.0, draw);
    if let Some(party) = parties.iter_mut().find(|p| p.person == person) {
        party.listed = true;
    }
    Some((officer, person, declared))
}
