//! One look or case, with every explanation tried and the score without each link.

use std::collections::BTreeSet;

use super::lacks::lacks;
use super::told::{Explained, ToldBlock, ToldLook, ToldRule, ToldTemplate, ToldTie, VERSION, Without};
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
/// Most links that are left out in turn; for each the rules are asked anew.
const LINKS_TRIED: usize = 32;

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
    let stages = run::stages(config, &tables, &house, watch);
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
    let links = links(&world, found.case);
    for &record in links.iter().take(LINKS_TRIED) {
        let case = world.cases[found.case];
        let range = case.from as usize..case.to as usize;
        let judged = stages.judged.without(range, record, (&tables, &stages.subjects, &stages.relations));
        let other = World::with_values(&tables, &stages.subjects, &stages.relations, &judged, &config.values);
        let firings = fire::fire(&other, &rules);
        let scored = score_of(&other, &rules, &rates, &firings, found.case);
        let (record, id) = name(&tables, record);
        without.push(Without { record, id: id.to_owned(), bits: scored.evidence - base.evidence });
    }
    let links_untried = links.len().saturating_sub(LINKS_TRIED);
    Ok(Explained { without, links_untried, ..tell(&world, &stages, &rules, &found, &base) })
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

/// Records on which the looks of a case rest, then those on which they nearly rest.
fn links(world: &World<'_>, at: usize) -> Vec<Record> {
    let looks = world.looks(&world.cases[at]);
    let bench = world.judged.bench(world.tables, world.subjects, world.relations);
    let rests = |look: &Look| look.explained_by.and_then(|t| trace::record_of(t, look.explained_row));
    let rests: BTreeSet<Record> = looks.iter().filter_map(rests).collect();
    let near: BTreeSet<Record> =
        looks.iter().flat_map(|look| trace::incidents_behind(&bench, look)).map(Record::Incident).collect();
    rests.iter().chain(near.difference(&rests)).copied().collect()
}

/// What kind of record it is, and its id.
fn name(tables: &Tables, record: Record) -> (&'static str, &str) {
    match record {
        Record::Incident(row) => ("incident", &tables.incidents[row as usize].incident_id),
        Record::Authority(row) => ("authority", &tables.authorities[row as usize].authority_id),
    }
}

/// Everything but the links left out.
fn tell(world: &World<'_>, stages: &Stages<'_>, rules: &[&Rule], found: &Found, base: &CaseScore) -> Explained {
    let case = world.cases[found.case];
    let looks = world.looks(&case);
    let facts = CaseFacts::new(world, case);
    let staff_id = world.judged.users.id(case.user, &world.tables.staff);
    let subject = &world.subjects.all[case.subject as usize];
    let zone = stages.judged.zone;
    let told: Vec<&Look> = match found.look {
        Some(at) => vec![&world.judged.looks.all[at]],
        None => looks.iter().take(LOOKS_TOLD).collect(),
    };
    let bench = world.judged.bench(world.tables, world.subjects, world.relations);
    let one_look = |look: &&Look| {
        let traced = trace::trace(&bench, &world.judged.quotes, look);
        ToldLook {
            look_id: look_id(world, look),
            system: world.tables.access.strings.get(look.system).to_owned(),
            at: look.first_at.rfc3339(zone),
            at_words: moment(look.first_at, zone),
            purpose: look.purpose.as_str(),
            explained_by: look.explained_by.map_or("", |t| t.as_str()),
            duty: look.duty.as_str(),
            named: traced.named,
            tried: traced
                .tried
                .into_iter()
                .map(|t| ToldTemplate {
                    template: t.template.as_str(),
                    answers: t.answer.is_some(),
                    near: t.near,
                    found: t.found,
                })
                .collect(),
        }
    };
    let told: Vec<ToldLook> = told.iter().map(one_look).collect();
    Explained {
        schema: VERSION,
        case_id: ids::case(staff_id, &subject.key),
        staff_id: staff_id.to_owned(),
        staff: staff(world, case.user),
        subject_id: subject.key.clone(),
        subject: subject.label.clone(),
        purpose: purpose_words(&Tally::new(world, looks)),
        ties: facts.ties.iter().map(|t| ToldTie { tie: tie_words(world, t), probability: t.probability }).collect(),
        looks_untold: if found.look.is_none() { looks.len() - told.len() } else { 0 },
        looks: told,
        evidence_bits: base.evidence,
        prior_bits: base.prior,
        score_bits: base.posterior(world.values),
        blocks: base
            .blocks
            .iter()
            .map(|b| ToldBlock { block: b.block.as_str(), bits: b.bits, because: b.because.clone() })
            .collect(),
        fired: base
            .fired
            .iter()
            .map(|(f, w)| ToldRule { rule: rules[usize::from(f.rule)].meta.key(), bits: w.bits })
            .collect(),
        lacks: lacks(world, rules, base, case.user),
        without: Vec::new(),
        links_untried: 0,
    }
}
