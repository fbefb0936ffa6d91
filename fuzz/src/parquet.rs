//! Stands in for the reader of Parquet, which is Polars: a Parquet file is refused.

use csv::ByteRecord;

use super::blocks::Limits;
use super::error::IngestError;
use super::file::Job;
use super::mapping::Mapping;
use super::part::{Bench, Part};

#[derive(Clone, Debug)]
pub(crate) struct ParquetLayout {
    pub mapping: Mapping,
}

impl ParquetLayout {
    pub(crate) fn open(job: Job<'_>, _: &[u8]) -> Result<Self, IngestError> {
        Err(IngestError::unusable(job.name, 0, "Parquet is not read here", "nothing"))
    }

    pub(crate) fn rows<P: Part>(
        &self,
        _: Job<'_>,
        _: &[u8],
        _: Limits,
        _: &mut P,
        _: &mut Bench,
    ) -> Result<(), IngestError> {
        Ok(())
    }

    pub(crate) fn reread(&self, _: Job<'_>, _: &[(u64, usize)]) -> Result<Vec<Option<ByteRecord>>, IngestError> {
        Ok(Vec::new())
    }
}

pub(crate) fn whole(job: Job<'_>, _: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), IngestError> {
    Err(IngestError::unusable(job.name, 0, "Parquet is not read here", "nothing"))
}
