//! One question at a time: who looked at this person, what this member of staff looked at, why this look is
//! not explained. The line is walked as for a run; only what is written differs.

pub mod explain;
pub mod lacks;
pub mod told;
pub mod who;

use std::path::PathBuf;

use chrono::Utc;

use crate::config::RunConfig;
use crate::ingest;
use crate::report::audit::{self, Audit, Material, Scope};
use crate::report::{self, manifest};
use crate::rules::rows::World;
use crate::run::{self, Reading, RunError, Watch};

pub use explain::explain;
pub use told::Explained;
pub use who::{Asked, NotOne};

/// What an audit asks.
#[derive(Clone, Debug)]
pub enum Question {
    /// Who looked at this person, and why?
    Subject(Asked),
    /// What did this member of staff look at?
    Staff(Asked),
}

impl Question {
    const fn asked(&self) -> &Asked {
        match self {
            Self::Subject(asked) | Self::Staff(asked) => asked,
        }
    }
}

/// What an audit made.
#[derive(Debug)]
pub struct Audited {
    /// The audit as written.
    pub audit: Audit,
    /// Where it was written.
    pub folder: PathBuf,
}

/// Answers the question and writes the audit's folder.
///
/// # Errors
/// See [`RunError`]; nothing is left half-written.
pub fn audit(config: &RunConfig, question: &Question, watch: &dyn Watch) -> Result<Audited, RunError> {
    let started = Utc::now();
    let rule_set = run::load_rules(config)?;
    watch.stage("Reading");
    let tables = ingest::ingest(&config.sources, &Reading(watch))?;
    let house = run::load_house(config)?;
    let stages = run::stages(config, &tables, &house, watch);
    let asked = question.asked();
    let wanted;
    let scope = match question {
        Question::Subject(asked) => {
            wanted = who::subject(asked, &tables, &stages)?;
            Scope::Subject(&wanted)
        }
        Question::Staff(asked) => Scope::Staff(who::staff(asked, &tables, &stages)?),
    };
    let world = World::with_values(&tables, &stages.subjects, &stages.relations, &stages.judged, &config.values);
    watch.stage("Evidence");
    let born = asked.born.as_ref().map_or_else(String::new, |born| format!(", born {born}"));
    let material = Material {
        world: &world,
        scope,
        asked: format!("{}{born}", asked.who),
        sources: &config.sources,
        run: run::head(config, &tables, &rule_set, &stages.window),
    };
    let audit = audit::assemble(&material)?;
    watch.stage("Writing the audit");
    let draft = manifest::Draft {
        started: run::instant_text(started),
        finished: run::instant_text(Utc::now()),
        config: config.as_written.clone(),
        rule_files: Vec::new(),
        previous_manifest_sha256: report::previous_manifest(&config.out),
    };
    let written = audit::write(&audit, draft, &config.out)?;
    Ok(Audited { audit, folder: written.folder })
}
