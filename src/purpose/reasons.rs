//! What the reason that a user gave amounts to.
//!
//! A reason is weak evidence either way: it may be absent, redacted, constant or
//! typed to please. It is classed by whole words against lists that analysts
//! keep, never scored by its prose.

use rustc_hash::FxHashMap;

use crate::ingest::{AccessLog, Code};

/// Words that class a reason. Each entry is one or more words, compared as whole words without case.
#[derive(Clone, Debug, Default)]
pub struct ReasonLists {
    /// Reasons that say nothing when they are all that is said ("enquiry", "check", "intel").
    pub boilerplate: Vec<String>,
    /// Words of training and demonstration anywhere in a reason.
    pub training: Vec<String>,
    /// Words of system testing anywhere in a reason.
    pub testing: Vec<String>,
    /// Phrases that contain such a word and mean police work ("breath test", "train station").
    pub exceptions: Vec<String>,
}

/// The class of one reason; several may hold at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonClass {
    /// Something was given, in code or text.
    pub given: bool,
    /// All that was given says nothing.
    pub boilerplate: bool,
    /// It speaks of training or demonstration.
    pub training: bool,
    /// It speaks of system testing.
    pub testing: bool,
}

impl ReasonClass {
    /// The class of a look whose events carry `self` and `other`: given once is given; boilerplate
    /// only where nothing better was said in any event.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self {
            given: self.given || other.given,
            boilerplate: match (self.given, other.given) {
                (true, true) => self.boilerplate && other.boilerplate,
                (true, false) => self.boilerplate,
                (false, _) => other.boilerplate,
            },
            training: self.training || other.training,
            testing: self.testing || other.testing,
        }
    }
}

/// The classes of every distinct reason of a log.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    classes: FxHashMap<(Code, Code), ReasonClass>,
    /// Share of events with a reason; 0 where no source has the column.
    pub given_share: f64,
    /// Share of events with a reason whose reason is boilerplate.
    pub boilerplate_share: f64,
    /// Share of events with a reason that carry the commonest one: 1.0 is a constant column.
    pub commonest_share: f64,
}

impl Reasons {
    /// Classes the reasons of a log.
    #[must_use]
    pub fn new(log: &AccessLog, lists: &ReasonLists) -> Self {
        let mut counts: FxHashMap<(Code, Code), u64> = FxHashMap::default();
        for event in &log.events {
            *counts.entry((event.reason_code, event.reason_text)).or_default() += 1;
        }
        let matcher = Matcher::new(lists);
        let mut reasons = Self::default();
        let (mut given, mut boilerplate, mut commonest) = (0_u64, 0_u64, 0_u64);
        for (&(code, text), &count) in &counts {
            let class = matcher.class(log.strings.get(code), log.strings.get(text));
            reasons.classes.insert((code, text), class);
            if class.given {
                given += count;
                boilerplate += if class.boilerplate { count } else { 0 };
                commonest = commonest.max(count);
            }
        }
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        reasons.given_share = share(given, log.events.len() as u64);
        reasons.boilerplate_share = share(boilerplate, given);
        reasons.commonest_share = share(commonest, given);
        reasons
    }

    /// The class of a reason of this log.
    #[must_use]
    pub fn class(&self, code: Code, text: Code) -> ReasonClass {
        self.classes.get(&(code, text)).copied().unwrap_or_default()
    }

    /// True where the reason column can tell looks apart at all: present on a good share of events
    /// and not one constant.
    #[must_use]
    pub fn tells_apart(&self) -> bool {
        self.given_share >= 0.2 && self.commonest_share < 0.95
    }
}

/// For each phrase, how many events give a reason that it matches: any of its words in a row, and where `whole` only
/// in a text that these phrases make up altogether.
#[must_use]
pub fn matched(log: &AccessLog, phrases: &[String], whole: bool) -> Vec<u64> {
    let mut texts: FxHashMap<Code, u64> = FxHashMap::default();
    for event in &log.events {
        *texts.entry(event.reason_text).or_default() += 1;
    }
    let said: Vec<(String, u64)> = texts.into_iter().map(|(code, n)| (words(log.strings.get(code)), n)).collect();
    let all: Vec<String> = phrases.iter().map(|phrase| words(phrase)).collect();
    let said: Vec<(String, u64)> = said.into_iter().filter(|(text, _)| !whole || stock(text, &all)).collect();
    let count = |phrase: &String| {
        let phrase = words(phrase);
        let fits = |text: &String| text.contains(&phrase);
        said.iter().filter(|(text, _)| fits(text)).map(|(_, n)| n).sum()
    };
    phrases.iter().map(count).collect()
}

