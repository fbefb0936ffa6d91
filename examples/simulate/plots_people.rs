//! Cases that lie in whom somebody looked at: themselves, kin, neighbours, colleagues, the famous.

use crate::extras::Complaint;
use crate::kinds::Kind;
use crate::plotter::{Plot, Plotter, Spread, Variant};
use crate::population::{NOBODY, PersonId};
use crate::rows::{Form, Look, Subject};
use crate::staff_roles::Role;
use crate::ties::{Relation, Tie};

/// Puts together a case of one of these kinds, if the member of staff lends themselves to it.
pub fn plot(p: &mut Plotter, plot: Plot) -> Option<bool> {
    let kept = match plot.kind {
        Kind::OwnRecord => own_record(p, plot),
        Kind::OwnIdentifier => own_identifier(p, plot),
        Kind::OwnCase => own_case(p, plot),
        Kind::Family => family(p, plot),
        Kind::Household => household(p, plot),
        Kind::ExPartner => ex_partner(p, plot),
        Kind::NewPartner => new_partner(p, plot),
        Kind::Friend => tied(p, plot, &[Relation::Friend], "friend", [6, 4, 2]),
        Kind::Business => tied(p, plot, &[Relation::Business], "business associate", [6, 4, 3]),
        Kind::Neighbour => neighbour(p, plot),
        Kind::OldStreet => old_street(p, plot),
        Kind::Colleague => colleague(p, plot),
        Kind::ExColleague => ex_colleague(p, plot),
        Kind::Conflict => conflict(p, plot),
        Kind::Celebrity => celebrity(p, plot),
        Kind::SeveralFamous => several_famous(p, plot),
        Kind::MediaCuriosity => media_curiosity(p, plot),
        Kind::AfterWarning => after_warning(p, plot),
        Kind::Complainant => complainant(p, plot),
        _ => return None,
    };
    Some(kept)
}

fn own_record(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.world.force.get(plot.staff).person;
    let recorded = p.world.population.get(own).recorded;
    let times = p.times(plot, Spread::Days, [6, 3, 2]);
    let mut looks = Vec::new();
    for at in times {
        let mut look = p.look(plot, at, Subject::Person(own));
        if !recorded && p.draw.chance(0.7) {
            look.form = Form::NothingFound;
        } else if p.draw.chance(0.2) {
            look.form = Form::Denied;
        }
        looks.push(look);
    }
    p.keep(plot, Some(own), "the user", true, looks)
}

fn own_identifier(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.world.force.get(plot.staff).person;
    let who = p.world.population.get(own);
    let subject = match p.draw.below(3) {
        0 if who.car => Subject::Plate(own),
        1 => Subject::Home(who.home),
        _ => Subject::Phone(own),
    };
    let label = match subject {
        Subject::Plate(_) => "the user's car",
        Subject::Home(_) => "the user's home",
        _ => "the user's telephone",
    };
    let times = p.times(plot, Spread::Days, [6, 3, 2]);
    let looks = times.into_iter().map(|at| p.look(plot, at, subject)).collect();
    p.keep(plot, Some(own), label, true, looks)
}

fn own_case(p: &mut Plotter, plot: Plot) -> bool {
    let Some(involved) = p.survey.involved.iter().find(|i| i.staff == plot.staff) else { return false };
    let (opened, incident) = (involved.opened, involved.incident.clone());
    let Some(&other) = involved.others.iter().find(|&&o| !p.world.ties.tied(plot.staff, o)) else { return false };
    let times = p.times(plot, Spread::Days, [10, 8, 6]);
    let looks: Vec<Look> = times
        .into_iter()
        .filter(|&at| at > opened)
        .map(|at| {
            let mut look = p.look(plot, at, Subject::Person(other));
            // The number of one's own incident is a real one.
            if plot.variant != Variant::Easy {
                (look.incident, look.quoted) = (Some(incident.clone()), Some(true));
            }
            look
        })
        .collect();
    let label = format!("other party to {incident}, in which the user is named");
    p.keep(plot, Some(other), label, true, looks)
}

