//! Links: who had a task that concerned whom, and for how long.
//!
//! Two joins make them: incident → everybody and everything involved, and
//! incident → everybody tasked with it. Joined on the incident and sorted by
//! (user, subject, start), they answer any look by one binary search.

use polars::prelude::{Column, DataFrame, DataFrameJoinOps, PolarsResult};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::actors::{UserId, Users};
use super::templates::{LATE_ENTRY, Template, explains};
use crate::ingest::{Staff, Tables};
use crate::instant::Instant;
use crate::subjects::{PeopleIndex, SubjectId, Subjects};

/// One task that concerns one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Who is tasked.
    pub user: UserId,
    /// Whom the incident involves.
    pub subject: SubjectId,
    /// Start of the task.
    pub from: Instant,
    /// End of the task, or of the incident.
    pub to: Instant,
    /// By which kind of record.
    pub template: Template,
    /// Row in the incident table.
    pub incident: u32,
}

/// Rows grouped by a small integer key: `values[starts[k]..starts[k + 1]]`.
#[derive(Clone, Debug, Default)]
struct Grouped {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Grouped {
    fn new(keys: usize, mut pairs: Vec<(u32, u32)>) -> Self {
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

    fn get(&self, key: u32) -> &[u32] {
        &self.values[self.starts[key as usize] as usize..self.starts[key as usize + 1] as usize]
    }
}

/// What the incident tables answer.
#[derive(Clone, Debug, Default)]
pub struct Links {
    all: Vec<Link>,
    subjects: Grouped,
    users: Grouped,
    by_id: FxHashMap<String, u32>,
    opened: Vec<Instant>,
    closed: Vec<Instant>,
}

/// A task before it meets the subjects of its incident.
#[derive(Clone, Copy)]
struct Task {
    incident: u32,
    user: UserId,
    from: Instant,
    to: Instant,
    template: Template,
}

impl Links {
    /// Joins incidents, the people on them and the staff tasked with them.
    ///
    /// # Errors
    /// Only where Polars cannot build or join a frame (out of memory).
    pub fn new(tables: &Tables, subjects: &Subjects, index: &PeopleIndex<'_>, users: &Users) -> PolarsResult<Self> {
        let mut by_id = FxHashMap::default();
        for (row, incident) in tables.incidents.iter().enumerate() {
            by_id.entry(incident.incident_id.clone()).or_insert(row as u32);
        }
        let count = tables.incidents.len();
        let opened: Vec<Instant> = tables.incidents.iter().map(|i| i.opened.unwrap_or(Instant::MIN)).collect();
        let closed: Vec<Instant> = tables.incidents.iter().map(|i| i.closed.unwrap_or(Instant::MAX)).collect();

        let involved = involved_subjects(tables, subjects, index, &by_id);
        let tasks = tasks(tables, users, &by_id, &opened, &closed);
        let on_incident: Vec<(u32, u32)> =
            tasks.iter().filter(|t| t.template != Template::Supervisor).map(|t| (t.incident, t.user)).collect();
        let mut all = join(&tasks, &involved)?;
        all.par_sort_unstable();
        all.dedup();
        Ok(Self {
            all,
            subjects: Grouped::new(count, involved),
            users: Grouped::new(count, on_incident),
            by_id,
            opened,
            closed,
        })
    }

    /// Every task of `user` that concerns `subject`, by start.
    #[must_use]
    pub fn between(&self, user: UserId, subject: SubjectId) -> &[Link] {
        let from = self.all.partition_point(|l| (l.user, l.subject) < (user, subject));
        let upto = self.all[from..].partition_point(|l| (l.user, l.subject) == (user, subject));
        &self.all[from..from + upto]
    }

    /// The strongest link that explains a look of `user` at `subject` at `at`; or, failing that,
    /// whether one exists whose time had passed.
    #[must_use]
    pub fn answer(&self, user: UserId, subject: SubjectId, at: Instant) -> Answer {
        let links = self.between(user, subject);
        let best = links.iter().filter(|l| explains(l.from, l.to, at)).min_by_key(|l| (l.template, l.from, l.incident));
        if let Some(link) = best {
            return Answer::Explained(link.template, link.incident);
        }
        let late = links.iter().find(|l| {
            let opened = self.opened[l.incident as usize];
            at < opened && opened.0.saturating_sub(at.0) <= LATE_ENTRY
        });
        if let Some(link) = late {
            return Answer::Explained(Template::LateEntered, link.incident);
        }
        if links.iter().any(|l| l.from <= at) { Answer::Expired } else { Answer::None }
    }

    /// Row of an incident by its number as quoted: exact, else without spaces and case.
    #[must_use]
    pub fn incident(&self, number: &str) -> Option<u32> {
        self.by_id.get(number.trim()).copied()
    }

    /// Is the subject involved in the incident?
    #[must_use]
    pub fn involves(&self, incident: u32, subject: SubjectId) -> bool {
        self.subjects.get(incident).binary_search(&subject).is_ok()
    }

