//! Who is meant: a record id, or a name and birth date through the matcher.

use std::fmt;

use rayon::prelude::*;

use crate::ingest::Tables;
use crate::purpose::UserId;
use crate::report::audit::{Matched, Wanted};
use crate::run::Stages;
use crate::subjects::{Descriptor, SubjectId, SubjectKind, descriptor::Fields, lookup};

/// Most candidates that a message lists.
const MOST_LISTED: usize = 10;

/// Who is asked about, as typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// An id, a login, or a name.
    pub who: String,
    /// A birth date or year, which makes `who` a name.
    pub born: Option<String>,
}

/// Why nobody, or more than one, is meant.
#[derive(Clone, Debug)]
pub struct NotOne {
    message: String,
    help: String,
}

impl fmt::Display for NotOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for NotOne {}

impl miette::Diagnostic for NotOne {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("inquiry::who"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }
}

impl NotOne {
    pub(super) fn new(message: String, help: impl Into<String>) -> Self {
        Self { message, help: help.into() }
    }
}

fn typed(asked: &Asked, stages: &Stages<'_>) -> Descriptor {
    let born = asked.born.as_deref().unwrap_or_default();
    let fields = Fields { surname: asked.who.trim(), dob: born, ..Fields::default() };
    Descriptor::from_fields(&fields, stages.index.as_of())
}

/// The subjects that are the person asked about.
///
/// # Errors
/// Where nobody is known by that id, or several people fit the name.
pub fn subject(asked: &Asked, tables: &Tables, stages: &Stages<'_>) -> Result<Wanted, NotOne> {
    let who = asked.who.trim();
    let known = stages.index.find_record(who).is_some() || stages.subjects.find_record(who).is_some();
    if asked.born.is_none() && known {
        return Ok(by_record(who, stages));
    }
    let described = typed(asked, stages);
    if asked.born.is_some() && described.birth.is_none() {
        let message = format!("`{}` is no birth date", asked.born.as_deref().unwrap_or_default());
        return Err(NotOne::new(message, "write it as 1980-02-01, or a year alone"));
    }
    if !described.has_full_name() {
        let message = format!("nobody is on record as `{who}`, and no log row names it");
        return Err(NotOne::new(message, "give a record id as the systems log it, or a full name with --born"));
    }
    let fits: Vec<u32> = (0..tables.people.len() as u32)
        .into_par_iter()
        .filter(|row| lookup::same_person(&described, &stages.index.describe(*row)))
        .collect();
    match fits[..] {
        [row] => Ok(by_record(&tables.people[row as usize].subject_id, stages)),
        [] => Ok(by_name(who, described, stages)),
        _ => {
            let listed: Vec<String> = fits.iter().take(MOST_LISTED).map(|row| person(tables, *row)).collect();
            let more = fits.len().saturating_sub(MOST_LISTED);
            let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
            let message = format!("{} people on record fit `{who}`: {}{tail}", fits.len(), listed.join("; "));
            Err(NotOne::new(message, "ask by the record id, or say when they were born with --born"))
        }
    }
}

fn person(tables: &Tables, row: u32) -> String {
    let p = &tables.people[row as usize];
    format!("{} {} {}, born {}", p.subject_id, p.forename, p.surname, if p.dob.is_empty() { "?" } else { &p.dob })
}

fn by_record(id: &str, stages: &Stages<'_>) -> Wanted {
    let descriptor = stages.index.find_record(id).map(|row| stages.index.describe(row)).unwrap_or_default();
    let found = stages.subjects.involved(&stages.index, id, "", "", "", "", "", &[], &[]);
    let name = stages.index.find_record(id).map(|row| {
        let p = &stages.index.people()[row as usize];
        let born = if p.dob.is_empty() { String::new() } else { format!(" (b. {})", p.dob) };
        format!("{} {}{born}", p.forename, p.surname.to_uppercase())
    });
    let label = name.map_or_else(|| format!("record {id}"), |name| format!("{name}, record {id}"));
    wanted(label, id, descriptor, found, stages)
}