/// Looks up whoever complained of them.
fn complainant(p: &mut Plotter, plot: Plot) -> bool {
    let Some(complaint) = p.world.extras.complaints.iter().find(|c| c.staff == plot.staff) else { return false };
    let (person, opened) = (complaint.person, p.world.clock.instant(complaint.day, Complaint::hour()));
    let mut looks = p.at_person(plot, person, Spread::Days, [8, 5, 3]);
    looks.retain(|look| look.at > opened);
    let label = format!("{}, who complained of the user", p.world.full_name(person));
    p.keep(plot, Some(person), label, true, looks)
}

fn a_tie(p: &mut Plotter, plot: Plot, fits: impl Fn(&Tie) -> bool) -> Option<Tie> {
    let ties: Vec<Tie> = p.world.ties.of(plot.staff).iter().copied().filter(fits).collect();
    (!ties.is_empty()).then(|| *p.draw.pick(&ties))
}

/// Whether somebody lives at the user's address, as staff records hold it.
fn shares_home(p: &Plotter, plot: Plot, person: PersonId) -> bool {
    let own = p.world.population.get(p.world.force.get(plot.staff).person);
    let other = p.world.population.get(person);
    own.home == other.home && other.recorded
}

fn family(p: &mut Plotter, plot: Plot) -> bool {
    use Relation::{Child, Parent, Sibling, Spouse};
    let Some(tie) = a_tie(p, plot, |t| matches!(t.relation, Spouse | Parent | Child | Sibling)) else { return false };
    let looks = p.at_person(plot, tie.person, Spread::Days, [8, 4, 2]);
    let visible = tie.declared || shares_home(p, plot, tie.person);
    let label = format!("{} {}", tie.relation.code(), p.world.full_name(tie.person));
    p.keep(plot, Some(tie.person), label, visible, looks)
}

fn household(p: &mut Plotter, plot: Plot) -> bool {
    let home = p.world.population.get(p.world.force.get(plot.staff).person).home;
    let (world, kind) = (p.world, plot.kind);
    debug_assert_eq!(kind, Kind::Household);
    let lives_in = |t: &Tie| !t.declared && world.population.get(t.person).home == home;
    let Some(tie) = a_tie(p, plot, |t| lives_in(t) && world.population.get(t.person).recorded) else { return false };
    let looks = p.at_person(plot, tie.person, Spread::Days, [7, 4, 2]);
    let label = format!("undeclared, at the user's address: {}", p.world.full_name(tie.person));
    p.keep(plot, Some(tie.person), label, true, looks)
}

fn ex_partner(p: &mut Plotter, plot: Plot) -> bool {
    let Some(tie) = a_tie(p, plot, |t| t.relation == Relation::ExPartner) else { return false };
    let mut looks = p.at_person(plot, tie.person, Spread::Days, [12, 7, 4]);
    // And whoever lives with them now.
    let new = p.world.population.get(tie.person).partner;
    if new != NOBODY && new != p.world.force.get(plot.staff).person {
        looks.extend(p.at_person(plot, new, Spread::Days, [5, 3, 2]));
    }
    let label = format!("ex-partner {}", p.world.full_name(tie.person));
    p.keep(plot, Some(tie.person), label, tie.declared, looks)
}

fn new_partner(p: &mut Plotter, plot: Plot) -> bool {
    let towns = p.own_towns(plot.staff);
    let own = p.world.population.get(p.world.force.get(plot.staff).person).clone();
    let date = p.strangers(plot.staff, &towns, 1, |all, x| {
        let x = all.get(x);
        x.recorded && x.sex != own.sex && x.birth.abs_diff(own.birth) < 8 * 365
    });
    let Some(&person) = date.first() else { return false };
    let looks = p.at_person(plot, person, Spread::Burst, [8, 6, 4]);
    let label = format!("new acquaintance {}", p.world.full_name(person));
    p.keep(plot, Some(person), label, false, looks)
}

