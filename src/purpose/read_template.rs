//! Explanation templates as small YAML files, one a template, and what a force sets for itself.
//!
//! The reader knows nothing of looks. What is wrong with a file is said with its line, the word at fault and
//! the remedy.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::template_error::{TemplateError, TemplateErrors, located, whole};
use super::template_file::{BY, By, Declared, ENDS, End, Grace, Part, REACH, Time, WHO, Who};
use crate::instant::{DAY, HOUR, MINUTE};

/// Largest file that is read.
const MAX_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    says: String,
    order: u32,
    chance: Spanned<f64>,
    because: String,
    path: PathKeys,
    time: Option<TimeKeys>,
    #[serde(default)]
    strangers_only: bool,
    #[serde(default)]
    blind: bool,
    #[serde(default)]
    customary: bool,
    #[serde(default = "yes")]
    names_subject: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathKeys {
    who: Vec<Spanned<String>>,
    by: Spanned<String>,
    #[serde(default)]
    roles: Vec<Spanned<String>>,
    #[serde(default)]
    posts: Vec<String>,
    to: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeKeys {
    from: Spanned<String>,
    before: Spanned<String>,
    to: Spanned<String>,
    after: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GraceKeys {
    before: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    because: String,
}
/// One file under reading.
struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<TemplateError>,
}

impl Reading<'_> {
    fn at(&mut self, location: Location, word: &str, code: &'static str, message: String, help: String) {
        let (line, column) = (location.line() as usize, location.column() as usize);
        self.errors.push(located(self.file, self.text, (line, column, word.len()), code, message, Some(help)));
    }

    fn one_of<T: Copy>(&mut self, said: &Spanned<String>, known: &[(&'static str, T)]) -> Option<T> {
        let found = known.iter().find(|(word, _)| *word == said.value).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let near = words
                .iter()
                .map(|w| (strsim::normalized_damerau_levenshtein(w, &said.value), *w))
                .filter(|(likeness, _)| *likeness >= 0.5)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let help = match near {
                Some((_, word)) => format!("did you mean `{word}`?"),
                None => format!("one of: {}", words.join(", ")),
            };
            let message = format!("`{}` is not known here", said.value);
            self.at(said.referenced, &said.value, "explanations::unknown_word", message, help);
        }
        found
    }

    fn duration(&mut self, said: &Spanned<String>) -> i64 {
        duration(&said.value).unwrap_or_else(|| {
            let message = format!("`{}` is no length of time", said.value);
            let help = "write a whole number and its unit: 30m, 2h or 3d, at most 400d".to_owned();
            self.at(said.referenced, &said.value, "explanations::duration", message, help);
            0
        })
    }
}

/// `30m`, `2h`, `3d` in milliseconds.
fn duration(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at(text.len().checked_sub(1).filter(|at| text.is_char_boundary(*at))?);
    let unit = match unit {
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let length = number.parse::<i64>().ok().filter(|_| plain)?.checked_mul(unit)?;
    (length <= 400 * DAY).then_some(length)
}
/// The template's code: `rules/explanations/call-taken.yml` is `call_taken`.
fn name_of(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.trim_end_matches(".yml").trim_end_matches(".yaml").replace('-', "_")
}

/// The parser's own words, which repeat the place in a second line.
fn first_line(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or("").trim_start_matches("error: ");
    line.strip_prefix("line ").and_then(|rest| rest.split_once(": ")).map_or(line, |(_, said)| said).to_owned()
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str, keys: &str) -> Result<T, TemplateError> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; a template may have {MAX_BYTES}", text.len());
        return Err(whole(file, "explanations::too_large", message, None));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let message = first_line(&error);
        let help = Some(format!("a template has the keys {keys}; docs/explanations.md says what each means"));
        match error.location() {
            Some(at) => {
                let (line, column) = (at.line() as usize, at.column() as usize);
                let length = text.lines().nth(line.saturating_sub(1)).map_or(0, |l| {
                    l.chars().skip(column.saturating_sub(1)).take_while(|c| !" :,]".contains(*c)).count()
                });
                located(file, text, (line, column, length), "explanations::yaml", message, help)
            }
            None => whole(file, "explanations::yaml", message, help),
        }
    })
}

