//! Links: who had a task that concerned whom, and for how long.
//!
//! Two tables make them: incident → everybody and everything involved, and incident → everybody tasked with
//! it. They are kept apart and met by look: the incidents of the user and those of the subject are two sorted
//! lists. Joined beforehand, they are as many links as there are tasks times people, most of which nobody
//! asks about. A task of a team is one task of the team, not one of each member.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::actors::{UserId, Users};
use super::areas::Areas;
use super::template_file::{By, Part, Reach, Who};
use super::templates::{Span, Template};
use crate::ingest::{Staff, Tables};
use crate::instant::Instant;
use crate::subjects::{PeopleIndex, SubjectId, Subjects};

/// Who has a task: a user, or a team by its place after the last user.
pub type ActorId = u32;

/// How a task came to its actor, in the order of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// Named in the assignment.
    Own,
    /// Line manager of somebody who is.
    Manager,
    /// The team is named.
    Team,
    /// Somebody of the team is named.
    Teammate,
}

impl Via {
    const ALL: [Self; 4] = [Self::Own, Self::Manager, Self::Team, Self::Teammate];

    /// The words of template files for it; an officer's own task is own too.
    const fn who(self) -> Who {
        match self {
            Self::Own => Who::User,
            Self::Manager => Who::Manager,
            Self::Team => Who::Team,
            Self::Teammate => Who::Teammate,
        }
    }
}

/// How an incident reaches a subject, in the order of strength. Who lives around it is in [`Areas`].
const REACHES: [Reach; 2] = [Reach::Involved, Reach::Address];

/// One kind of link: how the task came, in which part, and how it reaches the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u8);

impl Class {
    fn new(via: Via, part: Part, reach: usize) -> Self {
        Self(((via as usize * Part::ALL.len() + part as usize) * REACHES.len() + reach) as u8)
    }

    /// How the task came.
    #[must_use]
    pub fn via(self) -> Via {
        Via::ALL[usize::from(self.0) / (Part::ALL.len() * REACHES.len())]
    }

    /// In which part.
    #[must_use]
    pub fn part(self) -> Part {
        Part::ALL[usize::from(self.0) / REACHES.len() % Part::ALL.len()]
    }

    /// How it reaches the subject.
    #[must_use]
    pub fn reach(self) -> Reach {
        REACHES[usize::from(self.0) % REACHES.len()]
    }

    fn all() -> impl Iterator<Item = Self> {
        (0..(Via::ALL.len() * Part::ALL.len() * REACHES.len()) as u8).map(Self)
    }
}

/// Which templates a link of each class may answer by: for the user's own sake, and for an officer's.
#[derive(Clone, Debug, Default)]
struct Answers {
    user: Vec<Vec<Template>>,
    officer: Vec<Vec<Template>>,
}

impl Answers {
    fn new() -> Self {
        let by = |who: Option<Who>| {
            Class::all()
                .map(|class| {
                    let who = who.unwrap_or_else(|| class.via().who());
                    let own = who != Who::Officer || class.via() == Via::Own;
                    Template::all()
                        .filter(|t| {
                            let d = t.declared();
                            own && d.by == By::Assignment
                                && d.to == class.reach()
                                && d.who.contains(&who)
                                && (d.roles.is_empty() || d.roles.contains(&class.part()))
                        })
                        .collect()
                })
                .collect()
        };
        Self { user: by(None), officer: by(Some(Who::Officer)) }
    }
}

/// One task that concerns one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Who is tasked.
    pub actor: ActorId,
    /// Whom the incident involves.
    pub subject: SubjectId,
    /// Start of the task.
    pub from: Instant,
    /// End of the task, or of the incident.
    pub to: Instant,
    /// What kind of link.
    pub class: Class,
    /// Row in the incident table.
    pub incident: u32,
}

/// Rows grouped by a small integer key: `values[starts[k]..starts[k + 1]]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Grouped {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Grouped {
    pub(super) fn new(keys: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut starts = vec![0_u32; keys + 1];
        for &(key, _) in &pairs {
            starts[key as usize + 1] += 1;
        }
        for k in 0..keys {
            starts[k + 1] += starts[k];
        }
        Self { starts, values: pairs.into_iter().map(|(_, v)| v).collect() }
    }

    pub(super) fn get(&self, key: u32) -> &[u32] {
        match (self.starts.get(key as usize), self.starts.get(key as usize + 1)) {
            (Some(&from), Some(&to)) => &self.values[from as usize..to as usize],
            _ => &[],
        }
    }
}

