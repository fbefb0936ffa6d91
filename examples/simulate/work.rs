//! A turn of ordinary work: what somebody looks at, and why they may.

use crate::casebook::{Casebook, Task};
use crate::draw::{Draw, Stream};
use crate::incidents::{Incident, Party};
use crate::lookalikes::{Lookalikes, Resembles};
use crate::population::PersonId;
use crate::reasons::{self, Reason};
use crate::roster::Span;
use crate::rows::{self, Author, Environment, Form, Login, Look, Row, Subject, System};
use crate::staff::StaffId;
use crate::staff_roles::Role;
use crate::training::Session;
use crate::world::World;

/// Share of looks at work that no record shows: a call on the street, a word from a colleague.
const UNLOGGED: f64 = 0.012;

/// Rows that somebody meaning to look something up makes, on average: a look makes 1.7, and some find nothing to do.
/// Measured, so that the option for rows in a shift means what it says.
const ROWS_A_LOOK: f64 = 1.47;

/// Ordinary work, and what is counted of it.
pub struct Work<'a> {
    world: &'a World,
    /// Looks made.
    pub looks: usize,
    /// Looks that a row of some table explains.
    pub explained: usize,
    /// Rows of the other looks, each with why no table shows its purpose.
    pub unlogged: Vec<(String, Unlogged)>,
    /// The look-alikes among them.
    pub lookalikes: Lookalikes,
    /// The analyst with the most to do.
    bulk_analyst: Option<StaffId>,
    /// Those with authority to test on live records.
    pub testers: Vec<StaffId>,
}

/// Why no table shows the purpose of an ordinary look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlogged {
    /// A call on the street, a word from a colleague: no incident was made.
    NoIncident,
    /// The person is not on the incident's list.
    PersonNotListed,
    /// The officer is not on the incident's list.
    OfficerNotListed,
}

impl Unlogged {
    /// As the truth has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoIncident => "no_incident",
            Self::PersonNotListed => "person_not_listed",
            Self::OfficerNotListed => "officer_not_listed",
        }
    }
}

/// One turn of one member of staff.
struct Turn<'a> {
    staff: StaffId,
    span: Span,
    sessions: Vec<&'a Session>,
    author: Author,
}

impl<'a> Work<'a> {
    /// Work in a world.
    pub fn new(world: &'a World) -> Self {
        let of_role = |role| {
            let member = |s: &StaffId| world.force.get(*s).role == role && world.force.get(*s).left.is_none();
            (0..world.force.members.len() as StaffId).filter(member).collect::<Vec<_>>()
        };
        let testers = of_role(Role::Technology).into_iter().step_by(2).collect();
        let bulk_analyst = of_role(Role::Analyst).first().copied();
        Self {
            world,
            looks: 0,
            explained: 0,
            unlogged: Vec::new(),
            lookalikes: Lookalikes::default(),
            bulk_analyst,
            testers,
        }
    }

    /// The looks of one turn.
    pub fn turn(&mut self, book: &Casebook, staff: StaffId, day: i32, span: Span, rows: &mut Vec<Row>) {
        let world = self.world;
        let mut draw = Draw::new(world.options.seed, Stream::Work, u64::from(staff), day as u64);
        let member = world.force.get(staff);
        let facts = member.role.facts();
        let author = Author { actor: staff as usize, planted: false, day, rows: 0 };
        let mut turn = Turn { staff, span, sessions: world.training.on(day, staff).collect(), author };
        if world.roster.unrecorded(staff, day) {
            self.lookalikes.note(staff, None, Resembles::MissingRoster);
        }
        let mut pace = facts.pace * member.pace;
        if self.bulk_analyst == Some(staff) {
            pace = (f64::from(world.options.staff) / 25.0).clamp(5.0, 50.0);
            self.lookalikes.note(staff, None, Resembles::BulkAnalyst);
        }
        self.exercise(&mut turn, rows, &mut draw);
        let looks = draw.count(world.options.events_per_shift * pace / ROWS_A_LOOK);
        for _ in 0..looks {
            match member.role {
                role if role.facts().by_function => self.by_function(&mut turn, role, rows, &mut draw),
                Role::Technology => self.test(&mut turn, rows, &mut draw),
                _ => self.by_task(book, &mut turn, rows, &mut draw),
            }
        }
    }

