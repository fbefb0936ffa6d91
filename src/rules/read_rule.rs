//! Reads one rule file: header, `probity:` block, and detection or correlation.

use std::ops::Range;

use super::Rule;
use super::detection::Detection;
use super::error::{Reading, cut, suggestion};
use super::facts::{self, Scope, TABLES};
use super::header::{Block, Chance, Lane, Level, LogSource, Measure, Meta, Probity, Related, Status, Weight};
use super::law;
use super::read::{self, Fields};
use super::template::{self, Fault, PLACEHOLDERS};
use super::yaml::{self, Node};
use super::{read_correlation, read_detection};

const KEYS: [&str; 20] = [
    "title",
    "id",
    "name",
    "status",
    "description",
    "references",
    "author",
    "date",
    "modified",
    "taxonomy",
    "tags",
    "logsource",
    "detection",
    "correlation",
    "fields",
    "falsepositives",
    "level",
    "related",
    "probity",
    "license",
];

/// What a file holds.
pub(super) enum Parsed {
    Rule(Box<Rule>),
    Correlation(Box<Rule>),
}

/// Reads the text of `family/stem.yml`; errors go to `reading`.
pub(super) fn read(reading: &mut Reading<'_>, family: &str, stem: &str, sha256: String) -> Option<Parsed> {
    let root = yaml::parse(reading)?;
    let fields = Fields::new(reading, &root, "a rule", &KEYS)?;
    let meta = meta(reading, &fields, family, stem, sha256);
    let scope = meta.as_ref().map(|meta| meta.probity.scope).or_else(|| scope_alone(&fields));
    let (detection, correlation) = (fields.get("detection"), fields.get("correlation"));
    if let (Some(_), Some(_)) = (detection, correlation) {
        let span = fields.key_span("correlation");
        let help = "put the correlation into a file of its own".to_owned();
        reading.error(&span, "rules::two_kinds", "a rule has either `detection` or `correlation`", help);
        return None;
    }
    if let Some(node) = correlation {
        let correlation = read_correlation::read(reading, node);
        // Keys that could not be read have been told already.
        if let (Some(correlation), Some(scope), false) = (&correlation, scope, reading.failed()) {
            grouped_as_scoped(reading, &fields, node, (scope, &correlation.group_by));
        }
        return finish(reading, meta, correlation).map(|(meta, correlation)| {
            let detection = Detection::none();
            Parsed::Correlation(Box::new(Rule { meta, detection, correlation: Some(correlation) }))
        });
    }
    let node = fields.need(reading, "detection")?;
    // Without a scope no fact can be looked up: its own error is enough for now.
    let detection = read_detection::read(reading, node, scope?);
    finish(reading, meta, detection)
        .map(|(meta, detection)| Parsed::Rule(Box::new(Rule { meta, detection, correlation: None })))
}

/// What a correlation is about must be one of the keys by which hits are grouped.
fn grouped_as_scoped(reading: &mut Reading<'_>, fields: &Fields<'_>, node: &Node, (scope, keys): (Scope, &[&str])) {
    let (staff, subject) = (keys.contains(&"staff"), keys.contains(&"subject"));
    let help = match scope {
        Scope::User if staff => return,
        Scope::Subject if subject && !staff => return,
        Scope::Case if subject && staff => return,
        Scope::User => "a finding on a user needs `staff` among the keys",
        Scope::Subject => "a finding on a subject needs `subject` among the keys, without `staff`",
        Scope::Case => "a finding on a case needs both `staff` and `subject` among the keys",
        Scope::Look => "a correlation is about a case, a user or a subject: write `scope: user`",
    };
    let inner = |node: &Node, key: &str| match &node.kind {
        yaml::Kind::Map(entries) => {
            entries.iter().find(|(found, _)| found.name == key).map(|(_, node)| node.span.clone())
        }
        _ => None,
    };
    let span = match scope {
        Scope::Look => fields.get("probity").and_then(|probity| inner(probity, "scope")),
        _ => inner(node, "group-by"),
    };
    let message = format!("hits grouped by {} say nothing about one {}", keys.join(", "), scope.as_str());
    reading.error(&span.unwrap_or(0..0), "rules::correlation", message, help.to_owned());
}

fn finish<T>(reading: &Reading<'_>, meta: Option<Meta>, logic: Option<T>) -> Option<(Meta, T)> {
    if reading.failed() { None } else { meta.zip(logic) }
}

