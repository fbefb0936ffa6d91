//! Cases that lie in how, when and how much somebody looked, whoever the subjects are.

use crate::clock::HOUR;
use crate::draw::Draw;
use crate::kinds::Kind;
use crate::names::Sex;
use crate::plotter::{Plot, Plotter, Spread, Variant};
use crate::population::{PersonId, Population};
use crate::reasons::{self, Reason};
use crate::roster::{Duty, Span};
use crate::rows::{Environment, Form, Login, Look, Subject, System};
use crate::staff::Status;
use crate::staff_roles::Role;

/// Puts together a case of one of these kinds, if the member of staff lends themselves to it.
pub fn plot(p: &mut Plotter, plot: Plot) -> bool {
    match plot.kind {
        Kind::TrainingLive => training_live(p, plot),
        Kind::TrainingNotBlind => not_blind(p, plot, Environment::Training),
        Kind::TestNotBlind => is_tester(p, plot) && not_blind(p, plot, Environment::Test),
        Kind::TestLive => test_live(p, plot),
        Kind::NoIncident => {
            let many = p.many(plot, 24, 14, 9);
            unrelated(p, plot, many, Spread::Days, "unrelated people, no task", false, |_, _| true)
        }
        Kind::BorrowedIncident => borrowed_incident(p, plot),
        Kind::AfterContact => after_contact(p, plot),
        Kind::RepeatedInterest => repeated_interest(p, plot),
        Kind::OutOfArea => out_of_area(p, plot),
        Kind::Boilerplate => boilerplate(p, plot),
        Kind::OffDuty => off_duty(p, plot),
        Kind::OnLeave => on_leave(p, plot),
        Kind::Left => left(p, plot),
        Kind::AnothersLogin => anothers_login(p, plot),
        Kind::IsolatedSession => isolated_session(p, plot),
        Kind::BulkPrint => bulk_print(p, plot),
        Kind::Feed => {
            let many = p.many(plot, 60, 40, 28);
            let spread = if plot.variant == Variant::Mimicry { Spread::Days } else { Spread::Burst };
            unrelated(p, plot, many, spread, "unrelated people in long sessions", true, |_, _| true)
        }
        Kind::KeeperBulk => keeper_bulk(p, plot),
        Kind::Vulnerable => {
            let many = p.many(plot, 14, 9, 6);
            unrelated(p, plot, many, Spread::Days, "vulnerable women and victims", true, |all, x| {
                let x = all.get(x);
                x.recorded && x.sex == Sex::Female && (x.flags.vulnerable || x.flags.victim)
            })
        }
        Kind::OneSex => {
            let today = p.world.clock.absolute(0);
            let many = p.many(plot, 20, 13, 9);
            unrelated(p, plot, many, Spread::Days, "young women", true, move |all, x| {
                let x = all.get(x);
                let age = (today - i64::from(x.birth)) / 365;
                x.recorded && x.sex == Sex::Female && (17..31).contains(&age)
            })
        }
        Kind::Proxy => proxy(p, plot),
        Kind::Restricted => restricted(p, plot),
        Kind::Moved => moved(p, plot),
        Kind::Untrained => untrained(p, plot),
        Kind::Network => network(p, plot),
        Kind::TwoWay => two_way(p, plot),
        _ => false,
    }
}

/// Many people whom nothing ties together or to the user.
fn unrelated(
    p: &mut Plotter,
    plot: Plot,
    many: usize,
    spread: Spread,
    what: &str,
    visible: bool,
    fits: impl Fn(&Population, PersonId) -> bool,
) -> bool {
    let towns = p.own_towns(plot.staff);
    let people = p.strangers(plot.staff, &towns, many, fits);
    let looks = p.at_people(plot, &people, spread);
    p.keep(plot, None, format!("{} {what}", people.len()), visible, looks)
}