    /// Work on an incident: one's own, or one of the team's for its leader.
    fn by_task(&mut self, book: &Casebook, turn: &mut Turn, rows: &mut Vec<Row>, draw: &mut Draw) {
        let world = self.world;
        let member = world.force.get(turn.staff);
        let mut of = turn.staff;
        if (member.leads && draw.chance(0.5)) || (member.role == Role::Inspector && draw.chance(0.6)) {
            of = self.subordinate(turn.staff, draw).unwrap_or(turn.staff);
        }
        let open: Vec<(&Task, &Incident, Span)> = book
            .tasks(of)
            .iter()
            .filter_map(|task| {
                let incident = book.get(task.case)?;
                Some((task, incident, task.span.with(turn.span)?))
            })
            .collect();
        if open.is_empty() || draw.chance(UNLOGGED) {
            // A purpose there was, but nothing shows it.
            if !open.is_empty() || draw.chance(0.06) {
                self.unlinked(turn, rows, draw);
            }
            return;
        }
        let mut sum = 0.0;
        let totals: Vec<f64> = open
            .iter()
            .map(|(task, incident, span)| {
                let share = ((span.to - span.from) as f64 / 7200.0).min(2.0);
                sum += incident.weight * share * if task.role == "team" && !incident.major { 0.3 } else { 1.0 };
                sum
            })
            .collect();
        let (task, incident, span) = open[draw.weighted(&totals)];
        // Most is looked up at the start.
        let at = span.draw(draw).min(span.draw(draw));
        let Some(party) = self.party(turn.staff, incident, draw) else { return };
        let (subject, linked) = match draw.unit() {
            x if party.car && world.population.get(party.person).car && x < 0.5 => {
                (Subject::Plate(party.person), party.listed)
            }
            x if x < 0.07 => (Subject::Home(incident.home), true),
            // Only the number of a caller is written down.
            x if x < 0.10 && party.role == "caller" && world.population.get(party.person).phone => {
                (Subject::Phone(party.person), party.listed)
            }
            _ => (Subject::Person(party.person), party.listed),
        };
        let missing = match (task.listed, linked) {
            (false, _) => Some(Unlogged::OfficerNotListed),
            (true, false) => Some(Unlogged::PersonNotListed),
            (true, true) => None,
        };
        let operator = member.role == Role::ControlRoom;
        let crew: Vec<StaffId> = incident.assigned.iter().filter(|a| a.role == "attending").map(|a| a.staff).collect();
        let on_behalf = (operator && !crew.is_empty() && draw.chance(0.5)).then(|| *draw.pick(&crew));
        let desk = member.role == Role::FrontDesk && draw.chance(0.5);
        let look = Look {
            at,
            staff: turn.staff,
            login: if desk { Login::Desk(member.station) } else { Login::Own },
            system: self.system(member.role, subject, draw),
            environment: Environment::Live,
            subject,
            form: Form::Usual,
            on_behalf,
            reason: Reason::Work(incident.kind),
            incident: Some(incident.id.clone()),
            quoted: None,
            terminal: None,
        };
        if !self.put(turn, look, missing, rows, draw) {
            return;
        }
        if missing.is_some() {
            self.lookalikes.note(turn.staff, Some(party.person), Resembles::MissingLink);
        }
        let marks = [
            (at < incident.opened, Resembles::LateIncident),
            (incident.major, Resembles::MajorIncident),
            (on_behalf.is_some(), Resembles::Dispatcher),
            (desk, Resembles::SharedDesk),
            (of != turn.staff, Resembles::Supervisor),
        ];
        for (holds, what) in marks {
            if holds {
                self.lookalikes.note(turn.staff, Some(party.person), what);
            }
        }
        self.mark_party(turn.staff, party.person, incident);
    }

