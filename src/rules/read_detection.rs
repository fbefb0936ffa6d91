//! Reads `detection:` into selections and a condition, checking every fact,
//! modifier and value against the table of facts.

use super::condition::{self, KEYWORDS};
use super::detection::{Combine, Compare, Detection, Item, Selection, Test};
use super::error::{Reading, cut, line_of, suggestion};
use super::facts::{self, Fact, FactType, Scope};
use super::pattern::{self, Glob, Network, Place};
use super::read;
use super::trap::{Plain, plain};
use super::yaml::{Key, Kind, Node};

/// Most selections in one rule.
const MAX_SELECTIONS: usize = 64;
/// Most values of one item.
const MAX_VALUES: usize = 500;

const MODIFIERS: [&str; 11] =
    ["contains", "startswith", "endswith", "gt", "gte", "lt", "lte", "exists", "all", "neq", "cidr"];

pub(super) fn read(reading: &mut Reading<'_>, node: &Node, scope: Scope) -> Option<Detection> {
    let Kind::Map(entries) = &node.kind else {
        let message = format!("`detection` should be a map, not {}", node.what());
        reading.error(&node.span, "rules::wrong_type", message, "its keys are selections and `condition`".to_owned());
        return None;
    };
    let mut selections = Vec::new();
    let mut condition = None;
    let mut names: Vec<(&str, &Key)> = Vec::new();
    for (key, value) in entries {
        match key.name.as_str() {
            "condition" => condition = Some(value),
            "timeframe" => {
                let help = "write a correlation file instead".to_owned();
                reading.error(&key.span, "rules::unknown_key", "`timeframe` is refused", help);
            }
            name => {
                if check_name(reading, key) {
                    names.push((name, key));
                    selections.extend(selection(reading, name, value, scope));
                }
            }
        }
    }
    if names.len() > MAX_SELECTIONS {
        let message = format!("more than {MAX_SELECTIONS} selections");
        reading.error(&node.span, "rules::too_large", message, None);
        return None;
    }
    let Some(condition) = condition else {
        let message = "`detection` has no `condition`";
        reading.error(&node.span, "rules::missing_key", message, "add a line `condition: …`".to_owned());
        return None;
    };
    let plain_names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let (condition, written) = read_condition(reading, condition, &plain_names)?;
    let used = condition.selections();
    for (index, (name, key)) in names.iter().enumerate() {
        if !used.contains(&index) {
            let message = format!("the condition never asks for `{name}`");
            reading.error(&key.span, "rules::unused_selection", message, "use it or take it out".to_owned());
        }
    }
    (selections.len() == names.len()).then_some(Detection { selections, condition, written })
}

fn check_name(reading: &mut Reading<'_>, key: &Key) -> bool {
    let fits = !key.name.is_empty()
        && key.name.len() <= 60
        && key.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let keyword = KEYWORDS.iter().any(|word| key.name.eq_ignore_ascii_case(word)) || key.name == "1";
    if !fits || keyword {
        let message = format!("`{}` cannot name a selection", cut(&key.name));
        let help = "use letters, digits and `_`, and no word of the condition language".to_owned();
        reading.error(&key.span, "rules::selection_name", message, help);
    }
    // Other engines read `noticed` as `not iced`, and `off` as false.
    let misread = fits && !keyword && (starts_with_not(&key.name) || !matches!(plain(&key.name), Plain::Text));
    if misread {
        let message = format!("other engines misread the selection `{}`", cut(&key.name));
        let help =
            "choose a name that does not begin with `not` and is no word for true, false, null or a number".to_owned();
        reading.error(&key.span, "rules::selection_name", message, help);
    }
    fits && !keyword && !misread
}

fn starts_with_not(name: &str) -> bool {
    name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("not"))
}

fn read_condition(
    reading: &mut Reading<'_>,
    node: &Node,
    names: &[&str],
) -> Option<(super::detection::Condition, String)> {
    let Kind::Scalar { text, plain } = &node.kind else {
        let help = "join the conditions with `or`".to_owned();
        reading.error(&node.span, "rules::wrong_type", "`condition` should be one line of text", help);
        return None;
    };
    match condition::parse(text, names) {
        Ok(condition) => Some((condition, text.split_whitespace().collect::<Vec<_>>().join(" "))),
        Err(trouble) => {
            // A plain one-line scalar stands in the file as it was read, so the place is exact.
            let file = reading.text();
            let exact = *plain && file.get(node.span.clone()).is_some_and(|written| written.starts_with(text.as_str()));
            let span = if exact {
                let end = trouble.at.end.max(trouble.at.start + 1);
                node.span.start + trouble.at.start..node.span.start + end
            } else {
                node.span.clone()
            };
            let help = trouble.unknown.and_then(|word| suggestion(&word, names.iter().copied()));
            reading.error(&span, "rules::condition", trouble.message, help);
            None
        }
    }
}

