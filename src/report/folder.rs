//! A folder that appears whole or not at all.
//!
//! Files are made in a hidden folder beside the target, readable by their owner
//! alone, each flushed to the disk. The folder is then renamed into place. A report
//! that stood there before is moved aside first and removed last; if the second
//! rename fails it is moved back.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::WriteError;
use super::manifest::{self, Output};

/// How many names for the hidden folder are tried before giving up.
const TRIES: u32 = 1000;
/// Files that desktop programs leave in a folder they show; they are no one's work.
const DEBRIS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// What stands at the target now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Nothing,
    EmptyFolder,
    Report,
}

/// A report folder in the making. Dropped before [`Staging::commit`], it takes itself away.
#[derive(Debug)]
pub struct Staging {
    /// The hidden folder; `None` once it is in place.
    hidden: Option<PathBuf>,
    parent: PathBuf,
    target: PathBuf,
}

impl Staging {
    /// Checks the target and makes the hidden folder beside it.
    ///
    /// # Errors
    /// Where the target may not be replaced or the folder cannot be made.
    pub fn create(target: &Path) -> Result<Self, WriteError> {
        let name = target.file_name().ok_or_else(|| WriteError::NoName(target.to_owned()))?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if !parent.is_dir() {
            return Err(WriteError::NoParent(parent));
        }
        let target = parent.join(name);
        standing(&target)?;
        let hidden = beside(&target, "new", make_private)
            .map_err(|source| WriteError::io("make a folder beside", &target, source))?;
        Ok(Self { hidden: Some(hidden), parent, target })
    }

    /// Makes one file, flushes it to the disk and says what was written. `fill` may give
    /// the number of rows of a table.
    ///
    /// # Errors
    /// Where the file cannot be made or `fill` fails.
    pub fn file(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<Option<u64>>,
    ) -> Result<Output, WriteError> {
        let folder = self.hidden.as_deref().unwrap_or(&self.target);
        let write = || -> io::Result<Output> {
            let mut out = BufWriter::with_capacity(1 << 16, Hashed::create(&folder.join(name))?);
            let rows = fill(&mut out)?;
            let (bytes, sha256) = out.into_inner()?.finish()?;
            Ok(Output { name: name.to_owned(), bytes, sha256, rows })
        };
        write().map_err(|source| WriteError::io("write", &self.target.join(name), source))
    }

    /// Renames the folder into place. Gives the old report's folder where it could not be
    /// removed afterwards: the new report stands all the same.
    ///
    /// # Errors
    /// Where the target may no longer be replaced or a rename fails; then what stood
    /// there stands there still.
    pub fn commit(mut self) -> Result<Option<PathBuf>, WriteError> {
        let Some(hidden) = self.hidden.clone() else {
            return Ok(None);
        };
        let failed = |source| WriteError::io("put in place", &self.target, source);
        sync_folder(&hidden).map_err(failed)?;
        let mut rename = |from: &Path, to: &Path| fs::rename(from, to);
        let old = match standing(&self.target)? {
            Standing::Nothing | Standing::EmptyFolder => {
                rename(&hidden, &self.target).map_err(failed)?;
                None
            }
            Standing::Report => Some(replace(&hidden, &self.target, &mut rename).map_err(failed)?),
        };
        self.hidden = None;
        // The report is in place; a folder that cannot be flushed (some network
        // shares) is no reason to say otherwise.
        let _ = sync_folder(&self.parent);
        Ok(old.filter(|old| fs::remove_dir_all(old).is_err()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(hidden) = self.hidden.take() {
            // Already failing for another reason, which is the one to report.
            let _ = fs::remove_dir_all(hidden);
        }
    }
}

/// Puts `new` where `target` is; gives the place of the old one.
fn replace(new: &Path, target: &Path, rename: &mut dyn FnMut(&Path, &Path) -> io::Result<()>) -> io::Result<PathBuf> {
    // An empty folder can be renamed over, and making it is what reserves the name.
    let aside = beside(target, "old", make_private)?;
    if let Err(error) = rename(target, &aside) {
        let _ = fs::remove_dir(&aside);
        return Err(error);
    }
    if let Err(error) = rename(new, target) {
        return Err(match rename(&aside, target) {
            Ok(()) => error,
            Err(_) => {
                io::Error::new(error.kind(), format!("{error}; the report that stood there is now {}", aside.display()))
            }
        });
    }
    Ok(aside)
}

/// What stands at the target, or why it may not be replaced.
fn standing(target: &Path) -> Result<Standing, WriteError> {
    let kind = match fs::symlink_metadata(target) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return Err(WriteError::io("look at", target, error)),
    };
    let refused = |why: &str| WriteError::NotAReport { path: target.to_owned(), why: why.to_owned() };
    if kind.is_symlink() {
        return Err(refused("it is a link; name the folder that it leads to"));
    }
    if !kind.is_dir() {
        return Err(refused("it is a file"));
    }
    let names = names_in(target).map_err(|source| WriteError::io("read", target, source))?;
    if names.is_empty() {
        return Ok(Standing::EmptyFolder);
    }
    let Ok(bytes) = fs::read(target.join(manifest::NAME)) else {
        return Err(refused("it is not empty and has no manifest.json"));
    };
    let Some(mut known) = manifest::outputs_named(&bytes) else {
        return Err(refused("its manifest.json is not that of a report"));
    };
    known.push(manifest::NAME.to_owned());
    let strange: Vec<String> = names
        .into_iter()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !known.contains(name) && !is_debris(name))
        .collect();
    if strange.is_empty() {
        Ok(Standing::Report)
    } else {
        Err(refused(&format!("it also holds what no report wrote ({}); move that away first", strange.join(", "))))
    }
}

