//! Parquet, by `polars-io`. Nothing of Polars leaves this file.

use csv::ByteRecord;

use super::blocks::Limits;
use super::error::IngestError;
use super::file::Job;
use super::mapping::Mapping;
use super::part::{Bench, Part};

/// How the rows of one Parquet file are read.
#[derive(Clone, Debug)]
pub(crate) struct ParquetLayout {
    pub mapping: Mapping,
}

impl ParquetLayout {
    pub(crate) fn open(job: Job<'_>) -> Result<Self, IngestError> {
        Err(IngestError::unusable(job.name, 0, "Parquet is not read yet", "export as CSV"))
    }

    pub(crate) fn rows<P: Part>(
        &self,
        job: Job<'_>,
        _limits: Limits,
        _part: &mut P,
        _bench: &mut Bench,
    ) -> Result<(), IngestError> {
        Err(IngestError::unusable(job.name, 0, "Parquet is not read yet", "export as CSV"))
    }

    pub(crate) fn reread(
        &self,
        job: Job<'_>,
        _offsets: &[(u64, usize)],
    ) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        Err(IngestError::unusable(job.name, 0, "Parquet is not read yet", "export as CSV"))
    }
}
