//! Why a command did not do what it was asked, and the exit code that says so.

use std::fmt;
use std::io;

use miette::Diagnostic;

use super::exit::Exit;
use crate::config::ConfigError;
use crate::run::RunError;

/// A command that could not go on.
#[derive(Debug)]
pub struct Failure {
    /// The code to end with.
    pub exit: Exit,
    /// What happened, for people.
    pub diagnostic: Box<dyn Diagnostic + Send + Sync>,
}

impl Failure {
    /// A failure that another part describes.
    pub fn new(exit: Exit, diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self { exit, diagnostic: Box::new(diagnostic) }
    }

    /// A failure in the command line's own words.
    pub fn said(exit: Exit, code: &'static str, message: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self::new(exit, Said { code, message: message.into(), help: help.into() })
    }

    /// A file or folder that cannot be written.
    #[must_use]
    pub fn unwritable(what: &std::path::Path, error: &io::Error) -> Self {
        Self::said(Exit::Unexpected, "cli::unwritable", format!("{} cannot be written: {error}", what.display()), None)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let exit = if error.is_input() { Exit::Input } else { Exit::Usage };
        Self::new(exit, error)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let exit = match &error {
            RunError::Rules(_) | RunError::Explanations(_) => Exit::Rules,
            RunError::Input(_) => Exit::Input,
            RunError::Question(_) => Exit::Usage,
            RunError::Output(_) | RunError::Ledger(_) | RunError::Looks(_) => Exit::Unexpected,
        };
        Self::new(exit, error)
    }
}

/// A diagnostic of a few words, without a place in a file.
#[derive(Debug)]
struct Said {
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Said {}

impl Diagnostic for Said {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}