/// Live records in the name of training: outside any session, by the stated purpose or with a training account.
fn training_live(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let n = p.many(plot, 10, 6, 4);
    let people = p.strangers(plot.staff, &towns, n, |all, x| all.get(x).recorded);
    let mut looks = p.at_people(plot, &people, Spread::Burst);
    let in_session = |world: &crate::world::World, at: i64| {
        world.training.on(world.clock.day(at), plot.staff).any(|s| s.span.holds(at))
    };
    looks.retain(|l| !in_session(p.world, l.at));
    for look in &mut looks {
        let text = match plot.variant {
            Variant::Easy => "training",
            Variant::Medium => "familiarisation with system",
            Variant::Mimicry => "refresher training for new starter",
        };
        look.reason = Reason::Stated("80", text.to_owned());
        (look.incident, look.quoted) = (None, None);
        look.system = if p.draw.chance(0.6) { System::Rms } else { System::Pnc };
    }
    // One training account in three is used where it should not be.
    let session = p.world.training.sessions.iter().find(|s| s.attendees.contains(&plot.staff));
    if let Some(session) = session
        && plot.variant != Variant::Mimicry
        && let Some(nth) = session.attendees.iter().position(|&s| s == plot.staff)
    {
        for look in looks.iter_mut().filter(|l| p.world.clock.day(l.at) == session.day) {
            look.login = Login::Trainee(session.first_login + nth);
        }
    }
    let label = format!("{} live records looked at for training", looks.len());
    p.keep(plot, None, label, true, looks)
}

fn is_tester(p: &Plotter, plot: Plot) -> bool {
    p.world.force.get(plot.staff).role == Role::Technology
}

/// Somebody known, looked for in the copy for training or tests.
fn not_blind(p: &mut Plotter, plot: Plot, environment: Environment) -> bool {
    let ties: Vec<_> = p.world.ties.of(plot.staff).iter().filter(|t| t.declared).copied().collect();
    if ties.is_empty() {
        return false;
    }
    let person = p.draw.pick(&ties).person;
    let mut looks = p.at_person(plot, person, Spread::Burst, [5, 3, 2]);
    for look in &mut looks {
        look.environment = environment;
        look.reason = match environment {
            Environment::Training => Reason::Stated("80", "training".to_owned()),
            _ => Reason::Stated("90", "system test".to_owned()),
        };
        look.system = System::Rms;
        (look.incident, look.quoted) = (None, None);
        // The copies hold made-up records only.
        look.form = Form::NothingFound;
    }
    let label = format!("{}, looked for in a copy of the system", p.world.full_name(person));
    p.keep(plot, Some(person), label, true, looks)
}

fn test_live(p: &mut Plotter, plot: Plot) -> bool {
    // Every second IT specialist has authority: here are the others, in the order in which authority was given.
    let force = &p.world.force;
    let technology: Vec<u32> = (0..force.members.len() as u32)
        .filter(|&s| force.get(s).role == Role::Technology && force.get(s).left.is_none())
        .collect();
    if technology.iter().position(|&s| s == plot.staff).is_none_or(|nth| nth % 2 == 0) {
        return false;
    }
    let all: Vec<usize> = (0..p.world.places.towns.len()).collect();
    let n = p.many(plot, 12, 8, 4);
    let people = p.strangers(plot.staff, &all, n, |all, x| all.get(x).recorded);
    let mut looks = p.at_people(plot, &people, Spread::Burst);
    for look in &mut looks {
        look.reason = Reason::Stated("90", "system test".to_owned());
        (look.incident, look.quoted) = (None, None);
    }
    p.keep(plot, None, format!("{} live records in a test without authority", people.len()), true, looks)
}

/// One number for people who have no part in it: a real one of others, or one that does not exist.
fn borrowed_incident(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let n = p.many(plot, 9, 6, 4);
    let people = p.strangers(plot.staff, &towns, n, |_, _| true);
    let mut looks = p.at_people(plot, &people, Spread::Days);
    let Some(first) = looks.first().map(|l| l.at) else { return false };
    let number = match plot.variant {
        Variant::Easy => {
            format!("I{}-{}", p.world.clock.short_date(p.world.clock.day(first)), p.draw.between(7000, 9999))
        }
        _ => match p.borrow(plot.staff, first) {
            Some((number, _)) => number,
            None => return false,
        },
    };
    for look in &mut looks {
        (look.incident, look.quoted) = (Some(number.clone()), Some(true));
        if plot.variant == Variant::Easy {
            look.reason = Reason::Work(p.work(plot.staff));
        }
    }
    let what = if plot.variant == Variant::Easy { "an incident that does not exist" } else { "an incident of others" };
    p.keep(plot, None, format!("{} people under {what}", people.len()), true, looks)
}