/// The scope, when the rest of the header is at fault: so that errors in the
/// detection are reported in the same round.
fn scope_alone(fields: &Fields<'_>) -> Option<Scope> {
    let yaml::Kind::Map(entries) = &fields.get("probity")?.kind else { return None };
    let (_, node) = entries.iter().find(|(key, _)| key.name == "scope")?;
    let yaml::Kind::Scalar { text, .. } = &node.kind else { return None };
    Scope::ALL.into_iter().find(|scope| scope.as_str() == text)
}

fn meta(reading: &mut Reading<'_>, fields: &Fields<'_>, family: &str, stem: &str, sha256: String) -> Option<Meta> {
    let title = fields.need_text(reading, "title");
    let name = fields.need_text(reading, "name");
    let id = id(reading, fields);
    let status = fields.need_word(reading, "status", Status::ALL, |word| word.as_str());
    let description = fields.need_text(reading, "description");
    let references = fields.plain_texts(reading, "references");
    let author = fields.need_text(reading, "author");
    let date = fields.need(reading, "date").and_then(|node| read::date(reading, node, "date"));
    let modified = fields.get("modified").and_then(|node| read::date(reading, node, "modified"));
    let taxonomy = fields.text(reading, "taxonomy");
    let tags = tags(reading, fields);
    let level = fields.need_word(reading, "level", Level::ALL, |word| word.as_str());
    let related = related(reading, fields);
    let falsepositives = fields.plain_texts(reading, "falsepositives");
    fields.text(reading, "license");
    if falsepositives.is_empty() {
        let span = fields.key_span("falsepositives");
        let help = "list the innocent explanations to test before anyone is spoken to".to_owned();
        reading.error(&span, "rules::missing_key", "a rule has no `falsepositives`", help);
    }
    if let Some(title) = &title
        && title.chars().count() > 120
    {
        let span = fields.get("title").map_or(0..0, |node| node.span.clone());
        reading.error(&span, "rules::too_large", "a title may have 120 characters", None);
    }
    let probity = fields.need(reading, "probity").and_then(|node| probity(reading, node));
    let scope = probity.as_ref().map(|probity| probity.scope);
    let logsource = logsource(reading, fields, scope);
    let facts_shown = facts_shown(reading, fields, scope);
    if let Some(name) = &name
        && name != stem
    {
        let span = fields.get("name").map_or(0..0, |node| node.span.clone());
        let message = format!("the file is called `{}` and the rule `{}`", cut(stem), cut(name));
        reading.error(&span, "rules::name", message, format!("write `name: {}` or rename the file", cut(stem)));
    }
    Some(Meta {
        family: family.to_owned(),
        name: name?,
        title: title?,
        id: id?,
        status: status?,
        description: description?,
        references,
        author: author?,
        date: date?,
        modified,
        taxonomy,
        tags,
        logsource: logsource?,
        fields: facts_shown,
        falsepositives,
        level: level?,
        related,
        probity: probity?,
        path: reading.file().to_owned(),
        sha256,
    })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, letter)| match at {
            8 | 13 | 18 | 23 => letter == '-',
            _ => letter.is_ascii_hexdigit(),
        })
}

