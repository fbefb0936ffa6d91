//! Compares a run of the engine with the truth of a synthetic world.
//!
//! ```text
//! cargo run --release --example evaluate -- WORLD          # is the world fair? counts and probe alone
//! cargo run --release --example evaluate -- WORLD RUN      # how good was the run?
//! … -- --series FILE --into DIR --work DIR                 # many worlds, one at a time; outcomes alone are kept
//! … -- --pool DIR                                          # docs/evaluation.md, from such outcomes
//! ```
//!
//! WORLD is a folder written by `simulate`; RUN is a folder of reports with `referrals.csv`, `findings.csv` and
//! `evidence.csv`. Accuracy is never printed: where one user in a hundred misuses the systems, referring nobody has 99 %.

mod aims;
mod catalogue;
mod coincidence;
mod explained;
mod fair_page;
mod fairness;
mod figures;
mod intervals;
mod judge;
mod looks;
mod outcome;
mod page;
mod pool;
mod print;
mod probe;
mod ranking;
mod run;
mod series;
mod tables;
mod world;

use clap::Parser;
use outcome::Outcome;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compares a run of the engine with the truth of a synthetic world.
#[derive(Parser)]
#[command(name = "evaluate")]
struct Options {
    /// A folder that `simulate` wrote
    #[arg(required_unless_present_any = ["recall", "pool", "series"])]
    world: Option<PathBuf>,
    /// A folder of reports; without it, only the world is examined
    run: Option<PathBuf>,
    /// Read so many places of the ranked list; otherwise 5 a day by one investigator for every 10,000 staff
    #[arg(long)]
    budget: Option<usize>,
    /// Recall by kind and form over folders that each hold `world`, `run` and `firings.ndjson`, in Markdown
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "world")]
    recall: Vec<PathBuf>,
    /// The page of docs/evaluation.md, from a folder of outcomes
    #[arg(long, value_name = "DIR", conflicts_with = "world")]
    pool: Option<PathBuf>,
    /// Makes the worlds of a file one after another, runs the engine over each, writes down the outcome, deletes the world
    #[arg(long, value_name = "FILE", conflicts_with = "world", requires = "into", requires = "work")]
    series: Option<PathBuf>,
    /// With --series: the folder of outcomes
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// With --series: a folder in which one world at a time is made
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// With --series: this set alone; may be given again
    #[arg(long, value_name = "NAME", requires = "series")]
    only: Vec<String>,
    /// For programs: counts, as `--pool` reads them
    #[arg(long)]
    json: bool,
    /// With --json: what the world is for
    #[arg(long, value_name = "NAME", default_value = "development")]
    set: String,
    /// With --json: how the engine was run
    #[arg(long, value_name = "NAME", default_value = outcome::AS_SHIPPED)]
    ran: String,
}

fn main() -> ExitCode {
    match evaluate(&Options::parse()) {
        Ok(text) => {
            // A reader who has seen enough may close the pipe.
            let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("evaluate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn evaluate(options: &Options) -> Result<String, Box<dyn std::error::Error>> {
    if let Some(folder) = &options.pool {
        return Ok(page::page(&outcome::read(folder)?)?);
    }
    if let (Some(plan), Some(into), Some(work)) = (&options.series, &options.into, &options.work) {
        let job = series::Job { plan, into, work, sets: &options.only };
        return series::run(&job, |world, run| compare(world, Some(run), None));
    }
    let Some(folder) = &options.world else {
        return catalogue::recall(&options.recall);
    };
    let mut outcome = compare(folder, options.run.as_deref(), options.budget)?;
    outcome.set.clone_from(&options.set);
    outcome.run.clone_from(&options.ran);
    if options.json {
        return Ok(serde_json::to_string(&outcome)?);
    }
    Ok(print::outcome(&outcome))
}

/// One run, if any, at one world.
fn compare(folder: &Path, run: Option<&Path>, budget: Option<usize>) -> Result<Outcome, Box<dyn std::error::Error>> {
    let world = world::World::read(folder)?;
    let probe = probe::probe(folder, &world)?;
    let facts = world.facts(probe.days);
    let (mut judged, mut explained, mut fairness, mut coincidence) = (None, None, Vec::new(), Vec::new());
    if let Some(path) = run {
        let run = run::Run::read(path)?;
        let judgement = judge::judge(&world, &run, &facts, probe.events, budget);
        if let Some(looks) = looks::Looks::open(path)? {
            explained = Some(explained::measure(folder, &world, &looks)?);
            fairness = fairness::measure(folder, &world, &run, &looks, judgement.budget)?;
        }
        coincidence = coincidence::read(path)?;
        judged = Some(judgement);
    }
    let (set, run) = (String::new(), outcome::AS_SHIPPED.to_owned());
    Ok(Outcome { set, run, engine: String::new(), world: facts, probe, judged, explained, fairness, coincidence })
}
