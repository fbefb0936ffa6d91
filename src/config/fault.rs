//! What is wrong with a config, said so that its author can mend it in one go.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// A diagnostic of another part (a profile, say) that a fault passes on.
pub type Cause = Box<dyn Diagnostic + Send + Sync>;

/// One thing wrong.
#[derive(Debug)]
pub struct Fault {
    /// Stable code, such as `config::unknown_key`.
    pub code: &'static str,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Whether the config is right and the input files are not there.
    pub input: bool,
    span: Option<Range<usize>>,
    source: Option<NamedSource<Arc<str>>>,
    cause: Option<Cause>,
}

impl Fault {
    /// A fault at a place of the config's text.
    pub fn at(span: &Range<usize>, code: &'static str, message: impl Into<String>) -> Self {
        Self { span: Some(span.clone()), ..Self::nowhere(code, message) }
    }

    /// A fault without a place in the config's text, such as one of the command line.
    pub fn nowhere(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, input: false, span: None, source: None, cause: None }
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Marks a fault of the input files rather than of the config's text.
    #[must_use]
    pub fn of_input(mut self) -> Self {
        self.input = true;
        self
    }

    /// Passes on what another part found.
    #[must_use]
    pub fn because(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let span = SourceSpan::from(self.span.clone()?);
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, span))))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        let cause: &dyn Diagnostic = &**self.cause.as_ref()?;
        Some(Box::new(std::iter::once(cause)))
    }
}

/// The faults found so far in one config.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes one more.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults as one error, in the order of the config's lines, each with the text it points into.
    #[must_use]
    pub fn into_error(mut self, path: &str, text: &Arc<str>) -> ConfigError {
        self.0.sort_by_key(|fault| fault.span.as_ref().map(|span| (span.start, span.end)));
        for fault in &mut self.0 {
            if let Some(span) = &mut fault.span {
                span.end = span.end.min(text.len());
                span.start = span.start.min(span.end);
                fault.source = Some(NamedSource::new(path, Arc::clone(text)));
            }
        }
        ConfigError { path: path.to_owned(), faults: self.0 }
    }
}

/// Everything wrong with a config: one diagnostic, or several under one head.
#[derive(Debug)]
pub struct ConfigError {
    /// The config as the caller named it.
    pub path: String,
    /// What is wrong, in the order of the config's lines.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    /// A config with a single fault that has no place in its text.
    #[must_use]
    pub fn whole(path: &str, fault: Fault) -> Self {
        Self { path: path.to_owned(), faults: vec![fault] }
    }

    /// Whether the config is right as it stands and only input files are missing.
    #[must_use]
    pub fn is_input(&self) -> bool {
        self.faults.iter().all(|fault| fault.input)
    }

    fn only(&self) -> Option<&Fault> {
        match self.faults.as_slice() {
            [fault] => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.only() {
            Some(fault) => fault.fmt(f),
            None => write!(f, "{} mistakes in {}", self.faults.len(), self.path),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Diagnostic for ConfigError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.only().and_then(Diagnostic::code)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.only().and_then(Diagnostic::help)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.only().and_then(Diagnostic::source_code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.only().and_then(Diagnostic::labels)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        match self.only() {
            Some(fault) => fault.related(),
            None => Some(Box::new(self.faults.iter().map(|fault| fault as &dyn Diagnostic))),
        }
    }
}
