//! Times the rule pass with many rules: the shipped ones, and copies of them with other thresholds up to two
//! hundred; and two hundred that no row can touch, which should cost next to nothing.
//!
//! The world is the committed small force, or the folder named by `PROBITY_BENCH_WORLD`.

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::config::{self, Overrides, RunConfig};
use probity::rules::detection::Test;
use probity::rules::{Rule, RuleSet, facts, fire, shipped};
use probity::run::{self, Unwatched};

/// How many rules a large force might keep.
const MANY: usize = 200;

fn world() -> RunConfig {
    let folder = std::env::var_os("PROBITY_BENCH_WORLD")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/force"), PathBuf::from);
    config::load(&folder.join("probity.toml"), &Overrides::default()).expect("the world has a config")
}

/// The rules of looks and cases over and over, each time with every number raised by a share.
fn many(set: &RuleSet, raise: impl Fn(usize, f64) -> f64) -> Vec<Rule> {
    set.rules()
        .iter()
        .cycle()
        .take(MANY)
        .enumerate()
        .map(|(nth, rule)| {
            let mut rule = rule.clone();
            let round = nth / set.rules().len();
            for item in rule.detection.selections.iter_mut().flat_map(|s| s.any.iter_mut().flatten()) {
                for test in &mut item.tests {
                    if let Test::Number(_, asked) = test {
                        *asked = raise(round, *asked);
                    }
                }
            }
            rule
        })
        .collect()
}

fn rules(c: &mut Criterion) {
    let config = world();
    let set = RuleSet::parse(&shipped()).expect("the shipped rules are sound");
    let (own, _) = set.runnable(&facts::TABLES);
    let varied = many(&set, |round, asked| asked * (1.0 + round as f64 / 10.0));
    let idle = many(&set, |_, _| 1e12);
    let with_varied: Vec<&Rule> = varied.iter().chain(set.correlations()).collect();
    let with_idle: Vec<&Rule> = own.iter().copied().chain(&idle).collect();
    run::with_world(&config, &Unwatched, |world| {
        let mut group = c.benchmark_group("rules");
        group.sample_size(10);
        group.throughput(Throughput::Elements(world.judged.looks.all.len() as u64));
        for (name, rules) in [
            ("none", &Vec::new()),
            ("shipped", &own),
            ("200, varied", &with_varied),
            ("shipped and 200 idle", &with_idle),
        ] {
            group.bench_function(name, |b| b.iter(|| black_box(fire::fire(world, rules))));
        }
        group.finish();
    })
    .expect("the world can be read");
}

criterion_group!(benches, rules);
criterion_main!(benches);
