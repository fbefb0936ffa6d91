//! One look against every template, slowly and with reasons: what matched, what failed and by how much.
//!
//! It walks tasks and incidents one by one, where `answer` uses the joined links; a property test holds the
//! two equal.

use super::answer::{Bench, LONGEST_OUT, Record};
use super::by_log::Quotes;
use super::circle;
use super::function::Departure;
use super::links::{ActorId, Task, Via};
use super::looks::{Look, NOBODY, Purpose, Quoted};
use super::template_file::{By, Declared, Reach, Who, duration_words};
use super::templates::{Standing, Template};
use crate::ingest::Environment;

/// What became of one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The template.
    pub template: Template,
    /// The row by which it answers, where it does: of the incident, authority or session.
    pub answer: Option<u32>,
    /// What was found, as sentences without a full stop: what matched, or what failed and by how much.
    pub found: Vec<String>,
    /// It does not answer, and a record came near: out of time, of somebody else, or barred by a condition.
    pub near: bool,
}

/// One look, tried against everything.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Every template, strongest first.
    pub tried: Vec<Tried>,
    /// Links that do not explain, named for what they are: expired or borrowed.
    pub named: Vec<String>,
}

impl Trace {
    /// The strongest template that answers, with its row.
    ///
    /// Templates that read other looks count only where no record answers.
    #[must_use]
    pub fn strongest(&self) -> Option<(Template, u32)> {
        let answers = || self.tried.iter().filter_map(|t| Some((t.template, t.answer?)));
        answers()
            .find(|(t, _)| !reads_looks(t.declared()))
            .or_else(|| answers().find(|(t, _)| reads_quotes(t.declared())))
            .or_else(|| answers().next())
    }
}

const fn reads_quotes(declared: &Declared) -> bool {
    matches!(declared.by, By::QuotedAgain | By::ColleagueQuoted)
}

/// Asked only where no record answers.
pub(super) const fn reads_looks(declared: &Declared) -> bool {
    reads_quotes(declared) || matches!((declared.by, declared.to), (By::NextLook, _) | (By::Assignment, Reach::Fits))
}

/// What is said where there was nothing at all to test.
const NOTHING: [&str; 12] = [
    "no such task on record",
    "the check was made for nobody else",
    "no number was quoted",
    "no typed terms that fit somebody on an open incident",
    "no explained look of the same user beside it that the terms fit",
    "nobody on an open incident of the user quoted it for this subject",
    "none names this subject or incident",
    "none for this work",
    "no supervised session of the user in this system at that time",
    "no event of the look made a record",
    "the system was live",
    "the subject is a suspect on no incident",
];

fn came_near(found: &[String]) -> bool {
    let nothing = |said: &String| {
        NOTHING.contains(&said.as_str())
            || said.contains(" such tasks, none ")
            || said.starts_with("the user's role is ")
            || said.starts_with("the subject is no vehicle")
    };
    !found.iter().all(nothing)
}

/// Most near misses told of one template.
const MOST_TOLD: usize = 3;

/// What one look is tried with.
struct Trial<'a> {
    bench: &'a Bench<'a>,
    quotes: &'a Quotes,
    look: &'a Look,
    system: &'a str,
    quoted: Option<u32>,
}

/// Tries a look against every template. `look` is one that has been judged.
#[must_use]
pub fn trace(bench: &Bench<'_>, quotes: &Quotes, look: &Look) -> Trace {
    let system = bench.tables.access.strings.get(look.system);
    let trial = Trial { bench, quotes, look, system, quoted: bench.quoted_row(look) };
    let tried = Template::all().map(|template| trial.template(template)).collect();
    Trace { tried, named: trial.named() }
}

