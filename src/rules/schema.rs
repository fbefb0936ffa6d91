//! The JSON Schema of a rule file, for editors: which keys, which words, and after
//! each scope which facts. What only the linter can say (an unused selection, a
//! wildcard, the traps of YAML) is left to `probity rules test`.

use serde_json::{Map, Value, json};

use super::correlation::{CorrelationKind, KEYS};
use super::facts::{self, Fact, FactType, Scope, TABLES};
use super::header::{Block, Chance, Lane, Level, Status};
use super::law::LAWS;
use super::template::PLACEHOLDERS;

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let words = |all: Vec<&str>| json!({ "type": "string", "enum": all });
    let texts = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    let weight = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["value", "low", "high"],
        "properties": {
            "value": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
            "low": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
            "high": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
        },
    });
    let day = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" });
    let uuid = json!({ "type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" });
    let placeholders: Vec<String> = PLACEHOLDERS.iter().map(|(word, what)| format!("{{{word}}}: {what}")).collect();
    let probity = json!({
        "type": "object",
        "description": "How the rule is scored, routed and told.",
        "additionalProperties": false,
        "required": ["version", "scope", "block", "m", "chance", "lane", "needs", "says", "next"],
        "properties": {
            "version": { "type": "integer", "minimum": 1 },
            "scope": words(Scope::ALL.iter().map(|w| w.as_str()).collect()),
            "block": words(Block::ALL.iter().map(|w| w.as_str()).collect()),
            "m": weight,
            "u": weight,
            "chance": words(Chance::ALL.iter().map(|w| w.as_str()).collect()),
            "measure": {
                "type": "object",
                "description": "With `chance: excess`: a fact that counts, and the fact that it grows with in ordinary work.",
                "additionalProperties": false,
                "required": ["count", "of"],
                "properties": { "count": { "type": "string" }, "of": { "type": "string" } },
            },
            "lane": words(Lane::ALL.iter().map(|w| w.as_str()).collect()),
            "needs": { "type": "array", "items": words(TABLES.to_vec()) },
            "law": { "type": "array", "items": words(LAWS.iter().map(|law| law.code).collect()) },
            "says": { "type": "string", "description": placeholders.join("\n") },
            "next": { "type": "string" },
        },
    });
    let comparisons = ["gt", "gte", "lt", "lte", "eq"];
    let mut condition: Map<String, Value> =
        comparisons.iter().map(|word| ((*word).to_owned(), json!({ "type": "number" }))).collect();
    condition.insert("field".to_owned(), words(KEYS.to_vec()));
    let correlation = json!({
        "type": "object",
        "description": "What the firings of look and case rules amount to within a span of time.",
        "additionalProperties": false,
        "required": ["type", "rules", "group-by", "timespan"],
        "properties": {
            "type": words(CorrelationKind::ALL.iter().map(|w| w.as_str()).collect()),
            "rules": texts,
            "group-by": { "type": "array", "items": words(KEYS.to_vec()), "minItems": 1 },
            "timespan": { "type": "string", "pattern": "^[0-9]{1,9}[smhd]$" },
            "condition": { "type": "object", "additionalProperties": false, "properties": condition },
        },
    });
    let scoped: Vec<Value> = Scope::ALL.iter().map(|scope| of_scope(*scope)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of Probity",
        "description": "Sigma 2.1, restricted, over derived facts, with one probity block.",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "id", "name", "status", "description", "author", "date", "logsource", "falsepositives", "level", "probity"],
        "oneOf": [{ "required": ["detection"] }, { "required": ["correlation"] }],
        "properties": {
            "title": { "type": "string", "maxLength": 120 },
            "id": uuid,
            "name": { "type": "string", "description": "The stem of the file." },
            "status": words(Status::ALL.iter().map(|w| w.as_str()).collect()),
            "description": { "type": "string" },
            "references": texts,
            "author": { "type": "string" },
            "date": day,
            "modified": day,
            "taxonomy": { "type": "string" },
            "tags": { "type": "array", "items": { "type": "string", "pattern": "^[a-z0-9_-]+\\.[a-z0-9._-]+$" } },
            "logsource": {
                "type": "object",
                "additionalProperties": false,
                "required": ["product", "category"],
                "properties": {
                    "product": { "const": "probity" },
                    "category": words(Scope::ALL.iter().map(|w| w.as_str()).collect()),
                    "service": { "type": "string" },
                    "definition": { "type": "string" },
                },
            },
            "detection": { "type": "object", "required": ["condition"] },
            "correlation": correlation,
            "fields": texts,
            "falsepositives": texts,
            "level": words(Level::ALL.iter().map(|w| w.as_str()).collect()),
            "related": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["id", "type"],
                    "properties": {
                        "id": uuid,
                        "type": words(vec!["derived", "obsolete", "merged", "renamed", "similar"]),
                    },
                },
            },
            "license": { "type": "string" },
            "probity": probity,
        },
        "allOf": scoped,
    })
}

/// What a detection may ask about, once the scope is known.
fn of_scope(scope: Scope) -> Value {
    let mut patterns = Map::new();
    for fact in facts::of(scope) {
        patterns
            .insert(format!("^{}(\\|({}))*$", fact.name.replace('.', "\\."), modifiers(fact).join("|")), item(fact));
    }
    let map = json!({ "type": "object", "additionalProperties": false, "patternProperties": patterns });
    json!({
        "if": {
            "required": ["probity", "detection"],
            "properties": { "probity": { "required": ["scope"], "properties": { "scope": { "const": scope.as_str() } } } },
        },
        "then": {
            "properties": {
                "detection": {
                    "properties": { "condition": { "type": "string" } },
                    "additionalProperties": { "anyOf": [map, { "type": "array", "items": map, "minItems": 1 }] },
                },
            },
        },
    })
}

fn modifiers(fact: &Fact) -> Vec<&'static str> {
    match fact.ty {
        FactType::Bool => vec!["exists"],
        FactType::Number => vec!["gt", "gte", "lt", "lte", "neq", "exists"],
        FactType::Text => vec!["contains", "startswith", "endswith", "all", "re", "cidr", "neq", "exists"],
    }
}

fn item(fact: &Fact) -> Value {
    let one = match fact.ty {
        FactType::Bool => json!({ "type": ["boolean", "null"] }),
        FactType::Number => json!({ "type": ["number", "boolean", "null"] }),
        FactType::Text => json!({ "type": ["string", "boolean", "null"] }),
    };
    let mut meaning = fact.meaning.to_owned();
    if !fact.codes.is_empty() {
        meaning.push_str(&format!(" [{}]", fact.codes.join(", ")));
    }
    json!({ "description": meaning, "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}
