//! The first stage without Polars, the rules without a log, and the explanation files, for the fuzz targets.

#![allow(dead_code, unused_imports, missing_docs)]

#[path = "../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../src/instant.rs"]
pub mod instant;
#[path = "../../src/rules/mod.rs"]
pub mod rules;

// The files that read explanations.
#[path = "../../src/purpose/read_template.rs"]
pub mod read_template;
#[path = "../../src/purpose/template_error.rs"]
pub mod template_error;
#[path = "../../src/purpose/template_file.rs"]
pub mod template_file;

/// Reads any text as an explanation, and as the grace of a known one: no panic, and what is refused is said.
pub fn template(text: &str) {
    let refused = |errors: &[template_error::TemplateError]| {
        assert!(!errors.is_empty());
        errors.iter().for_each(|error| told(error));
    };
    match read_template::read("fuzz.yml", text) {
        Ok(declared) => assert!(!format!("{declared:?}").is_empty()),
        Err(errors) => refused(&errors),
    }
    let assigned = include_str!("../../rules/explanations/assigned.yml");
    let known = [read_template::read("assigned.yml", assigned).expect("a shipped explanation")];
    if let Err(errors) = read_template::read_grace("fuzz.yml", text, &known) {
        refused(&errors);
    }
}

/// An error can be shown to its author: it has words, and its label lies in the text.
pub fn told(error: &dyn miette::Diagnostic) {
    let mut text = String::new();
    miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
        .render_report(&mut text, error)
        .expect("the label lies within the text");
    assert!(error.help().is_some(), "every refusal has a remedy: {text}");
}
