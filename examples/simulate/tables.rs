//! The canonical tables that do not grow with the log: people, staff, ties, authorities.

use crate::clock::date_text;
use crate::extras::Complaint;
use crate::options::Feed;
use crate::output::{Folder, Table};
use crate::population::PersonId;
use crate::rows::System;
use crate::staff::{StaffId, Status};
use crate::staff_roles::{ROLES, Role};
use crate::survey::Survey;
use crate::ties::Tie;
use crate::work::Work;
use crate::world::World;
use rustc_hash::FxHashMap;
use std::io;

/// Writes all of them.
pub fn write(folder: &mut Folder, world: &World, survey: &Survey, work: &Work) -> io::Result<()> {
    staff(folder, world)?;
    accounts(folder, world)?;
    relationships(folder, world)?;
    people(folder, world)?;
    training(folder, world)?;
    high_profile(folder, world, survey)?;
    authorities(folder, world, survey, &work.testers)?;
    dispositions(folder, world)
}

fn staff(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table = folder.table(
        "staff",
        "staff_id,forename,middle_names,surname,previous_surnames,known_as,dob,address,postcode,phones,vrms,role,grade,\
         team,station,line_manager,start_date,end_date,status",
    )?;
    let mut order: Vec<StaffId> = (0..world.force.members.len() as StaffId).collect();
    order.sort_by_key(|&s| &world.force.get(s).number);
    for s in order {
        let member = world.force.get(s);
        let person = world.population.get(member.person);
        let known_as = world.names.nicknames(person.forename);
        let known_as = if s % 3 == 0 { known_as.first().map_or("", String::as_str) } else { "" };
        let rank = match (member.leads, member.role) {
            (_, Role::Inspector) => "Inspector",
            (true, Role::Response | Role::Neighbourhood | Role::Custody | Role::Detective) => "Sergeant",
            (false, Role::Response | Role::Neighbourhood | Role::Custody | Role::Detective) => "Constable",
            (true, _) => "Team Leader",
            (false, _) => "Staff",
        };
        let status = match (member.left, member.status) {
            (Some(left), _) if left < 0 => "",
            (_, Status::Active) => "active",
            (_, Status::Suspended) => "suspended",
            (_, Status::Restricted) => "restricted",
            (_, Status::LongLeave) => "long_leave",
        };
        let manager = member.manager.filter(|&m| m != s).map_or("", |m| &world.force.get(m).number);
        table.row(&[
            &member.number,
            world.forename(member.person),
            &middle(world, member.person),
            world.surname(member.person),
            world.previous(member.person),
            known_as,
            &date_text(i64::from(person.birth)),
            &world.places.address(person.home),
            &world.places.postcode(person.home),
            &phone(world, member.person),
            &plate(world, member.person),
            member.role.facts().title,
            rank,
            &world.force.teams[member.team].name,
            &world.force.stations[member.station].name,
            manager,
            &date_text(member.joined),
            &member.left.map(|day| world.clock.date(day)).unwrap_or_default(),
            status,
        ])?;
    }
    table.end()
}

fn middle(world: &World, person: PersonId) -> String {
    match world.population.get(person).middle {
        crate::population::NO_NAME => String::new(),
        id => world.names.text(id).to_owned(),
    }
}

fn phone(world: &World, person: PersonId) -> String {
    if world.population.get(person).phone { world.ids.phone(person as usize) } else { String::new() }
}

fn plate(world: &World, person: PersonId) -> String {
    if world.population.get(person).car { world.ids.plate(person as usize) } else { String::new() }
}

fn accounts(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table = folder.table("accounts", "login,system,staff_id,kind,from,to")?;
    for member in &world.force.members {
        if let Some(login) = &member.national_login {
            let from = date_text(member.joined);
            for system in [System::Pnc, System::Pnd] {
                table.row(&[login, system.code(), &member.number, "personal", &from, ""])?;
            }
        }
    }
    for station in &world.force.stations[..world.force.local_stations()] {
        let desk = format!("desk-{}", station.code.to_lowercase());
        table.row(&[&desk, "", "", "shared", "", ""])?;
    }
    table.row(&["svc_link", "", "", "service", "", ""])?;
    for session in &world.training.sessions {
        let day = world.clock.date(session.day);
        for (nth, &attendee) in session.attendees.iter().enumerate() {
            let login = format!("trn{:02}", session.first_login + nth + 1);
            table.row(&[&login, "", &world.force.get(attendee).number, "training", &day, &day])?;
        }
    }
    table.end()
}

/// Declared ties in the order of the register.
fn declared(world: &World) -> Vec<(StaffId, &Tie)> {
    let mut rows: Vec<(StaffId, &Tie)> = (0..world.force.members.len() as StaffId)
        .flat_map(|s| world.ties.of(s).iter().filter(|t| t.declared).map(move |t| (s, t)))
        .collect();
    rows.sort_by_key(|(s, t)| (&world.force.get(*s).number, t.person));
    rows
}

