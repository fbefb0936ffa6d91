//! Tests: every row of a file of any kind is used, a duplicate or in quarantine, whatever happened to the file.

use std::io::Write as _;

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, ParquetWriter, PlSmallStr, Series};
use proptest::prelude::*;

use super::tests::{Folder, adds_up, raw, said};
use super::*;

const HEAD: [&str; 6] = ["event_id", "at", "login", "system", "reason_text", "q_surname"];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Csv,
    Ndjson,
    List,
    Parquet,
}

#[derive(Clone, Copy, Debug)]
enum Packed {
    Plain,
    Gzip,
    Zstd,
}

/// One row; `odd` rows have cells that a writer must take care of.
fn row(number: usize) -> [String; 6] {
    let odd = number.is_multiple_of(3);
    [
        format!("e{number}"),
        format!("2025-06-18T10:{:02}:{:02}Z", number / 60 % 60, number % 60),
        format!("pc{}", number % 5),
        ["RMS", "PNC"][number % 2].to_owned(),
        if odd { format!("said, \"{number}\" – ü") } else { format!("note {}", number % 4) },
        format!("Name{}", number % 7),
    ]
}

fn encode(rows: &[usize], kind: Kind) -> Vec<u8> {
    let rows: Vec<[String; 6]> = rows.iter().map(|number| row(*number)).collect();
    let object = |row: &[String; 6]| {
        let members: serde_json::Map<String, serde_json::Value> =
            HEAD.iter().zip(row).map(|(key, value)| ((*key).to_owned(), value.as_str().into())).collect();
        serde_json::Value::Object(members).to_string()
    };
    let objects = || rows.iter().map(object).collect::<Vec<_>>();
    match kind {
        Kind::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(HEAD).unwrap();
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            writer.into_inner().unwrap()
        }
        Kind::Ndjson => objects().iter().map(|object| format!("{object}\n")).collect::<String>().into_bytes(),
        Kind::List => format!("[{}]", objects().join(",\n")).into_bytes(),
        Kind::Parquet => {
            let column = |(place, name): (usize, &&str)| -> Column {
                let cells: Vec<&str> = rows.iter().map(|row| row[place].as_str()).collect();
                Series::new(PlSmallStr::from_str(name), cells).into_column()
            };
            let mut frame = DataFrame::new(rows.len(), HEAD.iter().enumerate().map(column).collect()).unwrap();
            let mut bytes = Vec::new();
            ParquetWriter::new(&mut bytes).with_row_group_size(Some(7)).finish(&mut frame).unwrap();
            bytes
        }
    }
}

fn pack(bytes: Vec<u8>, packed: Packed) -> Vec<u8> {
    match packed {
        Packed::Plain => bytes,
        Packed::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(&bytes).unwrap();
            writer.finish().unwrap()
        }
        Packed::Zstd => zstd::encode_all(bytes.as_slice(), 1).unwrap(),
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Csv, Kind::Ndjson, Kind::List, Kind::Parquet])
}

fn packings() -> impl Strategy<Value = Packed> {
    prop::sample::select(vec![Packed::Plain, Packed::Gzip, Packed::Zstd])
}

fn read(files: &[&[u8]]) -> Result<Tables, IngestError> {
    let folder = Folder::new();
    let sources: Vec<Source> =
        files.iter().enumerate().map(|(n, bytes)| folder.access(&format!("log{n}"), bytes)).collect();
    let tables = ingest(&sources, &NoProgress)?;
    adds_up(&tables);
    raw(&tables, &sources);
    Ok(tables)
}

