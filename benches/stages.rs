//! Times the stages on a world: the committed small force, or the folder named by
//! `PROBITY_BENCH_WORLD` (made by `cargo run --release --example simulate`).
//!
//! Throughput is in events of the access log per second, for every stage, so that
//! the figures can be compared with one another.

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::config::{self, Overrides, RunConfig};
use probity::ingest::{self, NoProgress, Tables};
use probity::instant::Instant;
use probity::purpose::{self, Window};
use probity::rules::fire;
use probity::rules::rows::World;
use probity::run::{self, Unwatched};
use probity::{relations, score, subjects};

fn world() -> RunConfig {
    let folder = std::env::var_os("PROBITY_BENCH_WORLD")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/force"), PathBuf::from);
    config::load(&folder.join("probity.toml"), &Overrides::default()).expect("the world has a config")
}

fn read(config: &RunConfig) -> Tables {
    ingest::ingest(&config.sources, &NoProgress).expect("the world can be read")
}

fn stages(c: &mut Criterion) {
    let config = world();
    let tables = read(&config);
    let rules = run::load_rules(&config).expect("the shipped rules are sound");
    let house = run::load_house(&config).expect("the shipped lists are sound");
    let until = tables.access.events.iter().map(|e| e.at).max().unwrap_or_default();
    let window = Window { since: Instant::MIN, until: until.plus(1), zone: config.zone };
    let day = until.local_date(config.zone).unwrap_or_default();

    let mut group = c.benchmark_group("stages");
    group.sample_size(10);
    group.throughput(Throughput::Elements(tables.access.events.len() as u64));

    group.bench_function("ingest", |b| b.iter(|| black_box(read(&config))));

    let index = subjects::PeopleIndex::new(&tables.people, day);
    let subjects = subjects::of_run(&tables, &index);
    let relate = || {
        relations::relate(
            &subjects,
            &tables.staff,
            &tables.relationships,
            &tables.people,
            &tables.high_profile,
            (day, day),
        )
    };
    group.bench_function("relations", |b| b.iter(|| black_box(relate())));

    let relations = relate();
    let judge = || purpose::judge(&tables, &subjects, &relations, &index, &window, &house);
    group.bench_function("purpose", |b| b.iter(|| black_box(judge())));

    let judged = judge();
    let world = World::new(&tables, &subjects, &relations, &judged);
    let present: Vec<&str> = tables.present.iter().map(|t| t.as_str()).collect();
    let (runnable, _) = rules.runnable(&present);
    group.bench_function("rules", |b| b.iter(|| black_box(fire::fire(&world, &runnable))));

    let firings = fire::fire(&world, &runnable);
    group.bench_function("score", |b| b.iter(|| black_box(score::score(&world, &runnable, &firings))));

    group.bench_function("whole run", |b| {
        b.iter(|| {
            let tables = read(&config);
            black_box(run::analyse(&config, &tables, &rules, &house, &Unwatched).map(|a| a.report)).is_ok()
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
