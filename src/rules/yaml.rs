//! YAML into a small tree that knows where every word stands.
//!
//! This is the one module that touches the YAML library. It reads parser
//! events rather than deserialising into structs, because a rule's author is
//! owed the place of each mistake, and because only the events still tell
//! `0123` from `'0123'`. It refuses what a rule file never needs and an
//! attacker might: anchors, aliases, tags, several documents, deep nesting,
//! duplicate keys, and more than [`MAX_NODES`] nodes.

use std::ops::Range;

use serde_saphyr::granit_parser::{self, Event, Options, Parser, ScalarStyle};

use super::error::{Reading, cut};

/// Largest rule or test file that is read.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most nodes (scalars, lists, maps) in one file.
const MAX_NODES: usize = 8_192;
/// Deepest nesting of lists and maps.
const MAX_DEPTH: usize = 16;

/// One node of a file.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Bytes of the file that the node covers.
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A word; `plain` when it was written without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Range<usize>,
}

impl Node {
    /// What the node is, for messages.
    pub(super) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar { .. } => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// An unquoted empty value, `null` or `~`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }
}

/// Reads one file's text; errors go to `reading`, and `None` is returned with them.
pub(super) fn parse(reading: &mut Reading<'_>) -> Option<Node> {
    let text = reading.text();
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; a rule file may have {MAX_BYTES}", text.len());
        reading.error(&(0..0), "rules::too_large", message, "split it into several files".to_owned());
        return None;
    }
    let mut options = Options::default();
    options.disallow_directives = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    options.set_emit_comments(false);
    let mut builder = Builder { open: Vec::new(), root: None, nodes: 0 };
    for event in Parser::new_from_str_with_options(&text, options) {
        match event {
            Ok((event, span)) => {
                if let Err(refusal) = builder.take(event, &bytes(&span)) {
                    reading.error(&refusal.span, refusal.code, refusal.message, refusal.help);
                    return None;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                let message = format!("this is not YAML: {}", cut(&error.info()));
                let help = "indent with spaces, and put text that holds `: `, ` #`, `{` or `[` in quotes".to_owned();
                reading.error(&(at..at + 1), "rules::yaml", message, help);
                return None;
            }
        }
    }
    if builder.root.is_none() {
        reading.error(&(0..0), "rules::empty", "the file holds nothing", None);
    }
    builder.root
}

fn bytes(span: &granit_parser::Span) -> Range<usize> {
    let start = span.start.byte_offset().unwrap_or(0);
    start..span.end.byte_offset().unwrap_or(start).max(start)
}

struct Refusal {
    span: Range<usize>,
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl Refusal {
    fn new(span: &Range<usize>, code: &'static str, message: impl Into<String>, help: &str) -> Self {
        Self { span: span.clone(), code, message: message.into(), help: Some(help.to_owned()) }
    }
}

enum Open {
    List { items: Vec<Node>, start: usize },
    Map { entries: Vec<(Key, Node)>, key: Option<Key>, start: usize },
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Range<usize>) -> Result<(), Refusal> {
        let (anchor, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag.is_some()),
            _ => (0, false),
        };
        if anchor != 0 || matches!(event, Event::Alias(_) | Event::UnresolvedAlias(_) | Event::Anchor(..)) {
            let help = "write the value out; put text that begins with `*` or `&` in quotes";
            return Err(Refusal::new(
                span,
                "rules::alias",
                "anchors (&) and aliases (*) are refused in rule files",
                help,
            ));
        }
        if tagged {
            let help = "leave the tag out; quote the value if it is text";
            return Err(Refusal::new(span, "rules::tag", "tags (!) are refused in rule files", help));
        }
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                let help = "put the second document into a file of its own";
                Err(Refusal::new(span, "rules::documents", "one file holds one rule", help))
            }
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                // The parser gives `~` where nothing is written: keep the nothing.
                let text = if plain && span.is_empty() { String::new() } else { text.into_owned() };
                let kind = Kind::Scalar { text, plain };
                self.place(Node { kind, span: span.clone() })
            }
            Event::SequenceStart(..) => self.begin(Open::List { items: Vec::new(), start: span.start }, span),
            Event::MappingStart(..) => {
                self.begin(Open::Map { entries: Vec::new(), key: None, start: span.start }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { items, start }) => {
                    self.place(Node { kind: Kind::List(items), span: start..span.end.max(start) })
                }
                Some(Open::Map { entries, start, .. }) => {
                    self.place(Node { kind: Kind::Map(entries), span: start..span.end.max(start) })
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open, span: &Range<usize>) -> Result<(), Refusal> {
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            return Err(Refusal::new(span, "rules::key", "a key must be a single word", "write `word: value`"));
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Refusal::new(span, "rules::depth", message, "no rule needs that"));
        }
        self.open.push(open);
        Ok(())
    }

    fn place(&mut self, node: Node) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("more than {MAX_NODES} values in one file");
            return Err(Refusal::new(&node.span, "rules::too_large", message, "split it into several files"));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let Kind::Scalar { text, .. } = node.kind else {
                        return Err(Refusal::new(
                            &node.span,
                            "rules::key",
                            "a key must be a single word",
                            "write `word: value`",
                        ));
                    };
                    if entries.iter().any(|(earlier, _)| earlier.name == text) {
                        let message = format!("`{}` stands twice in one map", cut(&text));
                        return Err(Refusal::new(
                            &node.span,
                            "rules::duplicate_key",
                            message,
                            "YAML would keep only one of them; merge or rename",
                        ));
                    }
                    *key = Some(Key { name: text, span: node.span });
                }
            },
        }
        Ok(())
    }
}