/// What the incident tables answer.
#[derive(Clone, Debug, Default)]
pub struct Links {
    answers: Answers,
    tasks: Vec<Task>,
    /// Where the tasks of each actor begin in `tasks` and in `by_incident`, and where the last end.
    starts: Vec<u32>,
    /// Places in `tasks`, for each actor by incident.
    by_incident: Vec<u32>,
    areas: Areas,
    subjects: Grouped,
    /// For each subject the incidents that reach it, each with how: see [`reached_by`].
    incidents: Grouped,
    users: Grouped,
    suspects: Grouped,
    teams: Vec<ActorId>,
    by_id: FxHashMap<String, u32>,
    opened: Vec<Instant>,
    closed: Vec<Instant>,
}

/// A task before it meets the subjects of its incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Task {
    /// Who is tasked.
    pub actor: ActorId,
    /// Start.
    pub from: Instant,
    /// End, or the closing of the incident.
    pub to: Instant,
    /// Row in the incident table.
    pub incident: u32,
    /// How the task came.
    pub via: Via,
    /// In which part.
    pub part: Part,
}

/// An incident, a subject that it reaches, and how: a place in [`REACHES`].
type Pair = (u32, SubjectId, u8);

/// An incident and how it reaches a subject, in one number that sorts by the incident.
const fn reached_by(incident: u32, reach: u8) -> u32 {
    incident * REACHES.len() as u32 + reach as u32
}

/// The incident of [`reached_by`], and how it reaches.
const fn reaching(number: u32) -> (u32, usize) {
    (number / REACHES.len() as u32, number as usize % REACHES.len())
}

impl Links {
    /// Joins incidents, the people on them and the staff tasked with them.
    #[must_use]
    pub fn new(tables: &Tables, subjects: &Subjects, index: &PeopleIndex<'_>, users: &Users) -> Self {
        let mut by_id = FxHashMap::default();
        for (row, incident) in tables.incidents.iter().enumerate() {
            by_id.entry(incident.incident_id.clone()).or_insert(row as u32);
        }
        let count = tables.incidents.len();
        let opened: Vec<Instant> = tables.incidents.iter().map(|i| i.opened.unwrap_or(Instant::MIN)).collect();
        let closed: Vec<Instant> = tables.incidents.iter().map(|i| i.closed.unwrap_or(Instant::MAX)).collect();
        let (teams, members) = teams(users, &tables.staff);
        let mut made = Self { by_id, opened, closed, teams, answers: Answers::new(), ..Self::default() };
        let (pairs, suspects) = made.reached(tables, subjects, index);
        made.tasks = made.assigned(tables, users, &members);
        let on_incident: Vec<(u32, u32)> =
            made.tasks.iter().filter(|t| t.via == Via::Own).map(|t| (t.incident, t.actor)).collect();
        let team_incidents = made.tasks.iter().filter(|t| t.via == Via::Team).map(|t| (t.incident, t.actor));
        let on_incident: Vec<(u32, u32)> = on_incident.into_iter().chain(team_incidents).collect();
        (made.starts, made.by_incident) = by_incident(&made.tasks);
        made.areas = Areas::new(&tables.incidents, subjects);
        made.subjects = Grouped::new(count, pairs.iter().map(|&(i, s, _)| (i, s)).collect());
        made.users = Grouped::new(count, on_incident);
        let reached = pairs.into_iter().map(|(i, s, reach)| (s, reached_by(i, reach))).collect();
        made.incidents = Grouped::new(subjects.all.len(), reached);
        made.suspects = Grouped::new(subjects.all.len(), suspects);
        made
    }

