//! An audit: who looked at one person and why, or everything that one member of staff looked at.
//!
//! Everyone is listed, explained or not, in order of time. It is the tool for the one record that everybody
//! may have looked at. The forms are those of a run: CSV, a page, JSON, in a folder made whole.

mod assemble;
mod page;
mod wanted;

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::csv_files::{self, evidence, quarantine};
use super::folder::Staging;
use super::manifest;
use super::model::{Report, Run};
use super::{WriteError, Written, json};

pub use assemble::{Material, Scope, assemble, look_id};
pub use wanted::{Matched, Wanted};

/// Version of the shape of an audit's `report.json`.
pub const VERSION: &str = "probity-audit/1";

/// The table of looks.
pub const NAME: &str = "audit.csv";
/// The table of people.
pub const PEOPLE: &str = "people.csv";
/// The page.
pub const PAGE: &str = "report.html";

/// One audit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Audit {
    /// Version of this shape.
    pub schema: &'static str,
    /// What was run, over what, when.
    pub run: Run,
    /// `subject` or `staff`.
    pub about: &'static str,
    /// What was asked for, as typed.
    pub asked: String,
    /// Who that is, in words.
    pub who: String,
    /// Every form of the subject that the log holds: how it matches and what it is.
    pub forms: Vec<Form>,
    /// What a reader must know before any name.
    pub warnings: Vec<String>,
    /// Looks in all, and by what was found.
    pub counts: AuditCounts,
    /// One entry a member of staff (or a subject, for an audit of staff), by first look.
    pub people: Vec<AuditPerson>,
    /// Every look, in order of time.
    pub looks: Vec<AuditLook>,
    /// What the shared writers read: evidence, inputs, quarantine, counts.
    #[serde(skip)]
    pub base: Report,
}

/// Looks by what was found.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct AuditCounts {
    pub people: u64,
    pub looks: u64,
    pub events: u64,
    pub explained: u64,
    pub unexplained: u64,
    pub cannot_tell: u64,
    /// Looks of which every event was denied or failed.
    pub denied: u64,
    /// Looks that searched and opened nothing.
    pub search_only: u64,
    pub tied: u64,
    pub off_duty: u64,
}

/// One form of the subject.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Form {
    pub matched: String,
    pub subject_id: String,
    pub name: String,
}

/// One member of staff who looked, or one subject looked at.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct AuditPerson {
    /// Staff id, or the subject's key.
    pub id: String,
    pub name: String,
    pub role: String,
    pub team: String,
    pub ties: String,
    pub looks: u64,
    pub unexplained: u64,
    pub cannot_tell: u64,
    pub off_duty: u64,
    pub first_at: String,
    pub last_at: String,
}

/// One look.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct AuditLook {
    pub look_id: String,
    pub at: String,
    pub last_at: String,
    pub staff_id: String,
    pub name: String,
    pub role: String,
    pub team: String,
    pub logins: String,
    pub system: String,
    pub environment: String,
    pub actions: String,
    pub events: u64,
    /// `opened`, `search_only` or `denied`.
    pub outcome: String,
    /// How the look is one at the person asked about.
    pub matched: String,
    pub searched_for: String,
    pub subject_id: String,
    pub subject_name: String,
    pub ties: String,
    /// `explained`, `unexplained`, `cannot_tell`.
    pub purpose: String,
    pub explained_by: String,
    /// The record that answers, or what came near and failed, in words.
    pub explanation: String,
    pub duty: String,
    pub on_behalf_of: String,
    pub incident_id: String,
    pub reason_code: String,
    pub reason_text: String,
    pub terminal: String,
    pub location: String,
    pub source_file: String,
    pub source_line: u32,
}

const LOOK_COLUMNS: [&str; 30] = [
    "look_id",
    "at",
    "last_at",
    "staff_id",
    "name",
    "role",
    "team",
    "logins",
    "system",
    "environment",
    "actions",
    "events",
    "outcome",
    "matched",
    "searched_for",
    "subject_id",
    "subject_name",
    "ties",
    "purpose",
    "explained_by",
    "explanation",
    "duty",
    "on_behalf_of",
    "incident_id",
    "reason_code",
    "reason_text",
    "terminal",
    "location",
    "source_file",
    "source_line",
];

const PEOPLE_COLUMNS: [&str; 11] =
    ["id", "name", "role", "team", "ties", "looks", "unexplained", "cannot_tell", "off_duty", "first_at", "last_at"];

impl Audit {
    fn looks_csv(&self, out: impl Write) -> io::Result<u64> {
        let rows = self.looks.iter().map(|l| {
            let text = |t| csv_files::words(t);
            vec![
                text(&l.look_id),
                text(&l.at),
                text(&l.last_at),
                text(&l.staff_id),
                text(&l.name),
                text(&l.role),
                text(&l.team),
                text(&l.logins),
                text(&l.system),
                text(&l.environment),
                text(&l.actions),
                csv_files::whole(l.events),
                text(&l.outcome),
                text(&l.matched),
                text(&l.searched_for),
                text(&l.subject_id),
                text(&l.subject_name),
                text(&l.ties),
                text(&l.purpose),
                text(&l.explained_by),
                text(&l.explanation),
                text(&l.duty),
                text(&l.on_behalf_of),
                text(&l.incident_id),
                text(&l.reason_code),
                text(&l.reason_text),
                text(&l.terminal),
                text(&l.location),
                text(&l.source_file),
                csv_files::whole(l.source_line),
            ]
        });
        csv_files::table(out, &LOOK_COLUMNS, rows)
    }

    fn people_csv(&self, out: impl Write) -> io::Result<u64> {
        let rows = self.people.iter().map(|p| {
            let text = |t| csv_files::words(t);
            vec![
                text(&p.id),
                text(&p.name),
                text(&p.role),
                text(&p.team),
                text(&p.ties),
                csv_files::whole(p.looks),
                csv_files::whole(p.unexplained),
                csv_files::whole(p.cannot_tell),
                csv_files::whole(p.off_duty),
                text(&p.first_at),
                text(&p.last_at),
            ]
        });
        csv_files::table(out, &PEOPLE_COLUMNS, rows)
    }

    fn json(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}

/// Writes the audit's folder, whole or not at all, as a run's report is written.
///
/// # Errors
/// See [`WriteError`].
#[allow(clippy::needless_pass_by_value)] // A draft is used up by the manifest it becomes.
pub fn write(audit: &Audit, draft: manifest::Draft, target: &Path) -> Result<Written, WriteError> {
    let staging = Staging::create(target)?;
    let outputs = vec![
        staging.file(NAME, |out| audit.looks_csv(out).map(Some))?,
        staging.file(PEOPLE, |out| audit.people_csv(out).map(Some))?,
        staging.file(evidence::NAME, |out| evidence::write(&audit.base, out).map(Some))?,
        staging.file(quarantine::NAME, |out| quarantine::write(&audit.base, out).map(Some))?,
        staging.file(PAGE, |out| page::write(audit, out).map(|()| None))?,
        staging.file(json::NAME, |out| audit.json(out).map(|()| None))?,
    ];
    let written =
        staging.file(manifest::NAME, |out| manifest::write(&audit.base, &draft, &outputs, out).map(|()| None))?;
    Ok(Written { left_behind: staging.commit()?, folder: target.to_owned(), outputs, manifest_sha256: written.sha256 })
}