fn selection(reading: &mut Reading<'_>, name: &str, node: &Node, scope: Scope) -> Option<Selection> {
    let maps: Vec<&Node> = match &node.kind {
        Kind::Map(_) => vec![node],
        Kind::List(items) => items.iter().collect(),
        Kind::Scalar { .. } => Vec::new(),
    };
    if maps.is_empty() || maps.iter().any(|map| !matches!(&map.kind, Kind::Map(items) if !items.is_empty())) {
        let message = format!("`{name}` should be a map of facts, or a list of such maps");
        let help = "write `fact: value`; words without a fact are refused".to_owned();
        reading.error(&node.span, "rules::selection", message, help);
        return None;
    }
    let mut any = Vec::with_capacity(maps.len());
    for map in maps {
        let Kind::Map(entries) = &map.kind else { continue };
        let items: Vec<Item> = entries.iter().filter_map(|(key, value)| item(reading, key, value, scope)).collect();
        if items.len() == entries.len() {
            any.push(items);
        } else {
            return None;
        }
    }
    Some(Selection { name: name.to_owned(), any })
}

/// What the modifiers of one key ask for.
#[derive(Clone, Copy, PartialEq)]
enum How {
    Equal,
    Place(Place),
    Compare(Compare),
    Exists,
    Cidr,
    Regex,
}

fn item(reading: &mut Reading<'_>, key: &Key, value: &Node, scope: Scope) -> Option<Item> {
    let mut words = key.name.split('|');
    let name = words.next().unwrap_or("");
    let id = find_fact(reading, key, name, scope);
    let how = modifiers(reading, key, words);
    let (id, (how, combine)) = (id?, how?);
    let fact = facts::fact(id);
    check_type(reading, key, fact, how)?;
    let one = std::slice::from_ref(value);
    let values = if let Kind::List(values) = &value.kind { values.as_slice() } else { one };
    if values.is_empty() || values.len() > MAX_VALUES {
        let message = format!("`{name}` should have between 1 and {MAX_VALUES} values");
        reading.error(&value.span, "rules::values", message, None);
        return None;
    }
    if combine == Combine::All && values.len() < 2 {
        let help = "leave `all` out, or give a list".to_owned();
        reading.error(&key.span, "rules::modifier", "`all` needs more than one value", help);
        return None;
    }
    let tests: Vec<Test> = values.iter().filter_map(|value| test(reading, value, fact, how)).collect();
    if tests.len() < values.len() {
        return None;
    }
    let file = reading.text();
    let asked = values
        .iter()
        .map(|value| match &value.kind {
            Kind::Scalar { text, .. } if !value.is_null() => text.as_str(),
            _ => "null",
        })
        .collect::<Vec<_>>()
        .join(", ");
    Some(Item { fact: id, key: key.name.clone(), asked, combine, tests, line: line_of(&file, key.span.start) })
}

fn find_fact(reading: &mut Reading<'_>, key: &Key, name: &str, scope: Scope) -> Option<facts::FactId> {
    let found = facts::find(scope, name);
    if found.is_none() {
        let span = key.span.start..key.span.start + name.len();
        let elsewhere = facts::scopes_with(name);
        let nearest = facts::nearest(scope, name).map(|fact| format!("did you mean `{fact}`?"));
        if elsewhere.is_empty() {
            let message = format!("there is no fact `{}` about a {}", cut(name), scope.as_str());
            let help = nearest.unwrap_or_else(|| "the facts are listed in the rule documentation".to_owned());
            reading.error(&span, "rules::unknown_fact", message, help);
        } else {
            let scopes: Vec<&str> = elsewhere.into_iter().map(Scope::as_str).collect();
            let message = format!(
                "`{name}` is a fact about a {}, and this rule is about a {}",
                scopes.join(" or a "),
                scope.as_str()
            );
            reading.error(&span, "rules::wrong_scope", message, nearest);
        }
    }
    found
}

fn modifiers<'k>(reading: &mut Reading<'_>, key: &Key, words: impl Iterator<Item = &'k str>) -> Option<(How, Combine)> {
    let mut how = How::Equal;
    let mut combine = Combine::Any;
    let mut fine = true;
    for word in words {
        let next = match word {
            "contains" => How::Place(Place::Anywhere),
            "startswith" => How::Place(Place::Start),
            "endswith" => How::Place(Place::End),
            "gt" => How::Compare(Compare::Greater),
            "gte" => How::Compare(Compare::AtLeast),
            "lt" => How::Compare(Compare::Less),
            "lte" => How::Compare(Compare::AtMost),
            "exists" => How::Exists,
            "cidr" => How::Cidr,
            "re" => How::Regex,
            "all" | "neq" => {
                let wanted = if word == "all" { Combine::All } else { Combine::None };
                if combine != Combine::Any {
                    let message = format!("`{word}` cannot follow another `all` or `neq`");
                    reading.error(&key.span, "rules::modifier", message, None);
                    fine = false;
                }
                combine = wanted;
                continue;
            }
            unknown => {
                let message = format!("`{}` is no modifier", cut(unknown));
                let help = suggestion(unknown, MODIFIERS.iter().copied().chain(["re"]));
                reading.error(&key.span, "rules::unknown_modifier", message, help);
                fine = false;
                continue;
            }
        };
        if how != How::Equal {
            let message = format!("`{word}` cannot be joined with the modifier before it");
            reading.error(&key.span, "rules::modifier", message, "write two items".to_owned());
            fine = false;
        }
        how = next;
    }
    if combine != Combine::Any && matches!(how, How::Compare(_) | How::Exists) {
        let help = "write the opposite comparison, or two items".to_owned();
        reading.error(&key.span, "rules::modifier", "`all` and `neq` cannot be joined with this comparison", help);
        fine = false;
    }
    fine.then_some((how, combine))
}

