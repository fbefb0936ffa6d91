//! From the stages to an audit: every sentence is made here.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::super::assemble::{searched_for, staff_name, tables, tie_words, words};
use super::super::model::{Counts, Evidence, Report, Run};
use super::wanted::{Matched, Wanted};
use super::{Audit, AuditCounts, AuditLook, AuditPerson, Form, VERSION};
use crate::ingest::{Action, IngestError, Outcome, RawEvent, Source, reread};
use crate::instant::MINUTE;
use crate::purpose::{Feed, Look, NOBODY, Purpose, UserId, trace};
use crate::rules::rows::{World, ties};
use crate::subjects::{SubjectId, lookup};

/// A typed search belongs to a look at the person within this time of it.
const BESIDE: i64 = 15 * MINUTE;

/// Whom an audit is about.
pub enum Scope<'a> {
    /// One person looked at.
    Subject(&'a Wanted),
    /// One member of staff, or a login of nobody on record.
    Staff(UserId),
}

/// What an audit is made of.
pub struct Material<'a> {
    /// Facts of every stage.
    pub world: &'a World<'a>,
    /// Whom it is about.
    pub scope: Scope<'a>,
    /// As typed.
    pub asked: String,
    /// Where the rows came from.
    pub sources: &'a [Source],
    /// The head of the report.
    pub run: Run,
}

/// Makes the audit.
///
/// # Errors
/// Where a source file cannot be read again, or has changed.
pub fn assemble(material: &Material<'_>) -> Result<Audit, IngestError> {
    let world = material.world;
    let chosen = choose(material);
    let raw = read_again(world, material.sources, &chosen)?;
    let bench = world.judged.bench(world.tables, world.subjects, world.relations);
    let looks: Vec<AuditLook> = chosen
        .par_iter()
        .map(|(at, matched)| {
            let look = &world.judged.looks.all[*at as usize];
            let rows: Vec<&RawEvent> = events_of(world, look).filter_map(|e| raw.get(&e)).collect();
            let traced = trace::trace(&bench, &world.judged.quotes, look);
            one(world, look, *matched, &rows, &traced)
        })
        .collect();
    let mut base = Report {
        run: material.run.clone(),
        inputs: tables::inputs(world),
        quarantine: tables::quarantine(world),
        duplicates: tables::duplicates(world),
        evidence: evidence(world, &chosen, &raw),
        ..Report::default()
    };
    let counts = count(&looks);
    base.counts = Counts {
        rows_read: base.inputs.iter().map(|i| i.rows).sum(),
        rows_used: base.inputs.iter().map(|i| i.used).sum(),
        rows_duplicate: base.inputs.iter().map(|i| i.duplicates).sum(),
        rows_quarantined: base.inputs.iter().map(|i| i.quarantined).sum(),
        events: counts.events,
        events_outside_window: world.judged.looks.outside_window,
        events_unknown_login: world.judged.looks.unknown_login,
        looks: counts.looks,
        looks_explained: counts.explained,
        looks_unexplained: counts.unexplained,
        looks_cannot_tell: counts.cannot_tell,
        ..Counts::default()
    };
    let (about, who, forms) = match &material.scope {
        Scope::Subject(wanted) => ("subject", wanted.label.clone(), forms(world, wanted)),
        Scope::Staff(user) => ("staff", words::staff(world, *user), Vec::new()),
    };
    Ok(Audit {
        schema: VERSION,
        run: material.run.clone(),
        about,
        asked: material.asked.clone(),
        who,
        forms,
        warnings: warnings(world, &counts),
        people: people(&looks, about == "subject"),
        counts: AuditCounts { people: distinct(&looks, about == "subject"), ..counts },
        looks,
        base,
    })
}

fn events_of<'a>(world: &'a World<'_>, look: &Look) -> impl Iterator<Item = u32> + 'a {
    let from = look.events_from as usize;
    world.judged.looks.order[from..from + look.events as usize].iter().copied()
}