    /// Resemblances that lie in who the subject is.
    fn mark_party(&mut self, staff: StaffId, person: PersonId, incident: &Incident) {
        let world = self.world;
        let officer = world.population.get(world.force.get(staff).person);
        let subject = world.population.get(person);
        let next_door = || world.places.next_door(officer.home).contains(&subject.home);
        let partner = world.force.of_person(officer.partner);
        let marks = [
            (subject.surname == officer.surname, Resembles::CommonSurname),
            (subject.previous == officer.surname, Resembles::MarriedName),
            (world.force.of_person(person).is_some(), Resembles::VictimColleague),
            (world.namesakes.contains(&person), Resembles::FamousNamesake),
            (incident.conflict.is_some_and(|c| c.0 == staff && c.1 == person), Resembles::DeclaredConflict),
            (incident.assigned.iter().any(|a| Some(a.staff) == partner), Resembles::OfficerCouple),
            (next_door(), Resembles::OnBeat),
        ];
        for (holds, what) in marks {
            if holds {
                self.lookalikes.note(staff, Some(person), what);
            }
        }
    }

    /// Somebody involved whom the officer may look at: not one of the officer's own circle, unless that was declared.
    fn party(&self, staff: StaffId, incident: &Incident, draw: &mut Draw) -> Option<Party> {
        let n = incident.parties.len();
        let first = draw.below(n.max(1)).min(draw.below(n.max(1)));
        (0..n).map(|i| incident.parties[(first + i) % n]).find(|p| {
            let declared = incident.conflict == Some((staff, p.person, true));
            declared || !self.world.ties.tied(staff, p.person)
        })
    }

    /// A look with a purpose that no table shows: a call on the street, a word from a colleague.
    fn unlinked(&mut self, turn: &mut Turn, rows: &mut Vec<Row>, draw: &mut Draw) {
        let world = self.world;
        let member = world.force.get(turn.staff);
        let towns: Vec<usize> = match member.station < world.force.local_stations() {
            true => world.beat(member.station).collect(),
            false => (0..world.places.towns.len()).collect(),
        };
        let town = *draw.pick(&towns);
        let person = *draw.pick(&world.population.townsfolk[town]);
        if world.ties.tied(turn.staff, person) || world.force.of_person(person).is_some() {
            return;
        }
        let plate = world.population.get(person).car && draw.chance(0.25);
        let subject = if plate { Subject::Plate(person) } else { Subject::Person(person) };
        let kind = *draw.pick(&["theft", "ASB", "concern for welfare", "intelligence", "stop check"]);
        let look = self.look(turn, member.role, subject, Reason::Work(kind), draw);
        if self.put(turn, look, Some(Unlogged::NoIncident), rows, draw) {
            self.lookalikes.note(turn.staff, Some(person), Resembles::MissingLink);
        }
    }

    /// Work that the role itself explains.
    fn by_function(&mut self, turn: &mut Turn, role: Role, rows: &mut Vec<Row>, draw: &mut Draw) {
        let world = self.world;
        let staff_share = match role {
            Role::Vetting => 0.4,
            Role::Standards => 0.55,
            _ => 0.0,
        };
        let colleague = draw.chance(staff_share);
        let person = if colleague {
            world.force.members[draw.below(world.force.members.len())].person
        } else if draw.chance(0.35) {
            let regulars = draw.pick(&world.population.regulars);
            regulars[(regulars.len() as f64 * draw.unit().powi(2)) as usize]
        } else {
            anybody(world, draw)
        };
        // Nobody vets or investigates their own circle.
        if world.ties.tied(turn.staff, person) || (!colleague && world.force.of_person(person).is_some()) {
            return;
        }
        let kind = reasons::function(role).unwrap_or("intelligence");
        let subject = match role {
            Role::Analyst if world.population.get(person).car && draw.chance(0.2) => Subject::Plate(person),
            _ => Subject::Person(person),
        };
        let look = self.look(turn, role, subject, Reason::Work(kind), draw);
        if self.put(turn, look, None, rows, draw) && colleague {
            self.lookalikes.note(turn.staff, Some(person), Resembles::StaffByRole);
        }
    }

    /// Tests: on the test copy, and with authority on the live one.
    fn test(&mut self, turn: &mut Turn, rows: &mut Vec<Row>, draw: &mut Draw) {
        let world = self.world;
        let live = self.testers.contains(&turn.staff) && draw.chance(0.3);
        let mut subject = Subject::Exercise(draw.below(400) as u32);
        if live {
            let person = anybody(world, draw);
            if world.ties.tied(turn.staff, person) || world.force.of_person(person).is_some() {
                return;
            }
            subject = Subject::Person(person);
        }
        let text = *draw.pick(&["release test", "regression test", "system test", "interface test"]);
        let mut look = self.look(turn, Role::Technology, subject, Reason::Stated("90", text.to_owned()), draw);
        look.environment = if live { Environment::Live } else { Environment::Test };
        if self.put(turn, look, None, rows, draw)
            && let Subject::Person(person) = subject
        {
            self.lookalikes.note(turn.staff, Some(person), Resembles::AuthorisedTest);
        }
    }

