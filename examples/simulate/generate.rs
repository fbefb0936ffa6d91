//! From a world to its files, day by day.

use crate::casebook::Casebook;
use crate::draw::{Draw, Stream};
use crate::extras::Complaint;
use crate::incidents::{self, BEFORE, Incident};
use crate::labels;
use crate::options::{Feed, Options};
use crate::output::{Folder, Table};
use crate::plotter::Plotter;
use crate::roster::{Duty, Span};
use crate::rows::{self, ACCESS_COLUMNS, Author, Row};
use crate::staff::StaffId;
use crate::staff_roles::Role;
use crate::survey::Survey;
use crate::work::Work;
use crate::world::World;
use crate::{searches, tables, truth};
use std::collections::VecDeque;
use std::io::{self, Write};

/// What was made, for the reader of the terminal.
pub struct Summary {
    /// Rows of the log.
    pub events: usize,
    /// Rows that were planted.
    pub planted: usize,
    /// Ordinary looks.
    pub looks: usize,
    /// Those that some row explains.
    pub explained: usize,
    /// Planted cases.
    pub cases: usize,
    /// Staff who misuse the systems.
    pub misusers: usize,
    /// Innocent look-alikes.
    pub lookalikes: usize,
    /// People known to the force.
    pub people: usize,
}

/// Makes a world and writes it.
pub fn run(options: Options) -> io::Result<Summary> {
    let mut folder = Folder::take(&options.out, options.force)?;
    let world = World::new(options);
    let survey = write_incidents(&mut folder, &world)?;
    write_duty(&mut folder, &world)?;
    let mut plotter = labels::plant(&world, &survey);
    let mut work = Work::new(&world);
    let (events, planted) = write_log(&mut folder, &world, &mut work, &mut plotter)?;
    tables::write(&mut folder, &world, &survey, &work)?;
    let misusers = truth::write(&folder, &world, &plotter, &work)?;
    searches::write(&folder, &world, &tables::relation_ids(&world))?;
    folder.config(world.options.staff, world.options.days, world.options.seed)?;
    Ok(Summary {
        events,
        planted,
        looks: work.looks,
        explained: work.explained,
        cases: plotter.cases.len(),
        misusers,
        lookalikes: work.lookalikes.len(),
        people: world.population.people.len(),
    })
}

/// Writes the incidents, and notes what planted cases will need to know of them.
fn write_incidents(folder: &mut Folder, world: &World) -> io::Result<Survey> {
    let (seed, loss) = (world.options.seed, world.options.lost(Feed::Incidents));
    let mut heads = folder.table("incidents", "incident_id,opened,closed,kind,address,postcode,restricted")?;
    let mut people = folder.table_with_loss(
        "incident_people",
        "incident_id,role,subject_id,forename,surname,dob,address,postcode,phones,vrms",
        seed,
        loss,
    )?;
    let mut assignments =
        folder.table_with_loss("assignments", "incident_id,staff_id,team,role,from,to", seed, loss)?;
    let mut survey = Survey::default();
    for day in -BEFORE..world.options.days {
        let incidents = incidents::of_day(world, day);
        survey.take_in(world, day, &incidents);
        for incident in &incidents {
            write_head(&mut heads, world, incident)?;
            write_parties(&mut people, world, incident)?;
            write_assignments(&mut assignments, world, incident)?;
        }
    }
    for complaint in &world.extras.complaints {
        write_complaint(&mut heads, &mut people, &mut assignments, world, complaint)?;
    }
    heads.end()?;
    people.end()?;
    assignments.end()?;
    Ok(survey)
}

/// A complaint is an incident with the member of staff as suspect and the complainant as caller.
fn write_complaint(
    heads: &mut Table,
    people: &mut Table,
    assignments: &mut Table,
    world: &World,
    complaint: &Complaint,
) -> io::Result<()> {
    let id = format!("I{}-9{:03}", world.clock.short_date(complaint.day), complaint.nth);
    let opened = world.clock.rfc3339(world.clock.instant(complaint.day, Complaint::hour()));
    heads.row(&[&id, &opened, "", "complaint", "", "", "true"])?;
    let own = world.force.get(complaint.staff).person;
    for (role, person, record) in [("suspect", own, ""), ("caller", complaint.person, &world.record(complaint.person))]
    {
        let birth = crate::clock::date_text(i64::from(world.population.get(person).birth));
        people.row(&[&id, role, record, world.forename(person), world.surname(person), &birth, "", "", "", ""])?;
    }
    if let Some(standards) = world.force.members.iter().find(|m| m.role == Role::Standards) {
        assignments.row(&[&id, &standards.number, "", "oic", &opened, ""])?;
    }
    Ok(())
}

fn write_head(table: &mut Table, world: &World, incident: &Incident) -> io::Result<()> {
    let end = world.clock.instant(world.options.days, 0);
    // What is still open when the export is made has no end yet.
    let closed = if incident.closed < end { world.clock.rfc3339(incident.closed) } else { String::new() };
    table.row(&[
        &incident.id,
        &world.clock.rfc3339(incident.opened),
        &closed,
        incident.kind,
        &world.places.address(incident.home),
        &world.places.postcode(incident.home),
        if incident.restricted { "true" } else { "false" },
    ])
}