fn by_name(who: &str, descriptor: Descriptor, stages: &Stages<'_>) -> Wanted {
    let birth = |d: &Descriptor| d.birth;
    let found = (0..stages.subjects.all.len() as SubjectId)
        .into_par_iter()
        .filter(|id| {
            let subject = &stages.subjects.all[*id as usize];
            subject.kind == SubjectKind::Person && lookup::same_person(&descriptor, &subject.descriptor)
        })
        .collect();
    let label = match birth(&descriptor) {
        Some(_) => format!("{who}, as typed; nobody of that name and birth date is in the nominal index"),
        None => format!("{who}, as typed; nobody of that name is in the nominal index"),
    };
    wanted(label, "", descriptor, found, stages)
}

fn wanted(label: String, id: &str, descriptor: Descriptor, found: Vec<SubjectId>, stages: &Stages<'_>) -> Wanted {
    let own = format!("record:{id}");
    let how = |subject: SubjectId| {
        let s = &stages.subjects.all[subject as usize];
        match s.kind {
            _ if !id.is_empty() && s.key == own => Some(Matched::Record),
            SubjectKind::Vehicle => Some(Matched::Vehicle),
            SubjectKind::Phone => Some(Matched::Telephone),
            // A postcode alone is the street, not the person.
            SubjectKind::Place => {
                s.descriptor.addresses.iter().any(|a| !a.is_postcode_only()).then_some(Matched::Address)
            }
            // Somebody else may share a telephone or a vehicle with them.
            _ if !lookup::same_person(&descriptor, &s.descriptor) => None,
            _ if s.key.starts_with("record:") => Some(Matched::OtherRecord),
            _ => Some(Matched::Name),
        }
    };
    let subjects = found.into_iter().filter_map(|s| Some((s, how(s)?))).collect();
    Wanted { label, descriptor, subjects }
}

/// The member of staff, or the login, that is asked about.
///
/// # Errors
/// Where nobody is, or several are.
pub fn staff(asked: &Asked, tables: &Tables, stages: &Stages<'_>) -> Result<UserId, NotOne> {
    let who = asked.who.trim();
    let users = &stages.judged.users;
    if asked.born.is_none() {
        if let Some(user) = users.find(who) {
            return Ok(user);
        }
        let mut owners: Vec<UserId> = tables
            .accounts
            .iter()
            .filter(|a| a.login == who)
            .filter_map(|a| users.find(if a.staff_id.is_empty() { &a.login } else { &a.staff_id }))
            .collect();
        owners.sort_unstable();
        owners.dedup();
        match owners[..] {
            [one] => return Ok(one),
            [] => {}
            _ => {
                let ids: Vec<&str> = owners.iter().map(|u| users.id(*u, &tables.staff)).collect();
                let message = format!("the login `{who}` has been that of {}", ids.join(", "));
                return Err(NotOne::new(message, "ask by the staff id"));
            }
        }
    }
    let described = typed(asked, stages);
    let as_of = stages.index.as_of();
    let fits = |row: &usize| lookup::same_person(&described, &Descriptor::of_staff(&tables.staff[*row], as_of));
    let found: Vec<usize> =
        if described.has_full_name() { (0..tables.staff.len()).filter(fits).collect() } else { Vec::new() };
    match found[..] {
        [one] => Ok(one as UserId),
        [] => {
            let message = format!("no member of staff and no login is `{who}`");
            Err(NotOne::new(message, "give a staff id as HR has it, a login, or a full name"))
        }
        _ => {
            let listed: Vec<String> = found
                .iter()
                .take(MOST_LISTED)
                .map(|row| {
                    let s = &tables.staff[*row];
                    format!("{} {} {}, {}", s.staff_id, s.forename, s.surname, s.role)
                })
                .collect();
            let message = format!("{} members of staff fit `{who}`: {}", found.len(), listed.join("; "));
            Err(NotOne::new(message, "ask by the staff id, or say when they were born with --born"))
        }
    }
}
