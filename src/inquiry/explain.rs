//! One look or case, with every explanation tried and the score without each link.

use std::collections::BTreeSet;

use super::who::NotOne;
use crate::config::RunConfig;
use crate::ids;
use crate::ingest::{self, Code, Tables, event_hash};
use crate::purpose::answer::Record;
use crate::purpose::{Look, trace};
use crate::report::assemble::{moment, purpose_words, staff, tie_words};
use crate::report::audit::look_id;
use crate::rules::Rule;
use crate::rules::fire::{self, FiredCase, Firings};
use crate::rules::rows::World;
use crate::rules::rows::case::{CaseFacts, Tally};
use crate::run::{self, Reading, RunError, Stages, Watch};
use crate::score::{self, CaseScore, Rates};

/// Most looks of a case that are told in full.
const LOOKS_TOLD: usize = 20;
/// Most links that are left out in turn.
const LINKS_TRIED: usize = 8;

/// What was asked for, told.
#[derive(Clone, Debug)]
pub struct Explained {
    /// For people, lines of text.
    pub text: String,
    /// Evidence of the case in bits, before the prior.
    pub evidence: f64,
    /// For each link left out: its name and the change of evidence in bits.
    pub without: Vec<(String, f64)>,
}

/// A look or case by its id, or the look of an event.
struct Found {
    case: usize,
    /// One look alone, as a place in the list of all.
    look: Option<usize>,
}

/// Explains one case (`C-…`), look (`L-…`) or event.
///
/// # Errors
/// Where nothing has that id, or the line cannot be walked.
pub fn explain(config: &RunConfig, id: &str, watch: &dyn Watch) -> Result<Explained, RunError> {
    let rule_set = run::load_rules(config)?;
    watch.stage("Reading");
    let tables = ingest::ingest(&config.sources, &Reading(watch))?;
    let house = run::load_house(config)?;
    let stages = run::stages(config, &tables, &house, watch)?;
    let world = World::with_values(&tables, &stages.subjects, &stages.relations, &stages.judged, &config.values);
    let found = find(&world, id)?;
    watch.stage("Rules");
    let present = run::present(&tables);
    let (rules, _) = rule_set.runnable(&present);
    let firings = fire::fire(&world, &rules);
    let rates = Rates::new(&world, &rules, &firings);
    watch.stage("Score");
    let base = score_of(&world, &rules, &rates, &firings, found.case);
    let mut without = Vec::new();
    for record in links(&world, found.case) {
        let case = world.cases[found.case];
        let range = case.from as usize..case.to as usize;
        let judged = stages.judged.without(range, record, (&tables, &stages.subjects, &stages.relations));
        let other = World::with_values(&tables, &stages.subjects, &stages.relations, &judged, &config.values);
        let firings = fire::fire(&other, &rules);
        let scored = score_of(&other, &rules, &rates, &firings, found.case);
        without.push((name(&tables, record), scored.evidence - base.evidence));
    }
    let text = tell(&world, &stages, &rules, &found, &base, &without);
    Ok(Explained { text, evidence: base.evidence, without })
}

fn find(world: &World<'_>, id: &str) -> Result<Found, NotOne> {
    let id = id.trim();
    let strings = &world.tables.access.strings;
    let case_of = |look: usize| world.cases.partition_point(|c| c.to as usize <= look);
    if id.starts_with("C-") {
        let own = |c: &crate::rules::rows::Case| {
            let staff_id = world.judged.users.id(c.user, &world.tables.staff);
            ids::case(staff_id, &world.subjects.all[c.subject as usize].key) == id
        };
        if let Some(case) = world.cases.iter().position(own) {
            return Ok(Found { case, look: None });
        }
    } else if id.starts_with("L-")
        && let Some(look) = world.judged.looks.all.iter().position(|l| look_id(world, l) == id)
    {
        return Ok(Found { case: case_of(look), look: Some(look) });
    }
    let log = &world.tables.access;
    let systems: BTreeSet<Code> = log.events.iter().map(|e| e.system).collect();
    let hashes: BTreeSet<u64> = systems.iter().map(|s| event_hash(strings.get(*s), id)).collect();
    let looks: Vec<usize> = (0..world.judged.looks.all.len())
        .filter(|at| world.judged.looks.events(&world.judged.looks.all[*at], log).any(|e| hashes.contains(&e.id_hash)))
        .collect();
    match looks[..] {
        [look] => Ok(Found { case: case_of(look), look: Some(look) }),
        [] => Err(NotOne::new(
            format!("no case, look or event of this period is `{id}`"),
            "case ids (C-…) stand in findings.csv, look ids (L-…) in audit.csv and looks.parquet, event ids in the log; \
             set --since and --until where the event lies outside the config's window",
        )),
        _ => {
            let several: Vec<String> = looks.iter().map(|l| look_id(world, &world.judged.looks.all[*l])).collect();
            Err(NotOne::new(
                format!("{} systems have an event `{id}`", several.len()),
                format!("ask by the look: {}", several.join(", ")),
            ))
        }
    }
}