/// The looks, as places in the list of all, with how each is one at the person; in order of time.
fn choose(material: &Material<'_>) -> Vec<(u32, Option<Matched>)> {
    let world = material.world;
    let all = &world.judged.looks.all;
    let mut chosen: Vec<(u32, Option<Matched>)> = match &material.scope {
        Scope::Staff(user) => {
            let from = all.partition_point(|l| l.user < *user);
            let to = from + all[from..].partition_point(|l| l.user == *user);
            (from..to).map(|at| (at as u32, None)).collect()
        }
        Scope::Subject(wanted) => {
            let mut found: FxHashMap<u32, Matched> = all
                .par_iter()
                .enumerate()
                .filter_map(|(at, look)| Some((at as u32, direct(world, wanted, look)?)))
                .collect();
            for (at, matched) in beside(world, wanted, &found) {
                found.entry(at).or_insert(matched);
            }
            found.into_iter().map(|(at, matched)| (at, Some(matched))).collect()
        }
    };
    chosen.sort_by_key(|(at, _)| {
        let look = &all[*at as usize];
        (look.first_at, look.user, look.subject, look.system, *at)
    });
    chosen
}

/// The best way in which any event of a look is one at the person.
fn direct(world: &World<'_>, wanted: &Wanted, look: &Look) -> Option<Matched> {
    let log = &world.tables.access;
    let of_event = |e: u32| world.subjects.of_query[log.events[e as usize].query as usize];
    let subjects = std::iter::once(look.subject).chain(events_of(world, look).map(of_event));
    subjects.filter_map(|s: SubjectId| wanted.subjects.get(&s).copied()).min()
}

/// Typed searches of the same users that fit, minutes from their looks at the person.
fn beside(world: &World<'_>, wanted: &Wanted, found: &FxHashMap<u32, Matched>) -> Vec<(u32, Matched)> {
    let all = &world.judged.looks.all;
    let mut times: BTreeMap<UserId, Vec<i64>> = BTreeMap::new();
    for at in found.keys() {
        let look = &all[*at as usize];
        times.entry(look.user).or_default().push(look.first_at.0);
    }
    let mut more = Vec::new();
    for (user, times) in times {
        let from = all.partition_point(|l| l.user < user);
        for (at, look) in all.iter().enumerate().skip(from).take_while(|(_, l)| l.user == user) {
            let subject = &world.subjects.all[look.subject as usize];
            let typed = !subject.key.starts_with("record:") && !subject.descriptor.is_empty();
            if typed
                && times.iter().any(|t| (look.first_at.0 - t).abs() <= BESIDE)
                && lookup::may_lead_to(&subject.descriptor, &wanted.descriptor)
            {
                more.push((at as u32, Matched::Fits));
            }
        }
    }
    more
}

fn read_again(
    world: &World<'_>,
    sources: &[Source],
    chosen: &[(u32, Option<Matched>)],
) -> Result<FxHashMap<u32, RawEvent>, IngestError> {
    let log = &world.tables.access;
    let events: BTreeSet<u32> =
        chosen.iter().flat_map(|(at, _)| events_of(world, &world.judged.looks.all[*at as usize])).collect();
    let wanted: Vec<(u16, u64)> =
        events.iter().map(|&e| (log.events[e as usize].file, log.events[e as usize].offset)).collect();
    Ok(events.into_iter().zip(reread(world.tables, sources, &wanted)?).collect())
}