    /// What is looked at in training sessions: made-up records, or live ones where that was allowed.
    fn exercise(&mut self, turn: &mut Turn, rows: &mut Vec<Row>, draw: &mut Draw) {
        let world = self.world;
        for session in turn.sessions.clone() {
            let place = session.attendees.iter().position(|&s| s == turn.staff);
            for _ in 0..draw.between(4, 9) {
                let live = session.live.is_some() && draw.chance(0.5);
                let mut subject = Subject::Exercise(draw.below(400) as u32);
                if live {
                    let person = anybody(world, draw);
                    if world.ties.tied(turn.staff, person) || world.force.of_person(person).is_some() {
                        continue;
                    }
                    subject = Subject::Person(person);
                    self.lookalikes.note(turn.staff, Some(person), Resembles::LiveTraining);
                }
                let text = *draw.pick(&["training", "training exercise", "course"]);
                let mut look = self.look(turn, Role::Trainer, subject, Reason::Stated("80", text.to_owned()), draw);
                look.at = session.span.draw(draw);
                look.system = session.system;
                if !live {
                    look.environment = Environment::Training;
                    look.login = place.map_or(Login::Own, |nth| Login::Trainee(session.first_login + nth));
                }
                self.looks += 1;
                self.explained += 1;
                rows::write(world, &look, &mut turn.author, rows, draw);
            }
        }
    }

    fn look(&self, turn: &Turn, role: Role, subject: Subject, reason: Reason, draw: &mut Draw) -> Look {
        Look {
            at: turn.span.draw(draw),
            staff: turn.staff,
            login: Login::Own,
            system: self.system(role, subject, draw),
            environment: Environment::Live,
            subject,
            form: Form::Usual,
            on_behalf: None,
            reason,
            incident: None,
            quoted: None,
            terminal: None,
        }
    }

    fn system(&self, role: Role, subject: Subject, draw: &mut Draw) -> System {
        if matches!(subject, Subject::Plate(_)) {
            return if draw.chance(0.7) { System::Pnc } else { System::Anpr };
        }
        usual_system(role, draw)
    }

    /// Writes a look, unless a training session keeps the user busy.
    fn put(
        &mut self,
        turn: &mut Turn,
        look: Look,
        missing: Option<Unlogged>,
        rows: &mut Vec<Row>,
        draw: &mut Draw,
    ) -> bool {
        if turn.sessions.iter().any(|s| s.span.holds(look.at)) {
            return false;
        }
        self.looks += 1;
        self.explained += usize::from(missing.is_none());
        let before = rows.len();
        rows::write(self.world, &look, &mut turn.author, rows, draw);
        if let Some(why) = missing {
            self.unlogged.extend(rows[before..].iter().map(|row| (row.id.clone(), why)));
        }
        true
    }

    fn subordinate(&self, staff: StaffId, draw: &mut Draw) -> Option<StaffId> {
        let force = &self.world.force;
        let member = force.get(staff);
        let members = &force.teams[member.team].members;
        if member.role == Role::Inspector {
            let led = force.teams.iter().filter(|t| t.station == member.station && t.role == Role::Response);
            let leaders: Vec<StaffId> =
                led.map(|t| t.members[0]).filter(|&s| force.get(s).manager == Some(staff)).collect();
            return if leaders.is_empty() { None } else { Some(*draw.pick(&leaders)) };
        }
        Some(*draw.pick(members))
    }
}

/// A system by the habits of a role.
pub fn usual_system(role: Role, draw: &mut Draw) -> System {
    let systems = role.facts().systems;
    let mut x = draw.unit();
    for &(system, share) in systems {
        if x < share && system != System::Anpr {
            return system;
        }
        x -= share;
    }
    systems[0].0
}

fn anybody(world: &World, draw: &mut Draw) -> PersonId {
    let town = draw.below(world.population.townsfolk.len());
    *draw.pick(&world.population.townsfolk[town])
}