fn id(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Option<String> {
    let written = fields.need_text(reading, "id")?;
    if is_uuid(&written) {
        return Some(written.to_ascii_lowercase());
    }
    let span = fields.get("id").map_or(0..0, |node| node.span.clone());
    let help = "make one with `uuidgen`; findings keep it when the rule is renamed".to_owned();
    reading.error(&span, "rules::id", "`id` should be a UUID", help);
    None
}

fn tags(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Vec<String> {
    let tags = fields.texts(reading, "tags");
    for (tag, span) in &tags {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
        if !tag.bytes().all(allowed)
            || !tag.split_once('.').is_some_and(|(space, word)| !space.is_empty() && !word.is_empty())
        {
            let message = format!("`{}` is no tag", cut(tag));
            reading.error(span, "rules::tag_word", message, "write `namespace.word` in lower case".to_owned());
        }
    }
    tags.into_iter().map(|(tag, _)| tag).collect()
}

fn related(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Vec<Related> {
    let Some(node) = fields.get("related") else { return Vec::new() };
    let yaml::Kind::List(items) = &node.kind else {
        reading.error(&node.span, "rules::wrong_type", "`related` should be a list", None);
        return Vec::new();
    };
    let kinds = ["derived", "obsolete", "merged", "renamed", "similar"];
    items
        .iter()
        .filter_map(|item| {
            let entry = Fields::new(reading, item, "an entry of `related`", &["id", "type"])?;
            let id = id(reading, &entry);
            let kind = entry.need_word(reading, "type", &kinds, |word| word);
            Some(Related { id: id?, kind: kind?.to_owned() })
        })
        .collect()
}

fn logsource(reading: &mut Reading<'_>, fields: &Fields<'_>, scope: Option<Scope>) -> Option<LogSource> {
    let node = fields.need(reading, "logsource")?;
    let source = Fields::new(reading, node, "`logsource`", &["product", "category", "service", "definition"])?;
    let product = source.need_text(reading, "product")?;
    let category = source.need_text(reading, "category")?;
    if product != "probity" {
        let span = source.get("product").map_or(0..0, |node| node.span.clone());
        reading.error(&span, "rules::logsource", "`product` should be `probity`", None);
    }
    if let Some(scope) = scope
        && category != scope.as_str()
    {
        let span = source.get("category").map_or(0..0, |node| node.span.clone());
        let message = format!("`category` should be the rule's scope, `{}`", scope.as_str());
        reading.error(&span, "rules::logsource", message, None);
    }
    let service = source.text(reading, "service");
    let definition = source.text(reading, "definition");
    Some(LogSource { product, category, service, definition })
}

fn facts_shown(reading: &mut Reading<'_>, fields: &Fields<'_>, scope: Option<Scope>) -> Vec<String> {
    let shown = fields.texts(reading, "fields");
    if let Some(scope) = scope {
        for (name, span) in &shown {
            if facts::find(scope, name).is_none() {
                let message = format!("there is no fact `{}` about a {}", cut(name), scope.as_str());
                let help = facts::nearest(scope, name).map(|fact| format!("did you mean `{fact}`?"));
                reading.error(span, "rules::unknown_fact", message, help);
            }
        }
    }
    shown.into_iter().map(|(name, _)| name).collect()
}

const PROBITY_KEYS: [&str; 12] =
    ["version", "scope", "block", "m", "u", "chance", "measure", "lane", "needs", "law", "says", "next"];

fn probity(reading: &mut Reading<'_>, node: &Node) -> Option<Probity> {
    let fields = Fields::new(reading, node, "`probity`", &PROBITY_KEYS)?;
    let version = fields.need(reading, "version").and_then(|node| version(reading, node));
    let scope = fields.need_word(reading, "scope", &Scope::ALL, |word| word.as_str());
    let block = fields.need_word(reading, "block", Block::ALL, |word| word.as_str());
    let m = fields.need(reading, "m").and_then(|node| weight(reading, node, "m"));
    let u = fields.get("u").map(|node| weight(reading, node, "u"));
    let chance = fields.need_word(reading, "chance", Chance::ALL, |word| word.as_str());
    let lane = fields.need_word(reading, "lane", Lane::ALL, |word| word.as_str());
    let needs = fields.need(reading, "needs").map(|node| needs(reading, node));
    let law = law_codes(reading, &fields);
    let says = says(reading, &fields);
    let next = fields.need_text(reading, "next");
    if let Some(chance) = chance
        && (chance == Chance::Fixed) != u.is_some()
    {
        let (message, help) = if u.is_some() {
            ("`u` belongs to `chance: fixed` alone", "take `u` out, or write `chance: fixed`")
        } else {
            ("`chance: fixed` needs `u`", "add `u: { value: …, low: …, high: … }`")
        };
        let span = fields.key_span(if u.is_some() { "u" } else { "chance" });
        reading.error(&span, "rules::chance", message, help.to_owned());
    }
    if let (Some(m), Some(Some(u))) = (m, u)
        && u.value >= m.value
    {
        let message = "`u` should be smaller than `m`: else the evidence speaks for innocence";
        reading.error(&fields.key_span("u"), "rules::chance", message, None);
    }
    let u = match u {
        Some(None) => return None,
        Some(found) => found,
        None => None,
    };
    let measure = match fields.get("measure") {
        Some(node) => Some(measure(reading, node, scope)?),
        None => None,
    };
    if let Some(chance) = chance
        && (chance == Chance::Excess) != measure.is_some()
    {
        let (message, help) = if measure.is_some() {
            ("`measure` belongs to `chance: excess` alone", "take `measure` out, or write `chance: excess`")
        } else {
            ("`chance: excess` needs `measure`", "add `measure: { count: FACT, of: FACT }`")
        };
        let span = fields.key_span(if measure.is_some() { "measure" } else { "chance" });
        reading.error(&span, "rules::chance", message, help.to_owned());
    }
    if chance == Some(Chance::Excess) && scope.is_some_and(|s| s != Scope::User) {
        let message = "`chance: excess` compares users, and this rule is about something else";
        reading.error(&fields.key_span("chance"), "rules::chance", message, "write `scope: user`".to_owned());
    }
    Some(Probity {
        version: version?,
        scope: scope?,
        block: block?,
        m: m?,
        u,
        measure,
        chance: chance?,
        lane: lane?,
        needs: needs?,
        law,
        says: says?,
        next: next?,
    })
}

fn measure(reading: &mut Reading<'_>, node: &Node, scope: Option<Scope>) -> Option<Measure> {
    let fields = Fields::new(reading, node, "`measure`", &["count", "of"])?;
    let mut fact = |key: &'static str| -> Option<String> {
        let name = fields.need_text(reading, key)?;
        if scope.is_some_and(|scope| facts::find(scope, &name).is_none()) {
            let message = format!("there is no fact `{}` about a user", cut(&name));
            let help = facts::nearest(Scope::User, &name).map(|fact| format!("did you mean `{fact}`?"));
            reading.error(&fields.key_span(key), "rules::unknown_fact", message, help);
            return None;
        }
        Some(name)
    };
    let (count, of) = (fact("count"), fact("of"));
    Some(Measure { count: count?, of: of? })
}

fn version(reading: &mut Reading<'_>, node: &Node) -> Option<u32> {
    let number = read::number(reading, node, "version")?;
    if number.fract() == 0.0 && (1.0..=1_000_000.0).contains(&number) {
        return Some(number as u32);
    }
    reading.error(&node.span, "rules::wrong_type", "`version` should be a whole number from 1", None);
    None
}

fn weight(reading: &mut Reading<'_>, node: &Node, what: &'static str) -> Option<Weight> {
    let fields = Fields::new(reading, node, what, &["value", "low", "high"])?;
    let mut part = |key| {
        let node = fields.need(reading, key)?;
        read::number(reading, node, key)
    };
    let (value, low, high) = (part("value"), part("low"), part("high"));
    let weight = Weight { value: value?, low: low?, high: high? };
    if weight.low > 0.0 && weight.low <= weight.value && weight.value <= weight.high && weight.high <= 1.0 {
        return Some(weight);
    }
    let message = format!("`{what}` should have 0 < low ≤ value ≤ high ≤ 1");
    reading.error(&node.span, "rules::weight", message, None);
    None
}

fn needs(reading: &mut Reading<'_>, node: &Node) -> Vec<&'static str> {
    let written = read::texts(reading, node, "needs");
    let asked = |table: &&str| written.iter().any(|(name, _)| name == table);
    let known: Vec<&'static str> = TABLES.into_iter().filter(asked).collect();
    unknown_words(reading, &written, &TABLES, "table");
    known
}

fn law_codes(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Vec<&'static str> {
    let written = fields.texts(reading, "law");
    let codes: Vec<&'static str> = law::LAWS.iter().map(|law| law.code).collect();
    unknown_words(reading, &written, &codes, "law or policy");
    written.iter().filter_map(|(code, _)| law::find(code).map(|law| law.code)).collect()
}

fn unknown_words(reading: &mut Reading<'_>, written: &[(String, Range<usize>)], known: &[&str], what: &str) {
    for (word, span) in written {
        if !known.contains(&word.as_str()) {
            let message = format!("there is no {what} `{}`", cut(word));
            reading.error(span, "rules::unknown_word", message, suggestion(word, known.iter().copied()));
        }
    }
}

fn says(reading: &mut Reading<'_>, fields: &Fields<'_>) -> Option<String> {
    let says = fields.need_text(reading, "says")?;
    let node = fields.get("says")?;
    let written = reading.text();
    for fault in template::faults(&says) {
        match fault {
            Fault::Unknown(word) => {
                let braced = format!("{{{word}}}");
                let within = written.get(node.span.clone()).and_then(|text| text.find(&braced));
                let span = within
                    .map_or_else(|| node.span.clone(), |at| node.span.start + at..node.span.start + at + braced.len());
                let message = format!("`{{{}}}` is no placeholder", cut(word));
                let known = PLACEHOLDERS.iter().map(|(known, _)| *known);
                reading.error(&span, "rules::placeholder", message, suggestion(word, known));
            }
            Fault::Brace => {
                let help = "placeholders are written {staff}".to_owned();
                reading.error(&node.span, "rules::placeholder", "a brace stands without its fellow", help);
            }
        }
    }
    Some(says)
}