/// Reads one template.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(file: &str, text: &str) -> Result<Declared, Vec<TemplateError>> {
    let keys = "says, order, chance, because, path, time, strangers_only, blind, customary, names_subject";
    let said: File = parse(file, text, keys).map_err(|error| vec![error])?;
    let mut reading = Reading { file, text, errors: Vec::new() };
    let who: Vec<Who> = said.path.who.iter().filter_map(|w| reading.one_of(w, &WHO)).collect();
    let by = reading.one_of(&said.path.by, &BY);
    let to = reading.one_of(&said.path.to, &REACH);
    let parts: Vec<(&'static str, Part)> = Part::ALL.iter().map(|part| (part.as_str(), *part)).collect();
    let roles: Vec<Part> = said.path.roles.iter().filter_map(|role| reading.one_of(role, &parts)).collect();
    if !(0.0..=1.0).contains(&said.chance.value) || said.chance.value == 0.0 {
        let message = format!("{} is no chance", said.chance.value);
        let help = "a share over 0 and up to 1: how often the record would answer by chance".to_owned();
        reading.at(said.chance.referenced, "", "explanations::chance", message, help);
    }
    let time = said.time.as_ref().map(|time| Time {
        from: reading.one_of(&time.from, &ENDS).unwrap_or(End::Task),
        before: reading.duration(&time.before),
        to: reading.one_of(&time.to, &ENDS).unwrap_or(End::Task),
        after: reading.duration(&time.after),
    });
    if let Some(by) = by {
        let timed = matches!(by, By::Assignment | By::Quoted | By::QuotedAgain | By::ColleagueQuoted | By::Post);
        let place = said.path.by.referenced;
        if timed && time.is_none() {
            let message = format!("a record by `{}` needs a time in which it explains", by.as_str());
            let help = "add `time:` with from, before, to and after".to_owned();
            reading.at(place, by.as_str(), "explanations::no_time", message, help);
        }
        if !roles.is_empty() && by != By::Assignment {
            let message = format!("`roles` are parts in an incident; a record by `{}` has none", by.as_str());
            reading.at(place, by.as_str(), "explanations::roles", message, "leave `roles` out".to_owned());
        }
        if said.path.posts.is_empty() == (by == By::Post) {
            let help = "name the words of HR roles under `posts`, with `by: post` alone".to_owned();
            let message = "`by: post` and `posts` go together".to_owned();
            reading.at(place, by.as_str(), "explanations::posts", message, help);
        }
    }
    match (by, to, reading.errors.is_empty()) {
        (Some(by), Some(to), true) => Ok(Declared {
            name: name_of(file),
            says: said.says,
            order: said.order,
            chance: said.chance.value,
            because: said.because,
            who,
            by,
            roles,
            posts: said.path.posts.iter().map(|p| p.to_lowercase()).collect(),
            to,
            time,
            strangers_only: said.strangers_only,
            blind: said.blind,
            customary: said.customary,
            names_subject: said.names_subject,
        }),
        _ => Err(reading.errors),
    }
}

/// Reads what a force sets for one template.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read_grace(file: &str, text: &str, known: &[Declared]) -> Result<Grace, Vec<TemplateError>> {
    let name = name_of(file);
    let Some(template) = known.iter().find(|t| t.name == name) else {
        let names: Vec<String> = known.iter().map(|t| t.name.replace('_', "-")).collect();
        let near = names
            .iter()
            .map(|n| (strsim::normalized_damerau_levenshtein(n, &name.replace('_', "-")), n))
            .filter(|(likeness, _)| *likeness >= 0.5)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let help = match near {
            Some((_, near)) => format!("did you mean `{near}.yml`?"),
            None => format!("a file is named after a template: {}", names.join(", ")),
        };
        let message = format!("there is no template `{name}`");
        return Err(vec![whole(file, "explanations::unknown_template", message, Some(help))]);
    };
    if template.time.is_none() {
        let message = format!("the template `{name}` has no grace: its record has a period of its own");
        return Err(vec![whole(file, "explanations::no_grace", message, Some("remove the file".to_owned()))]);
    }
    let said: GraceKeys = parse(file, text, "before, after, because").map_err(|error| vec![error])?;
    let mut reading = Reading { file, text, errors: Vec::new() };
    let before = said.before.as_ref().map(|d| reading.duration(d));
    let after = said.after.as_ref().map(|d| reading.duration(d));
    if reading.errors.is_empty() {
        Ok(Grace { name, before, after, because: said.because })
    } else {
        Err(reading.errors)
    }
}

