//! Paths into a JSON document: `agent[requestor=true].who.identifier.value`.
//!
//! A path is member names joined by dots. A name may be followed by what picks from a list: `[0]` an element, `[-1]` the last,
//! `[*]` all of them, `[role.code=1]` those in which the inner path has that value (`!=`: has it not; `a|b` either). A
//! name that meets a list without such a mark looks into every element. Of several values the first is taken, unless
//! the path says `[*]`: then all are joined by `;`.

use std::borrow::Cow;

use super::json_rows::Node;

/// A path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonPath {
    steps: Vec<Step>,
    /// True where the path says `[*]`.
    all: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(i64),
    All,
    Where { inner: JsonPath, values: Vec<String>, equal: bool },
}

/// What a path finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'n> {
    pub text: Cow<'n, str>,
    /// How many values there were besides the one that is taken.
    pub besides: usize,
}

impl JsonPath {
    /// Reads a path; the error is what is wrong with it, as a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err("it is empty".to_owned());
        }
        loop {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            if name.is_empty() {
                return Err(format!("a member name is missing before {:?}", &rest[end..]));
            }
            steps.push(Step::Member(name.to_owned()));
            rest = &rest[end..];
            while let Some(inside) = rest.strip_prefix('[') {
                let close = inside.find(']').ok_or_else(|| format!("the bracket {rest:?} is not closed"))?;
                steps.push(Self::bracket(inside[..close].trim())?);
                rest = &inside[close + 1..];
            }
            match rest.strip_prefix('.') {
                Some(more) => rest = more,
                None if rest.is_empty() => break,
                None => return Err(format!("a dot or the end must stand before {rest:?}")),
            }
        }
        let all = steps.contains(&Step::All);
        Ok(Self { steps, all })
    }

    fn bracket(inside: &str) -> Result<Step, String> {
        if inside == "*" {
            return Ok(Step::All);
        }
        if let Ok(place) = inside.parse() {
            return Ok(Step::Element(place));
        }
        let Some((path, values)) = inside.split_once('=') else {
            return Err(format!("[{inside}] is neither a place, [*] nor [path=value]"));
        };
        let (path, equal) = path.strip_suffix('!').map_or((path, true), |path| (path, false));
        let values = values.split('|').map(|value| value.trim().to_owned()).collect();
        Ok(Step::Where { inner: Self::parse(path)?, values, equal })
    }

    /// The name of the first member.
    pub(crate) fn root(&self) -> &str {
        match self.steps.first() {
            Some(Step::Member(name)) => name,
            _ => "",
        }
    }

    /// The names of its members, without what picks from lists.
    pub(crate) fn members(&self) -> Vec<String> {
        self.steps
            .iter()
            .filter_map(|step| if let Step::Member(name) = step { Some(name.clone()) } else { None })
            .collect()
    }

    /// Calls back with everything that the path leads to, in the order of the document.
    fn each<'n>(&self, node: &'n Node<'n>, found: &mut dyn FnMut(&'n Node<'n>)) {
        walk(&self.steps, node, found);
    }

    /// The text that the path leads to; `None` where there is nothing, not even an empty or null member.
    pub(crate) fn find<'n>(&self, node: &'n Node<'n>) -> Option<Found<'n>> {
        let (mut any, mut first, mut count) = (false, None, 0);
        let mut all = String::new();
        self.each(node, &mut |node| {
            any = true;
            values(node, &mut |text| {
                if self.all {
                    all.push_str(if count > 0 { ";" } else { "" });
                    all.push_str(&text);
                } else if first.is_none() {
                    first = Some(text);
                }
                count += 1;
            });
        });
        if self.all {
            return any.then(|| Found { text: all.into(), besides: 0 });
        }
        any.then(|| Found { text: first.unwrap_or_default(), besides: usize::saturating_sub(count, 1) })
    }
}