fn write_parties(table: &mut Table, world: &World, incident: &Incident) -> io::Result<()> {
    for (nth, party) in incident.parties.iter().enumerate().filter(|(_, p)| p.listed) {
        let person = world.population.get(party.person);
        let record = world.record(party.person);
        // A row with a record id seldom repeats what the record holds.
        let full = record.is_empty() || (party.person as usize + nth).is_multiple_of(4);
        let known = |text: String| if full { text } else { String::new() };
        let caller = party.role == "caller" && person.phone;
        table.row(&[
            &incident.id,
            party.role,
            &record,
            world.forename(party.person),
            world.surname(party.person),
            &known(crate::clock::date_text(i64::from(person.birth))),
            &known(world.places.address(person.home)),
            &known(world.places.postcode(person.home)),
            &if caller { world.ids.phone(party.person as usize) } else { String::new() },
            &if party.car && person.car { world.ids.plate(party.person as usize) } else { String::new() },
        ])?;
    }
    Ok(())
}

fn write_assignments(table: &mut Table, world: &World, incident: &Incident) -> io::Result<()> {
    for a in incident.assigned.iter().filter(|a| a.listed) {
        let number = &world.force.get(a.staff).number;
        let (from, to) = (world.clock.rfc3339(a.span.from), world.clock.rfc3339(a.span.to));
        table.row(&[&incident.id, number, "", a.role, &from, &to])?;
    }
    for &(team, span) in &incident.teams {
        let (from, to) = (world.clock.rfc3339(span.from), world.clock.rfc3339(span.to));
        table.row(&[&incident.id, "", &world.force.teams[team].name, "other", &from, &to])?;
    }
    Ok(())
}

fn write_duty(folder: &mut Folder, world: &World) -> io::Result<()> {
    let loss = world.options.lost(Feed::Roster);
    let mut table = folder.table_with_loss("duty", "staff_id,start,end,kind,location", world.options.seed, loss)?;
    let mut put = |s: StaffId, span: Span, kind: &str| {
        let member = world.force.get(s);
        let (start, end) = (world.clock.local(span.from), world.clock.local(span.to));
        table.row(&[&member.number, &start, &end, kind, &world.force.stations[member.station].code])
    };
    for day in -1..world.options.days {
        for s in 0..world.force.members.len() as StaffId {
            match world.roster.duty(&world.force, &world.clock, s, day) {
                Duty::Work(span, over) if !world.roster.unrecorded(s, day) => {
                    put(s, span, "duty")?;
                    if let Some(over) = over {
                        put(s, over, "overtime")?;
                    }
                    for session in world.training.on(day, s).filter(|x| x.trainer != s) {
                        put(s, session.span, "course")?;
                    }
                }
                Duty::Away(kind, span) => put(s, span, kind)?,
                Duty::OnCall(span) => put(s, span, "on_call")?,
                Duty::Work(..) | Duty::Rest | Duty::Gone => {}
            }
        }
    }
    table.end()
}

/// Writes the log in order of time: a day's rows are made, sorted and written; a night's last hours wait for the morning.
fn write_log(folder: &mut Folder, world: &World, work: &mut Work, plotter: &mut Plotter) -> io::Result<(usize, usize)> {
    let days = world.options.days;
    let mut log = folder.log(ACCESS_COLUMNS)?;
    let mut truth = folder.truth("events", "event_id,truth_id")?;
    let mut book = Casebook::new(world);
    let mut looks = std::mem::take(&mut plotter.looks);
    looks.sort_by_key(|(case, look)| (world.clock.day(look.at), *case, look.at));
    let mut looks = VecDeque::from(looks);
    let (begin, end) = (world.clock.instant(0, 0), world.clock.instant(days, 0));
    let (mut rows, mut events, mut planted): (Vec<Row>, usize, usize) = (Vec::new(), 0, 0);
    for day in -BEFORE..days {
        book.take_in(world, day, incidents::of_day(world, day));
        if day < -1 {
            continue;
        }
        for s in 0..world.force.members.len() as StaffId {
            if let Duty::Work(span, over) = world.roster.duty(&world.force, &world.clock, s, day) {
                let span = Span { from: span.from, to: over.map_or(span.to, |o| o.to) };
                work.turn(&book, s, day, span, &mut rows);
            }
        }
        // The export begins and ends at midnight.
        rows.retain(|row| (begin..end).contains(&row.at));
        let mut author = Author { actor: 0, planted: true, day, rows: 0 };
        let mut draw = Draw::new(world.options.seed, Stream::Planted, 0, 0);
        let mut of = usize::MAX;
        while looks.front().is_some_and(|(_, look)| world.clock.day(look.at) == day) {
            let Some((case, look)) = looks.pop_front() else { break };
            if of != case {
                of = case;
                author = Author { actor: case, planted: true, day, rows: 0 };
                draw = Draw::new(world.options.seed, Stream::Planted, case as u64, day as u64);
            }
            let before = rows.len();
            rows::write(world, &look, &mut author, &mut rows, &mut draw);
            for row in &rows[before..] {
                truth.row(&[&row.id, &truth::id(case)])?;
            }
            plotter.cases[case].events += rows.len() - before;
            planted += rows.len() - before;
        }
        let midnight = if day + 1 < days { world.clock.instant(day + 1, 0) } else { i64::MAX };
        rows.sort_unstable();
        let ready = rows.partition_point(|row| row.at < midnight);
        for row in rows.drain(..ready) {
            writeln!(log, "{},{},{}", row.id, world.clock.rfc3339(row.at), row.rest)?;
            events += 1;
        }
    }
    truth.end()?;
    log.flush()?;
    Ok((events, planted))
}
