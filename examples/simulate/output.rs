//! Files: tables with their header rows, and the config that lists them.

use crate::draw::{Draw, Stream};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The folder that a world is written to.
pub struct Folder {
    root: PathBuf,
    /// Canonical tables written, in order.
    tables: Vec<&'static str>,
}

/// One table being written.
pub struct Table {
    writer: csv::Writer<BufWriter<File>>,
    loss: f64,
    draw: Draw,
}

impl Folder {
    /// Takes a folder, which must be new or empty unless forced.
    pub fn take(root: &Path, force: bool) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        if !force && fs::read_dir(root)?.next().is_some() {
            let message = format!("{} is not empty: give another folder, or --force", root.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        fs::create_dir_all(root.join("truth"))?;
        Ok(Self { root: root.to_owned(), tables: Vec::new() })
    }

    /// A canonical table.
    pub fn table(&mut self, name: &'static str, columns: &str) -> io::Result<Table> {
        self.table_with_loss(name, columns, 0, 0.0)
    }

    /// A canonical table from a feed that loses a share of its rows.
    pub fn table_with_loss(&mut self, name: &'static str, columns: &str, seed: u64, loss: f64) -> io::Result<Table> {
        self.tables.push(name);
        let salt = name.bytes().fold(0u64, |h, b| h.wrapping_mul(131).wrapping_add(u64::from(b)));
        Table::create(&self.root.join(format!("{name}.csv")), columns, Draw::new(seed, Stream::Drop, salt, 0), loss)
    }

    /// A table of the truth.
    pub fn truth(&self, name: &str, columns: &str) -> io::Result<Table> {
        let path = self.root.join("truth").join(format!("{name}.csv"));
        Table::create(&path, columns, Draw::new(0, Stream::Drop, 0, 0), 0.0)
    }

    /// The log, whose lines are put together elsewhere.
    pub fn log(&mut self, columns: &str) -> io::Result<BufWriter<File>> {
        self.tables.push("access");
        let mut log = BufWriter::with_capacity(1 << 20, File::create(self.root.join("access.csv"))?);
        writeln!(log, "{columns}")?;
        Ok(log)
    }

    /// The config with which the engine reads the tables.
    pub fn config(&self, staff: u32, days: i32, seed: u64) -> io::Result<()> {
        let order = [
            "access",
            "staff",
            "accounts",
            "relationships",
            "people",
            "incidents",
            "incident_people",
            "assignments",
            "duty",
            "training",
            "high_profile",
            "authorities",
            "dispositions",
        ];
        let mut text = format!(
            "# A synthetic force: {staff} staff, {days} days, seed {seed}.\n[run]\nname = \"Synthetic force (seed \
             {seed})\"\nout = \"report\"\ntimezone = \"Europe/London\"\n"
        );
        for name in order.into_iter().filter(|name| self.tables.contains(name)) {
            text.push_str(&format!("\n[[sources]]\ntable = \"{name}\"\nfiles = \"{name}.csv\"\n"));
        }
        fs::write(self.root.join("probity.toml"), text)
    }
}

impl Table {
    fn create(path: &Path, columns: &str, draw: Draw, loss: f64) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(1 << 16, File::create(path)?));
        writer.write_record(columns.split(','))?;
        Ok(Self { writer, loss, draw })
    }

    /// Writes a row, unless the feed loses it.
    pub fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        // Drawn even where nothing is lost, so that a heavier loss takes the rows of a lighter one and more.
        let lost = self.draw.unit() < self.loss;
        if lost { Ok(()) } else { Ok(self.writer.write_record(cells)?) }
    }

    /// Ends the table.
    pub fn end(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
