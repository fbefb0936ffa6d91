//! From settings as written to a config that can be run: zones, moments,
//! paths, profiles and files are looked up here.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;

use super::document::{Document, RunSection, SourceSection, Written};
use super::fault::{Fault, Faults};
use super::files::{self, Found};
use super::profiles::Profiles;
use super::window::{self, Edge};
use super::{Overrides, RunConfig, suggest};
use crate::ingest::Source;
use crate::ingest::tables::TableName;
use crate::instant::Instant;
use crate::values::Values;

/// The zone of a config that names none.
const DEFAULT_ZONE: Tz = chrono_tz::Europe::London;
/// The folder that a report goes to where the config names none.
const DEFAULT_OUT: &str = "report";
/// The share of unusable rows that passes where the config names none.
const DEFAULT_SHARE: f64 = 0.01;

/// Looks up everything that a config names. `None` where anything is wrong.
#[must_use]
pub fn resolve(document: &Document, path: &Path, overrides: &Overrides, faults: &mut Faults) -> Option<RunConfig> {
    let run = &document.run;
    let folder = path.parent().unwrap_or(Path::new(""));
    let zone = zone(run.timezone.as_ref(), DEFAULT_ZONE, faults);

    let since = moment("since", overrides.since.as_deref(), run.since.as_ref(), zone, Edge::Start, faults);
    let until = moment("until", overrides.until.as_deref(), run.until.as_ref(), zone, Edge::End, faults);
    let now = moment("now", overrides.now.as_deref(), run.now.as_ref(), zone, Edge::End, faults);
    window_in_order(since.as_ref(), until.as_ref(), now.as_ref(), faults);

    let rules = place(overrides.rules.as_deref(), run.rules.as_ref(), folder);
    must_be_folder("rules", rules.as_ref(), faults);
    let explanations = place(None, run.explanations.as_ref(), folder);
    must_be_folder("explanations", explanations.as_ref(), faults);
    let values = values(run, overrides, folder, faults);
    let profiles_folder = place(None, run.profiles.as_ref(), folder);
    must_be_folder("profiles", profiles_folder.as_ref(), faults);

    let mut profiles = Profiles::new(folder, profiles_folder.map(|folder| folder.path));
    let sources = sources(&document.sources, folder, zone, &mut profiles, faults);
    let judged = document.sources.iter().any(|source| source.table == TableName::Access);
    if document.complete && !judged {
        faults.push(no_access());
    }

    let out = place(overrides.out.as_deref(), run.out.as_ref(), folder)
        .unwrap_or_else(|| Place { path: folder.join(DEFAULT_OUT), at: None });
    let ledger = place(overrides.ledger.as_deref(), run.ledger.as_ref(), folder);
    out_is_apart(&out, path, rules.as_ref(), ledger.as_ref(), &sources, faults);

    if !faults.is_empty() {
        return None;
    }
    let name = run.name.as_ref().map(|name| name.value.trim().to_owned());
    Some(RunConfig {
        path: path.to_owned(),
        name: name
            .unwrap_or_else(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()),
        out: out.path,
        zone,
        since: since.map(|since| since.value),
        until: until.map(|until| until.value),
        now: now.map(|now| now.value),
        rules: rules.map(|rules| rules.path),
        explanations: explanations.map(|folder| folder.path),
        values,
        keep_looks: overrides.keep_looks || run.keep_looks.as_ref().is_some_and(|keep| keep.value),
        threads: overrides.threads.or(run.threads.as_ref().map(|threads| threads.value)),
        max_quarantine_share: run.max_quarantine_share.as_ref().map_or(DEFAULT_SHARE, |share| share.value),
        ledger: ledger.map(|ledger| ledger.path),
        sources: sources.into_iter().map(|source| source.source).collect(),
        as_written: overrides.onto(document.as_json.clone()),
    })
}

/// A zone by its name in the IANA database.
fn zone(written: Option<&Written<String>>, otherwise: Tz, faults: &mut Faults) -> Tz {
    let Some(written) = written else { return otherwise };
    let name = written.value.trim();
    name.parse().unwrap_or_else(|_| {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let help = match suggest::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "zones are named as in the IANA database, such as Europe/London or UTC".to_owned(),
        };
        faults.push(
            Fault::at(&written.span, "config::unknown_zone", format!("there is no time zone `{name}`")).help(help),
        );
        otherwise
    })
}

