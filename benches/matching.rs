//! What one comparison costs, beside the string libraries, on the names of FEBRL4.
//!
//! Throughput is in comparisons per second, each of two different records: true pairs and strangers by half.

use std::hint::black_box;
use std::path::Path;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use probity::ingest::Person;
use probity::relations::evidence::{Context, compare};
use probity::relations::frequencies::{Bearer, Frequencies};
use probity::subjects::Descriptor;
use probity::subjects::terms::{compare as terms, name};

/// Records of one file by their number, so that true pairs stand side by side.
fn records(file: &str) -> Vec<(String, Person)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/febrl/data/{file}.csv.gz"));
    let file = std::fs::File::open(path).expect("the data set");
    let mut rows = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(GzDecoder::new(file));
    let mut all: Vec<(String, Person)> = rows
        .records()
        .map(|row| {
            let row = row.expect("a row");
            let person = Person {
                forename: row[1].to_owned(),
                surname: row[2].to_owned(),
                address: format!("{} {}, {}", &row[3], &row[4], &row[6]),
                postcode: row[7].to_owned(),
                dob: row[9].to_owned(),
                ..Person::default()
            };
            (row[0].split('-').nth(1).unwrap_or_default().to_owned(), person)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn pairs<T: Clone>(a: &[T], b: &[T]) -> Vec<(T, T)> {
    let strangers = a.iter().zip(b.iter().cycle().skip(1717));
    a.iter().zip(b).chain(strangers).map(|(x, y)| (x.clone(), y.clone())).collect()
}

fn matching(c: &mut Criterion) {
    let (a, b) = (records("dataset4a"), records("dataset4b"));
    let surnames = |all: &[(String, Person)]| -> Vec<String> {
        all.iter().map(|(_, p)| name::normalise(&p.surname).unwrap_or_else(|| "NOBODY".to_owned())).collect()
    };
    let names = pairs(&surnames(&a), &surnames(&b));
    let mut group = c.benchmark_group("surnames");
    group.throughput(Throughput::Elements(names.len() as u64));
    group.bench_function("probity levels", |bench| {
        bench.iter(|| {
            names.iter().filter(|(x, y)| black_box(terms::surnames(x, y)) < terms::NameLevel::Differs).count()
        });
    });
    group.bench_function("rapidfuzz jaro_winkler", |bench| {
        bench.iter(|| {
            let near = |x: &str, y: &str| rapidfuzz::distance::jaro_winkler::similarity(x.bytes(), y.bytes());
            names.iter().filter(|(x, y)| black_box(near(x, y)) >= 0.9).count()
        });
    });
    group.bench_function("rapidfuzz osa", |bench| {
        bench.iter(|| {
            let far = |x: &str, y: &str| rapidfuzz::distance::osa::distance(x.bytes(), y.bytes());
            names.iter().filter(|(x, y)| black_box(far(x, y)) <= 1).count()
        });
    });
    group.bench_function("strsim jaro_winkler", |bench| {
        bench.iter(|| names.iter().filter(|(x, y)| black_box(strsim::jaro_winkler(x, y)) >= 0.9).count());
    });
    group.bench_function("strsim osa", |bench| {
        bench.iter(|| names.iter().filter(|(x, y)| black_box(strsim::osa_distance(x, y)) <= 1).count());
    });
    group.finish();

    let as_of = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
    let described = |all: &[(String, Person)]| -> Vec<Descriptor> {
        all.iter().map(|(_, p)| Descriptor::of_person(p, as_of)).collect()
    };
    let (a, b) = (described(&a), described(&b));
    let context =
        Context { frequencies: Frequencies::new(a.iter().filter_map(Bearer::of).collect()), ..Context::default() };
    let people = pairs(&a, &b);
    let mut group = c.benchmark_group("persons");
    group.throughput(Throughput::Elements(people.len() as u64));
    group.bench_function("names, birth and address, in bits", |bench| {
        bench.iter(|| people.iter().map(|(x, y)| black_box(compare(x, y, &context)).bits).sum::<f32>());
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