struct Matcher {
    boilerplate: Vec<String>,
    training: Vec<String>,
    testing: Vec<String>,
    exceptions: Vec<String>,
}

impl Matcher {
    fn new(lists: &ReasonLists) -> Self {
        let padded = |list: &[String]| list.iter().map(|entry| words(entry)).collect();
        Self {
            boilerplate: padded(&lists.boilerplate),
            training: padded(&lists.training),
            testing: padded(&lists.testing),
            exceptions: padded(&lists.exceptions),
        }
    }

    fn class(&self, code: &str, text: &str) -> ReasonClass {
        let mut said = words(text);
        let given = !code.is_empty() || said.len() > 1;
        // A code alone is a choice from a list: it says as much as it can.
        let boilerplate = said.len() > 1 && stock(&said, &self.boilerplate);
        for exception in &self.exceptions {
            said = said.replace(exception.as_str(), " ");
        }
        let code = words(code);
        let any = |list: &[String]| list.iter().any(|w| said.contains(w.as_str()) || code.contains(w.as_str()));
        ReasonClass { given, boilerplate, training: any(&self.training), testing: any(&self.testing) }
    }
}

/// Words that join stock phrases and add nothing.
const FILLERS: [&str; 12] = ["a", "and", "as", "by", "for", "in", "of", "on", "per", "re", "the", "to"];

/// Does the text consist of these phrases alone ("checks re job"), one or more of them? Text and phrases are [`words`].
fn stock(text: &str, phrases: &[String]) -> bool {
    let (mut rest, mut any) = (text, false);
    'next: while rest.len() > 1 {
        // The longest phrase that the rest begins with; its last space begins the next.
        if let Some(phrase) = phrases.iter().filter(|p| p.len() > 1 && rest.starts_with(*p)).max_by_key(|p| p.len()) {
            (rest, any) = (&rest[phrase.len() - 1..], true);
            continue;
        }
        for filler in FILLERS {
            if rest[1..].strip_prefix(filler).is_some_and(|after| after.starts_with(' ')) {
                rest = &rest[1 + filler.len()..];
                continue 'next;
            }
        }
        return false;
    }
    any
}

/// Lower-case words between single spaces, with one at each end, so that `contains` compares whole words.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> ReasonLists {
        let list = |text: &str| text.split('|').map(str::to_owned).collect();
        ReasonLists {
            boilerplate: list("investigative|enquiry|checks|job|police enquiry"),
            training: list("training"),
            testing: list("test|uat"),
            exceptions: list("breath test"),
        }
    }

    #[test]
    fn reasons_are_classed_by_whole_words() {
        let matcher = Matcher::new(&lists());
        // (code, text) -> given, boilerplate, training, testing
        let table = [
            ("", "", [false, false, false, false]),
            ("", " - ", [false, false, false, false]),
            ("07", "", [true, false, false, false]),
            ("", "Investigative+", [true, true, false, false]),
            ("", "investigation of burglary 12/4", [true, false, false, false]),
            ("", "Checks re job", [true, true, false, false]),
            ("", "police enquiry, checks", [true, true, false, false]),
            ("", "re", [true, false, false, false]),
            ("", "checks re theft", [true, false, false, false]),
            ("", "jobcentre enquiry", [true, false, false, false]),
            ("", "Training new starters", [true, false, true, false]),
            ("TRAINING", "", [true, false, true, false]),
            ("", "constraining order", [true, false, false, false]),
            ("", "seen at train station", [true, false, false, false]),
            ("", "positive breath test, A12", [true, false, false, false]),
            ("", "test", [true, false, false, true]),
            ("", "UAT release 4", [true, false, false, true]),
            ("", "latest sighting", [true, false, false, false]),
        ];
        for (code, text, [given, boilerplate, training, testing]) in table {
            let expected = ReasonClass { given, boilerplate, training, testing };
            assert_eq!(matcher.class(code, text), expected, "{code:?} {text:?}");
        }
    }

    #[test]
    fn one_good_reason_in_a_look_is_a_reason() {
        let nothing = ReasonClass::default();
        let empty_words = ReasonClass { given: true, boilerplate: true, ..nothing };
        let good = ReasonClass { given: true, ..nothing };
        assert_eq!(nothing.with(empty_words), empty_words);
        assert_eq!(empty_words.with(good), good);
        assert_eq!(good.with(nothing), good);
    }
}