/// A moment and where it was said: a span of the config, or an option.
struct Said {
    value: Instant,
    span: Option<std::ops::Range<usize>>,
}

/// A moment, from the command line before the config.
fn moment(
    key: &str,
    over: Option<&str>,
    written: Option<&Written<String>>,
    zone: Tz,
    edge: Edge,
    faults: &mut Faults,
) -> Option<Said> {
    let text = over.or(written.map(|written| written.value.as_str()))?;
    let span = if over.is_some() { None } else { written.map(|written| written.span.clone()) };
    match window::moment(text, zone, edge) {
        Ok(value) => Some(Said { value, span }),
        Err((message, help)) => {
            let fault = match &span {
                Some(span) => Fault::at(span, "config::bad_moment", format!("`{key}`: {message}")),
                None => Fault::nowhere("config::bad_moment", format!("--{key}: {message}")),
            };
            faults.push(fault.help(help));
            None
        }
    }
}

fn window_in_order(since: Option<&Said>, until: Option<&Said>, now: Option<&Said>, faults: &mut Faults) {
    let mut check = |later: Option<&Said>, message: &str| {
        if let (Some(since), Some(later)) = (since, later)
            && later.value <= since.value
        {
            let fault = match later.span.as_ref().or(since.span.as_ref()) {
                Some(span) => Fault::at(span, "config::empty_window", message),
                None => Fault::nowhere("config::empty_window", message),
            };
            faults.push(fault);
        }
    };
    check(until, "the window ends before it starts: `until` is not after `since`");
    check(now, "the run's present lies before its window: `now` is not after `since`");
}

/// A path and where in the config it was written; nowhere if it came from the command line.
struct Place {
    path: PathBuf,
    at: Option<std::ops::Range<usize>>,
}

impl Place {
    fn fault(&self, code: &'static str, message: String) -> Fault {
        match &self.at {
            Some(span) => Fault::at(span, code, message),
            None => Fault::nowhere(code, message),
        }
    }
}

/// A path: the command line's as it stands, the config's against its folder.
/// The values of the score: as shipped, as the force's own file has them, and as this run sets them.
fn values(run: &RunSection, overrides: &Overrides, folder: &Path, faults: &mut Faults) -> Values {
    let mut values = Values::shipped().clone();
    if let Some(place) = place(None, run.values.as_ref(), folder) {
        match Values::load(&place.path) {
            Ok(own) => values = own,
            Err(error) => {
                let fault = place.fault("config::values", format!("`values`: {error}"));
                let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
                faults.push(match help {
                    Some(help) => fault.help(help),
                    None => fault,
                });
            }
        }
    }
    let count = |over: Option<usize>, written: Option<&Written<usize>>| over.or(written.map(|n| n.value));
    if let Some(capacity) = count(overrides.capacity, run.capacity.as_ref()) {
        values.lanes.capacity = capacity;
    }
    if let Some(sample) = count(overrides.sample, run.sample.as_ref()) {
        values.lanes.sample = sample;
    }
    values
}

fn place(over: Option<&Path>, written: Option<&Written<String>>, folder: &Path) -> Option<Place> {
    match (over, written) {
        (Some(over), _) => Some(Place { path: over.to_owned(), at: None }),
        (None, Some(written)) => Some(Place { path: folder.join(&written.value), at: Some(written.span.clone()) }),
        (None, None) => None,
    }
}

fn must_be_folder(key: &str, place: Option<&Place>, faults: &mut Faults) {
    if let Some(place) = place
        && !place.path.is_dir()
    {
        let message = format!("`{key}`: there is no folder {}", place.path.display());
        faults.push(place.fault("config::missing_folder", message));
    }
}

