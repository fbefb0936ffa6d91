//! The run's config: which files to read, over which window, and where to.
//!
//! A config is a small TOML file. [`load`] reads it whole before it judges it,
//! so that one round of corrections is enough, and every message points into
//! the author's own text. [`keys::KEYS`] lists all that a config may say.
//!
//! The way through: `document` reads text (pure), `resolve` looks up what the
//! text names (zones, files, profiles), and what is wrong gathers in `fault`.

mod document;
mod fault;
mod files;
pub mod keys;
pub mod profiles;
mod resolve;
#[cfg(test)]
mod shipped_tests;
pub mod suggest;
#[cfg(test)]
mod tests;
mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::ingest::Source;
use crate::instant::Instant;
use crate::values::Values;

pub use fault::{Cause, ConfigError, Fault};

/// A config larger than this is some other file.
const MAX_BYTES: u64 = 1 << 20;

/// A run, ready to go: every name in it has been looked up.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// The config itself.
    pub path: PathBuf,
    /// What the run is called.
    pub name: String,
    /// Folder that the report replaces.
    pub out: PathBuf,
    /// Zone in which times are shown.
    pub zone: Tz,
    /// Start of the window, inside it; open where `None`.
    pub since: Option<Instant>,
    /// End of the window, outside it; open where `None`.
    pub until: Option<Instant>,
    /// What the run takes as the present.
    pub now: Option<Instant>,
    /// Folder of rules; the shipped ones where `None`.
    pub rules: Option<PathBuf>,
    /// Folder of the force's own grace for explanations; as shipped where `None`.
    pub explanations: Option<PathBuf>,
    /// The values of the score, with the capacity and the sample of this run.
    pub values: Values,
    /// Whether every look is written out.
    pub keep_looks: bool,
    /// How many threads to work with; one a processor where `None`.
    pub threads: Option<usize>,
    /// Share of a table's rows that may be unusable before the run says so by its exit code.
    pub max_quarantine_share: f64,
    /// The ledger's file.
    pub ledger: Option<PathBuf>,
    /// What to read, in an order that does not depend on the config's.
    pub sources: Vec<Source>,
    /// The settings as written, with what the command line set over them, for the manifest.
    pub as_written: Value,
}

/// What the command line sets over the config. Its paths are relative to the
/// working folder, not to the config.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Overrides {
    pub since: Option<String>,
    pub until: Option<String>,
    pub now: Option<String>,
    pub out: Option<PathBuf>,
    pub rules: Option<PathBuf>,
    pub threads: Option<usize>,
    pub capacity: Option<usize>,
    pub sample: Option<usize>,
    pub keep_looks: bool,
    pub ledger: Option<PathBuf>,
}

impl Overrides {
    /// Adds what the command line set to the settings as written, under `overrides`.
    fn onto(&self, mut written: Value) -> Value {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| json!(path.to_string_lossy()));
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let set: Map<String, Value> = [
            ("since", text(&self.since)),
            ("until", text(&self.until)),
            ("now", text(&self.now)),
            ("out", path(&self.out)),
            ("rules", path(&self.rules)),
            ("threads", self.threads.map(|threads| json!(threads))),
            ("capacity", self.capacity.map(|n| json!(n))),
            ("sample", self.sample.map(|n| json!(n))),
            ("keep_looks", self.keep_looks.then_some(Value::Bool(true))),
            ("ledger", path(&self.ledger)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
        if !set.is_empty()
            && let Some(object) = written.as_object_mut()
        {
            object.insert("overrides".to_owned(), Value::Object(set));
        }
        written
    }
}

/// Reads a config and looks up everything that it names.
///
/// # Errors
/// Everything that is wrong with it at once; [`ConfigError::is_input`] tells
/// missing input files from mistakes in the text.
pub fn load(path: &Path, overrides: &Overrides) -> Result<RunConfig, ConfigError> {
    let shown = path.display().to_string();
    let text: Arc<str> = read(path)?.into();
    let mut faults = fault::Faults::default();
    let document = document::read(&text, &mut faults);
    let config = document.and_then(|document| resolve::resolve(&document, path, overrides, &mut faults));
    config.filter(|_| faults.is_empty()).ok_or_else(|| faults.into_error(&shown, &text))
}

/// The config's text, without a byte order mark.
fn read(path: &Path) -> Result<String, ConfigError> {
    let shown = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let fault = Fault::nowhere("config::unreadable", format!("the config {shown} cannot be read: {error}"))
            .help("`probity init CONFIG --inputs DIR` writes a first config for the files in DIR");
        ConfigError::whole(&shown, fault)
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_BYTES {
        let message = format!("{shown} is no config: it has {size} bytes, and a config at most {MAX_BYTES}");
        return Err(ConfigError::whole(&shown, Fault::nowhere("config::too_large", message)));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|&byte| byte == b'\n').count();
        let fault =
            Fault::nowhere("config::not_utf8", format!("{shown} is not UTF-8 text: line {line} holds other bytes"))
                .help("save the config as UTF-8");
        ConfigError::whole(&shown, fault)
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}
