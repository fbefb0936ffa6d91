//! The looks that a run kept (`--keep-looks`), row by row.

use crate::tables::TableError;
use polars::prelude::{DataFrame, SerReader, StringChunked};
use polars_io::prelude::ParquetReader;
use std::fs::File;
use std::path::{Path, PathBuf};

/// One look.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Who.
    pub staff: &'a str,
    /// Whom: the engine's key.
    pub subject: &'a str,
    /// `live`, `training` or `test`.
    pub environment: &'a str,
    /// When, as RFC 3339.
    pub at: &'a str,
    /// `explained`, `unexplained` or `cannot_tell`.
    pub purpose: &'a str,
    /// By which template.
    pub template: &'a str,
    /// Explained, and no rule that may refer or ask about a conflict fired on it: a role's function explains
    /// whatever its holder looks at, and does not silence a tie.
    pub answered: bool,
    /// Files and lines of its rows.
    sources: &'a str,
}

impl Look<'_> {
    /// Lines of its rows in the log.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.sources.split(';').filter_map(|s| s.rsplit(':').next()?.parse().ok())
    }
}

/// All looks of a run, by member of staff and subject.
pub struct Looks {
    path: PathBuf,
    frame: DataFrame,
}

impl Looks {
    /// Opens them; none where the run did not keep them.
    pub fn open(run: &Path) -> Result<Option<Self>, TableError> {
        let path = run.join("looks.parquet");
        if !path.exists() {
            return Ok(None);
        }
        let fail = |e: &dyn std::fmt::Display| TableError(format!("{}: {e}", path.display()));
        let columns =
            ["staff_id", "subject_id", "environment", "first_at", "purpose", "explained_by", "sources", "answered"];
        let columns = columns.map(str::to_owned).to_vec();
        let file = File::open(&path).map_err(|e| fail(&e))?;
        let frame = ParquetReader::new(file).with_columns(Some(columns)).finish().map_err(|e| fail(&e))?;
        Ok(Some(Self { path, frame }))
    }

    /// Hands them over one by one.
    pub fn each(&self, mut see: impl FnMut(Look<'_>)) -> Result<(), TableError> {
        let texts = |name: &str| -> Result<&StringChunked, TableError> {
            let column = self.frame.column(name).and_then(|c| c.str());
            column.map_err(|e| TableError(format!("{}: {e}", self.path.display())))
        };
        let answered = self.frame.column("answered").and_then(|c| c.bool());
        let answered = answered.map_err(|e| TableError(format!("{}: {e}", self.path.display())))?;
        let rows = texts("staff_id")?.iter().zip(texts("subject_id")?.iter());
        let rows = rows.zip(texts("environment")?.iter()).zip(texts("first_at")?.iter());
        let rows = rows.zip(texts("purpose")?.iter()).zip(texts("explained_by")?.iter());
        let rows = rows.zip(texts("sources")?.iter()).zip(answered.iter());
        for (((((((staff, subject), environment), at), purpose), template), sources), answered) in rows {
            let text = Option::unwrap_or_default;
            see(Look {
                staff: text(staff),
                subject: text(subject),
                environment: text(environment),
                at: text(at),
                purpose: text(purpose),
                template: text(template),
                answered: answered.unwrap_or_default(),
                sources: text(sources),
            });
        }
        Ok(())
    }
}