/// A source with what decides its place in the order.
struct Resolved {
    key: (TableName, Vec<String>, Option<String>, &'static str),
    files: Vec<Found>,
    source: Source,
}

/// The sources in an order of their own, so that the config's order means nothing.
fn sources(
    written: &[SourceSection],
    folder: &Path,
    run_zone: Tz,
    profiles: &mut Profiles,
    faults: &mut Faults,
) -> Vec<Resolved> {
    let mut resolved = Vec::new();
    let mut readers: BTreeMap<(TableName, PathBuf, Option<String>), String> = BTreeMap::new();
    for section in written {
        let profile_name = section.profile.as_ref().map(|profile| profile.value.trim().to_owned());
        let profile = section.profile.as_ref().and_then(|profile| profiles.get(profile, faults));
        let its_zone = profile.as_ref().and_then(|profile| profile.zone());
        let zone = zone(section.timezone.as_ref(), its_zone.unwrap_or(run_zone), faults);
        if let (Some(written), Some(makes)) = (&section.profile, profile.as_ref().and_then(|profile| profile.table()))
            && makes != section.table
        {
            let message = format!("the profile `{}` makes the table `{}`", written.value, makes.as_str());
            faults.push(
                Fault::at(&written.span, "config::other_table", message)
                    .help(format!("this source feeds `{}`: one of the two is wrong", section.table.as_str())),
            );
        }
        let files = files::find(&section.files, folder, faults);
        for file in &files {
            let reader = (section.table, file.real.clone(), profile_name.clone());
            if let Some(first) = readers.insert(reader, file.name.clone()) {
                let message = format!("another source already reads `{first}` into `{}`", section.table.as_str());
                let fault = match section.files.first() {
                    Some(glob) => Fault::at(&glob.span, "config::read_twice", message),
                    None => Fault::nowhere("config::read_twice", message),
                };
                faults.push(fault.help("its rows would count twice; narrow one of the two globs"));
            }
        }
        let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
        let source = Source {
            table: section.table,
            files: files.iter().map(|file| file.path.clone()).collect(),
            names: names.clone(),
            profile,
            zone,
        };
        resolved.push(Resolved { key: (section.table, names, profile_name, zone.name()), files, source });
    }
    resolved.sort_by(|a, b| a.key.cmp(&b.key));
    resolved
}

fn no_access() -> Fault {
    Fault::nowhere("config::no_access", "no source feeds the table `access`")
        .help("add a [[sources]] section with table = \"access\" and the files of the access log")
}

/// The report's folder is replaced as a whole, so nothing that a run reads or
/// keeps may be in it; and the folder around it must be there before hours of
/// work, not after.
fn out_is_apart(
    out: &Place,
    config: &Path,
    rules: Option<&Place>,
    ledger: Option<&Place>,
    sources: &[Resolved],
    faults: &mut Faults,
) {
    let folder = flat(&out.path);
    let inputs = sources.iter().flat_map(|source| &source.files).map(|file| ("an input file", file.path.as_path()));
    let config = ("the config", config, None);
    let rules = rules.map(|rules| ("the rules", rules.path.as_path(), Some(rules)));
    let ledger = ledger.map(|ledger| ("the ledger", ledger.path.as_path(), Some(ledger)));
    let inputs = inputs.map(|(what, path)| (what, path, None));
    for (what, path, place) in std::iter::once(config).chain(rules).chain(ledger).chain(inputs) {
        if flat(path).starts_with(&folder) {
            let message = format!("the report's folder {} holds {what} {}", out.path.display(), path.display());
            let place = if out.at.is_some() { out } else { place.unwrap_or(out) };
            faults.push(
                place
                    .fault("config::out_holds_input", message)
                    .help("the folder is replaced as a whole on every run; choose one of its own"),
            );
            return;
        }
    }
    if let Some(parent) = folder.parent()
        && !parent.is_dir()
    {
        let message = format!("there is no folder {} to write the report in", parent.display());
        faults.push(
            out.fault("config::missing_folder", message).help("make it first: a run makes the report's folder alone"),
        );
    }
}

/// An absolute path without `.` and `..`; links are followed where the path exists.
fn flat(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let mut flat = PathBuf::new();
    for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                flat.pop();
            }
            other => flat.push(other),
        }
    }
    flat
}

/// A profile as sources share it.
pub type SharedProfile = Arc<crate::ingest::profile::Profile>;
