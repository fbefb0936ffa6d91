//! Times the first stage against the least that reading the same file can cost.
//!
//! `bare csv read`: the `csv` crate over chunks of the access log in parallel; every record is split into cells, and
//! nothing is kept. `parse and canonicalise`: the same file to events, queries and ranked texts. `all tables`: the
//! whole stage. Throughput is in rows of the access log a second. The world is the committed small force, or the folder
//! named by `PROBITY_BENCH_WORLD`.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use csv::{ByteRecord, ReaderBuilder};
use probity::config::{self, Overrides, RunConfig};
use probity::ingest::{self, NoProgress, Source, TableName};
use rayon::prelude::*;

/// Bytes of a chunk, about: what Probity's own reader takes.
const CHUNK: usize = 4 << 20;

fn world() -> RunConfig {
    let folder = std::env::var_os("PROBITY_BENCH_WORLD")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/force"), PathBuf::from);
    config::load(&folder.join("probity.toml"), &Overrides::default()).expect("the world has a config")
}

/// Splits every record into cells. Chunks end at a line feed: right for a log without line feeds in cells, and less
/// work than looking for quotes.
fn bare(path: &Path) -> usize {
    let bytes = std::fs::read(path).expect("the log can be read");
    let mut chunks = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let near = rest.len().min(CHUNK);
        let end = memchr::memchr(b'\n', &rest[near..]).map_or(rest.len(), |found| near + found + 1);
        let (chunk, tail) = rest.split_at(end);
        chunks.push(chunk);
        rest = tail;
    }
    let count = |chunk: &&[u8]| {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(*chunk);
        let (mut record, mut sum) = (ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).expect("bytes can be split") {
            sum += usize::from(!record.is_empty());
        }
        sum
    };
    chunks.par_iter().map(count).sum()
}

fn reading(c: &mut Criterion) {
    let config = world();
    let access: Vec<Source> =
        config.sources.iter().filter(|source| source.table == TableName::Access).cloned().collect();
    let files: Vec<&Path> = access.iter().flat_map(|source| source.files.iter().map(PathBuf::as_path)).collect();
    let rows: usize = files.iter().map(|file| bare(file) - 1).sum();

    let mut group = c.benchmark_group("ingest");
    group.sample_size(10);
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("bare csv read", |b| b.iter(|| files.iter().map(|file| black_box(bare(file))).sum::<usize>()));
    let read = |sources: &[Source]| ingest::ingest(sources, &NoProgress).expect("the world can be read");
    group.bench_function("parse and canonicalise", |b| b.iter(|| black_box(read(&access))));
    group.bench_function("all tables", |b| b.iter(|| black_box(read(&config.sources))));
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