    /// Is the user tasked with the incident?
    #[must_use]
    pub fn tasked(&self, incident: u32, user: UserId) -> bool {
        self.users.get(incident).binary_search(&user).is_ok()
    }

    /// Is the incident open at that moment, with the same grace as a task?
    #[must_use]
    pub fn open(&self, incident: u32, at: Instant) -> bool {
        explains(self.opened[incident as usize], self.closed[incident as usize], at)
    }

    /// How many incidents there are; rows of the incident table.
    #[must_use]
    pub fn incidents(&self) -> u32 {
        self.opened.len() as u32
    }

    /// Everybody and everything involved in an incident.
    #[must_use]
    pub fn subjects_of(&self, incident: u32) -> &[SubjectId] {
        self.subjects.get(incident)
    }
}

/// What the links say of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This template answers, by this incident row.
    Explained(Template, u32),
    /// A link existed and had ended.
    Expired,
    /// Nothing links user and subject.
    None,
}

fn involved_subjects(
    tables: &Tables,
    subjects: &Subjects,
    index: &PeopleIndex<'_>,
    by_id: &FxHashMap<String, u32>,
) -> Vec<(u32, SubjectId)> {
    let mut pairs: Vec<(u32, SubjectId)> = tables
        .incident_people
        .par_iter()
        .filter_map(|row| Some((*by_id.get(&row.incident_id)?, row)))
        .flat_map_iter(|(incident, row)| subjects.involved_in(index, row).into_iter().map(move |s| (incident, s)))
        .collect();
    pairs.par_extend(tables.incidents.par_iter().enumerate().flat_map_iter(|(row, incident)| {
        let mut there = subjects.involved_place(&incident.address, &incident.postcode);
        there.extend(subjects.residents(&incident.address, &incident.postcode));
        there.into_iter().map(move |s| (row as u32, s))
    }));
    pairs
}

fn tasks(
    tables: &Tables,
    users: &Users,
    by_id: &FxHashMap<String, u32>,
    opened: &[Instant],
    closed: &[Instant],
) -> Vec<Task> {
    let mut members: FxHashMap<&str, Vec<UserId>> = FxHashMap::default();
    for (row, staff) in tables.staff.iter().enumerate() {
        if !staff.team.is_empty() {
            members.entry(staff.team.as_str()).or_default().push(row as UserId);
        }
    }
    let mut tasks = Vec::with_capacity(tables.assignments.len() * 2);
    for row in &tables.assignments {
        let Some(&incident) = by_id.get(&row.incident_id) else {
            continue;
        };
        let opened = opened[incident as usize];
        let closed = closed[incident as usize];
        let base = Task {
            incident,
            user: 0,
            from: row.from.unwrap_or(opened),
            // A task without an end runs until its incident closes.
            to: row.to.unwrap_or(closed),
            template: if row.role == "call_handler" { Template::CallTaken } else { Template::Assigned },
        };
        if let Some(user) = users.find(&row.staff_id) {
            tasks.push(Task { user, ..base });
            if let Some(user) = manager(users, &tables.staff, user) {
                tasks.push(Task { user, template: Template::Supervisor, ..base });
            }
        }
        if row.staff_id.is_empty() {
            for &user in members.get(row.team.as_str()).map_or(&[][..], |m| m) {
                tasks.push(Task { user, template: Template::Team, ..base });
            }
        }
    }
    tasks
}

fn manager(users: &Users, staff: &[Staff], user: UserId) -> Option<UserId> {
    let name = &staff.get(user as usize)?.line_manager;
    (!name.is_empty()).then(|| users.find(name)).flatten()
}

/// incident ⋈ incident, as one Polars hash join over small integers.
fn join(tasks: &[Task], involved: &[(u32, SubjectId)]) -> PolarsResult<Vec<Link>> {
    let left = DataFrame::new(
        tasks.len(),
        vec![
            column("incident", tasks.iter().map(|t| t.incident).collect::<Vec<_>>()),
            column("task", (0..tasks.len() as u32).collect::<Vec<_>>()),
        ],
    )?;
    let right = DataFrame::new(
        involved.len(),
        vec![
            column("incident", involved.iter().map(|&(i, _)| i).collect::<Vec<_>>()),
            column("subject", involved.iter().map(|&(_, s)| s).collect::<Vec<_>>()),
        ],
    )?;
    let joined = left.inner_join(&right, ["incident"], ["incident"])?;
    let task = joined.column("task")?.u32()?;
    let subject = joined.column("subject")?.u32()?;
    Ok(task
        .iter()
        .zip(subject.iter())
        .filter_map(|(task, subject)| {
            let task = tasks[task? as usize];
            Some(Link {
                user: task.user,
                subject: subject?,
                from: task.from,
                to: task.to,
                template: task.template,
                incident: task.incident,
            })
        })
        .collect())
}

fn column(name: &str, values: Vec<u32>) -> Column {
    Column::new(name.into(), values)
}
