//! Paths into a JSON document: `agent[requestor=true].who.identifier.value`.
//!
//! A path is member names joined by dots. A name may be followed by what picks from a list: `[0]` an element, `[-1]` the last,
//! `[*]` all of them, `[role.code=1]` those in which the inner path has that value (`!=`: has it not; `a|b` either). A
//! name that meets a list without such a mark looks into every element. Of several values the first is taken, unless
//! the path says `[*]`: then all are joined by `;`.

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
pub(crate) struct Found {
    pub text: String,
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

    /// Everything that the path leads to.
    pub(crate) fn nodes<'n>(&self, node: &'n Node) -> Vec<&'n Node> {
        let mut found = vec![node];
        for step in &self.steps {
            let mut next = Vec::new();
            for node in found {
                step.take(node, &mut next);
            }
            found = next;
        }
        found
    }

    /// The text that the path leads to; `None` where there is nothing, not even an empty or null member.
    pub(crate) fn find(&self, node: &Node) -> Option<Found> {
        let nodes = self.nodes(node);
        if nodes.is_empty() {
            return None;
        }
        let mut texts: Vec<String> = Vec::new();
        for node in nodes {
            collect(node, &mut texts);
        }
        if self.all {
            return Some(Found { text: texts.join(";"), besides: 0 });
        }
        let besides = texts.len().saturating_sub(1);
        Some(Found { text: texts.into_iter().next().unwrap_or_default(), besides })
    }
}

impl Step {
    fn take<'n>(&self, node: &'n Node, into: &mut Vec<&'n Node>) {
        match (self, node) {
            (Self::Member(name), Node::Object(members)) => {
                into.extend(members.iter().find(|(key, _)| key == name).map(|(_, value)| value));
            }
            (Self::Member(_), Node::List(items)) => items.iter().for_each(|item| self.take(item, into)),
            (Self::Element(place), Node::List(items)) => {
                let place = if *place < 0 { place + items.len() as i64 } else { *place };
                into.extend(usize::try_from(place).ok().and_then(|place| items.get(place)));
            }
            (Self::All, Node::List(items)) => into.extend(items),
            (Self::Where { inner, values, equal }, _) => {
                let items = if let Node::List(items) = node { items.as_slice() } else { std::slice::from_ref(node) };
                into.extend(items.iter().filter(|item| {
                    let mut texts = Vec::new();
                    inner.nodes(item).into_iter().for_each(|node| collect(node, &mut texts));
                    texts.iter().any(|text| values.contains(text)) == *equal
                }));
            }
            // One element that is written without its list.
            (Self::Element(0 | -1) | Self::All, Node::Object(_) | Node::Text(_)) => into.push(node),
            _ => {}
        }
    }
}

/// The plain values of a node; an object is its own JSON text.
fn collect(node: &Node, into: &mut Vec<String>) {
    match node {
        Node::Null => {}
        Node::Text(text) => into.push(text.clone()),
        Node::List(items) => items.iter().for_each(|item| collect(item, into)),
        object @ Node::Object(_) => into.push(object.to_string()),
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
        JsonPath::parse(path).unwrap().find(&node).map(|found| (found.text, found.besides))
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