fn relation_id(nth: usize) -> String {
    format!("A{:05}", nth + 1)
}

/// The id of each declared tie.
pub fn relation_ids(world: &World) -> FxHashMap<(StaffId, PersonId), String> {
    declared(world).into_iter().enumerate().map(|(nth, (s, tie))| ((s, tie.person), relation_id(nth))).collect()
}

fn relationships(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table = folder.table_with_loss(
        "relationships",
        "relation_id,staff_id,relation,related_staff_id,subject_id,forename,surname,dob,address,postcode,phones,vrms,from,\
         to,source",
        world.options.seed,
        world.options.lost(Feed::Relationships),
    )?;
    for (nth, (s, tie)) in declared(world).into_iter().enumerate() {
        let person = world.population.get(tie.person);
        let mix = tie.person as usize * 31 + s as usize;
        let related = world.force.of_person(tie.person).map_or("", |r| &world.force.get(r).number);
        let subject = if mix % 5 < 2 { world.record(tie.person) } else { String::new() };
        let home = tie.once_at.unwrap_or(person.home);
        let placed = tie.once_at.is_some() || mix % 7 < 5;
        let ended = tie.ended.map(|ago| date_text(world.clock.absolute(0) - ago)).unwrap_or_default();
        let source = match mix % 3 {
            0 => "vetting",
            1 => "next_of_kin",
            _ => "notifiable_association",
        };
        table.row(&[
            &relation_id(nth),
            &world.force.get(s).number,
            tie.relation.code(),
            related,
            &subject,
            world.forename(tie.person),
            world.surname(tie.person),
            &if mix % 9 < 7 { date_text(i64::from(person.birth)) } else { String::new() },
            &if placed { world.places.address(home) } else { String::new() },
            &if placed { world.places.postcode(home) } else { String::new() },
            &if mix.is_multiple_of(4) { phone(world, tie.person) } else { String::new() },
            &if mix.is_multiple_of(6) { plate(world, tie.person) } else { String::new() },
            "",
            &ended,
            source,
        ])?;
    }
    table.end()
}

