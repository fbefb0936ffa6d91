//! The ledger: what was referred before and what runs there were, in one SQLite file.
//!
//! It stands beside the line: a run reads it after the report is made, to say what
//! is new, and writes to it after the report is in place. Without one every
//! referral is new. A run that is repeated on the same inputs is compared with
//! the runs before it, never with itself, so that its report stays the same.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use thiserror::Error;

use crate::report::model::{Referral, Report};
use crate::scorecard;

/// Raised with each change of the tables below.
const VERSION: i64 = 2;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS run (
    run_id   TEXT PRIMARY KEY,
    at       TEXT NOT NULL,
    since    TEXT NOT NULL,
    until    TEXT NOT NULL,
    version  TEXT NOT NULL,
    referred INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS referral (
    run_id      TEXT NOT NULL REFERENCES run (run_id) ON DELETE CASCADE,
    referral_id TEXT NOT NULL,
    staff_id    TEXT NOT NULL,
    lane        TEXT NOT NULL,
    score_bits  REAL NOT NULL,
    cases       INTEGER NOT NULL,
    looks       INTEGER NOT NULL,
    last_at     TEXT NOT NULL,
    PRIMARY KEY (run_id, referral_id)
) STRICT;
CREATE INDEX IF NOT EXISTS referral_by_id ON referral (referral_id);
CREATE TABLE IF NOT EXISTS ran (
    run_id TEXT NOT NULL REFERENCES run (run_id) ON DELETE CASCADE,
    rule   TEXT NOT NULL,
    PRIMARY KEY (run_id, rule)
) STRICT;
CREATE TABLE IF NOT EXISTS listed (
    run_id  TEXT NOT NULL REFERENCES run (run_id) ON DELETE CASCADE,
    case_id TEXT NOT NULL,
    what    TEXT NOT NULL,
    PRIMARY KEY (run_id, case_id)
) STRICT;
";

/// The ledger could not be used.
#[derive(Debug, Error, miette::Diagnostic)]
#[error("the ledger {path} cannot be used: {source}")]
#[diagnostic(help("give another file under `ledger`, or leave it out: then every referral counts as new"))]
pub struct LedgerError {
    path: String,
    source: LedgerCause,
}

#[derive(Debug, Error)]
enum LedgerCause {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it was written by a newer version (format {0})")]
    Newer(i64),
}

/// An open ledger.
pub struct Ledger {
    path: PathBuf,
    db: Connection,
}

impl Ledger {
    /// Opens a ledger, making it where there is none.
    ///
    /// # Errors
    /// Where the file is no ledger, is of a newer format, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let fail = |source: LedgerCause| LedgerError { path: path.display().to_string(), source };
        let open = || -> Result<Connection, LedgerCause> {
            make_private(path)?;
            let db = Connection::open(path)?;
            db.pragma_update(None, "foreign_keys", true)?;
            let found: i64 = db.pragma_query_value(None, "user_version", |r| r.get(0))?;
            if found > VERSION {
                return Err(LedgerCause::Newer(found));
            }
            db.execute_batch(SCHEMA)?;
            db.pragma_update(None, "user_version", VERSION)?;
            Ok(db)
        };
        Ok(Self { path: path.to_owned(), db: open().map_err(fail)? })
    }

    fn fail(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError { path: self.path.display().to_string(), source: source.into() }
    }

    /// Sets each referral's status against the runs before this one.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn compare(&self, report: &mut Report) -> Result<(), LedgerError> {
        let run_id = report.run.run_id.clone();
        for referral in &mut report.referrals {
            let before = self.before(&run_id, referral).map_err(|e| self.fail(e))?;
            referral.status = status(referral, before).to_owned();
        }
        Ok(())
    }

    /// Looks and cases when the referral last stood in an earlier run.
    fn before(&self, run_id: &str, referral: &Referral) -> rusqlite::Result<Option<Before>> {
        let own: Option<i64> =
            self.db.query_row("SELECT rowid FROM run WHERE run_id = ?1", [run_id], |r| r.get(0)).optional()?;
        self.db
            .query_row(
                "SELECT r.cases, r.looks, r.last_at FROM referral r JOIN run ON run.run_id = r.run_id
                 WHERE r.referral_id = ?1 AND run.run_id <> ?2 AND run.rowid < ?3 ORDER BY run.rowid DESC LIMIT 1",
                params![referral.referral_id, run_id, own.unwrap_or(i64::MAX)],
                |row| Ok(Before { cases: row.get(0)?, looks: row.get(1)?, last_at: row.get(2)? }),
            )
            .optional()
    }

    /// Writes the run and its referrals; a run that is repeated replaces its own rows.
    ///
    /// # Errors
    /// Where the ledger cannot be written; then it is left as it was.
    pub fn record(&self, report: &Report, at: &str) -> Result<(), LedgerError> {
        self.write(report, at).map_err(|e| self.fail(e))
    }

    fn write(&self, report: &Report, at: &str) -> rusqlite::Result<()> {
        let tx = self.db.unchecked_transaction()?;
        let run = &report.run;
        tx.execute(
            "INSERT INTO run (run_id, at, since, until, version, referred) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (run_id) DO UPDATE SET at = excluded.at, referred = excluded.referred",
            params![run.run_id, at, run.since, run.until, run.version, report.counts.referred as i64],
        )?;
        tx.execute("DELETE FROM referral WHERE run_id = ?1", [&run.run_id])?;
        for r in &report.referrals {
            tx.execute(
                "INSERT INTO referral (run_id, referral_id, staff_id, lane, score_bits, cases, looks, last_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    run.run_id,
                    r.referral_id,
                    r.staff_id,
                    r.lane.as_str(),
                    r.score_bits,
                    r.cases.len() as i64,
                    r.looks as i64,
                    r.last_at
                ],
            )?;
        }
        tx.execute("DELETE FROM ran WHERE run_id = ?1", [&run.run_id])?;
        tx.execute("DELETE FROM listed WHERE run_id = ?1", [&run.run_id])?;
        let listed = scorecard::Run::of(report);
        for rule in &listed.ran {
            tx.execute("INSERT INTO ran (run_id, rule) VALUES (?1, ?2)", [&run.run_id, rule])?;
        }
        for case in &listed.listed {
            let what = serde_json::to_string(case).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))?;
            tx.execute(
                "INSERT OR REPLACE INTO listed (run_id, case_id, what) VALUES (?1, ?2, ?3)",
                [&run.run_id, &case.case_id, &what],
            )?;
        }
        tx.commit()
    }

    /// What every run listed, oldest first, for learning from outcomes.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn listed(&self) -> Result<Vec<scorecard::Run>, LedgerError> {
        self.read_listed().map_err(|e| self.fail(e))
    }

    fn read_listed(&self) -> rusqlite::Result<Vec<scorecard::Run>> {
        let mut ids = self.db.prepare("SELECT run_id FROM run ORDER BY rowid")?;
        let mut ran = self.db.prepare("SELECT rule FROM ran WHERE run_id = ?1")?;
        let mut listed = self.db.prepare("SELECT what FROM listed WHERE run_id = ?1 ORDER BY case_id")?;
        let ids: Vec<String> = ids.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        ids.iter()
            .map(|id| {
                let rules = ran.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let cases = listed.query_map([id], |row| row.get::<_, String>(0))?;
                let cases = cases
                    .map(|text| {
                        serde_json::from_str(&text?).map_err(|e| {
                            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e))
                        })
                    })
                    .collect::<Result<_, _>>()?;
                Ok(scorecard::Run { ran: rules, listed: cases })
            })
            .collect()
    }
}