/// The score of a case as a run makes it.
fn score_of(world: &World<'_>, rules: &[&Rule], rates: &Rates<'_>, firings: &Firings, at: usize) -> CaseScore {
    let fired = firings.cases.binary_search_by_key(&(at as u32), |c: &FiredCase| c.case);
    let fired = fired.map_or(&[][..], |place| &firings.cases[place].fired);
    score::one_case(world, rules, rates, at as u32, fired)
}

/// Records on which the looks of a case rest, or nearly rest.
fn links(world: &World<'_>, at: usize) -> Vec<Record> {
    let looks = world.looks(&world.cases[at]);
    let bench = world.judged.bench(world.tables, world.subjects, world.relations);
    let mut records: BTreeSet<Record> = BTreeSet::new();
    for look in looks {
        if let Some(template) = look.explained_by
            && let Some(record) = trace::record_of(template, look.explained_row)
        {
            records.insert(record);
        }
        records.extend(trace::incidents_behind(&bench, look).into_iter().map(Record::Incident));
    }
    records.into_iter().take(LINKS_TRIED).collect()
}

fn name(tables: &Tables, record: Record) -> String {
    match record {
        Record::Incident(row) => format!("incident {}", tables.incidents[row as usize].incident_id),
        Record::Authority(row) => format!("authority {}", tables.authorities[row as usize].authority_id),
    }
}

fn tell(
    world: &World<'_>,
    stages: &Stages<'_>,
    rules: &[&Rule],
    found: &Found,
    base: &CaseScore,
    without: &[(String, f64)],
) -> String {
    let case = world.cases[found.case];
    let looks = world.looks(&case);
    let facts = CaseFacts::new(world, case);
    let staff_id = world.judged.users.id(case.user, &world.tables.staff);
    let subject = &world.subjects.all[case.subject as usize];
    let mut text = String::new();
    let mut line = |said: String| {
        text.push_str(&said);
        text.push('\n');
    };
    line(format!("Case {}: {} and {}", ids::case(staff_id, &subject.key), staff(world, case.user), subject.label));
    line(format!("  {}", purpose_words(&Tally::new(world, looks))));
    for tie in &facts.ties {
        line(format!("  tie: {} (posterior {:.2})", tie_words(world, tie), tie.probability));
    }
    let told: Vec<&Look> = match found.look {
        Some(at) => vec![&world.judged.looks.all[at]],
        None => looks.iter().take(LOOKS_TOLD).collect(),
    };
    let bench = world.judged.bench(world.tables, world.subjects, world.relations);
    for look in &told {
        line(String::new());
        let system = world.tables.access.strings.get(look.system);
        line(format!(
            "Look {} in {system} on {}: {}{}; roster: {}",
            look_id(world, look),
            moment(look.first_at, stages.judged.zone),
            look.purpose.as_str().replace('_', " "),
            look.explained_by.map_or_else(String::new, |t| format!(" ({})", t.as_str().replace('_', " "))),
            look.duty.as_str().replace('_', " "),
        ));
        let traced = trace::trace(&bench, &world.judged.quotes, look);
        for named in &traced.named {
            line(format!("  ! {named}"));
        }
        for tried in &traced.tried {
            let mark = if tried.answer.is_some() { '+' } else { '-' };
            let name = tried.template.as_str().replace('_', " ");
            line(format!("  {mark} {name:<17} {}", tried.found.join("; ")));
        }
    }
    if found.look.is_none() && looks.len() > told.len() {
        line(format!("\n{} more looks of this case are not told here.", looks.len() - told.len()));
    }
    line(format!(
        "\nEvidence {:+.1} bits, prior {:+.1}, score {:+.1}",
        base.evidence,
        base.prior,
        base.posterior(world.values)
    ));
    for block in &base.blocks {
        line(format!("  {:<13}{:+6.1}  {}", block.block.as_str(), block.bits, block.because));
    }
    for (fired, weighed) in &base.fired {
        let key = rules[usize::from(fired.rule)].meta.key();
        line(format!("  fired: {key} {:+.1}", weighed.bits));
    }
    let cases = world.users[case.user as usize].cases;
    let lacks = super::lacks::lacks(world, rules, base, cases);
    for lack in &lacks {
        line(format!("lacks for a referral by itself: {lack}"));
    }
    for (name, change) in without {
        line(format!("without {name}: {change:+.1} bits"));
    }
    if without.is_empty() {
        line("No record links the user to this subject, so there is none to leave out.".to_owned());
    }
    text
}