impl Trial<'_> {
    fn template(&self, template: Template) -> Tried {
        let declared = template.declared();
        let (answer, found) = match (declared.by, declared.to) {
            (By::Assignment, Reach::Fits) => {
                self.judged_by(template, "no typed terms that fit somebody on an open incident")
            }
            (By::NextLook, _) => {
                self.judged_by(template, "no explained look of the same user beside it that the terms fit")
            }
            (By::Assignment, _) => self.assignment(template),
            (By::Quoted, _) => self.quoted(template),
            (By::QuotedAgain | By::ColleagueQuoted, _) => self.by_log(template),
            (By::Authority, _) => self.authority(template),
            (By::Session, _) => self.session(),
            (By::Post, _) => self.post(template),
            (By::Creation, _) => match self.look.created {
                true => (Some(0), vec!["the look made the record".to_owned()]),
                false => (None, vec!["no event of the look made a record".to_owned()]),
            },
            (By::Environment, _) => match self.look.environment {
                Environment::Live => (None, vec!["the system was live".to_owned()]),
                Environment::Training => (Some(0), vec!["the training system".to_owned()]),
                Environment::Test => (Some(0), vec!["the test system".to_owned()]),
            },
        };
        match answer {
            Some(row) if !reads_looks(declared) && !self.bench.impartial(self.look, template, row) => {
                let mut found = found;
                let why = if self.known() {
                    "would answer for a stranger; the subject is of the user's own circle"
                } else {
                    "would answer for an outsider; the user is a party to that incident"
                };
                found.push(why.to_owned());
                Tried { template, answer: None, found, near: true }
            }
            _ => {
                let near = answer.is_none() && came_near(&found);
                Tried { template, answer, found, near }
            }
        }
    }

    fn known(&self) -> bool {
        circle::own(self.bench.relations, self.look.user, self.look.subject)
    }

    fn number(&self, incident: u32) -> &str {
        &self.bench.tables.incidents[incident as usize].incident_id
    }

    /// What stage 4 found by reading other looks; they are not read again here.
    fn judged_by(&self, template: Template, otherwise: &str) -> (Option<u32>, Vec<String>) {
        if self.look.explained_by == Some(template) {
            let row = self.look.explained_row;
            let of = self.bench.tables.incidents.get(row as usize).map_or("", |i| i.incident_id.as_str());
            let by = if of.is_empty() { String::new() } else { format!(" (incident {of})") };
            (Some(row), vec![format!("{}{by}", template.words())])
        } else {
            (None, vec![otherwise.to_owned()])
        }
    }

    /// Tasks that a template may speak of, each with whose it is, in words.
    fn tasks(&self, declared: &Declared) -> Vec<(Task, &'static str)> {
        let team = self.bench.links.team(self.look.user);
        let ways: [(Who, Option<ActorId>, Via, &'static str); 5] = [
            (Who::User, Some(self.look.user), Via::Own, "the user"),
            (Who::Officer, Some(self.look.on_behalf_of).filter(|o| *o != NOBODY), Via::Own, "the officer"),
            (Who::Manager, Some(self.look.user), Via::Manager, "somebody whom the user manages"),
            (Who::Team, team, Via::Team, "the user's team"),
            (Who::Teammate, team, Via::Teammate, "somebody of the user's team"),
        ];
        let mut tasks = Vec::new();
        for (who, actor, via, words) in ways {
            if let Some(actor) = actor.filter(|_| declared.who.contains(&who)) {
                let of = self.bench.links.tasks(actor).iter().filter(|t| t.via == via);
                let part = |t: &&Task| declared.roles.is_empty() || declared.roles.contains(&t.part);
                tasks.extend(of.filter(part).map(|t| (*t, words)));
            }
        }
        tasks.sort_by_key(|(t, _)| (t.from, t.incident));
        tasks
    }

    fn assignment(&self, template: Template) -> (Option<u32>, Vec<String>) {
        let declared = template.declared();
        let at = self.look.first_at;
        if declared.to == Reach::UnknownVehicle && !self.bench.unknown_vehicle(self.look) {
            return (None, vec!["the subject is no vehicle, or somebody on record keeps it".to_owned()]);
        }
        let tasks = self.tasks(declared);
        if tasks.is_empty() {
            let officer = declared.who == [Who::Officer] && self.look.on_behalf_of == NOBODY;
            let none = if officer { "the check was made for nobody else" } else { "no such task on record" };
            return (None, vec![none.to_owned()]);
        }
        let out = |task: &Task| (task.from.0 - at.0).abs() <= LONGEST_OUT;
        let reaches = |task: &Task| match declared.to {
            Reach::UnknownVehicle => out(task),
            Reach::Nearby => {
                out(task) && self.bench.links.reach(task.incident, self.look.subject) == Some(Reach::Nearby)
            }
            reach => self.bench.links.reach(task.incident, self.look.subject) == Some(reach),
        };
        let all = tasks.len();
        let near: Vec<(Task, &str)> = tasks.into_iter().filter(|(t, _)| reaches(t)).collect();
        if near.is_empty() {
            let what = match declared.to {
                Reach::Address => "at the address of the subject",
                Reach::Nearby => "in the street or postcode of the subject",
                Reach::UnknownVehicle => "about that time",
                _ => "with the subject on it",
            };
            return (None, vec![format!("{all} such tasks, none {what}")]);
        }
        let standing = |t: &Task| self.standing(template, t);
        let mut holding: Vec<&(Task, &str)> = near.iter().filter(|(t, _)| standing(t) == Standing::Holds).collect();
        if declared.to == Reach::UnknownVehicle {
            // The latest start is where somebody is now; the user before the officer.
            holding.sort_by_key(|(t, whose)| (*whose != "the user", std::cmp::Reverse((t.from, t.to, t.incident))));
        }
        if declared.to != Reach::UnknownVehicle {
            holding.sort_by_key(|(t, _)| !self.bench.impartial(self.look, template, t.incident));
        }
        if let Some((task, whose)) = holding.first() {
            let words = format!("{whose} on incident {} as {}", self.number(task.incident), part_words(task));
            return (Some(task.incident), vec![words]);
        }
        let mut misses: Vec<(i64, String)> =
            near.iter().map(|(t, whose)| self.miss(template, t, whose, standing(t))).collect();
        misses.sort();
        misses.dedup();
        (None, misses.into_iter().take(MOST_TOLD).map(|(_, said)| said).collect())
    }

    fn standing(&self, template: Template, task: &Task) -> Standing {
        let span = self.bench.links.span(task.from, task.to, task.incident);
        self.bench.explanations.standing(template, &span, self.look.first_at)
    }

    /// "incident 42/1234/26 closed 3 days 4 h before; grace 3 days".
    fn miss(&self, template: Template, task: &Task, whose: &str, standing: Standing) -> (i64, String) {
        let number = self.number(task.incident);
        let ended = if template.declared().time.is_some_and(|t| t.to == super::template_file::End::Task) {
            format!("task of {whose} on incident {number} ended")
        } else {
            format!("incident {number} closed")
        };
        self.off_by(template, standing, &ended, &format!("task of {whose} on incident {number}"))
    }

    fn off_by(&self, template: Template, standing: Standing, ended: &str, began: &str) -> (i64, String) {
        let time = self.bench.explanations.time(template);
        match standing {
            Standing::TooLate(by) => {
                let grace = duration_words(time.map_or(0, |t| t.after));
                (by, format!("{ended} {} before; grace {grace}", duration_words(by)))
            }
            Standing::TooEarly(by) => {
                let grace = duration_words(time.map_or(0, |t| t.before));
                (by, format!("{began} began {} later; {grace} before it count", duration_words(by)))
            }
            Standing::Holds => (0, format!("{began} covers the time")),
        }
    }

    fn quoted(&self, template: Template) -> (Option<u32>, Vec<String>) {
        let number = self.bench.tables.access.strings.get(self.look.incident);
        let wanted = template.declared().to == Reach::Involved;
        let found = match (self.look.quoted, wanted) {
            (Quoted::Nothing, _) => "no number was quoted".to_owned(),
            (Quoted::Unknown, _) => format!("{number} was quoted and is not on record"),
            (Quoted::Borrowed, _) => format!("{number} was quoted: borrowed, neither user nor subject is on it"),
            (Quoted::UserOnly, true) => format!("{number} was quoted: the subject is not on it"),
            (Quoted::SubjectOnly, false) => format!("{number} was quoted: the user is not on it"),
            (Quoted::Both, false) => format!("{number} was quoted: the subject is recorded on it"),
            (Quoted::Both | Quoted::SubjectOnly, true) | (Quoted::UserOnly, false) => {
                let Some(row) = self.quoted else { return (None, Vec::new()) };
                return self.by_incident(template, row, format!("{number} was quoted and open"));
            }
        };
        (None, vec![found])
    }

    /// Does an incident hold by the template's time?
    fn by_incident(&self, template: Template, row: u32, holds: String) -> (Option<u32>, Vec<String>) {
        let whole = self.bench.links.whole(row);
        match self.bench.explanations.standing(template, &whole, self.look.first_at) {
            Standing::Holds => (Some(row), vec![holds]),
            standing => {
                let number = self.number(row);
                let (closed, opened) = (format!("incident {number} closed"), format!("incident {number}"));
                (None, vec![self.off_by(template, standing, &closed, &opened).1])
            }
        }
    }

    fn by_log(&self, template: Template) -> (Option<u32>, Vec<String>) {
        match self.quotes.by(self.bench, self.look, template) {
            Some(row) => (Some(row), vec![format!("incident {}", self.number(row))]),
            None => (None, vec!["nobody on an open incident of the user quoted it for this subject".to_owned()]),
        }
    }

    fn authority(&self, template: Template) -> (Option<u32>, Vec<String>) {
        let declared = template.declared();
        let named = declared.to == Reach::Involved;
        let id = |row: u32| &self.bench.tables.authorities[row as usize].authority_id;
        if let Some(row) = self.bench.record(self.look, self.system, self.quoted, template) {
            return (Some(row), vec![format!("authority {}", id(row))]);
        }
        let at = self.look.first_at;
        let mut found = Vec::new();
        for (row, from, to) in self.bench.authorities.rows(self.look.user, self.system, named) {
            let covers = !named || self.names(row);
            if !covers {
                continue;
            }
            if at > to {
                found.push(format!("authority {} ended {} before", id(row), duration_words(at.0 - to.0)));
            } else if at < from {
                found.push(format!("authority {} began {} later", id(row), duration_words(from.0 - at.0)));
            } else if let Some(departs) = self.departs(row).filter(|_| declared.customary) {
                found.push(format!("authority {} is for the role's function; {}", id(row), departs.words()));
            } else if declared.blind && self.bench.tables.authorities[row as usize].blind_required {
                found.push(format!(
                    "authority {} asks for blind working, and the subject is of the user's circle",
                    id(row)
                ));
            }
        }
        found.truncate(MOST_TOLD);
        if found.is_empty() {
            found.push(if named { "none names this subject or incident" } else { "none for this work" }.to_owned());
        }
        (None, found)
    }

    fn departs(&self, row: u32) -> Option<Departure> {
        self.bench.functions?.departs(self.bench, self.look, row)
    }

    /// Does the authority name the subject or the quoted incident?
    fn names(&self, row: u32) -> bool {
        let authority = &self.bench.tables.authorities[row as usize];
        if authority.subject_id.is_empty() {
            return authority.incident_id == self.bench.tables.access.strings.get(self.look.incident);
        }
        self.bench.subjects.find_record(&authority.subject_id) == Some(self.look.subject)
    }

    fn session(&self) -> (Option<u32>, Vec<String>) {
        let row = self.bench.sessions.row(self.look.user, self.system, self.look.first_at);
        let live = self.look.environment == Environment::Live;
        match row {
            Some(row) => {
                let session = &self.bench.tables.training[row as usize];
                let id = &session.session_id;
                let allowed =
                    self.bench.sessions.covering(self.look.user, self.system, self.look.first_at) == Some(true);
                if !live || allowed {
                    (Some(row), vec![format!("session {id}, trainer {}", session.trainer_id)])
                } else {
                    (None, vec![format!("session {id} covers the time; nobody authorised it for live data")])
                }
            }
            None => (None, vec!["no supervised session of the user in this system at that time".to_owned()]),
        }
    }

    fn post(&self, template: Template) -> (Option<u32>, Vec<String>) {
        let declared = template.declared();
        let role = self.bench.tables.staff.get(self.look.user as usize).map_or("", |s| s.role.as_str());
        if !declared.posts.iter().any(|post| role.to_lowercase().contains(post.as_str())) {
            return (
                None,
                vec![format!("the user's role is {}", if role.is_empty() { "not on record" } else { role })],
            );
        }
        let suspected = self.bench.links.suspected(self.look.subject);
        let mut found = Vec::new();
        for &row in suspected {
            let (answer, said) = self.by_incident(template, row, format!("suspect on incident {}", self.number(row)));
            if answer.is_some() {
                return (answer, said);
            }
            found.extend(said);
        }
        found.truncate(MOST_TOLD);
        if found.is_empty() {
            found.push("the subject is a suspect on no incident".to_owned());
        }
        (None, found)
    }

    /// Links that do not explain, for what they are.
    fn named(&self) -> Vec<String> {
        let mut named = Vec::new();
        if self.look.expired_link && self.look.purpose != Purpose::Explained {
            named.push("expired: a task had linked the user to this subject and was over by then".to_owned());
        }
        if self.look.quoted == Quoted::Borrowed {
            let number = self.bench.tables.access.strings.get(self.look.incident);
            named.push(format!("borrowed: {number} was quoted, and neither the user nor the subject is on it"));
        }
        named
    }
}

fn part_words(task: &Task) -> String {
    task.part.as_str().replace('_', " ")
}

/// The record behind an explanation, where it is one that can be left out.
#[must_use]
pub fn record_of(template: Template, row: u32) -> Option<Record> {
    match template.declared().by {
        By::Authority => Some(Record::Authority(row)),
        By::Session | By::Creation | By::Environment => None,
        // A search led to a look that an incident explains, or something else: the row says only of the first.
        By::NextLook => None,
        _ => Some(Record::Incident(row)),
    }
}

/// Incidents that link the user, their team, or the officer to the subject of a look, explaining or not.
#[must_use]
pub fn incidents_behind(bench: &Bench<'_>, look: &Look) -> Vec<u32> {
    let mut rows: Vec<u32> = bench.ways(look).flat_map(|(links, _)| links).map(|l| l.incident).collect();
    rows.extend(bench.around(look));
    rows.extend(bench.quoted_row(look));
    rows.sort_unstable();
    rows.dedup();
    rows
}
