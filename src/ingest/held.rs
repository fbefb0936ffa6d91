//! Files that are read as a whole: workbooks, and JSON documents that are not one object a line.

use csv::ByteRecord;

use super::blocks::Limits;
use super::error::IngestError;
use super::file::{Job, Shape};
use super::json_docs::DocsLayout;
use super::mapping::Mapping;
use super::part::{Bench, Part};
use super::xlsx::XlsxLayout;

/// How the rows of such a file are read.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    Xlsx(XlsxLayout),
    Docs(DocsLayout),
}

impl Held {
    pub(crate) const fn mapping(&self) -> &Mapping {
        match self {
            Self::Xlsx(xlsx) => &xlsx.mapping,
            Self::Docs(docs) => &docs.json.mapping,
        }
    }

    /// Reads every row of the whole file's bytes (a workbook) or text (documents).
    pub(crate) fn rows<P: Part>(
        &self,
        job: Job<'_>,
        whole: &[u8],
        limits: Limits,
        part: &mut P,
        bench: &mut Bench,
    ) -> Result<(), IngestError> {
        match self {
            Self::Xlsx(xlsx) => xlsx.rows(job, whole, limits, part, bench),
            Self::Docs(docs) => {
                docs.rows(whole, job, limits, part, bench);
                Ok(())
            }
        }
    }

    /// Reads single rows again; `offsets` are sorted.
    pub(crate) fn reread(
        &self,
        job: Job<'_>,
        shape: &Shape,
        offsets: &[(u64, usize)],
    ) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        match self {
            Self::Xlsx(xlsx) => xlsx.reread(job, offsets),
            Self::Docs(docs) => docs.reread(job, shape, offsets),
        }
    }

    /// What the reader should know about the file.
    pub(crate) fn notes(&self) -> &[String] {
        match self {
            Self::Xlsx(xlsx) => &xlsx.notes,
            Self::Docs(_) => &[],
        }
    }
}
