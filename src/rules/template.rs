//! The sentence of a finding: text with `{placeholders}`.

/// The words that may stand in braces in `says:`, each with what it becomes.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("staff", "name and id of the member of staff"),
    ("subject", "the person, vehicle or place looked at"),
    ("relation", "how the subject is tied to the member of staff"),
    ("looks", "number of looks"),
    ("days", "number of days with a look"),
    ("identifiers", "the identifiers that agree"),
    ("purpose_words", "what was found, or not found, that would answer why"),
    ("systems", "the systems that were used"),
    ("first", "time of the first look"),
    ("last", "time of the last look"),
    ("system", "the system of the look"),
    ("incident", "the incident number that was quoted or that explained earlier looks"),
    ("reason", "the reason that was entered"),
    ("subjects", "number of subjects"),
    ("events", "number of audited rows"),
    ("period", "the span of time that the finding covers"),
    ("duty_words", "what the roster and HR say of those times"),
    ("expected", "what peers doing the same work would have shown"),
];

/// What is wrong in a template, with the bytes of it at fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault<'t> {
    /// A word in braces that is no placeholder.
    Unknown(&'t str),
    /// A `{` or `}` without its fellow.
    Brace,
}

enum Part<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

fn parts(template: &str) -> Result<Vec<Part<'_>>, Fault<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        if rest.as_bytes()[at] == b'}' {
            return Err(Fault::Brace);
        }
        found.push(Part::Text(&rest[..at]));
        let inside = &rest[at + 1..];
        let Some(end) = inside.find(['{', '}']).filter(|&end| inside.as_bytes()[end] == b'}') else {
            return Err(Fault::Brace);
        };
        found.push(Part::Placeholder(&inside[..end]));
        rest = &inside[end + 1..];
    }
    found.push(Part::Text(rest));
    Ok(found)
}

/// Every fault of a template.
pub(super) fn faults(template: &str) -> Vec<Fault<'_>> {
    match parts(template) {
        Err(fault) => vec![fault],
        Ok(parts) => parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Placeholder(word) if !PLACEHOLDERS.iter().any(|(known, _)| *known == word) => {
                    Some(Fault::Unknown(word))
                }
                _ => None,
            })
            .collect(),
    }
}

/// The sentence, with each placeholder replaced by what `fill` gives for its
/// name. A template that was linted has no unknown placeholder; one that was
/// not is returned as it stands if its braces do not match.
#[must_use]
pub fn render(template: &str, fill: &dyn Fn(&str) -> String) -> String {
    let Ok(parts) = parts(template) else { return template.to_owned() };
    let mut sentence = String::with_capacity(template.len() * 2);
    for part in parts {
        match part {
            Part::Text(text) => sentence.push_str(text),
            Part::Placeholder(word) => sentence.push_str(&fill(word)),
        }
    }
    sentence
}
