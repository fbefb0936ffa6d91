//! Makes worlds one after another, runs the engine over each, writes down the counts and deletes the world.

use crate::outcome::{AS_SHIPPED, Key, Outcome, dropped, percent, read};
use crate::tables::TableError;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file of series.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    series: Vec<Series>,
}

/// Worlds of one size: one for each seed, share and loss.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    /// What they are for: development, calibration, sealed.
    set: String,
    /// One or more worlds each.
    seeds: Vec<u64>,
    /// Members of staff.
    staff: usize,
    /// Days of log.
    days: usize,
    /// Shares of staff who misuse the systems.
    misuse: Vec<f64>,
    /// Feeds degraded, as `simulate --drop` takes them; "" for none.
    #[serde(default = "whole")]
    drop: Vec<String>,
    /// Files of values by which something is taken away, for further runs over the same world.
    #[serde(default)]
    without: Vec<String>,
}

fn whole() -> Vec<String> {
    vec![String::new()]
}

/// One world to make.
struct World<'s> {
    series: &'s Series,
    seed: u64,
    misuse: f64,
    drop: &'s str,
}

impl World<'_> {
    fn key(&self, run: &str) -> Key {
        let feeds = self.drop.split(',').filter_map(|feed| feed.split_once('='));
        let feeds = feeds.map(|(feed, share)| (feed.trim(), share.trim().parse().unwrap_or(0.0)));
        Key {
            set: self.series.set.clone(),
            staff: self.series.staff,
            misuse: percent(self.misuse),
            dropped: dropped(feeds),
            run: run.to_owned(),
            seed: self.seed,
        }
    }
}

/// The programs that a series runs.
struct Programs {
    simulate: PathBuf,
    probity: PathBuf,
    /// The beginning of the hash of the engine.
    engine: String,
}

impl Programs {
    /// Beside this program, as Cargo puts them, or all in one folder.
    fn find() -> Result<Self, TableError> {
        let fail = |e: &dyn std::fmt::Display| TableError(e.to_string());
        let own = std::env::current_exe().map_err(|e| fail(&e))?;
        let folders: Vec<&Path> = own.ancestors().skip(1).take(2).collect();
        let find = |name: &str| {
            let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
            folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file()).ok_or_else(|| {
                TableError(format!("no program {name} beside {}: build with --bins --examples first", own.display()))
            })
        };
        let (simulate, probity) = (find("simulate")?, find("probity")?);
        let hash = Sha256::digest(fs::read(&probity).map_err(|e| fail(&e))?);
        let engine = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { simulate, probity, engine })
    }
}

/// What a series is run with.
pub struct Job<'j> {
    /// The file of series.
    pub plan: &'j Path,
    /// Where outcomes are written down, a file for each set.
    pub into: &'j Path,
    /// Where worlds are made and deleted.
    pub work: &'j Path,
    /// Sets to run; all where none is named.
    pub sets: &'j [String],
}

/// Runs every world of a plan that is not written down yet, and says how it goes.
pub fn run(
    job: &Job<'_>,
    compare: impl Fn(&Path, &Path) -> Result<Outcome, Box<dyn std::error::Error>>,
) -> Result<String, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(job.plan).map_err(|e| TableError(format!("{}: {e}", job.plan.display())))?;
    let plan: Plan = toml::from_str(&text).map_err(|e| TableError(format!("{}: {e}", job.plan.display())))?;
    let programs = Programs::find()?;
    fs::create_dir_all(job.into)?;
    fs::create_dir_all(job.work)?;
    let done: Vec<Key> = read(job.into)?.iter().map(Outcome::key).collect();
    let mut made = 0;
    for world in worlds(&plan).filter(|w| job.sets.is_empty() || job.sets.contains(&w.series.set)) {
        let further = if world.drop.is_empty() && world.misuse > 0.0 { world.series.without.as_slice() } else { &[] };
        let runs: Vec<&str> = [AS_SHIPPED].into_iter().chain(further.iter().map(String::as_str)).collect();
        let runs: Vec<&str> = runs.into_iter().filter(|run| !done.contains(&world.key(run))).collect();
        if runs.is_empty() {
            continue;
        }
        let folder = job.work.join("world");
        remove(&folder)?;
        simulate(&programs, &world, &folder)?;
        for name in runs {
            let report = run_engine(&programs, job, &folder, name)?;
            let mut outcome = compare(&folder, &report)?;
            remove(&report)?;
            outcome.set.clone_from(&world.series.set);
            name.clone_into(&mut outcome.run);
            outcome.engine.clone_from(&programs.engine);
            keep(job, &outcome)?;
            made += 1;
            eprintln!(
                "{}: seed {}, {} staff, {} misusing, {}, {name}",
                outcome.set,
                outcome.world.seed,
                outcome.world.staff,
                percent(outcome.world.misuse),
                if world.drop.is_empty() { "whole" } else { world.drop }
            );
        }
        remove(&folder)?;
    }
    Ok(format!("{made} outcomes written to {}", job.into.display()))
}

