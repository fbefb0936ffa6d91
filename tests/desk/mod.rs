//! A copy of the small synthetic force on a desk of its own: rows can be added to it, and it can be run.

// Each test file takes what it needs.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A row by its columns.
pub type Row = BTreeMap<String, String>;

/// A copy of the small force.
pub struct Force(tempfile::TempDir);

impl Force {
    pub fn new() -> Self {
        let desk = tempfile::tempdir().expect("a folder");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/force");
        for entry in fs::read_dir(from).expect("the fixture") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                fs::copy(&path, desk.path().join(path.file_name().expect("a name"))).expect("copied");
            }
        }
        Self(desk)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn append(&self, name: &str, more: &str) {
        fs::write(self.at(name), self.read(name) + more).expect("written");
    }

    pub fn rows(&self, table: &str) -> Vec<Row> {
        rows(&self.at(&format!("{table}.csv")))
    }

    /// Adds a row; columns that are not named stay empty.
    pub fn add(&self, table: &str, cells: &[(&str, &str)]) {
        let name = format!("{table}.csv");
        let text = self.read(&name);
        let header = text.lines().next().expect("a header");
        let cell = |name: &str| cells.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v);
        for (name, _) in cells {
            assert!(header.split(',').any(|h| h == *name), "{table} has no column {name}");
        }
        let row: Vec<String> = header.split(',').map(|name| format!("\"{}\"", cell(name))).collect();
        let mut line = String::new();
        let _ = writeln!(line, "{}", row.join(","));
        self.append(&name, &line);
    }

    /// Adds a look: a view of a record.
    pub fn look(&self, id: &str, staff: &str, at: &str, record: &str, more: &[(&str, &str)]) {
        let mut cells = vec![
            ("event_id", id),
            ("at", at),
            ("login", staff),
            ("system", "RMS"),
            ("environment", "live"),
            ("action", "view"),
            ("outcome", "success"),
            ("subject_id", record),
        ];
        cells.retain(|(name, _)| more.iter().all(|(m, _)| m != name));
        cells.extend_from_slice(more);
        self.add("access", &cells);
    }

    /// A run; gives its folder.
    pub fn run(&self, more: &[&str]) -> PathBuf {
        let out = self.at("report");
        self.probity(&["run"], &[&["--out", out.to_str().expect("UTF-8")], more].concat());
        out
    }

    /// A command over the config, with what stands before and after its name.
    pub fn probity(&self, before: &[&str], after: &[&str]) {
        Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(before)
            .arg(self.at("probity.toml"))
            .args(after)
            .arg("--quiet")
            .assert()
            .success();
    }
}

/// The rows of a table.
pub fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}
