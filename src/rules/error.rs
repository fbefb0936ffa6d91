//! What is wrong with a rule file, said so that its author can mend it.
//!
//! Every error names file, line, column and the word at fault, and where
//! something close to that word exists, the nearest valid one. Errors are
//! gathered over all files and reported together: an author mends a folder of
//! rules in one round, not one message at a time.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode, SourceSpan};

/// At most this many errors are kept for one file: enough to mend it, and a
/// bound on what a hostile file can make us print.
const MAX_ERRORS_PER_FILE: usize = 40;

/// The longest stretch of a file's own text that a message repeats.
const MAX_WORD: usize = 60;

/// One thing wrong with one rule file.
#[derive(Clone, Debug)]
pub struct RuleError {
    /// The file, as it was named when loaded.
    pub file: String,
    /// Line of the word at fault, counted from 1; 0 when the whole file is at fault.
    pub line: usize,
    /// Column of that word in characters, counted from 1; 0 when the whole file is at fault.
    pub column: usize,
    /// The word at fault, as written.
    pub word: String,
    /// Stable code, such as `rules::unknown_fact`.
    pub code: &'static str,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    text: Option<NamedSource<Arc<str>>>,
    span: SourceSpan,
}

impl RuleError {
    /// An error about a file as a whole (unreadable, too large, without tests).
    #[must_use]
    pub fn whole_file(file: &str, code: &'static str, message: String, help: Option<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            word: String::new(),
            code,
            message,
            help: help.or_else(|| Some(remedy(code).to_owned())),
            text: None,
            span: SourceSpan::from(0..0),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
        }
    }
}

impl std::error::Error for RuleError {}

impl Diagnostic for RuleError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.text.as_ref()?;
        let here = LabeledSpan::new_with_span(Some("here".to_owned()), self.span);
        Some(Box::new(std::iter::once(here)))
    }
}

/// Everything wrong with a folder of rules, in order of file and place.
#[derive(Clone, Debug, Default)]
pub struct RuleErrors(pub Vec<RuleError>);

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "{one}"),
            many => write!(f, "{} errors in the rules", many.len()),
        }
    }
}

impl std::error::Error for RuleErrors {}

impl Diagnostic for RuleErrors {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("rules::refused"))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|error| error as &dyn Diagnostic)))
    }
}

/// The text of one file under reading, with the errors found in it so far.
pub(super) struct Reading<'a> {
    file: &'a str,
    text: Arc<str>,
    errors: Vec<RuleError>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a str, text: &str) -> Self {
        Self { file, text: Arc::from(text), errors: Vec::new() }
    }

    pub(super) fn file(&self) -> &'a str {
        self.file
    }

    pub(super) fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Notes an error about the bytes in `span`.
    pub(super) fn error(
        &mut self,
        span: &Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        if self.errors.len() >= MAX_ERRORS_PER_FILE {
            return;
        }
        let start = floor_char(&self.text, span.start);
        let end = floor_char(&self.text, span.end.max(span.start)).max(start);
        let (line, column) = line_column(&self.text, start);
        // An error about a place and no word names what stands there.
        let end = if end > start { end } else { start + self.text[start..].lines().next().map_or(0, str::len) };
        let first_line = self.text[start..end].lines().next().unwrap_or("");
        self.errors.push(RuleError {
            file: self.file.to_owned(),
            line,
            column,
            // Past the end of a line stands nothing: the line itself is named.
            word: cut(if first_line.trim().is_empty() { line_with(&self.text, start) } else { first_line }),
            code,
            message: message.into(),
            help: help.into().or_else(|| Some(remedy(code).to_owned())),
            text: Some(NamedSource::new(self.file, Arc::clone(&self.text))),
            span: SourceSpan::from(start..start + first_line.len()),
        });
    }

    pub(super) fn failed(&self) -> bool {
        !self.errors.is_empty()
    }

    pub(super) fn into_errors(mut self) -> Vec<RuleError> {
        self.errors.sort_by_key(|error| (error.line, error.column));
        self.errors
    }
}

/// The line that holds a byte offset, without blanks around it.
fn line_with(text: &str, offset: usize) -> &str {
    let from = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    text[from..].lines().next().unwrap_or("").trim()
}

/// What to do about an error of this kind, where the one who found it has nothing closer to say.
fn remedy(code: &str) -> &'static str {
    match code {
        "rules::wrong_type" => "compare with the same key in a shipped rule: `probity rules show relationship/family`",
        "rules::missing_text" => "write text after the colon",
        "rules::too_large" => "shorten it, or make two rules of it",
        "rules::correlation" => "see \"Correlations\" in docs/rules-format.md",
        "rules::values" => "write one value, or a list of values of one type",
        "rules::modifier" => "modifiers: contains, startswith, endswith, gt, gte, lt, lte, exists, all, neq, cidr, re",
        "rules::logsource" => "write `logsource: { product: probity, category: … }` with the rule's scope",
        "rules::chance" => "give evidence that is likelier under misuse: u smaller than m",
        "rules::weight" => "write `{ value: 0.1, low: 0.03, high: 0.3 }`",
        "rules::duplicate_name" | "rules::duplicate_key" => "give one of the two another name",
        "rules::empty" => "`probity rules new family/name` writes a rule to begin with",
        "rules::unreadable" => "check that the file is there, is UTF-8 text of at most 64 KiB, and may be read",
        "rules::orphan_tests" => "rename the file to that of its rule, or remove it",
        "rules::condition" => {
            "write names of selections joined by and, or, not, and brackets; or `1 of x*`, `all of x*`"
        }
        "rules::unknown_word" | "rules::unknown_key" => "see docs/rules-format.md for the words of this key",
        "rules::unknown_fact" | "rules::wrong_scope" => "`probity rules facts` lists what a rule may ask about",
        "rules::unknown_rule" => "`probity rules list` names them all",
        "rules::yaml" => "check indentation, quotes and brackets up to here",
        "lists::line" => "a line is phrase,reason,owner,expires",
        _ => "see docs/rules-format.md",
    }
}

/// Line of a byte offset, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    line_column(text, floor_char(text, offset)).0
}

fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

fn floor_char(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Cuts text taken from a file to a length fit for a message.
pub(super) fn cut(word: &str) -> String {
    if word.chars().count() <= MAX_WORD {
        return word.to_owned();
    }
    let mut short: String = word.chars().take(MAX_WORD).collect();
    short.push('…');
    short
}

/// The candidate closest to `word`, if any is close enough to be what was meant.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > 80 {
        return None;
    }
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?" for the nearest candidate, or the list of them all when short.
pub(super) fn suggestion<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let all: Vec<&str> = candidates.into_iter().collect();
    if let Some(found) = nearest(word, all.iter().copied()) {
        return Some(format!("did you mean `{found}`?"));
    }
    (!all.is_empty() && all.len() <= 24).then(|| format!("one of: {}", all.join(", ")))
}