/// Reads every `*.yml` of a force's folder, by name.
///
/// # Errors
/// Everything wrong with any of the files.
pub fn load_graces(folder: &Path, known: &[Declared]) -> Result<Vec<Grace>, TemplateErrors> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        let message = format!("cannot be read: {error}");
        whole(&path.display().to_string(), "explanations::unreadable", message, None)
    };
    let entries = std::fs::read_dir(folder).map_err(|e| TemplateErrors(vec![unreadable(folder, &e)]))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "yml" || e == "yaml"));
    paths.sort();
    let (mut graces, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        let shown = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => match read_grace(&shown, &text, known) {
                Ok(grace) => graces.push(grace),
                Err(found) => errors.extend(found),
            },
            Err(error) => errors.push(unreadable(&path, &error)),
        }
    }
    if errors.is_empty() { Ok(graces) } else { Err(TemplateErrors(errors)) }
}
#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "says: x\norder: 1\nchance: 0.5\nbecause: y\npath:\n  who: [user]\n  by: assignment\n  to: involved\ntime:\n  from: task\n  before: 2h\n  to: incident\n  after: 3d\n";

    #[test]
    fn a_template_is_read() {
        let read = read("rules/explanations/call-taken.yml", GOOD).expect("good");
        assert_eq!((read.name.as_str(), read.chance), ("call_taken", 0.5));
        let time = Time { from: End::Task, before: 2 * HOUR, to: End::Incident, after: 3 * DAY };
        assert_eq!(read.time, Some(time));
        assert!(read.names_subject && !read.strangers_only);
    }

    #[test]
    fn every_mistake_has_its_line_and_a_remedy() {
        let table = [
            (GOOD.replace("by: assignment", "by: asignment"), "7:7", "did you mean `assignment`?"),
            (GOOD.replace("before: 2h", "before: 2 hours"), "11:11", "30m, 2h or 3d"),
            (GOOD.replace("chance: 0.5", "chance: 1.5"), "3:9", "how often the record would answer"),
            (GOOD.replace("order: 1", "ordr: 1"), "2:1", "a template has the keys"),
            (GOOD.replace("  to: involved\n", "  roles: [boss]\n  to: involved\n"), "8:11", "one of: oic"),
            (GOOD.replace("by: assignment", "by: post"), "7:7", "`posts`"),
            (GOOD.split("time:").next().unwrap_or_default().to_owned(), "7:7", "add `time:`"),
            ("says: [".to_owned(), "", "a template has the keys"),
        ];
        for (text, place, remedy) in table {
            let errors = read("t.yml", &text).expect_err(&text);
            let said = format!("{} {}", errors[0], errors[0].help.as_deref().unwrap_or_default());
            assert!(said.contains(&format!("t.yml:{place}")), "{place}: {said}");
            assert!(said.contains(remedy), "{remedy}: {said}");
        }
    }

    #[test]
    fn a_force_may_set_the_grace_of_a_template_that_has_one() {
        let known = [read("assigned.yml", GOOD).expect("good")];
        let grace = read_grace("own/assigned.yml", "after: 5d\nbecause: paperwork takes a week here\n", &known);
        assert_eq!(grace.expect("good").after, Some(5 * DAY));
        let table = [
            ("own/asigned.yml", "after: 5d\nbecause: x\n", "did you mean `assigned.yml`?"),
            ("own/assigned.yml", "after: soon\nbecause: x\n", "30m, 2h or 3d"),
            ("own/assigned.yml", "after: 5d\n", "because"),
            ("own/assigned.yml", "after: 5d\nbecause: x\nchance: 0.1\n", "before, after, because"),
        ];
        for (file, text, remedy) in table {
            let errors = read_grace(file, text, &known).expect_err(text);
            let said = format!("{} {}", errors[0], errors[0].help.as_deref().unwrap_or_default());
            assert!(said.contains(remedy), "{remedy}: {said}");
        }
    }
}