    /// Every link of an actor that concerns `subject`, by start.
    #[must_use]
    pub fn between(&self, actor: ActorId, subject: SubjectId) -> Vec<Link> {
        let (tasks, reached) = (&self.by_incident[self.range(actor)], self.incidents.get(subject));
        let incident_of = |place: &u32| self.tasks[*place as usize].incident;
        let mut links = Vec::new();
        // The shorter list is walked, the longer one searched.
        if reached.len() <= tasks.len() {
            for &number in reached {
                let (incident, reach) = reaching(number);
                let from = tasks.partition_point(|place| incident_of(place) < incident);
                let here = tasks[from..].iter().take_while(|place| incident_of(place) == incident);
                links.extend(here.filter_map(|place| self.link(*place, subject, reach)));
            }
        } else {
            for place in tasks {
                let incident = incident_of(place);
                let from = reached.partition_point(|number| reaching(*number).0 < incident);
                if let Some((of, reach)) = reached.get(from).map(|number| reaching(*number))
                    && of == incident
                {
                    links.extend(self.link(*place, subject, reach));
                }
            }
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// A task as a link, where any template speaks of such links.
    fn link(&self, place: u32, subject: SubjectId, reach: usize) -> Option<Link> {
        let task = self.tasks[place as usize];
        let class = Class::new(task.via, task.part, reach);
        let answers = !self.templates(class, false).is_empty() || !self.templates(class, true).is_empty();
        answers.then_some(Link {
            actor: task.actor,
            subject,
            from: task.from,
            to: task.to,
            class,
            incident: task.incident,
        })
    }

    fn range(&self, actor: ActorId) -> std::ops::Range<usize> {
        match (self.starts.get(actor as usize), self.starts.get(actor as usize + 1)) {
            (Some(&from), Some(&upto)) => from as usize..upto as usize,
            _ => 0..0,
        }
    }

    /// Every task of an actor, by start.
    #[must_use]
    pub fn tasks(&self, actor: ActorId) -> &[Task] {
        &self.tasks[self.range(actor)]
    }

    /// The templates by which a link of this class answers for the user, strongest first; or, with
    /// `officer`, for the officer on whose behalf the user checked.
    #[must_use]
    pub fn templates(&self, class: Class, officer: bool) -> &[Template] {
        let of = if officer { &self.answers.officer } else { &self.answers.user };
        of.get(usize::from(class.0)).map_or(&[], |t| t)
    }

    /// The team of a user, as an actor.
    #[must_use]
    pub fn team(&self, user: UserId) -> Option<ActorId> {
        self.teams.get(user as usize).copied().filter(|team| *team != ActorId::MAX)
    }

    /// The times of a task and its incident.
    #[must_use]
    pub fn span(&self, from: Instant, to: Instant, incident: u32) -> Span {
        Span { from, to, opened: self.opened[incident as usize], closed: self.closed[incident as usize] }
    }

    /// The times of an incident, as if it were a task from its opening to its closing.
    #[must_use]
    pub fn whole(&self, incident: u32) -> Span {
        self.span(self.opened[incident as usize], self.closed[incident as usize], incident)
    }

    /// Row of an incident by its number as quoted.
    #[must_use]
    pub fn incident(&self, number: &str) -> Option<u32> {
        self.by_id.get(number.trim()).copied()
    }

    /// Is the subject involved in the incident, or at its address?
    #[must_use]
    pub fn involves(&self, incident: u32, subject: SubjectId) -> bool {
        self.subjects.get(incident).binary_search(&subject).is_ok()
    }

    /// How the incident reaches the subject.
    #[must_use]
    pub fn reach(&self, incident: u32, subject: SubjectId) -> Option<Reach> {
        let reached = self.incidents.get(subject);
        match reached.binary_search_by_key(&incident, |number| reaching(*number).0) {
            Ok(at) => Some(REACHES[reaching(reached[at]).1]),
            Err(_) => self.areas.near(incident, subject).then_some(Reach::Nearby),
        }
    }

    /// Is the subject known at the postcode of any incident?
    #[must_use]
    pub fn is_near_any(&self, subject: SubjectId) -> bool {
        self.areas.known(subject)
    }

    /// Is the user, or the user's team, tasked with the incident?
    #[must_use]
    pub fn tasked(&self, incident: u32, user: UserId) -> bool {
        let on = self.users.get(incident);
        on.binary_search(&user).is_ok() || self.team(user).is_some_and(|team| on.binary_search(&team).is_ok())
    }

    /// Is the incident open at that moment, with the grace of a task?
    #[must_use]
    pub fn open(&self, incident: u32, at: Instant) -> bool {
        let span = self.whole(incident);
        span.opened.plus(-OPEN_BEFORE) <= at && at <= span.closed.plus(OPEN_AFTER)
    }

    /// How many incidents there are; rows of the incident table.
    #[must_use]
    pub fn incidents(&self) -> u32 {
        self.opened.len() as u32
    }

    /// Everybody and everything involved in an incident or at its address.
    #[must_use]
    pub fn subjects_of(&self, incident: u32) -> &[SubjectId] {
        self.subjects.get(incident)
    }

    /// Everybody and everything involved in an incident, without those who merely live at its address.
    pub fn parties(&self, incident: u32) -> impl Iterator<Item = SubjectId> {
        let all = self.subjects.get(incident).iter().copied();
        all.filter(move |subject| self.reach(incident, *subject) == Some(Reach::Involved))
    }

    /// The incidents on which the subject is a suspect.
    #[must_use]
    pub fn suspected(&self, subject: SubjectId) -> &[u32] {
        self.suspects.get(subject)
    }

    /// Who and what every incident reaches, and who is a suspect on which.
    fn reached(
        &self,
        tables: &Tables,
        subjects: &Subjects,
        index: &PeopleIndex<'_>,
    ) -> (Vec<Pair>, Vec<(SubjectId, u32)>) {
        let on_list: Vec<(u32, SubjectId, bool)> = tables
            .incident_people
            .par_iter()
            .filter_map(|row| Some((*self.by_id.get(&row.incident_id)?, row)))
            .flat_map_iter(|(incident, row)| {
                let suspect = row.role == "suspect";
                subjects.involved_in(index, row).into_iter().map(move |s| (incident, s, suspect))
            })
            .collect();
        let suspects = on_list.iter().filter(|r| r.2).map(|&(incident, s, _)| (s, incident)).collect();
        let mut pairs: Vec<Pair> = on_list.into_iter().map(|(incident, s, _)| (incident, s, 0)).collect();
        pairs.par_extend(tables.incidents.par_iter().enumerate().flat_map_iter(|(row, incident)| {
            let row = row as u32;
            let place = subjects.involved_place(&incident.address, &incident.postcode);
            let residents = subjects.residents(&incident.address, &incident.postcode);
            place.into_iter().map(move |s| (row, s, 0)).chain(residents.into_iter().map(move |s| (row, s, 1)))
        }));
        pairs.par_sort_unstable();
        // The strongest reach alone counts.
        pairs.dedup_by_key(|p| (p.0, p.1));
        (pairs, suspects)
    }

    fn assigned(&self, tables: &Tables, users: &Users, members: &FxHashMap<&str, ActorId>) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(tables.assignments.len() * 3);
        for row in &tables.assignments {
            let Some(&incident) = self.by_id.get(&row.incident_id) else {
                continue;
            };
            let base = Task {
                actor: 0,
                from: row.from.unwrap_or(self.opened[incident as usize]),
                // A task without an end runs until its incident closes.
                to: row.to.unwrap_or(self.closed[incident as usize]),
                incident,
                via: Via::Own,
                part: Part::parse(&row.role),
            };
            if let Some(user) = users.find(&row.staff_id) {
                tasks.push(Task { actor: user, ..base });
                if let Some(manager) = manager(users, &tables.staff, user) {
                    tasks.push(Task { actor: manager, via: Via::Manager, ..base });
                }
                if let Some(team) = self.team(user) {
                    tasks.push(Task { actor: team, via: Via::Teammate, ..base });
                }
            }
            if row.staff_id.is_empty()
                && let Some(&team) = members.get(row.team.as_str())
            {
                tasks.push(Task { actor: team, via: Via::Team, ..base });
            }
        }
        tasks.par_sort_unstable();
        tasks.dedup();
        tasks
    }
}

/// Before its opening an incident counts as open this long: work often begins before the record of it.
const OPEN_BEFORE: i64 = 2 * crate::instant::HOUR;
/// After its closing this long: paperwork follows the job.
const OPEN_AFTER: i64 = 3 * crate::instant::DAY;

/// For each user their team as an actor, and teams by name.
fn teams<'a>(users: &Users, staff: &'a [Staff]) -> (Vec<ActorId>, FxHashMap<&'a str, ActorId>) {
    let mut names: Vec<&str> = staff.iter().map(|s| s.team.as_str()).filter(|t| !t.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let first = users.len() as ActorId;
    let by_name: FxHashMap<&str, ActorId> = names.into_iter().zip(first..).collect();
    let of = staff.iter().map(|s| by_name.get(s.team.as_str()).copied().unwrap_or(ActorId::MAX)).collect();
    (of, by_name)
}

fn manager(users: &Users, staff: &[Staff], user: UserId) -> Option<UserId> {
    let name = &staff.get(user as usize)?.line_manager;
    (!name.is_empty()).then(|| users.find(name)).flatten()
}

/// Where each actor's tasks begin, and the places of tasks for each actor by incident. Tasks come by actor.
fn by_incident(tasks: &[Task]) -> (Vec<u32>, Vec<u32>) {
    let actors = tasks.last().map_or(0, |t| t.actor as usize + 1);
    let mut starts = vec![0_u32; actors + 1];
    for task in tasks {
        starts[task.actor as usize + 1] += 1;
    }
    for actor in 0..actors {
        starts[actor + 1] += starts[actor];
    }
    let mut places: Vec<u32> = (0..tasks.len() as u32).collect();
    places.par_sort_unstable_by_key(|place| {
        let task = &tasks[*place as usize];
        (task.actor, task.incident, *place)
    });
    (starts, places)
}
