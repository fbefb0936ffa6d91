//! Stage 7: what a run found out, written down.
//!
//! [`model::Report`] is the one typed result. The CSV files, the page and the JSON
//! file are writers of it and nothing else; the manifest says what went in and what
//! came out. [`write`] makes the folder whole or not at all.

pub mod assemble;
pub mod audit;
pub mod csv_files;
pub mod folder;
pub mod html;
pub mod json;
pub mod looks;
pub mod manifest;
pub mod model;
pub mod text;

#[cfg(test)]
mod folder_tests;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use assemble::TELLING_OUTCOMES;
pub use csv_files::fairness::groups_file;
pub use looks::looks_parquet;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use csv_files::{coverage, evidence, fairness, findings, quarantine, referrals, rules};
use folder::Staging;
use manifest::Output;

/// Fills one more file of the folder, such as `looks.parquet`.
type Fill<'a> = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + 'a>;

/// One more file for the folder, which the model does not hold.
pub struct ExtraFile<'a> {
    name: String,
    fill: Fill<'a>,
}

impl<'a> ExtraFile<'a> {
    /// A file whose bytes are at hand.
    #[must_use]
    pub fn bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self::streamed(name, move |out| out.write_all(&bytes))
    }

    /// A file too big to hold: `fill` writes it where it is to stand.
    #[must_use]
    pub fn streamed(name: impl Into<String>, fill: impl FnOnce(&mut dyn Write) -> io::Result<()> + 'a) -> Self {
        Self { name: name.into(), fill: Box::new(fill) }
    }
}

impl std::fmt::Debug for ExtraFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExtraFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What [`write`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The report's folder.
    pub folder: PathBuf,
    /// Every file but the manifest, in the order they were written.
    pub outputs: Vec<Output>,
    /// SHA-256 of the manifest, for the ledger and the next run.
    pub manifest_sha256: String,
    /// The replaced report, where it could not be removed.
    pub left_behind: Option<PathBuf>,
}

/// Why a report was not written. Nothing is left behind and what stood there stands there still.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The target is `/`, `..` or empty.
    #[error("{} names no folder to write the report to", .0.display())]
    NoName(PathBuf),
    /// The folder that should hold the report's folder is missing.
    #[error("the folder {} does not exist, so no report can be written in it", .0.display())]
    NoParent(PathBuf),
    /// Something else stands at the target.
    #[error("{} is not replaced: {why}", path.display())]
    NotAReport {
        /// The target.
        path: PathBuf,
        /// What is there instead.
        why: String,
    },
    /// An extra file has a name that is taken or leads elsewhere.
    #[error("{0:?} cannot be the name of a file in a report")]
    ExtraName(String),
    /// The disk said no.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

impl WriteError {
    fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}

/// SHA-256 of the manifest of the report that stands at `target`, for the next one to name.
#[must_use]
pub fn previous_manifest(target: &Path) -> Option<String> {
    use sha2::{Digest, Sha256};
    let bytes = std::fs::read(target.join(manifest::NAME)).ok()?;
    manifest::outputs_named(&bytes)?;
    Some(Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect())
}

/// Writes the whole report folder.
///
/// It is made beside `target` under a hidden name and renamed into place. An existing
/// report there, known by its `manifest.json`, is replaced; an existing folder that
/// holds anything else is refused. On any error nothing is left behind.
///
/// # Errors
/// See [`WriteError`].
#[allow(clippy::needless_pass_by_value)] // A draft is used up by the manifest it becomes.
pub fn write(
    report: &model::Report,
    draft: manifest::Draft,
    target: &Path,
    extra: Vec<ExtraFile<'_>>,
) -> Result<Written, WriteError> {
    let mut names: Vec<&str> = vec![
        referrals::NAME,
        findings::NAME,
        evidence::NAME,
        coverage::NAME,
        quarantine::NAME,
        rules::NAME,
        fairness::NAME,
        html::NAME,
        json::NAME,
        manifest::NAME,
    ];
    for file in &extra {
        if !is_plain(&file.name) || names.contains(&file.name.as_str()) {
            return Err(WriteError::ExtraName(file.name.clone()));
        }
        names.push(&file.name);
    }
    let staging = Staging::create(target)?;
    let mut outputs = vec![
        staging.file(referrals::NAME, |out| referrals::write(report, out).map(Some))?,
        staging.file(findings::NAME, |out| findings::write(report, out).map(Some))?,
        staging.file(evidence::NAME, |out| evidence::write(report, out).map(Some))?,
        staging.file(coverage::NAME, |out| coverage::write(report, out).map(Some))?,
        staging.file(quarantine::NAME, |out| quarantine::write(report, out).map(Some))?,
        staging.file(rules::NAME, |out| rules::write(report, out).map(Some))?,
        staging.file(fairness::NAME, |out| fairness::write(report, out).map(Some))?,
        staging.file(html::NAME, |out| html::write(report, out).map(|()| None))?,
        staging.file(json::NAME, |out| json::write(report, out).map(|()| None))?,
    ];
    for file in extra {
        outputs.push(staging.file(&file.name, |out| (file.fill)(out).map(|()| None))?);
    }
    let written = staging.file(manifest::NAME, |out| manifest::write(report, &draft, &outputs, out).map(|()| None))?;
    Ok(Written { left_behind: staging.commit()?, folder: target.to_owned(), outputs, manifest_sha256: written.sha256 })
}

/// A name of letters, digits, dots, dashes and underscores that starts with no dot.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}