/// (rows, used, duplicates, quarantined) of the first file.
fn sums(tables: &Tables) -> (u64, u64, u64, u64) {
    let input = &tables.inputs[0];
    (input.rows, input.used, input.duplicates, input.quarantined)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn doubled_rows_count_once(count in 1usize..40, kind in kinds(), packed in packings()) {
        // Parquet is compressed inside, and a packed one is not read.
        let packed = if matches!(kind, Kind::Parquet) { Packed::Plain } else { packed };
        let once: Vec<usize> = (0..count).collect();
        let twice: Vec<usize> = once.iter().chain(&once).copied().collect();
        let count = count as u64;
        let one = read(&[&pack(encode(&once, kind), packed)]).unwrap();
        prop_assert_eq!(sums(&one), (count, count, 0, 0));
        let two = read(&[&pack(encode(&twice, kind), packed)]).unwrap();
        prop_assert_eq!(sums(&two), (2 * count, count, count, 0));
        prop_assert_eq!(two.duplicates.len() as u64, count);
        prop_assert_eq!(said(&one), said(&two));
    }

    #[test]
    fn every_kind_and_order_says_the_same(
        order in Just((0usize..30).collect::<Vec<_>>()).prop_shuffle(),
        cut in 0usize..30,
        one in kinds(),
        other in kinds(),
    ) {
        let sorted: Vec<usize> = (0..30).collect();
        let plain = read(&[&encode(&sorted, Kind::Csv)]).unwrap();
        let (head, tail) = order.split_at(cut.max(1));
        // Files that overlap by a row: the same event delivered twice.
        let tail = [&head[..1], tail].concat();
        let parts = read(&[&encode(head, one), &encode(&tail, other)]).unwrap();
        prop_assert_eq!(said(&plain), said(&parts));
        let input: Vec<u64> = parts.inputs.iter().map(|input| input.rows).collect();
        prop_assert_eq!(input.iter().sum::<u64>(), 31);
        prop_assert_eq!(parts.duplicates.len(), 1);
    }

    #[test]
    fn one_file_twice_is_read_once(count in 1usize..20, kind in kinds()) {
        let bytes = encode(&(0..count).collect::<Vec<_>>(), kind);
        let tables = read(&[&bytes, &bytes]).unwrap();
        prop_assert_eq!(tables.access.events.len(), count);
        prop_assert_eq!((tables.inputs[1].rows, tables.inputs[1].duplicates), (count as u64, count as u64));
        prop_assert!(tables.inputs[1].notes[0].contains("the content is that of log0"), "{:?}", tables.inputs[1].notes);
    }

    #[test]
    fn what_is_left_of_a_cut_file_is_used_or_reported(
        count in 1usize..40,
        cut in 0.0f64..1.0,
        kind in prop::sample::select(vec![Kind::Csv, Kind::Ndjson, Kind::List]),
    ) {
        let numbers: Vec<usize> = (0..count).collect();
        let whole = encode(&numbers, kind);
        let first = match kind {
            Kind::Csv => HEAD.join(",").len() + 2,
            Kind::Ndjson | Kind::List | Kind::Parquet => 2,
        };
        let length = first + ((whole.len() - first) as f64 * cut) as usize;
        // A cut inside a character makes the file Windows-1252, whose rows are counted all the same.
        let bytes = &whole[..length];
        let Ok(tables) = read(&[bytes]) else {
            return Ok(());
        };
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64;
        let (rows, used, duplicates, quarantined) = sums(&tables);
        prop_assert_eq!(duplicates, 0);
        match kind {
            Kind::Csv => prop_assert_eq!(rows, lines - 1),
            Kind::Ndjson => prop_assert_eq!(rows, lines),
            // The last line has the cut-off element, or nothing but the missing bracket.
            _ => prop_assert!(rows == lines || rows == lines + 1, "{rows} {lines}"),
        }
        prop_assert!(quarantined <= 1, "{:?}", tables.quarantine);
        prop_assert!(used + 1 >= rows);
    }

    #[test]
    fn a_mutated_file_adds_up_or_is_refused(
        count in 1usize..30,
        kind in kinds(),
        packed in packings(),
        changes in prop::collection::vec((0.0f64..1.0, any::<u8>()), 1..6),
    ) {
        let mut bytes = pack(encode(&(0..count).collect::<Vec<_>>(), kind), packed);
        for (place, byte) in changes {
            let at = ((bytes.len() - 1) as f64 * place) as usize;
            bytes[at] = byte;
        }
        // `read` asserts the sums; a refusal names the file.
        if let Err(error) = read(&[&bytes]) {
            prop_assert!(error.to_string().contains("log"), "{error}");
        }
    }

    #[test]
    fn a_cut_packed_file_is_refused_as_a_whole(
        count in 5usize..40,
        cut in 0.2f64..0.95,
        packed in prop::sample::select(vec![Packed::Gzip, Packed::Zstd]),
    ) {
        let bytes = pack(encode(&(0..count).collect::<Vec<_>>(), Kind::Csv), packed);
        let cut = (bytes.len() as f64 * cut) as usize;
        prop_assert!(read(&[&bytes[..cut]]).is_err());
        let parquet = encode(&(0..count).collect::<Vec<_>>(), Kind::Parquet);
        prop_assert!(read(&[&parquet[..parquet.len() * cut / bytes.len()]]).is_err());
    }
}