fn tied(p: &mut Plotter, plot: Plot, relations: &[Relation], what: &str, many: [i64; 3]) -> bool {
    let Some(tie) = a_tie(p, plot, |t| relations.contains(&t.relation) && t.declared) else { return false };
    let looks = p.at_person(plot, tie.person, Spread::Days, many);
    let label = format!("{what} {}", p.world.full_name(tie.person));
    p.keep(plot, Some(tie.person), label, true, looks)
}

fn neighbour(p: &mut Plotter, plot: Plot) -> bool {
    let home = p.world.population.get(p.world.force.get(plot.staff).person).home;
    let near: Vec<PersonId> = p
        .world
        .places
        .next_door(home)
        .into_iter()
        .flat_map(|h| p.world.population.at_home(h).iter().copied())
        .filter(|&x| !p.world.ties.tied(plot.staff, x) && p.world.force.of_person(x).is_none())
        .collect();
    if near.is_empty() {
        return false;
    }
    let person = *p.draw.pick(&near);
    let mut looks = p.at_person(plot, person, Spread::Days, [7, 4, 2]);
    if plot.variant == Variant::Easy {
        // And the rest of the house.
        for &other in near.iter().filter(|&&x| x != person).take(3) {
            looks.extend(p.at_person(plot, other, Spread::Burst, [2, 1, 1]));
        }
    }
    let visible = p.world.population.get(person).recorded;
    let label = format!("next door: {}", p.world.full_name(person));
    p.keep(plot, Some(person), label, visible, looks)
}

fn old_street(p: &mut Plotter, plot: Plot) -> bool {
    let Some((old, _)) = p.world.force.get(plot.staff).moved else { return false };
    if !p.world.ties.of(plot.staff).iter().any(|t| t.once_at.is_some()) {
        return false;
    }
    let street = &p.world.places.streets[p.world.places.homes[old as usize].street as usize];
    let near = old.saturating_sub(8).max(street.homes.start)..(old + 9).min(street.homes.end);
    let folk: Vec<PersonId> = near
        .flat_map(|h| p.world.population.at_home(h).iter().copied())
        .filter(|&x| !p.world.ties.tied(plot.staff, x) && p.world.force.of_person(x).is_none())
        .collect();
    let n = p.many(plot, 10, 6, 4).min(folk.len());
    let looks = p.at_people(plot, &folk[..n], Spread::Burst);
    let label = format!("{} people of {}, where the user lived", n, street.name);
    p.keep(plot, None, label, true, looks)
}

fn colleague(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.world.force.get(plot.staff);
    let team = own.team;
    let role = own.role;
    if matches!(role, Role::Vetting | Role::Standards) {
        return false;
    }
    let near = p.draw.chance(0.6);
    let Some(other) = p.colleague(|w, s| {
        let m = w.force.get(s);
        s != plot.staff
            && m.left.is_none()
            && !w.ties.tied(plot.staff, m.person)
            && (!near || m.team == team || Some(s) == w.force.get(plot.staff).manager)
    }) else {
        return false;
    };
    let person = p.world.force.get(other).person;
    let looks = p.at_person(plot, person, Spread::Days, [7, 4, 2]);
    let label = format!("colleague {}", p.world.force.get(other).number);
    p.keep(plot, Some(person), label, true, looks)
}

fn ex_colleague(p: &mut Plotter, plot: Plot) -> bool {
    if matches!(p.world.force.get(plot.staff).role, Role::Vetting | Role::Standards) {
        return false;
    }
    let Some(other) = p.colleague(|w, s| w.force.get(s).left.is_some_and(|day| day < 0)) else { return false };
    let person = p.world.force.get(other).person;
    if p.world.ties.tied(plot.staff, person) {
        return false;
    }
    let looks = p.at_person(plot, person, Spread::Days, [8, 5, 3]);
    let label = format!("former colleague {}", p.world.force.get(other).number);
    p.keep(plot, Some(person), label, true, looks)
}

