//! Makes a synthetic police force, to develop and judge the engine on.
//!
//! ```text
//! cargo run --release --example simulate -- OUT --staff 150 --days 14 --seed 7
//! ```
//!
//! The folder holds every canonical table with a config that lists them, and under `truth/` what was planted: the
//! cases, their rows, the innocent look-alikes and the kinds covered. Nothing is shared with the engine but the names
//! of the columns. `evaluate` compares a run with the truth.
//!
//! The order in which things are made is the order in which they would come about: places, families, the force, ties,
//! rosters, incidents, ordinary work; and, last, misuse, which adds rows to the log and changes nothing else.

mod casebook;
mod clock;
mod draw;
mod extras;
mod famous;
mod generate;
mod identifiers;
mod incidents;
mod kinds;
mod labels;
mod lookalikes;
mod name_lists;
mod names;
mod options;
mod output;
mod places;
mod plots_conduct;
mod plots_people;
mod plotter;
mod population;
mod reasons;
mod roster;
mod rows;
mod searches;
mod staff;
mod staff_roles;
mod survey;
mod tables;
mod ties;
mod training;
mod truth;
mod turnout;
mod typed;
mod work;
mod world;
#[cfg(test)]
mod world_tests;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match generate::run(options::Options::parse()) {
        Ok(made) => {
            println!("events          {:>10}, of them planted {}", made.events, made.planted);
            println!("people          {:>10}", made.people);
            println!(
                "ordinary looks  {:>10}, explained by some row {:.1} %",
                made.looks,
                100.0 * made.explained as f64 / made.looks.max(1) as f64
            );
            println!("misuse          {:>10} cases by {} staff", made.cases, made.misusers);
            println!("look-alikes     {:>10}", made.lookalikes);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}
