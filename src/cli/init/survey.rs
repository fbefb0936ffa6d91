//! Looks at the files of a folder: their names, and the columns of those that say them in text.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::ingest::sample::sample;

/// As many folders deep as exports are looked for.
const DEPTH: usize = 4;
/// As many files as are looked at.
const MAX_FILES: usize = 5_000;
/// A header longer than this is no header.
const MAX_HEADER: u64 = 64 * 1024;

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Path inside the folder, `/`-separated.
    pub name: String,
    /// What it says its columns are.
    pub columns: Columns,
}

/// What a file says its columns are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Columns {
    /// These.
    Known(Vec<String>),
    /// It is in a format that only its name is judged by.
    NameOnly,
    /// It cannot be read as a table, and why.
    Unreadable(String),
}

/// The files of a folder that could be tables, sorted by name. Hidden files,
/// reports and other kinds of file are passed over.
///
/// # Errors
/// Where the folder itself cannot be read.
pub fn survey(folder: &Path) -> io::Result<Vec<Seen>> {
    let mut files = Vec::new();
    walk(folder, "", DEPTH, &mut files)?;
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<Seen>) -> io::Result<()> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder)?.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let is_report = names.iter().any(|name| name == "manifest.json");
    for name in names.into_iter().filter(|name| !name.starts_with('.')) {
        if is_report || files.len() >= MAX_FILES {
            return Ok(());
        }
        let path = folder.join(&name);
        let shown = format!("{prefix}{name}");
        if path.is_dir() && depth > 1 {
            // A folder that may not be entered is no reason to give up on the others.
            let _ = walk(&path, &format!("{shown}/"), depth - 1, files);
        } else if path.is_file()
            && let Some(format) = Format::of(&name)
        {
            files.push(Seen { name: shown, columns: columns(&path, format) });
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Ndjson,
    Parquet,
    /// A workbook or a JSON document.
    Whole,
}

impl Format {
    fn of(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let plain = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst")).unwrap_or(&lower);
        match plain.rsplit_once('.')?.1 {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            "xlsx" | "json" => Some(Self::Whole),
            _ => None,
        }
    }
}

fn columns(path: &Path, format: Format) -> Columns {
    if format == Format::Parquet {
        return Columns::NameOnly;
    }
    if format == Format::Whole {
        return match sample(path) {
            Ok(sample) => Columns::Known(sample.columns.into_iter().map(|column| column.name).collect()),
            Err(_) => Columns::Unreadable("no header and rows were found in it".to_owned()),
        };
    }
    let line = match first_line(path) {
        Ok(line) => line,
        Err(error) => return Columns::Unreadable(error.to_string()),
    };
    let Ok(line) = String::from_utf8(line) else {
        return Columns::Unreadable("its first line is not UTF-8 text".to_owned());
    };
    let line = line.trim_start_matches('\u{feff}').trim_end();
    if line.is_empty() {
        return Columns::Unreadable("it is empty".to_owned());
    }
    let read = if format == Format::Csv { csv_header(line) } else { json_keys(line) };
    read.map_or_else(|| Columns::Unreadable("its first line is no header".to_owned()), Columns::Known)
}

/// The first line of a file, unpacked where it is packed (told by its first bytes, not its name).
fn first_line(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = BufReader::new(File::open(path)?);
    let start = file.fill_buf()?;
    let unpacked: Box<dyn Read> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::stream::read::Decoder::with_buffer(file)?)
    } else {
        Box::new(file)
    };
    let mut line = Vec::new();
    BufReader::new(unpacked.take(MAX_HEADER)).read_until(b'\n', &mut line)?;
    Ok(line)
}

fn csv_header(line: &str) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let header = reader.records().next()?.ok()?;
    Some(header.iter().map(|cell| cell.trim().to_owned()).collect())
}

fn json_keys(line: &str) -> Option<Vec<String>> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(value.as_object()?.keys().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn known(columns: &[&str]) -> Columns {
        Columns::Known(columns.iter().map(|&column| column.to_owned()).collect())
    }

    #[test]
    fn columns_are_read_from_plain_and_packed_files() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let text = b"\xef\xbb\xbflogin, at,\"q_text\"\r\na,b,c\n";
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).expect("a file");
        write("plain.csv", text);
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text).expect("gz");
        write("a.csv.gz", &gz.finish().expect("gz"));
        write("b.csv.zst", &zstd::encode_all(&text[..], 1).expect("zst"));
        write("c.ndjson", b"{\"at\":1,\"login\":2,\"q_text\":3}\n");
        for file in survey(dir.path()).expect("files") {
            let columns = if file.name == "c.ndjson" {
                known(&["at", "login", "q_text"])
            } else {
                known(&["login", "at", "q_text"])
            };
            assert_eq!(file.columns, columns, "{}", file.name);
        }
    }

    #[test]
    fn other_files_are_passed_over_and_broken_ones_are_told() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("notes.txt", &b"x"[..]),
            (".hidden.csv", b"x"),
            ("empty.csv", b""),
            ("latin.csv", b"Caf\xe9,x\n"),
            ("cut.csv.gz", &[0x1f, 0x8b, 8]),
            ("duty.parquet", b"PAR1"),
            ("report/manifest.json", b"{}"),
            ("report/referrals.csv", b"rank\n"),
            ("in/staff.csv", b"staff_id\n"),
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
        let files = survey(dir.path()).expect("files");
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["cut.csv.gz", "duty.parquet", "empty.csv", "in/staff.csv", "latin.csv"]);
        let unreadable = files.iter().filter(|file| matches!(file.columns, Columns::Unreadable(_))).count();
        assert_eq!(unreadable, 3);
    }
}
