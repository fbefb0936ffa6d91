//! Compares a run of the engine with the truth of a synthetic world.
//!
//! ```text
//! cargo run --release --example evaluate -- WORLD          # is the world fair? counts and probe alone
//! cargo run --release --example evaluate -- WORLD RUN      # how good was the run?
//! ```
//!
//! WORLD is a folder written by `simulate`; RUN is a folder of reports with `referrals.csv`, `findings.csv` and
//! `evidence.csv`. Accuracy is never printed: where one user in a hundred misuses the systems, referring nobody has 99 %.

mod catalogue;
mod explained;
mod intervals;
mod judge;
mod print;
mod probe;
mod ranking;
mod run;
mod tables;
mod world;

use clap::Parser;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares a run of the engine with the truth of a synthetic world.
#[derive(Parser)]
#[command(name = "evaluate")]
struct Options {
    /// A folder that `simulate` wrote
    #[arg(required_unless_present = "recall")]
    world: Option<PathBuf>,
    /// A folder of reports; without it, only the world is examined
    run: Option<PathBuf>,
    /// Read no more than so many referrals of the refer lane
    #[arg(long)]
    budget: Option<usize>,
    /// Recall by kind and form over folders that each hold `world`, `run` and `firings.ndjson`, in Markdown
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "world")]
    recall: Vec<PathBuf>,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    misusers: usize,
    benign_staff: usize,
    cases: usize,
    lookalikes: usize,
    probe: probe::Probe,
    run: Option<judge::Judgement>,
    explained: Option<explained::Explained>,
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
    let Some(folder) = &options.world else {
        return catalogue::recall(&options.recall);
    };
    let world = world::World::read(folder)?;
    let probe = probe::probe(folder, &world)?;
    let run = match &options.run {
        Some(folder) => Some(judge::judge(&world, &run::Run::read(folder)?, probe.events, options.budget)),
        None => None,
    };
    let explained = match &options.run {
        Some(run) => explained::measure(folder, &world, run)?,
        None => None,
    };
    if options.json {
        let report = Report {
            misusers: world.misusers.len(),
            benign_staff: world.benign_staff,
            cases: world.cases.len(),
            lookalikes: world.lookalikes.len(),
            probe,
            run,
            explained,
        };
        return Ok(serde_json::to_string_pretty(&report)?);
    }
    let mut text = print::world(&world, &probe);
    if let Some(judgement) = &run {
        text.push('\n');
        text.push_str(&print::judgement(judgement));
    }
    if let Some(explained) = &explained {
        text.push_str(&explained::print(explained));
    }
    Ok(text)
}
