//! Diagnostics as plain lines, for files, pipes and mail: one fact a line, no
//! boxes, no colours, nothing that depends on a terminal's width.

use std::fmt::Write as _;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::text::clean;

/// One diagnostic without those beneath it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Stable code, or empty.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What would be right, or empty.
    pub help: String,
    /// File, line and column (both from 1) of what is wrong.
    pub place: Option<(String, usize, usize)>,
}

/// A diagnostic and those beneath it, the outermost first. A head that only
/// counts the ones beneath it has neither place nor help.
#[must_use]
pub fn flatten(diagnostic: &dyn Diagnostic) -> Vec<Told> {
    let mut all = Vec::new();
    gather(diagnostic, None, &mut all);
    all
}

fn gather(diagnostic: &dyn Diagnostic, outer: Option<&dyn SourceCode>, all: &mut Vec<Told>) {
    let shown = |part: Option<Box<dyn std::fmt::Display + '_>>| part.map(|part| clean(&part.to_string()));
    let source = diagnostic.source_code().or(outer);
    let label = diagnostic.labels().and_then(|mut labels| labels.next());
    all.push(Told {
        code: shown(diagnostic.code()).unwrap_or_default(),
        message: clean(&message(diagnostic)),
        help: shown(diagnostic.help()).unwrap_or_default(),
        place: source.zip(label).and_then(|(source, label)| place(source, &label)),
    });
    for beneath in diagnostic.related().into_iter().flatten() {
        gather(beneath, source, all);
    }
}

/// The message with its causes, each said once.
fn message(diagnostic: &dyn Diagnostic) -> String {
    let mut message = diagnostic.to_string();
    let mut cause = std::error::Error::source(diagnostic);
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            let _ = write!(message, ": {text}");
        }
        cause = error.source();
    }
    message
}

fn place(source: &dyn SourceCode, label: &LabeledSpan) -> Option<(String, usize, usize)> {
    let contents = source.read_span(label.inner(), 0, 0).ok()?;
    let name = contents.name().map(clean).unwrap_or_default();
    Some((name, contents.line() + 1, contents.column() + 1))
}

/// Diagnostics as lines of text.
#[must_use]
pub fn render(diagnostic: &dyn Diagnostic) -> String {
    let mut text = String::new();
    for told in flatten(diagnostic) {
        let code = if told.code.is_empty() { String::new() } else { format!("[{}]", told.code) };
        let _ = writeln!(text, "error{code}: {}", told.message);
        if let Some((file, line, column)) = &told.place
            && !told.message.starts_with(file.as_str())
        {
            let _ = writeln!(text, "  at: {file}:{line}:{column}");
        }
        if !told.help.is_empty() {
            let _ = writeln!(text, "  help: {}", told.help);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Overrides};

    fn refused(text: &str) -> String {
        let desk = tempfile::tempdir().expect("a temporary folder");
        let path = desk.path().join("nightly.toml");
        std::fs::write(&path, text).expect("a config");
        let error = config::load(&path, &Overrides::default()).expect_err("refused");
        render(&error).replace(&path.display().to_string(), "nightly.toml")
    }

    #[test]
    fn one_mistake_is_told_with_its_place_and_remedy() {
        insta::assert_snapshot!(refused("[run]\nout = \"r\"\n\n[[source]]\n"), @r##"
        error[config::unknown_key]: a config has no section or key `source`
          at: nightly.toml:4:3
          help: did you mean [[sources]]?
        "##);
    }

    #[test]
    fn several_are_told_under_one_head() {
        insta::assert_snapshot!(refused("[run]\nsicne = \"x\"\nthreads = 0\n\n[[sources]]\ntable = \"access\"\n"), @r##"
        error: 3 mistakes in nightly.toml
        error[config::unknown_key]: [run] has no key `sicne`
          at: nightly.toml:2:1
          help: did you mean `since`?
        error[config::wrong_type]: `threads` must be a whole number from 1 upwards, not the number 0
          at: nightly.toml:3:11
        error[config::missing_key]: this source has no `files`
          at: nightly.toml:5:1
          help: `files` is a file name or glob in quotes, or a list of them
        "##);
    }
}