fn one(
    world: &World<'_>,
    look: &Look,
    matched: Option<Matched>,
    rows: &[&RawEvent],
    traced: &trace::Trace,
) -> AuditLook {
    let zone = world.judged.zone;
    let log = &world.tables.access;
    let staff = world.tables.staff.get(look.user as usize);
    let subject = &world.subjects.all[look.subject as usize];
    let events: Vec<_> = world.judged.looks.events(look, log).collect();
    let opened = |a: Action| !matches!(a, Action::Search | Action::Other);
    let outcome = if events.iter().all(|e| e.outcome != Outcome::Success) {
        "denied"
    } else if events.iter().any(|e| e.outcome == Outcome::Success && opened(e.action)) {
        "opened"
    } else {
        "search_only"
    };
    let each = |of: fn(&RawEvent) -> &str| {
        let mut said: Vec<&str> = Vec::new();
        for text in rows.iter().map(|r| of(r)).filter(|t| !t.is_empty()) {
            if !said.contains(&text) {
                said.push(text);
            }
        }
        said.join("; ")
    };
    let mut asked: Vec<String> = Vec::new();
    for text in rows.iter().map(|r| searched_for(r)).filter(|t| !t.is_empty()) {
        if !asked.contains(&text) {
            asked.push(text);
        }
    }
    let tied = ties::of(world, look.user, look.subject);
    let tied: Vec<String> = tied.iter().map(|tie| tie_words(world, tie)).collect();
    let first = events.first();
    AuditLook {
        look_id: look_id(world, look),
        at: look.first_at.rfc3339(zone),
        last_at: look.last_at.rfc3339(zone),
        staff_id: world.judged.users.id(look.user, &world.tables.staff).to_owned(),
        name: staff.map_or_else(String::new, staff_name),
        role: staff.map_or_else(String::new, |s| s.role.clone()),
        team: staff.map_or_else(String::new, |s| s.team.clone()),
        logins: each(|r| &r.login),
        system: log.strings.get(look.system).to_owned(),
        environment: format!("{:?}", look.environment).to_lowercase(),
        actions: each(|r| &r.action),
        events: u64::from(look.events),
        outcome: outcome.to_owned(),
        matched: matched.map_or("", Matched::as_str).to_owned(),
        searched_for: asked.join("; "),
        subject_id: subject.key.clone(),
        subject_name: if world.identified(look.subject) {
            subject.label.clone()
        } else {
            "not named in the log".into()
        },
        ties: tied.join("; "),
        purpose: look.purpose.as_str().to_owned(),
        explained_by: look.explained_by.map_or("", |t| t.as_str()).to_owned(),
        explanation: explanation(world, look, traced),
        duty: look.duty.as_str().to_owned(),
        on_behalf_of: if look.on_behalf_of == NOBODY {
            each(|r| &r.on_behalf_of)
        } else {
            words::staff(world, look.on_behalf_of)
        },
        incident_id: each(|r| &r.incident_id),
        reason_code: each(|r| &r.reason_code),
        reason_text: each(|r| &r.reason_text),
        terminal: each(|r| &r.terminal),
        location: each(|r| &r.location),
        source_file: first.map_or_else(String::new, |e| world.tables.inputs[usize::from(e.file)].name.clone()),
        source_line: first.map_or(0, |e| e.line),
    }
}

/// Id of a look: that of its first event.
#[must_use]
pub fn look_id(world: &World<'_>, look: &Look) -> String {
    let first = world.judged.looks.events(look, &world.tables.access).next().map_or(0, |e| e.id_hash);
    format!("L-{first:016x}")
}

/// The record that answers, or what came near and failed.
fn explanation(world: &World<'_>, look: &Look, traced: &trace::Trace) -> String {
    if let Some(template) = look.explained_by {
        let tried = traced.tried.iter().find(|t| t.template == template);
        let found = tried.map_or_else(String::new, |t| t.found.join("; "));
        return if found.is_empty() || found.starts_with(template.words()) {
            if found.is_empty() { template.words().to_owned() } else { found }
        } else {
            format!("{}: {found}", template.words())
        };
    }
    let mut said: Vec<String> = Vec::new();
    if look.purpose == Purpose::CannotTell {
        said.push(if world.identified(look.subject) {
            "the feeds that would answer do not cover the time".to_owned()
        } else {
            "the query names nobody".to_owned()
        });
    }
    said.extend(traced.named.iter().cloned());
    for tried in traced.tried.iter().filter(|t| t.near) {
        said.push(format!("{}: {}", tried.template.as_str().replace('_', " "), tried.found.join("; ")));
    }
    if said.is_empty() {
        said.push(format!("tried against all {} explanations; no record comes near", traced.tried.len()));
    }
    said.join(". ")
}

fn evidence(world: &World<'_>, chosen: &[(u32, Option<Matched>)], raw: &FxHashMap<u32, RawEvent>) -> Vec<Evidence> {
    let mut rows = Vec::new();
    for (at, _) in chosen {
        let look = &world.judged.looks.all[*at as usize];
        let staff_id = world.judged.users.id(look.user, &world.tables.staff);
        let subject = &world.subjects.all[look.subject as usize].key;
        for (event, raw) in events_of(world, look).filter_map(|e| Some((e, raw.get(&e)?))) {
            let at = world.tables.access.events[event as usize].at;
            rows.push(Evidence {
                event_id: raw.event_id.clone(),
                at: at.rfc3339(world.judged.zone),
                staff_id: staff_id.to_owned(),
                login: raw.login.clone(),
                system: raw.system.clone(),
                environment: raw.environment.clone(),
                action: raw.action.clone(),
                outcome: raw.outcome.clone(),
                case_id: crate::ids::case(staff_id, subject),
                finding_ids: Vec::new(),
                searched_for: searched_for(raw),
                incident_id: raw.incident_id.clone(),
                reason_code: raw.reason_code.clone(),
                reason_text: raw.reason_text.clone(),
                explained_by: look.explained_by.map_or("", |t| t.as_str()).to_owned(),
                duty: look.duty.as_str().to_owned(),
                terminal: raw.terminal.clone(),
                source_file: raw.source_file.clone(),
                source_line: raw.source_line,
            });
        }
    }
    rows
}