fn after_contact(p: &mut Plotter, plot: Plot) -> bool {
    let Some(contact) = p.survey.contacts.get(&plot.staff).cloned() else { return false };
    let later = contact.span.to + 30 * HOUR;
    let spans: Vec<Span> = p.turns(plot.staff).into_iter().filter(|t| t.from > later).collect();
    let n = p.many(plot, 9, 6, 4);
    let times = p.spend(&spans, Spread::Days, n);
    let mut looks = Vec::new();
    for at in times {
        let subject = p.around(contact.person);
        let mut look = p.look(plot, at, subject);
        if plot.variant == Variant::Mimicry {
            look.reason = Reason::Work(contact.kind);
            (look.incident, look.quoted) = (Some(contact.incident.clone()), Some(true));
        }
        looks.push(look);
    }
    let label = format!("{}, met on {}", p.world.full_name(contact.person), contact.incident);
    p.keep(plot, Some(contact.person), label, true, looks)
}

fn repeated_interest(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let plate = p.draw.chance(0.4);
    let found = p.strangers(plot.staff, &towns, 1, |all, x| if plate { all.get(x).car } else { all.get(x).recorded });
    let Some(&person) = found.first() else { return false };
    let subject = if plate { Subject::Plate(person) } else { Subject::Person(person) };
    let times = p.times(plot, Spread::Days, [12, 8, 5]);
    let looks = times.into_iter().map(|at| p.look(plot, at, subject)).collect();
    let what = if plate { "the car of" } else { "again and again" };
    p.keep(plot, Some(person), format!("{what} {}", p.world.full_name(person)), true, looks)
}

fn out_of_area(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.own_towns(plot.staff);
    let far: Vec<usize> = (0..p.world.places.towns.len()).filter(|t| !own.contains(t)).collect();
    if far.is_empty() || !p.world.force.get(plot.staff).role.facts().local {
        return false;
    }
    let town = *p.draw.pick(&far);
    let n = p.many(plot, 22, 14, 9);
    let people = p.strangers(plot.staff, &[town], n, |all, x| all.get(x).recorded);
    let looks = p.at_people(plot, &people, Spread::Burst);
    let label = format!("{} people of {}", people.len(), p.world.places.towns[town].name);
    p.keep(plot, None, label, true, looks)
}

fn boilerplate(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let n = p.many(plot, 20, 13, 9);
    let people = p.strangers(plot.staff, &towns, n, |_, _| true);
    let mut looks = p.at_people(plot, &people, Spread::Days);
    let text = *p.draw.pick(&["enquiry", "police purposes", "intel", "checks re job"]);
    for look in &mut looks {
        look.reason = Reason::Stated(reasons::code(p.work(plot.staff)), text.to_owned());
        (look.incident, look.quoted) = (None, None);
    }
    p.keep(plot, None, format!("{} people under one reason", people.len()), true, looks)
}

fn off_duty(p: &mut Plotter, plot: Plot) -> bool {
    let mut spans = p.days_off(plot.staff);
    if plot.variant == Variant::Mimicry {
        // An hour or two after the turn, where overtime would be.
        spans = p.turns(plot.staff).iter().map(|t| Span { from: t.to + HOUR, to: t.to + 3 * HOUR }).collect();
    }
    p.draw.shuffle(&mut spans);
    spans.truncate(3);
    let n = p.many(plot, 10, 6, 4);
    in_spans(p, plot, &spans, n, "while off duty")
}

/// Unrelated people within some spans of time.
fn in_spans(p: &mut Plotter, plot: Plot, spans: &[Span], n: usize, what: &str) -> bool {
    let towns = p.own_towns(plot.staff);
    let people = p.strangers(plot.staff, &towns, n, |all, x| all.get(x).recorded);
    let times = p.spend(spans, Spread::Days, people.len());
    let looks: Vec<Look> =
        times.into_iter().zip(&people).map(|(at, &x)| p.look(plot, at, Subject::Person(x))).collect();
    p.keep(plot, None, format!("{} people {what}", people.len()), true, looks)
}

fn on_leave(p: &mut Plotter, plot: Plot) -> bool {
    let crate::world::World { force, clock, roster, options, .. } = p.world;
    let mut spans: Vec<Span> = (0..options.days)
        .filter_map(|day| match roster.duty(force, clock, plot.staff, day) {
            Duty::Away(what, span) if what != "sick" => Some(span),
            _ => None,
        })
        .collect();
    if spans.len() < 2 {
        return false;
    }
    p.draw.shuffle(&mut spans);
    spans.truncate(4);
    let what = match p.world.force.get(plot.staff).status {
        Status::Suspended => "while suspended",
        Status::LongLeave => "on long leave",
        _ => "on leave",
    };
    let n = p.many(plot, 9, 6, 3);
    in_spans(p, plot, &spans, n, what)
}

