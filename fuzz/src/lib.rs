//! The first stage without Polars, for the fuzz targets.

#![allow(dead_code, unused_imports, missing_docs)]

#[path = "../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../src/instant.rs"]
pub mod instant;
