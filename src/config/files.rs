//! Which files a source's globs stand for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::document::Written;
use super::fault::{Fault, Faults};
use super::suggest;

/// Globs match as a careful shell does: case counts, `*` stays inside a folder
/// and hidden files (editors' and copy tools' leavings) are asked for by name.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// As messages and reports call it: relative to the config's folder, `/`-separated.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its one true path, by which repeats are known.
    pub real: PathBuf,
}

/// The files of one source, sorted by name. A file that several of its globs
/// match is there once.
#[must_use]
pub fn find(globs: &[Written<String>], folder: &Path, faults: &mut Faults) -> Vec<Found> {
    let mut by_real: BTreeMap<PathBuf, Found> = BTreeMap::new();
    for glob in globs {
        for path in matches(glob, folder, faults) {
            let Ok(real) = path.canonicalize() else {
                faults.push(missing(&glob.span, &glob.value, folder));
                continue;
            };
            let found = Found { name: name(&path, folder), path, real: real.clone() };
            match by_real.get_mut(&real) {
                Some(first) if *first <= found => {}
                Some(first) => *first = found,
                None => {
                    by_real.insert(real, found);
                }
            }
        }
    }
    let mut files: Vec<_> = by_real.into_values().collect();
    files.sort();
    files
}

/// The files that one text stands for: itself if there is such a file (names
/// may hold brackets), else whatever it matches as a glob.
fn matches(glob: &Written<String>, folder: &Path, faults: &mut Faults) -> Vec<PathBuf> {
    let text = &glob.value;
    let literal = folder.join(text);
    if literal.is_file() {
        return vec![literal];
    }
    if literal.is_dir() {
        faults.push(
            Fault::at(&glob.span, "config::is_a_folder", format!("`{text}` is a folder"))
                .help(format!("name the files in it: \"{}/*.csv\"", text.trim_end_matches('/'))),
        );
        return Vec::new();
    }
    if let Err(error) = Pattern::new(text) {
        faults.push(
            Fault::at(&glob.span, "config::bad_glob", format!("`{text}` is not a glob: {}", error.msg))
                .help("`**` stands alone between slashes, and a bracket that is meant as itself is written [[]"),
        );
        return Vec::new();
    }
    let pattern = if Path::new(text).is_absolute() || folder.as_os_str().is_empty() {
        text.clone()
    } else {
        format!("{}/{text}", Pattern::escape(&folder.to_string_lossy()))
    };
    let mut paths = Vec::new();
    let walk = glob::glob_with(&pattern, OPTIONS).into_iter().flatten();
    for entry in walk {
        match entry {
            Ok(path) if path.is_file() => paths.push(path),
            Ok(_) => {}
            Err(error) => faults.push(
                Fault::at(&glob.span, "config::unreadable", format!("`{}` cannot be read", error.path().display()))
                    .help(error.error().to_string())
                    .of_input(),
            ),
        }
    }
    if paths.is_empty() {
        faults.push(missing(&glob.span, text, folder));
    }
    paths
}

fn missing(span: &Range<usize>, text: &str, folder: &Path) -> Fault {
    let is_glob = text.contains(['*', '?', '[']);
    let message = if is_glob { format!("no file matches `{text}`") } else { format!("there is no file `{text}`") };
    Fault::at(span, "config::missing_file", message).help(missing_help(text, folder)).of_input()
}

/// The nearest file name in the folder where the file should be, else that folder.
fn missing_help(text: &str, folder: &Path) -> String {
    let wanted = folder.join(text);
    let parent = wanted.parent().unwrap_or(folder);
    let shown = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let Ok(entries) = std::fs::read_dir(shown) else {
        return format!("paths are relative to the config; there is no folder {}", shown.display());
    };
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let word = wanted.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match suggest::nearest(&word, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("paths are relative to the config; looked in {}", shown.display()),
    }
}

/// The file as reports call it.
fn name(path: &Path, folder: &Path) -> String {
    let inner = path.strip_prefix(folder).unwrap_or(path);
    let mut name = String::new();
    for component in inner.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => name.push('/'),
            other => {
                if !name.is_empty() && !name.ends_with('/') {
                    name.push('/');
                }
                name.push_str(&other.as_os_str().to_string_lossy());
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written<String> {
        Written { value: text.to_owned(), span: 0..0 }
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "x\n").expect("a file");
        }
        folder
    }

    fn names(folder: &Path, globs: &[&str]) -> Vec<String> {
        let mut faults = Faults::default();
        let globs: Vec<_> = globs.iter().map(|glob| written(glob)).collect();
        let found = find(&globs, folder, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        found.into_iter().map(|file| file.name).collect()
    }

    fn fault(folder: &Path, glob: &str) -> Fault {
        let mut faults = Faults::default();
        assert_eq!(find(&[written(glob)], folder, &mut faults), []);
        faults.into_error("c.toml", &"".into()).faults.remove(0)
    }

    #[test]
    fn files_are_sorted_and_each_is_there_once() {
        let dir = folder(&["b.csv", "a.csv", "sub/c.csv", ".a.csv.swp", "a.txt"]);
        assert_eq!(names(dir.path(), &["*.csv", "a.csv", "./a.csv"]), ["a.csv", "b.csv"]);
        assert_eq!(names(dir.path(), &["**/*.csv"]), ["a.csv", "b.csv", "sub/c.csv"]);
        assert_eq!(names(&dir.path().join("sub"), &["../a.csv"]), ["../a.csv"]);
    }

    #[test]
    fn a_name_with_brackets_is_taken_as_it_stands() {
        let dir = folder(&["log [1].csv", "log 1.csv"]);
        assert_eq!(names(dir.path(), &["log [1].csv"]), ["log [1].csv"]);
    }

    #[test]
    fn a_folder_whose_name_looks_like_a_glob_is_searched() {
        let dir = folder(&["[x]*/a.csv"]);
        assert_eq!(names(&dir.path().join("[x]*"), &["*.csv"]), ["a.csv"]);
    }

    #[test]
    fn what_is_not_there_is_an_input_fault_with_the_nearest_name() {
        let dir = folder(&["access.csv"]);
        let near = fault(dir.path(), "acess.csv");
        assert!(near.input && near.code == "config::missing_file", "{near:?}");
        assert_eq!(near.help.as_deref(), Some("did you mean `access.csv`?"));
        assert!(fault(dir.path(), "log-*.csv").message.contains("no file matches"));
    }

    #[test]
    fn a_folder_and_a_broken_glob_are_mistakes_of_the_config() {
        let dir = folder(&["sub/a.csv"]);
        assert_eq!(fault(dir.path(), "sub").code, "config::is_a_folder");
        let broken = fault(dir.path(), "a***.csv");
        assert!(broken.code == "config::bad_glob" && !broken.input, "{broken:?}");
    }
}