/// Makes the file where there is none, readable by its owner alone: it names members of staff.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// How a referral stood in the latest earlier run.
struct Before {
    cases: i64,
    looks: i64,
    last_at: String,
}

fn status(referral: &Referral, before: Option<Before>) -> &'static str {
    let Some(before) = before else { return "new" };
    let grown = referral.cases.len() as i64 > before.cases
        || referral.looks as i64 > before.looks
        || referral.last_at > before.last_at;
    let decided = !referral.previous_outcome.is_empty() && referral.previous_outcome != "open";
    match (grown, decided) {
        (true, _) => "grown",
        (false, true) => "closed",
        (false, false) => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Case, Run};

    fn report(run_id: &str, looks: u64, outcome: &str) -> Report {
        Report {
            run: Run { run_id: run_id.into(), ..Run::default() },
            referrals: vec![Referral {
                referral_id: "R-1".into(),
                staff_id: "S1".into(),
                looks,
                previous_outcome: outcome.into(),
                cases: vec![Case::default()],
                ..Referral::default()
            }],
            ..Report::default()
        }
    }

    #[test]
    fn status_follows_the_runs_before() -> Result<(), LedgerError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ledger = Ledger::open(&folder.path().join("probity.sqlite"))?;
        let mut seen = Vec::new();
        for (run, looks, outcome) in [
            ("a", 3, ""),
            ("a", 3, ""), // the same run again says the same
            ("b", 3, ""),
            ("c", 5, ""),
            ("d", 5, "no_case"),
            ("e", 6, "no_case"),
            ("a", 3, ""), // and so it does when it is repeated later
        ] {
            let mut report = report(run, looks, outcome);
            ledger.compare(&mut report)?;
            ledger.record(&report, "2026-04-01T00:00:00Z")?;
            seen.push(report.referrals[0].status.clone());
        }
        assert_eq!(seen, ["new", "new", "open", "grown", "closed", "grown", "new"]);
        Ok(())
    }

    #[test]
    fn a_file_that_is_no_ledger_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "these are my notes, not a database, and they are long enough to be read")
            .expect("writes");
        let error = Ledger::open(&path).err().expect("refused").to_string();
        assert!(error.contains("notes.txt"), "{error}");
    }
}