/// The account lived on after its owner left.
fn left(p: &mut Plotter, plot: Plot) -> bool {
    let Some(last) = p.world.force.get(plot.staff).left else { return false };
    let days = p.world.options.days;
    let mut some: Vec<Span> = ((last + 2).max(0)..days)
        .map(|day| Span { from: p.world.clock.instant(day, 9 * HOUR), to: p.world.clock.instant(day, 21 * HOUR) })
        .collect();
    p.draw.shuffle(&mut some);
    some.truncate(3);
    let n = p.many(plot, 9, 6, 3);
    in_spans(p, plot, &some, n, "after leaving the force")
}

/// At a colleague's open session: somebody of one's own circle, under the colleague's login.
fn anothers_login(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.world.force.get(plot.staff);
    let (station, team) = (own.station, own.team);
    let ties: Vec<_> = p.world.ties.of(plot.staff).iter().filter(|t| t.declared).copied().collect();
    if ties.is_empty() {
        return false;
    }
    let person = p.draw.pick(&ties).person;
    let Some(other) = p.colleague(|w, s| {
        let m = w.force.get(s);
        s != plot.staff && m.station == station && m.left.is_none() && m.status == Status::Active
    }) else {
        return false;
    };
    // Easy: the owner is off. Otherwise the owner is at work, at another terminal.
    let free = p.days_off(other);
    let theirs = p.turns(other);
    let spans: Vec<Span> = p
        .turns(plot.staff)
        .into_iter()
        .filter_map(|turn| {
            let from = if plot.variant == Variant::Easy { &free } else { &theirs };
            from.iter().find_map(|span| span.with(turn))
        })
        .collect();
    let n = p.many(plot, 6, 4, 2);
    let times = p.spend(&spans, Spread::Days, n);
    let terminal = (plot.staff as usize * 31 + team) % 60;
    let mut looks = Vec::new();
    for at in times {
        let mut look = p.look(plot, at, Subject::Person(person));
        look.login = Login::Of(other);
        look.terminal = Some(terminal as u16);
        looks.push(look);
    }
    let label = format!("{} under the login of {}", p.world.full_name(person), p.world.force.get(other).number);
    p.keep(plot, Some(person), label, true, looks)
}

fn isolated_session(p: &mut Plotter, plot: Plot) -> bool {
    let mut spans = p.days_off(plot.staff);
    if spans.is_empty() {
        return false;
    }
    p.draw.shuffle(&mut spans);
    let from = spans[0].draw(&mut p.draw) - HOUR;
    let span = Span { from, to: from + 25 * 60 };
    let n = p.many(plot, 10, 7, 5);
    in_spans(p, plot, &[span], n, "in one short session")
}

fn bulk_print(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let n = p.many(plot, 24, 15, 9);
    let people = p.strangers(plot.staff, &towns, n, |all, x| all.get(x).recorded);
    let mut looks = p.at_people(plot, &people, Spread::Days);
    let form = if p.draw.chance(0.5) { Form::Printed } else { Form::Exported };
    for look in &mut looks {
        (look.form, look.system) = (form, System::Rms);
    }
    let what = if form == Form::Printed { "printed" } else { "exported" };
    p.keep(plot, None, format!("records of {} people {what}", people.len()), true, looks)
}

fn keeper_bulk(p: &mut Plotter, plot: Plot) -> bool {
    let all: Vec<usize> = (0..p.world.places.towns.len()).collect();
    let n = p.many(plot, 40, 26, 16);
    let people = p.strangers(plot.staff, &all, n, |all, x| all.get(x).car);
    let mut looks = p.at_people(plot, &people, Spread::Days);
    for look in &mut looks {
        if let Subject::Person(owner) = look.subject {
            look.subject = Subject::Plate(owner);
            look.system = if p.draw.chance(0.8) { System::Pnc } else { System::Anpr };
        }
    }
    p.keep(plot, None, format!("keepers of {} cars in all towns", people.len()), true, looks)
}

/// Looks for a friend on the team whose tie it is.
fn proxy(p: &mut Plotter, plot: Plot) -> bool {
    let team = p.world.force.get(plot.staff).team;
    let mates = p.world.force.teams[team].members.clone();
    let mates: Vec<u32> =
        mates.into_iter().filter(|&s| s != plot.staff && p.world.force.get(s).left.is_none()).collect();
    if mates.is_empty() {
        return false;
    }
    let mate = *p.draw.pick(&mates);
    let ties: Vec<_> = p.world.ties.of(mate).iter().filter(|t| t.declared).copied().collect();
    let Some(tie) = ties.iter().find(|t| !p.world.ties.tied(plot.staff, t.person)).copied() else { return false };
    let mut looks = p.at_person(plot, tie.person, Spread::Days, [6, 4, 2]);
    if plot.variant == Variant::Easy {
        for look in &mut looks {
            look.on_behalf = Some(mate);
        }
    }
    let label = format!("{} of {}", tie.relation.code(), p.world.force.get(mate).number);
    p.keep(plot, Some(tie.person), label, true, looks)
}

