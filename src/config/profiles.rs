//! Mapping profiles by name or path: the config's own folder before the shipped ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Written;
use super::fault::{Fault, Faults};
use super::resolve::SharedProfile;
use super::suggest;
use crate::ingest::profile;

/// The profiles that the program brings along: name and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("alpr-organisation", include_str!("../../profiles/alpr-organisation.toml")),
    ("alpr-portal", include_str!("../../profiles/alpr-portal.toml")),
    ("canonical", include_str!("../../profiles/canonical.toml")),
    ("eugene-alpr", include_str!("../../profiles/eugene-alpr.toml")),
    ("fhir-auditevent", include_str!("../../profiles/fhir-auditevent.toml")),
    ("hr-export", include_str!("../../profiles/hr-export.toml")),
    ("pnc-transaction", include_str!("../../profiles/pnc-transaction.toml")),
    ("purview", include_str!("../../profiles/purview.toml")),
    ("roster-export", include_str!("../../profiles/roster-export.toml")),
];

/// The text of a shipped profile that another extends, and how to call it.
///
/// # Errors
/// A sentence of help where none has that name.
pub fn shipped(name: &str) -> Result<(String, String), String> {
    Profiles::new(Path::new(""), None).text(name).map_err(|missing| format!("{}; {}", missing.message, missing.help))
}

/// The profiles that a config may name, each read once.
pub struct Profiles {
    config_folder: PathBuf,
    own: Option<PathBuf>,
    read: BTreeMap<String, Option<SharedProfile>>,
}

impl Profiles {
    /// Profiles for a config in `config_folder` with its own folder of them, if it has one.
    #[must_use]
    pub fn new(config_folder: &Path, own: Option<PathBuf>) -> Self {
        Self { config_folder: config_folder.to_owned(), own, read: BTreeMap::new() }
    }

    /// The profile of that name; a fault at the name where there is none or it is wrong.
    pub fn get(&mut self, written: &Written<String>, faults: &mut Faults) -> Option<SharedProfile> {
        let name = written.value.trim();
        if let Some(known) = self.read.get(name) {
            return known.clone();
        }
        let profile = self.load(name, written, faults);
        self.read.insert(name.to_owned(), profile.clone());
        profile
    }

    fn load(&self, name: &str, written: &Written<String>, faults: &mut Faults) -> Option<SharedProfile> {
        let (called, text) = match self.text(name) {
            Ok(found) => found,
            Err(fault) => {
                faults.push(fault.at_place(written));
                return None;
            }
        };
        let library = |name: &str| self.text(name).map_err(|missing| format!("{}; {}", missing.message, missing.help));
        match profile::parse_with(&called, &text, &library) {
            Ok(profile) => Some(Arc::new(profile)),
            Err(error) => {
                let message = format!("the profile `{name}` cannot be used");
                faults.push(Fault::at(&written.span, "config::bad_profile", message).because(Box::new(error)));
                None
            }
        }
    }

    /// A profile's text and the name that messages about it use.
    fn text(&self, name: &str) -> Result<(String, String), Missing> {
        let path = if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
            Some(self.config_folder.join(name))
        } else {
            self.own.as_ref().map(|own| own.join(format!("{name}.toml"))).filter(|path| path.is_file())
        };
        if let Some(path) = path {
            let shown = path.display().to_string();
            return match std::fs::read_to_string(&path) {
                Ok(text) => Ok((shown, text)),
                Err(error) => {
                    Err(Missing { message: format!("the profile {shown} cannot be read"), help: error.to_string() })
                }
            };
        }
        match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            Some((_, text)) => Ok((format!("profiles/{name}.toml"), (*text).to_owned())),
            None => Err(Missing { message: format!("there is no profile `{name}`"), help: self.help(name) }),
        }
    }

    /// The nearest name, shipped or in the config's own folder, else all of them.
    fn help(&self, name: &str) -> String {
        let mut names: Vec<String> = SHIPPED.iter().map(|(shipped, _)| (*shipped).to_owned()).collect();
        let own = self.own.as_ref().and_then(|own| std::fs::read_dir(own).ok());
        names.extend(own.into_iter().flatten().flatten().filter_map(|entry| {
            let path = entry.path();
            let is_profile = path.extension().is_some_and(|extension| extension == "toml");
            is_profile.then(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).flatten()
        }));
        names.sort();
        names.dedup();
        match suggest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}; a path must end in .toml", names.join(", ")),
        }
    }
}

/// Why a profile has no text.
struct Missing {
    message: String,
    help: String,
}

impl Missing {
    fn at_place(self, written: &Written<String>) -> Fault {
        Fault::at(&written.span, "config::unknown_profile", self.message).help(self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_of_the_folder_is_shipped_and_sound() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder of profiles")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, text) in SHIPPED {
            if let Err(error) = profile::parse_with(name, text, &shipped) {
                panic!("{name}: {error}");
            }
        }
    }
}