fn check_type(reading: &mut Reading<'_>, key: &Key, fact: &Fact, how: How) -> Option<()> {
    let wanted = match how {
        How::Equal | How::Exists => return Some(()),
        How::Compare(_) => FactType::Number,
        How::Place(_) | How::Cidr | How::Regex => FactType::Text,
    };
    if fact.ty == wanted {
        return Some(());
    }
    let modifier = key.name.rsplit('|').next().unwrap_or("");
    let message = format!("`{modifier}` works on {}, and `{}` is {}", wanted.as_str(), fact.name, fact.ty.as_str());
    let help = match fact.ty {
        FactType::Number => "compare a number with gt, gte, lt or lte, or write the number itself",
        FactType::Bool => "write true or false after the fact, without a modifier",
        FactType::Text => "compare text with contains, startswith, endswith or re, or write the text itself",
    };
    reading.error(&key.span, "rules::wrong_type", message, help.to_owned());
    None
}

fn test(reading: &mut Reading<'_>, value: &Node, fact: &Fact, how: How) -> Option<Test> {
    if how == How::Exists {
        return read::flag(reading, value, "exists").map(Test::Exists);
    }
    if value.is_null() {
        if how == How::Equal {
            return Some(Test::Null);
        }
        let help = format!("write `{}|exists: false`", fact.name);
        reading.error(&value.span, "rules::wrong_type", "a modifier cannot be asked of null", help);
        return None;
    }
    match (fact.ty, how) {
        (FactType::Bool, _) => read::flag(reading, value, fact.name).map(Test::Bool),
        (FactType::Number, How::Compare(compare)) => {
            read::number(reading, value, fact.name).map(|number| Test::Number(compare, number))
        }
        (FactType::Number, _) => {
            read::number(reading, value, fact.name).map(|number| Test::Number(Compare::Equal, number))
        }
        (FactType::Text, how) => text_test(reading, value, fact, how),
    }
}

fn text_test(reading: &mut Reading<'_>, value: &Node, fact: &Fact, how: How) -> Option<Test> {
    let Kind::Scalar { text, plain } = &value.kind else {
        let message = format!("a value of `{}` should be text, not {}", fact.name, value.what());
        reading.error(&value.span, "rules::wrong_type", message, None);
        return None;
    };
    if *plain && read::refuse_plain(reading, value, text, fact.name) {
        return None;
    }
    if text.is_empty() && how != How::Equal {
        let help = format!("write `{}|exists: true`", fact.name);
        reading.error(&value.span, "rules::values", "an empty value fits everything", help);
        return None;
    }
    let glob = match how {
        How::Cidr => return network(reading, value, text).map(Test::Cidr),
        How::Regex => return expression(reading, value, text, fact).map(Test::Regex),
        How::Place(place) => Glob::parse(text, place),
        _ => Glob::parse(text, Place::Whole),
    };
    if !fact.codes.is_empty() && !fact.codes.iter().any(|code| glob.matches(code)) {
        let message = format!("`{}` can never be `{}`", fact.name, cut(text));
        reading.error(&value.span, "rules::unknown_code", message, suggestion(text, fact.codes.iter().copied()));
        return None;
    }
    Some(glob.literal().map_or_else(|| Test::Glob(glob), Test::Equals))
}

fn network(reading: &mut Reading<'_>, value: &Node, text: &str) -> Option<Network> {
    Network::parse(text)
        .map_err(|message| {
            reading.error(&value.span, "rules::cidr", message, "write 10.0.0.0/8 or fd00::/8".to_owned());
        })
        .ok()
}

fn expression(reading: &mut Reading<'_>, value: &Node, text: &str, fact: &Fact) -> Option<regex::Regex> {
    let regex = pattern::regex(text)
        .map_err(|message| {
            let help = "look-around and back-references are left out, so that matching always ends soon".to_owned();
            reading.error(&value.span, "rules::regex", message, help);
        })
        .ok()?;
    if !fact.codes.is_empty() && !fact.codes.iter().any(|code| regex.is_match(code)) {
        let message = format!("`{}` can never match `{}`", fact.name, cut(text));
        reading.error(&value.span, "rules::unknown_code", message, suggestion(text, fact.codes.iter().copied()));
        return None;
    }
    Some(regex)
}
