//! What is true: how the world was made, the planted cases, their rows, and the innocent look-alikes. The engine never
//! reads these.

use crate::kinds::CATALOGUE;
use crate::options::Options;
use crate::output::Folder;
use crate::plotter::Plotter;
use crate::work::Work;
use crate::world::World;
use rustc_hash::FxHashSet;
use std::io;

/// The id of a planted case.
pub fn id(case: usize) -> String {
    format!("M{:05}", case + 1)
}

/// Writes the truth, and counts those who misuse the systems.
pub fn write(folder: &Folder, world: &World, plotter: &Plotter, work: &Work) -> io::Result<usize> {
    let number = |s: u32| world.force.get(s).number.as_str();
    let mut cases = folder.truth("cases", "truth_id,staff_id,subject_id,subject_label,kind,variant,visible,events")?;
    for (nth, case) in plotter.cases.iter().enumerate() {
        cases.row(&[
            &id(nth),
            number(case.staff),
            &case.person.map(|p| world.record(p)).unwrap_or_default(),
            &case.label,
            case.kind.code(),
            case.variant.code(),
            if case.visible { "true" } else { "false" },
            &case.events.to_string(),
        ])?;
    }
    cases.end()?;
    let mut lookalikes = folder.truth("lookalikes", "staff_id,subject_id,kind_of_lookalike,note")?;
    for (staff, person, what) in work.lookalikes.sorted() {
        let (kind, note) = what.words();
        let subject = person.map(|p| world.record(p)).unwrap_or_default();
        lookalikes.row(&[number(staff), &subject, kind, note])?;
    }
    lookalikes.end()?;
    // Rows near either end of the log may lie outside it; a reader passes over ids that the log has not.
    let mut unlogged = folder.truth("unlogged", "event_id,why")?;
    for (event, why) in &work.unlogged {
        unlogged.row(&[event, why.code()])?;
    }
    unlogged.end()?;
    let misusers: FxHashSet<u32> = plotter.cases.iter().map(|c| c.staff).collect();
    let mut staff = folder.truth("staff", "staff_id,misuser,community,close_quarter")?;
    let mut order: Vec<u32> = (0..world.force.members.len() as u32).collect();
    order.sort_by_key(|&s| number(s));
    for s in order {
        let own = world.force.get(s).person;
        let word = |yes: bool| if yes { "true" } else { "false" };
        let community = world.population.get(own).community.word();
        staff.row(&[number(s), word(misusers.contains(&s)), community, word(world.in_close_quarter(own))])?;
    }
    staff.end()?;
    // Everybody to whom a member of staff is tied and who has a record, told to the force or not.
    let mut ties = folder.truth("ties", "staff_id,subject_id")?;
    for s in 0..world.force.members.len() as u32 {
        for tie in world.ties.of(s).iter().filter(|t| world.population.get(t.person).recorded) {
            ties.row(&[number(s), &world.record(tie.person)])?;
        }
    }
    ties.end()?;
    let mut kinds = folder.truth("kinds", "family,kind,planted,why,cases")?;
    for row in &CATALOGUE {
        let here: usize = plotter.cases.iter().filter(|c| row.cases.contains(&c.kind)).count();
        let codes: Vec<&str> = row.cases.iter().map(|k| k.code()).collect();
        let why = match (here, row.why) {
            (0, "") => {
                "no case of it was drawn in this world: more staff or a larger share plants more kinds".to_owned()
            }
            (0, why) => format!("no case of it was drawn in this world; {why}"),
            (_, why) => why.to_owned(),
        };
        kinds.row(&[row.family, row.kind, if here > 0 { "yes" } else { "no" }, &why, &codes.join(";")])?;
    }
    kinds.end()?;
    let mut made = folder.truth("world", "key,value")?;
    let Options { seed, staff, days, misuse, drop, catalogue, .. } = &world.options;
    made.row(&["seed", &seed.to_string()])?;
    made.row(&["staff", &staff.to_string()])?;
    made.row(&["days", &days.to_string()])?;
    made.row(&["misuse", &misuse.to_string()])?;
    made.row(&["catalogue", &catalogue.to_string()])?;
    for (feed, share) in drop {
        made.row(&[&format!("drop {}", feed.word()), &share.to_string()])?;
    }
    made.end()?;
    Ok(misusers.len())
}