/// The names in a folder, sorted.
fn names_in(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Lock and thumbnail files that viewing a folder leaves behind.
fn is_debris(name: &str) -> bool {
    DEBRIS.contains(&name) || name.starts_with("~$") || (name.starts_with(".~lock.") && name.ends_with('#'))
}

/// Makes something with a hidden name of its own beside `target`.
fn beside(target: &Path, what: &str, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let name = target.file_name().unwrap_or_default();
    let process = std::process::id();
    for attempt in 0..TRIES {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{what}-{process}-{attempt}"));
        let path = target.with_file_name(hidden);
        match make(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many hidden folders of earlier runs stand beside it"))
}

/// Makes a folder that its owner alone may enter.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a file that its owner alone may read, and must be new.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Flushes a folder's names to the disk, where the system can.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// A file that is hashed as it is written.
struct Hashed {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Hashed {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: create_private(path)?, hash: Sha256::new(), bytes: 0 })
    }

    /// Flushes to the disk; gives size and hash.
    fn finish(self) -> io::Result<(u64, String)> {
        self.file.sync_all()?;
        Ok((self.bytes, hex(&self.hash.finalize())))
    }
}

impl Write for Hashed {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.file.write(data)?;
        self.hash.update(&data[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;
    use std::path::Path;

    use super::replace;

    #[test]
    fn a_failed_second_rename_puts_the_old_report_back() {
        let home = tempfile::tempdir().expect("a folder");
        let (new, target) = (home.path().join("new"), home.path().join("run"));
        fs::create_dir(&new).expect("a folder");
        fs::create_dir(&target).expect("a folder");
        fs::write(target.join("old"), "").expect("a file");
        let mut calls = 0;
        let mut rename = |from: &Path, to: &Path| {
            calls += 1;
            if calls == 2 { Err(io::Error::other("share went away")) } else { fs::rename(from, to) }
        };
        let error = replace(&new, &target, &mut rename).expect_err("fails");
        assert_eq!(error.to_string(), "share went away");
        assert!(target.join("old").exists());
        let left = fs::read_dir(home.path()).expect("a folder").count();
        assert_eq!(left, 2, "only the new folder and the old report are left");
    }

    #[test]
    fn a_failed_first_rename_changes_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let (new, target) = (home.path().join("new"), home.path().join("run"));
        fs::create_dir(&new).expect("a folder");
        fs::create_dir(&target).expect("a folder");
        let mut rename = |_: &Path, _: &Path| Err(io::Error::other("no"));
        assert!(replace(&new, &target, &mut rename).is_err());
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 2);
    }
}