/// The old post's systems, after the move.
fn moved(p: &mut Plotter, plot: Plot) -> bool {
    let Some(&(_, last)) = p.world.extras.moved.iter().find(|m| m.0 == plot.staff) else { return false };
    let after = p.world.clock.instant(last + 1, 0);
    let spans: Vec<Span> = p.turns(plot.staff).into_iter().filter(|turn| turn.from > after).collect();
    let n = p.many(plot, 10, 6, 4);
    in_spans(p, plot, &spans, n, "in the systems of the old post")
}

/// A system for which the user had no course.
fn untrained(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let n = p.many(plot, 10, 6, 4);
    let people = p.strangers(plot.staff, &towns, n, |all, x| all.get(x).recorded);
    let mut looks = p.at_people(plot, &people, Spread::Days);
    for look in &mut looks {
        look.system = System::Pnc;
    }
    p.keep(plot, None, format!("{} people in a system without a course for it", people.len()), true, looks)
}

/// Everybody of one or two large households.
fn network(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let least = [6, 5, 4][plot.variant as usize];
    let found = p.strangers(plot.staff, &towns, 1, |all, x| {
        all.at_home(all.get(x).home).iter().filter(|&&y| all.get(y).recorded).count() >= least
    });
    let Some(&first) = found.first() else { return false };
    let home = p.world.population.get(first).home;
    let (world, staff) = (p.world, plot.staff);
    let mut folk: Vec<PersonId> = world.population.at_home(home).to_vec();
    folk.retain(|&x| world.population.get(x).recorded && !world.ties.tied(staff, x));
    let mut looks = Vec::new();
    for &person in &folk {
        looks.extend(p.at_person(plot, person, Spread::Days, [3, 2, 1]));
    }
    let label = format!("{} people of one network", folk.len());
    p.keep(plot, None, label, true, looks)
}

/// Two of a team who look up each other's people.
fn two_way(p: &mut Plotter, plot: Plot) -> bool {
    let team = p.world.force.get(plot.staff).team;
    let mates = p.world.force.teams[team].members.clone();
    let theirs = |world: &crate::world::World, of: u32, not: u32| {
        let ties: Vec<_> = world.ties.of(of).iter().filter(|t| t.declared && !world.ties.tied(not, t.person)).collect();
        ties.first().map(|tie| tie.person)
    };
    let free = |p: &Plotter, s: u32| s != plot.staff && p.at_work(s) && !p.cases.iter().any(|case| case.staff == s);
    let Some((mate, asked, returned)) = mates
        .into_iter()
        .filter(|&s| free(p, s))
        .find_map(|mate| Some((mate, theirs(p.world, mate, plot.staff)?, theirs(p.world, plot.staff, mate)?)))
    else {
        return false;
    };
    let looks = p.at_person(plot, asked, Spread::Days, [6, 4, 2]);
    let label = format!("somebody of {}, who did the same in return", p.world.force.get(mate).number);
    if !p.keep(plot, Some(asked), label, true, looks) {
        return false;
    }
    let back = Plot { staff: mate, ..plot };
    let looks = p.at_person(back, returned, Spread::Days, [6, 4, 2]);
    let label = format!("somebody of {}, who did the same in return", p.world.force.get(plot.staff).number);
    p.keep(back, Some(returned), label, true, looks)
}

fn restricted(p: &mut Plotter, plot: Plot) -> bool {
    let all: Vec<usize> = (0..p.world.places.towns.len()).collect();
    let n = p.many(plot, 4, 3, 2);
    let people = p.strangers(plot.staff, &all, n, |all, x| all.get(x).recorded && all.get(x).flags.restricted);
    let mut looks = Vec::new();
    for &person in &people {
        looks.extend(p.at_person(plot, person, Spread::Days, [3, 2, 1]));
    }
    let denied = |draw: &mut Draw| draw.chance(0.6);
    for look in &mut looks {
        if denied(&mut p.draw) {
            look.form = Form::Denied;
        }
    }
    p.keep(plot, None, format!("{} restricted records", people.len()), true, looks)
}