fn forms(world: &World<'_>, wanted: &Wanted) -> Vec<Form> {
    let mut forms: Vec<(Matched, &str, &str)> = wanted
        .subjects
        .iter()
        .map(|(s, matched)| {
            let subject = &world.subjects.all[*s as usize];
            (*matched, subject.key.as_str(), subject.label.as_str())
        })
        .collect();
    forms.sort_unstable();
    forms
        .into_iter()
        .map(|(matched, key, name)| Form {
            matched: matched.as_str().to_owned(),
            subject_id: key.to_owned(),
            name: name.to_owned(),
        })
        .collect()
}

fn count(looks: &[AuditLook]) -> AuditCounts {
    let of = |holds: &dyn Fn(&AuditLook) -> bool| looks.iter().filter(|l| holds(l)).count() as u64;
    AuditCounts {
        people: 0,
        looks: looks.len() as u64,
        events: looks.iter().map(|l| l.events).sum(),
        explained: of(&|l| l.purpose == "explained"),
        unexplained: of(&|l| l.purpose == "unexplained"),
        cannot_tell: of(&|l| l.purpose == "cannot_tell"),
        denied: of(&|l| l.outcome == "denied"),
        search_only: of(&|l| l.outcome == "search_only"),
        tied: of(&|l| !l.ties.is_empty()),
        off_duty: of(&|l| l.duty == "off"),
    }
}

/// Of a subject: who looked. Of staff: who was looked at.
fn key(look: &AuditLook, by_staff: bool) -> &str {
    if by_staff { &look.staff_id } else { &look.subject_id }
}

fn distinct(looks: &[AuditLook], by_staff: bool) -> u64 {
    looks.iter().map(|l| key(l, by_staff)).collect::<BTreeSet<_>>().len() as u64
}

fn people(looks: &[AuditLook], by_staff: bool) -> Vec<AuditPerson> {
    let mut found: Vec<AuditPerson> = Vec::new();
    let mut places: FxHashMap<String, usize> = FxHashMap::default();
    for look in looks {
        let id = key(look, by_staff);
        let place = *places.entry(id.to_owned()).or_insert_with(|| {
            found.push(AuditPerson {
                id: id.to_owned(),
                name: if by_staff { look.name.clone() } else { look.subject_name.clone() },
                role: if by_staff { look.role.clone() } else { String::new() },
                team: if by_staff { look.team.clone() } else { String::new() },
                first_at: look.at.clone(),
                ..AuditPerson::default()
            });
            found.len() - 1
        });
        let person = &mut found[place];
        if person.ties.is_empty() {
            person.ties.clone_from(&look.ties);
        }
        person.looks += 1;
        person.unexplained += u64::from(look.purpose == "unexplained");
        person.cannot_tell += u64::from(look.purpose == "cannot_tell");
        person.off_duty += u64::from(look.duty == "off");
        person.last_at.clone_from(&look.last_at);
    }
    found
}

fn warnings(world: &World<'_>, counts: &AuditCounts) -> Vec<String> {
    let judged = world.judged;
    let mut said = Vec::new();
    if judged.feeds.incidents() != Feed::Covers {
        said.push(
            "Without incidents, the people on them and the assignments, no look can be called explained or unexplained."
                .to_owned(),
        );
    }
    if counts.cannot_tell > 0 {
        said.push(format!(
            "{} at times that the feeds do not cover, or of queries that name nobody; they are counted against nobody.",
            words::count(counts.cannot_tell, "look is", "looks are")
        ));
    }
    if judged.looks.outside_window > 0 {
        said.push(format!(
            "{} of the log outside the period and not shown; set --since and --until for all of it.",
            words::count(judged.looks.outside_window, "event is", "events are")
        ));
    }
    if judged.feeds.duty == Feed::None {
        said.push("No roster was given: nothing is said of duty.".to_owned());
    }
    said.push(
        "The log holds what its systems recorded. Paper, speech and other organisations' systems are not in it; and a \
         search by surname or postcode alone is listed only where the same user looked at the person within minutes."
            .to_owned(),
    );
    said
}
