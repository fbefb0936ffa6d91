//! `probity rules doc`: the catalogue for readers, made from the rules themselves.

use std::fmt::Write;

use super::Shelf;
use crate::rules::{Rule, Weight, facts, kinds, law};

/// The catalogue in Markdown.
pub fn catalogue(shelf: &Shelf) -> String {
    let rules = || shelf.set.rules().iter().chain(shelf.set.correlations());
    let mut text = String::from(
        "# The catalogue\n\nEvery rule, as its file says it. Made by `probity rules doc`; change the rule, never this page.\n",
    );
    text.push_str(
        "\n## Which rule looks for what\n\n| family | kind of misuse | rules | facts |\n| --- | --- | --- | --- |\n",
    );
    for kind in kinds::KINDS {
        let own: Vec<&Rule> = kind.rules.iter().filter_map(|name| shelf.set.find(name)).collect();
        let links: Vec<String> = own.iter().map(|rule| format!("[{0}](#{0})", rule.meta.name)).collect();
        let bases = own.iter().flat_map(|rule| rule.correlation.iter().flat_map(|c| &c.rules));
        let bases = bases.filter_map(|name| shelf.set.find(name));
        let mut asked: Vec<&str> = own
            .iter()
            .copied()
            .chain(bases)
            .flat_map(|rule| rule.detection.facts())
            .map(|id| facts::fact(id).name)
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let _ = writeln!(text, "| {} | {} | {} | {} |", kind.family, kind.kind, links.join(", "), asked.join(", "));
    }
    text.push_str("\nNo log shows paper, speech, photographs of a screen, or another organisation's systems.\n");
    let mut families: Vec<&str> = rules().map(|rule| rule.meta.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    for family in families {
        let mut own: Vec<&Rule> = rules().filter(|rule| rule.meta.family == family).collect();
        own.sort_by_key(|rule| &rule.meta.name);
        let _ = write!(
            text,
            "\n## {family}\n\n| rule | what it finds | about | lane | needs |\n| --- | --- | --- | --- | --- |\n"
        );
        for rule in &own {
            let meta = &rule.meta;
            let _ = writeln!(
                text,
                "| [{}](#{}) | {} | {} | {} | {} |",
                meta.name,
                meta.name,
                cell(&meta.title),
                meta.probity.scope.as_str(),
                meta.probity.lane,
                meta.probity.needs.join(", ")
            );
        }
        own.iter().for_each(|rule| one(&mut text, rule));
    }
    text
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|")
}

fn weight(weight: &Weight) -> String {
    format!("{} ({} to {})", weight.value, weight.low, weight.high)
}

fn one(text: &mut String, rule: &Rule) {
    let (meta, probity) = (&rule.meta, &rule.meta.probity);
    let _ = write!(text, "\n### {}\n\n**{}.** {}\n\n", meta.name, meta.title.trim(), flowing(&meta.description));
    let logic = match &rule.correlation {
        Some(correlation) => correlation.words(),
        None => rule.detection.written.clone(),
    };
    let asks: Vec<String> =
        rule.detection.facts().into_iter().map(|id| format!("`{}`", facts::fact(id).name)).collect();
    let chance = match &probity.u {
        Some(u) => weight(u),
        None => format!("taken from the data ({})", probity.chance),
    };
    let laws: Vec<&str> = probity.law.iter().filter_map(|code| law::find(code)).map(|law| law.title).collect();
    let mut line = |head: &str, body: &str| {
        if !body.is_empty() {
            let _ = writeln!(text, "- {head}: {body}");
        }
    };
    line("condition", &format!("`{logic}`"));
    line("facts", &asks.join(", "));
    line("level, block, lane", &format!("{}, {}, {}", meta.level, probity.block, probity.lane));
    line("likely under misuse", &weight(&probity.m));
    line("by chance", &chance);
    line("says", probity.says.trim());
    line("next", probity.next.trim());
    line("law and policy", &laws.join("; "));
    line("references", &meta.references.join("; "));
    line("innocent explanations", &meta.falsepositives.join("; "));
    line("id, version", &format!("`{}`, {}", meta.id, probity.version));
}

/// Paragraphs without the line breaks of the file.
fn flowing(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