/// Follows the steps from a node.
fn walk<'n>(steps: &[Step], node: &'n Node<'n>, found: &mut dyn FnMut(&'n Node<'n>)) {
    match steps.split_first() {
        None => found(node),
        Some((step, rest)) => step.take(node, &mut |next| walk(rest, next, found)),
    }
}

impl Step {
    fn take<'n>(&self, node: &'n Node<'n>, next: &mut dyn FnMut(&'n Node<'n>)) {
        match (self, node) {
            (Self::Member(name), Node::Object(members)) => {
                if let Some((_, value)) = members.iter().find(|(key, _)| key == name) {
                    next(value);
                }
            }
            (Self::Member(_), Node::List(items)) => items.iter().for_each(|item| self.take(item, next)),
            (Self::Element(place), Node::List(items)) => {
                let place = if *place < 0 { place + items.len() as i64 } else { *place };
                if let Some(item) = usize::try_from(place).ok().and_then(|place| items.get(place)) {
                    next(item);
                }
            }
            (Self::All, Node::List(items)) => items.iter().for_each(next),
            (Self::Where { inner, values: wanted, equal }, _) => {
                let items = if let Node::List(items) = node { items.as_slice() } else { std::slice::from_ref(node) };
                for item in items {
                    let mut says = false;
                    inner.each(item, &mut |node| {
                        values(node, &mut |text| says = says || wanted.iter().any(|wanted| *wanted == text));
                    });
                    if says == *equal {
                        next(item);
                    }
                }
            }
            // One element that is written without its list.
            (Self::Element(0 | -1) | Self::All, Node::Object(_) | Node::Text(_)) => next(node),
            _ => {}
        }
    }
}

/// Calls back with the plain values of a node; an object is its own JSON text.
fn values<'n>(node: &'n Node<'n>, each: &mut dyn FnMut(Cow<'n, str>)) {
    match node {
        Node::Null => {}
        Node::Text(text) => each(Cow::Borrowed(text)),
        Node::List(items) => items.iter().for_each(|item| values(item, each)),
        object @ Node::Object(_) => each(object.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"id":"e","n":7,"none":null,"agent":[
        {"name":"A","requestor":false,"who":{"value":"a"}},
        {"name":"B","requestor":true,"who":{"value":"b"},"roles":[{"code":"x"},{"code":"y"}]},
        {"name":"C","requestor":true}],"single":{"v":1}}"#;

    fn find(path: &str) -> Option<(String, usize)> {
        let node: Node = serde_json::from_str(EVENT).unwrap();
        JsonPath::parse(path).unwrap().find(&node).map(|found| (found.text.into_owned(), found.besides))
    }

    #[test]
    fn paths_lead_to_values() {
        for (path, text, besides) in [
            ("id", "e", 0),
            ("n", "7", 0),
            ("none", "", 0),
            ("agent[requestor=true].who.value", "b", 0),
            ("agent[requestor=true].name", "B", 1),
            ("agent[requestor!=true].name", "A", 0),
            ("agent[name=A|C][*].name", "A;C", 0),
            ("agent.name", "A", 2),
            ("agent[*].name", "A;B;C", 0),
            ("agent[-1].name", "C", 0),
            ("agent[roles.code=y].name", "B", 0),
            ("agent[1].roles.code", "x", 1),
            ("single[0].v", "1", 0),
            ("single", "{\"v\":\"1\"}", 0),
        ] {
            assert_eq!(find(path), Some((text.to_owned(), besides)), "{path}");
        }
        for path in ["nothing", "agent[9].name", "agent[name=Z].who.value", "id.x", "n[1]"] {
            assert_eq!(find(path), None, "{path}");
        }
    }

    #[test]
    fn mistakes_are_said() {
        for path in ["", ".a", "a..b", "a[", "a[x]", "a[=b]", "a]b[0]c", "a[0]b", "a."] {
            assert!(JsonPath::parse(path).is_err(), "{path}");
        }
    }
}
