//! What stops ingest, said for people.

use miette::Diagnostic;
use thiserror::Error;

/// An input that cannot be used at all. A bad row is never one of these: it goes to quarantine.
#[derive(Debug, Error, Diagnostic)]
pub enum IngestError {
    /// The file is not there or cannot be read.
    #[error("{file}: cannot be read: {source}")]
    #[diagnostic(
        code(probity::ingest::unreadable),
        help("check the path under [[sources]] in the config, and that this account may read the file")
    )]
    Unreadable {
        /// Name of the file.
        file: String,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// A column without which the table makes no sense is not in the header.
    #[error("{file}, line {line}: the {table} table needs the column {column}, and the header does not have it")]
    #[diagnostic(code(probity::ingest::missing_column), help("{help}"))]
    MissingColumn {
        /// Name of the file.
        file: Box<str>,
        /// Line of the header, counted from 1 (0 where the format has no header line).
        line: u32,
        /// Canonical table.
        table: &'static str,
        /// The canonical column, or the group of which one is needed.
        column: Box<str>,
        /// The header as found.
        found: Vec<String>,
        /// The header cell nearest in spelling.
        nearest: Option<Box<str>>,
        /// What to do.
        help: Box<str>,
    },

    /// No access source has a single data row.
    #[error("the access log is empty: {files} has no data row")]
    #[diagnostic(
        code(probity::ingest::empty_access),
        help(
            "an empty log would make an empty report look like good news; check the export and the file pattern under [[sources]] table = \"access\""
        )
    )]
    EmptyAccess {
        /// Names of the files that were read.
        files: String,
    },

    /// The config names no access source, or its pattern matches no file.
    #[error("no access log is configured")]
    #[diagnostic(
        code(probity::ingest::no_access),
        help("add a [[sources]] entry with table = \"access\" whose pattern matches at least one file")
    )]
    NoAccess,

    /// The file cannot be used as a whole: undecodable, cut short, no header, too many columns.
    #[error("{file}{place}: {problem}", place = at(*line, *column))]
    #[diagnostic(code(probity::ingest::unusable), help("{help}"))]
    Unusable {
        /// Name of the file.
        file: String,
        /// Line, counted from 1; 0 = the whole file.
        line: u32,
        /// Column of the table, counted from 1; 0 = the whole line.
        column: u32,
        /// What is wrong.
        problem: String,
        /// What to do.
        help: String,
    },

    /// The file changed between the first reading and the reading of the evidence.
    #[error("{file}{place}: the file changed while the run was going on", place = at(*line, 0))]
    #[diagnostic(
        code(probity::ingest::changed),
        help("let the export finish before the run starts, or give the run a copy; then run again")
    )]
    Changed {
        /// Name of the file.
        file: String,
        /// Line, counted from 1; 0 = unknown.
        line: u32,
    },

    /// More files than a run can number.
    #[error("{count} input files are more than the {max} that one run can take")]
    #[diagnostic(code(probity::ingest::too_many_files), help("join small files, or run over a shorter period"))]
    TooManyFiles {
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
}

/// What kind of failure it is: the command line turns this into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A file is missing or may not be read, or none is configured.
    Missing,
    /// A file is there but cannot be used.
    Unusable,
    /// There is nothing to judge.
    Empty,
}

impl IngestError {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreadable { .. } | Self::NoAccess => ErrorKind::Missing,
            Self::MissingColumn { .. } | Self::Unusable { .. } | Self::Changed { .. } | Self::TooManyFiles { .. } => {
                ErrorKind::Unusable
            }
            Self::EmptyAccess { .. } => ErrorKind::Empty,
        }
    }

    /// A file that is unusable as a whole.
    pub(crate) fn unusable(file: &str, line: u32, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Unusable { file: file.to_owned(), line, column: 0, problem: problem.into(), help: help.into() }
    }
}

fn at(line: u32, column: u32) -> String {
    match (line, column) {
        (0, _) => String::new(),
        (line, 0) => format!(", line {line}"),
        (line, column) => format!(", line {line}, column {column}"),
    }
}

/// The word nearest to `wanted` among `words`, where one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(wanted: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(wanted);
    words
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&wanted, &plain(word)), word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, word)| word)
}

/// Letters and digits in lower case: `Staff ID` and `staff_id` are one word.
fn plain(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