fn worlds(plan: &Plan) -> impl Iterator<Item = World<'_>> {
    plan.series.iter().flat_map(|series| {
        series.seeds.iter().flat_map(move |&seed| {
            series
                .misuse
                .iter()
                .flat_map(move |&misuse| series.drop.iter().map(move |drop| World { series, seed, misuse, drop }))
        })
    })
}

fn simulate(programs: &Programs, world: &World<'_>, folder: &Path) -> Result<(), TableError> {
    let mut command = Command::new(&programs.simulate);
    command.arg(folder).arg("--staff").arg(world.series.staff.to_string());
    command.arg("--days").arg(world.series.days.to_string()).arg("--seed").arg(world.seed.to_string());
    command.arg("--misuse").arg(world.misuse.to_string());
    if !world.drop.is_empty() {
        command.arg("--drop").arg(world.drop);
    }
    done(&mut command, &folder.join("truth/world.csv"))
}

/// Runs the engine, with the values of a file where something is taken away, and gives the folder of its report.
fn run_engine(programs: &Programs, job: &Job<'_>, world: &Path, name: &str) -> Result<PathBuf, TableError> {
    let fail = |e: std::io::Error| TableError(format!("{}: {e}", world.display()));
    let mut config = fs::read_to_string(world.join("probity.toml")).map_err(fail)?;
    if name != AS_SHIPPED {
        let values = job.plan.with_file_name("without").join(format!("{name}.toml"));
        let values = values.canonicalize().map_err(|e| TableError(format!("{}: {e}", values.display())))?;
        config = config.replacen("[run]\n", &format!("[run]\nvalues = {:?}\n", values.display().to_string()), 1);
    }
    let place = world.join("evaluated.toml");
    fs::write(&place, config).map_err(fail)?;
    let report = world.join("evaluated");
    let mut command = Command::new(&programs.probity);
    command.arg("run").arg(&place).arg("--out").arg(&report);
    if name == AS_SHIPPED {
        command.arg("--keep-looks");
    }
    done(&mut command, &report.join("manifest.json"))?;
    Ok(report)
}

/// Runs a program that is to write a file.
fn done(command: &mut Command, writes: &Path) -> Result<(), TableError> {
    let words = format!("{command:?}");
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null()).output();
    let output = output.map_err(|e| TableError(format!("{words}: {e}")))?;
    // What was read with complaints is whole all the same.
    if writes.is_file() {
        return Ok(());
    }
    Err(TableError(format!("{words}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))))
}

fn remove(folder: &Path) -> Result<(), TableError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|e| TableError(format!("{}: {e}", folder.display())))?;
    }
    Ok(())
}

/// Writes an outcome down as the last line of its set's file.
fn keep(job: &Job<'_>, outcome: &Outcome) -> Result<(), Box<dyn std::error::Error>> {
    let path = job.into.join(format!("{}.ndjson", outcome.set));
    let mut line = serde_json::to_string(outcome)?;
    line.push('\n');
    OpenOptions::new().create(true).append(true).open(&path)?.write_all(line.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_plan_is_sound() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/evaluate");
        let text = fs::read_to_string(folder.join("series.toml")).expect("the plan");
        let plan: Plan = toml::from_str(&text).expect("sound");
        let mut keys: Vec<Key> = worlds(&plan).map(|w| w.key(AS_SHIPPED)).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "no world twice");
        for name in plan.series.iter().flat_map(|s| &s.without) {
            assert!(folder.join(format!("without/{name}.toml")).is_file(), "{name}");
        }
        let seeds = |set: &str| -> Vec<u64> {
            plan.series.iter().filter(|s| s.set == set).flat_map(|s| s.seeds.clone()).collect()
        };
        for seed in seeds("sealed") {
            assert!(!seeds("development").contains(&seed) && !seeds("calibration").contains(&seed), "{seed}");
        }
    }

    #[test]
    fn a_world_has_the_key_of_its_outcome() {
        let series = Series {
            set: "development".to_owned(),
            seeds: vec![3],
            staff: 1_000,
            days: 30,
            misuse: vec![0.02],
            drop: whole(),
            without: Vec::new(),
        };
        let world = World { series: &series, seed: 3, misuse: 0.002, drop: "roster=0.5,incidents=0.2" };
        let key = world.key("peers");
        assert_eq!((key.dropped.as_str(), key.misuse.as_str()), ("incidents 20 %, roster 50 %", "0.2 %"));
    }
}