/// Sent to somebody of their own circle, looked them up, and told nobody.
fn conflict(p: &mut Plotter, plot: Plot) -> bool {
    let Some((_, contact)) = p.survey.conflicts.iter().find(|(s, _)| *s == plot.staff) else { return false };
    let contact = contact.clone();
    let Some(tie) = p.world.ties.of(plot.staff).iter().find(|t| t.person == contact.person).copied() else {
        return false;
    };
    let Some(span) = p.turns(plot.staff).into_iter().find_map(|turn| turn.with(contact.span)) else { return false };
    let n = p.many(plot, 5, 3, 2);
    let times = p.spend(&[span], Spread::Days, n);
    let mut looks = Vec::new();
    for at in times {
        let mut look = p.look(plot, at, Subject::Person(contact.person));
        if plot.variant != Variant::Easy {
            look.reason = crate::reasons::Reason::Work(contact.kind);
        }
        (look.incident, look.quoted) = (Some(contact.incident.clone()), None);
        looks.push(look);
    }
    let visible = tie.declared || shares_home(p, plot, contact.person);
    let label = format!("{} {}, party to {}", tie.relation.code(), p.world.full_name(contact.person), contact.incident);
    p.keep(plot, Some(contact.person), label, visible, looks)
}

fn celebrity(p: &mut Plotter, plot: Plot) -> bool {
    let figure = &p.world.figures[p.draw.below(p.world.figures.len())];
    let looks = p.at_person(plot, figure.person, Spread::Burst, [5, 3, 2]);
    let label = format!("public figure {}", p.world.full_name(figure.person));
    p.keep(plot, Some(figure.person), label, true, looks)
}

fn several_famous(p: &mut Plotter, plot: Plot) -> bool {
    let mut all: Vec<PersonId> = p.world.figures.iter().map(|f| f.person).collect();
    p.draw.shuffle(&mut all);
    let n = p.many(plot, 7, 5, 4).min(all.len());
    let looks = p.at_people(plot, &all[..n], if plot.variant == Variant::Easy { Spread::Burst } else { Spread::Days });
    p.keep(plot, None, format!("{n} public figures"), true, looks)
}

/// Reads about the case that everybody talks about, on a station's beat that is not the user's or without a part in it.
fn media_curiosity(p: &mut Plotter, plot: Plot) -> bool {
    let own = p.world.force.get(plot.staff);
    let Some(major) = p.survey.majors.first() else { return false };
    let outside = own.station != major.station && own.station < p.world.force.local_stations();
    if !outside || p.world.ties.tied(plot.staff, major.person) {
        return false;
    }
    let (person, opened) = (major.person, major.opened);
    let label = format!("{}, of {}", p.world.full_name(person), major.incident);
    let spans: Vec<_> =
        p.turns(plot.staff).into_iter().filter(|t| t.from > opened && t.from < opened + 5 * 86_400).collect();
    let n = p.many(plot, 4, 2, 1).max(1);
    let times = p.spend(&spans, Spread::Days, n);
    let looks = times.into_iter().map(|at| p.look(plot, at, Subject::Person(person))).collect();
    p.keep(plot, Some(person), label, true, looks)
}

/// Was warned for looking at family, and does it again.
fn after_warning(p: &mut Plotter, plot: Plot) -> bool {
    use Relation::{ExPartner, Friend, Parent, Sibling, Spouse};
    let wanted = |t: &Tie| t.declared && matches!(t.relation, Spouse | Parent | Sibling | ExPartner | Friend);
    let Some(tie) = a_tie(p, plot, wanted) else { return false };
    let mut looks = p.at_person(plot, tie.person, Spread::Days, [8, 6, 4]);
    looks.extend(p.at_person(plot, tie.person, Spread::Days, [5, 4, 3]));
    let label = format!("{} {}, before and after advice", tie.relation.code(), p.world.full_name(tie.person));
    p.keep(plot, Some(tie.person), label, true, looks)
}
