//! `looks.parquet`: every look with its facts, for those who want to count for themselves.

use polars::prelude::{Column, DataFrame, PolarsResult};
use polars_io::parquet::write::ParquetWriter;

use super::ExtraFile;
use crate::purpose::Purpose;
use crate::rules::fire::Firings;
use crate::rules::rows::World;
use crate::rules::rows::case::CaseFacts;
use crate::rules::{Lane, Rule};

/// Name of the file.
pub const NAME: &str = "looks.parquet";

/// One column in the making.
#[derive(Default)]
struct Columns {
    look_id: Vec<String>,
    staff_id: Vec<String>,
    system: Vec<String>,
    environment: Vec<String>,
    first_at: Vec<String>,
    last_at: Vec<String>,
    events: Vec<u32>,
    subject_id: Vec<String>,
    relations: Vec<String>,
    relation_bits: Vec<String>,
    purpose: Vec<String>,
    explained_by: Vec<String>,
    duty: Vec<String>,
    denied: Vec<u32>,
    printed: Vec<u32>,
    reason_given: Vec<bool>,
    reason_boilerplate: Vec<bool>,
    answered: Vec<bool>,
    rules: Vec<String>,
    sources: Vec<String>,
}

/// Builds the file. `rules` are those that ran, by whose places `firings` names them.
///
/// # Errors
/// Where Polars cannot build the frame.
pub fn looks_parquet(world: &World<'_>, rules: &[&Rule], firings: &Firings) -> PolarsResult<ExtraFile<'static>> {
    let mut c = Columns::default();
    let log = &world.tables.access;
    let zone = world.judged.zone;
    let mut fired = firings.cases.iter().peekable();
    for (index, case) in world.cases.iter().enumerate() {
        let on_case = fired.next_if(|f| f.case as usize == index).map_or(&[][..], |f| &f.fired[..]);
        let facts = CaseFacts::new(world, *case);
        let staff_id = world.judged.users.id(case.user, &world.tables.staff);
        let subject = &world.subjects.all[case.subject as usize].key;
        let kinds: Vec<&str> = facts.ties.iter().map(|t| t.kind.as_str()).collect();
        let bits: Vec<String> = facts.ties.iter().map(|t| format!("{:.2}", t.bits)).collect();
        for (at, look) in (0_u32..).zip(facts.looks) {
            // A finding that rests on some looks of the case is one of theirs alone.
            let on_look = on_case.iter().filter(|f| f.looks.is_empty() || f.looks.contains(&at));
            let on_look: Vec<&Rule> = on_look.map(|f| rules[usize::from(f.rule)]).collect();
            let against = |rule: &&Rule| matches!(rule.meta.probity.lane, Lane::Refer | Lane::Conflict);
            let keys: Vec<String> = on_look.iter().map(|rule| rule.meta.key()).collect();
            let first = world.judged.looks.events(look, log).next().map_or(0, |e| e.id_hash);
            c.look_id.push(format!("L-{first:016x}"));
            c.staff_id.push(staff_id.to_owned());
            c.system.push(log.strings.get(look.system).to_owned());
            c.environment.push(format!("{:?}", look.environment).to_lowercase());
            c.first_at.push(look.first_at.rfc3339(zone));
            c.last_at.push(look.last_at.rfc3339(zone));
            c.events.push(look.events);
            c.subject_id.push(subject.clone());
            c.relations.push(kinds.join(";"));
            c.relation_bits.push(bits.join(";"));
            c.purpose.push(look.purpose.as_str().to_owned());
            c.explained_by.push(look.explained_by.map_or("", |t| t.as_str()).to_owned());
            c.duty.push(look.duty.as_str().to_owned());
            c.denied.push(u32::from(look.denied));
            c.printed.push(u32::from(look.printed));
            c.reason_given.push(look.reason.given);
            c.reason_boilerplate.push(look.reason.boilerplate);
            c.answered.push(look.purpose == Purpose::Explained && !on_look.iter().any(against));
            c.rules.push(keys.join(";"));
            let rows = world.judged.looks.events(look, log);
            let rows = rows.map(|e| format!("{}:{}", world.tables.inputs[usize::from(e.file)].name, e.line));
            c.sources.push(rows.collect::<Vec<_>>().join(";"));
        }
    }
    let rows = c.look_id.len();
    let mut frame = DataFrame::new(
        rows,
        vec![
            Column::new("look_id".into(), c.look_id),
            Column::new("staff_id".into(), c.staff_id),
            Column::new("system".into(), c.system),
            Column::new("environment".into(), c.environment),
            Column::new("first_at".into(), c.first_at),
            Column::new("last_at".into(), c.last_at),
            Column::new("events".into(), c.events),
            Column::new("subject_id".into(), c.subject_id),
            Column::new("relations".into(), c.relations),
            Column::new("relation_bits".into(), c.relation_bits),
            Column::new("purpose".into(), c.purpose),
            Column::new("explained_by".into(), c.explained_by),
            Column::new("duty".into(), c.duty),
            Column::new("denied".into(), c.denied),
            Column::new("printed".into(), c.printed),
            Column::new("reason_given".into(), c.reason_given),
            Column::new("reason_boilerplate".into(), c.reason_boilerplate),
            Column::new("answered".into(), c.answered),
            Column::new("rules".into(), c.rules),
            Column::new("sources".into(), c.sources),
        ],
    )?;
    Ok(ExtraFile::streamed(NAME, move |out| {
        ParquetWriter::new(out).finish(&mut frame).map(|_| ()).map_err(std::io::Error::other)
    }))
}
