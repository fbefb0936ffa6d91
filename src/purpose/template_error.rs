//! What is wrong with a template file, said with its line, the word at fault and the remedy.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// One thing wrong with a template file.
#[derive(Clone, Debug)]
pub struct TemplateError {
    file: String,
    line: usize,
    column: usize,
    message: String,
    pub(super) help: Option<String>,
    code: &'static str,
    text: Option<Box<(NamedSource<Arc<str>>, SourceSpan)>>,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
        }
    }
}

impl std::error::Error for TemplateError {}

impl Diagnostic for TemplateError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| &text.0 as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, span) = &**self.text.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), *span))))
    }
}

/// Everything wrong with a folder of templates, in order of file.
#[derive(Clone, Debug, Default)]
pub struct TemplateErrors(pub Vec<TemplateError>);

impl fmt::Display for TemplateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "{one}"),
            many => write!(f, "{} errors in the explanation templates", many.len()),
        }
    }
}

impl std::error::Error for TemplateErrors {}

impl Diagnostic for TemplateErrors {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("explanations::refused"))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|error| error as &dyn Diagnostic)))
    }
}
/// An error at a place in the file.
pub(super) fn located(
    file: &str,
    text: &str,
    (line, column, length): (usize, usize, usize),
    code: &'static str,
    message: String,
    help: Option<String>,
) -> TemplateError {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = &text[start.min(text.len())..];
    let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    let span = SourceSpan::from((start + offset).min(text.len())..(start + offset + length).min(text.len()));
    let source = NamedSource::new(file, Arc::from(text));
    TemplateError { file: file.to_owned(), line, column, message, help, code, text: Some(Box::new((source, span))) }
}

/// An error about the file as a whole.
pub(super) fn whole(file: &str, code: &'static str, message: String, help: Option<String>) -> TemplateError {
    TemplateError { file: file.to_owned(), line: 0, column: 0, message, help, code, text: None }
}