fn people(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table = folder
        .table("people", "subject_id,forename,middle_names,surname,aliases,dob,address,postcode,phones,vrms,flags")?;
    let everyone = 0..world.population.people.len() as PersonId;
    let mut order: Vec<(String, PersonId)> =
        everyone.filter(|&p| world.population.get(p).recorded).map(|p| (world.record(p), p)).collect();
    order.sort();
    for (record, p) in order {
        let person = world.population.get(p);
        let figure = world.figures.iter().find(|f| person.flags.famous && f.person == p);
        // Half of the maiden names are on record.
        let maiden = if p % 2 == 0 && !world.previous(p).is_empty() {
            format!("{} {}", world.forename(p), world.previous(p))
        } else {
            String::new()
        };
        let flags = [
            (person.flags.victim, "victim"),
            (person.flags.vulnerable, "vulnerable"),
            (person.flags.witness, "witness"),
            (person.flags.suspect, "suspect"),
            (person.flags.deceased, "deceased"),
            (person.flags.famous, "high_profile"),
            (person.flags.restricted, "restricted"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|f| f.0).map(|f| f.1).collect();
        table.row(&[
            &record,
            world.forename(p),
            &middle(world, p),
            world.surname(p),
            figure.map_or(&maiden, |f| f.aliases),
            &date_text(i64::from(person.birth)),
            &world.places.address(person.home),
            &world.places.postcode(person.home),
            &phone(world, p),
            &plate(world, p),
            &flags.join(";"),
        ])?;
    }
    table.end()
}

fn training(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table =
        folder.table("training", "session_id,system,start,end,trainer_id,attendee_id,live_authorised,authorised_by")?;
    for session in &world.training.sessions {
        for &attendee in &session.attendees {
            table.row(&[
                &session.id,
                session.system.code(),
                &world.clock.local(session.span.from),
                &world.clock.local(session.span.to),
                &world.force.get(session.trainer).number,
                &world.force.get(attendee).number,
                if session.live.is_some() { "true" } else { "false" },
                session.live.map_or("", |s| &world.force.get(s).number),
            ])?;
        }
    }
    // Courses of the year before, where they are asked for.
    let trainer = world.force.members.iter().find(|m| m.role == Role::Trainer).map_or("", |m| &m.number);
    for &(staff, system) in &world.extras.courses {
        let day = 1 + staff % 28;
        table.row(&[
            &format!("CS{}{day:02}", system.code()),
            system.code(),
            &format!("2025-06-{day:02} 09:00:00"),
            &format!("2025-06-{day:02} 16:00:00"),
            trainer,
            &world.force.get(staff).number,
            "false",
            "",
        ])?;
    }
    table.end()
}

fn high_profile(folder: &mut Folder, world: &World, survey: &Survey) -> io::Result<()> {
    let mut table = folder.table(
        "high_profile",
        "person_id,forename,surname,aliases,dob,address,postcode,vrms,subject_id,category,from,to",
    )?;
    let put = |table: &mut Table, n: usize, p: PersonId, aliases: &str, category: &str, from: &str| {
        let person = world.population.get(p);
        // The force knows the address of some, and seldom the car.
        let local = p.is_multiple_of(3) || category == "media_case";
        table.row(&[
            &format!("H{n:03}"),
            world.forename(p),
            world.surname(p),
            aliases,
            &date_text(i64::from(person.birth)),
            &if local { world.places.address(person.home) } else { String::new() },
            &if local { world.places.postcode(person.home) } else { String::new() },
            &if p.is_multiple_of(4) { plate(world, p) } else { String::new() },
            &world.record(p),
            category,
            from,
            "",
        ])
    };
    let mut n = 0;
    for figure in &world.figures {
        n += 1;
        put(&mut table, n, figure.person, figure.aliases, figure.category, "")?;
    }
    for major in &survey.majors {
        n += 1;
        put(&mut table, n, major.person, "", "media_case", &world.clock.date(world.clock.day(major.opened)))?;
    }
    table.end()
}

fn authorities(folder: &mut Folder, world: &World, survey: &Survey, testers: &[StaffId]) -> io::Result<()> {
    let mut table = folder.table(
        "authorities",
        "authority_id,staff_id,role,team,basis,systems,rules,subject_id,incident_id,blind_required,authorised_by,from,to",
    )?;
    let number = |s: StaffId| world.force.get(s).number.as_str();
    let signs = (0..world.force.members.len() as StaffId).find(|&s| world.force.get(s).role == Role::Inspector);
    let signs = signs.map_or("", number);
    let mut n = 0;
    let mut id = || {
        n += 1;
        format!("AU{n:04}")
    };
    for facts in &ROLES {
        let systems = match facts.role {
            Role::ControlRoom => "CAD;PNC",
            _ if facts.by_function => "RMS;PNC;PND;ANPR",
            _ => continue,
        };
        let since = "2022-04-01";
        table.row(&[&id(), "", facts.title, "", "role_function", systems, "", "", "", "true", signs, since, ""])?;
    }
    for &tester in testers {
        let systems = "RMS;PNC";
        table.row(&[
            &id(),
            number(tester),
            "",
            "",
            "it_testing",
            systems,
            "",
            "",
            "",
            "true",
            signs,
            "2026-01-05",
            "",
        ])?;
    }
    for &(staff, last) in &world.extras.moved {
        let (systems, to) = ("RMS;PNC;PND;ANPR;CAD", world.clock.date(last + 1));
        table.row(&[
            &id(),
            number(staff),
            "",
            "",
            "role_function",
            systems,
            "",
            "",
            "",
            "false",
            signs,
            "2024-02-01",
            &to,
        ])?;
    }
    for (staff, person, incident, at) in &survey.declared {
        let by = world.force.get(*staff).manager.map_or(signs, number);
        let from = world.clock.date(world.clock.day(*at));
        let subject = world.record(*person);
        table.row(&[
            &id(),
            number(*staff),
            "",
            "",
            "conflict_declared",
            "",
            "",
            &subject,
            incident,
            "false",
            by,
            &from,
            "",
        ])?;
    }
    table.end()
}

fn dispositions(folder: &mut Folder, world: &World) -> io::Result<()> {
    let mut table = folder.table("dispositions", "finding_id,referral_id,outcome,by,at,note")?;
    for (nth, &(staff, at)) in world.warned.iter().enumerate() {
        let psd = world.force.members.iter().find(|m| m.role == Role::Standards).map_or("", |m| &m.number);
        table.row(&[
            "",
            &format!("EARLIER-{:03}", nth + 1),
            "advice",
            psd,
            &world.clock.rfc3339(at),
            &format!("staff {}", world.force.get(staff).number),
        ])?;
    }
    for complaint in world.extras.complaints.iter().filter(|c| c.matter) {
        let at = world.clock.instant(complaint.day, Complaint::hour());
        let psd = world.force.members.iter().find(|m| m.role == Role::Standards).map_or("", |m| &m.number);
        table.row(&[
            "",
            &format!("MATTER-{:03}", complaint.nth + 1),
            "open",
            psd,
            &world.clock.rfc3339(at),
            &format!("staff {}", world.force.get(complaint.staff).number),
        ])?;
    }
    table.end()
}
