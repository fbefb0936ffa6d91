//! Searches with truth, apart from the log: by each member of staff for their own circle, and for others like them.
//!
//! `truth/searches.csv` can be given to `probity match --staff` as it is. `answer` is what a matcher with every table
//! could say at best; `surname` is that of the person really meant, `at_home` tells whether they live with the user.

use crate::draw::{Draw, Stream};
use crate::output::Folder;
use crate::population::PersonId;
use crate::rows::System;
use crate::staff::StaffId;
use crate::typed::Typed;
use crate::world::World;
use rustc_hash::FxHashMap;
use std::io;

/// Searches for people outside the circle, for each member of staff.
const OTHERS: usize = 12;

const COLUMNS: &str = "query_id,staff_id,subject_id,q_forename,q_surname,q_dob,q_age,q_address,q_postcode,q_text,answer,\
                       asked_for,at_home,surname";

/// Writes the searches. `relations` gives the id of each declared tie in the register.
pub fn write(folder: &Folder, world: &World, relations: &FxHashMap<(StaffId, PersonId), String>) -> io::Result<()> {
    let mut table = folder.truth("searches", COLUMNS)?;
    let mut number = 0;
    for s in 0..world.force.members.len() as StaffId {
        let mut draw = Draw::new(world.options.seed, Stream::Searches, u64::from(s), 0);
        let mut asked: Vec<(PersonId, String, &str)> = Vec::new();
        let own = world.force.get(s).person;
        asked.push((own, "self".to_owned(), "circle"));
        let home = world.population.get(own).home;
        for tie in world.ties.of(s) {
            let person = world.population.get(tie.person);
            let answer = match relations.get(&(s, tie.person)) {
                Some(id) => format!("rel:{id}"),
                None if person.home == home && person.recorded => "household".to_owned(),
                // No table tells of the tie.
                None => continue,
            };
            asked.push((tie.person, answer, "circle"));
        }
        for nth in 0..OTHERS {
            let (person, asked_for) = other(world, s, nth, &mut draw);
            let known = person == own
                || world.ties.tied(s, person)
                || world.population.get(person).home == home
                || relations.contains_key(&(s, person));
            if !known {
                asked.push((person, String::new(), asked_for));
            }
        }
        for (person, answer, asked_for) in asked {
            let system = *draw.pick(&[System::Rms, System::Pnc, System::Pnc, System::Cad]);
            let record = world.record(person);
            // Half of the looks at people on record name the record and nothing else.
            let (record, typed) = if !record.is_empty() && draw.chance(0.5) {
                (record, Typed::default())
            } else {
                (String::new(), Typed::person(world, person, system, &mut draw))
            };
            number += 1;
            table.row(&[
                &format!("Q{number:07}"),
                &world.force.get(s).number,
                &record,
                &typed.forename,
                &typed.surname,
                &typed.dob,
                &typed.age,
                &typed.address,
                &typed.postcode,
                &typed.text,
                &answer,
                asked_for,
                if world.population.get(person).home == home { "true" } else { "false" },
                world.surname(person),
            ])?;
        }
    }
    table.end()
}

/// Somebody outside the circle, and why they may be taken for somebody in it.
fn other(world: &World, s: StaffId, nth: usize, draw: &mut Draw) -> (PersonId, &'static str) {
    let own = world.population.get(world.force.get(s).person);
    let kin = world.ties.of(s);
    let (among, asked_for): (Vec<PersonId>, &str) = match nth % 6 {
        0 if world.population.bearers(own.surname).len() > 1 => {
            (world.population.bearers(own.surname).to_vec(), "same surname")
        }
        1 if !kin.is_empty() => {
            let of = world.population.get(draw.pick(kin).person);
            (world.population.bearers(of.surname).to_vec(), "surname of a relation")
        }
        2 if !kin.is_empty() => {
            // Lives with a relation elsewhere: the brother's wife, the friend's child.
            let of = world.population.get(draw.pick(kin).person);
            (world.population.at_home(of.home).to_vec(), "lives with a relation")
        }
        3 => {
            let doors = world.places.next_door(own.home);
            (doors.iter().flat_map(|door| world.population.at_home(*door)).copied().collect(), "lives next door")
        }
        _ => (Vec::new(), "anybody"),
    };
    // In a small world nobody may be left of a name or at an address.
    if among.is_empty() { anybody(world, draw) } else { (*draw.pick(&among), asked_for) }
}

fn anybody(world: &World, draw: &mut Draw) -> (PersonId, &'static str) {
    (draw.below(world.population.people.len()) as PersonId, "anybody")
}
