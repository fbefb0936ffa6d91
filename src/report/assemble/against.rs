//! What speaks against a case: every innocent explanation that was tested, and what
//! each test found.

use super::{Material, words};
use crate::purpose::{Feed, Quoted, Template};
use crate::rules::rows::case::CaseFacts;
use crate::score::CaseScore;

/// Sentences for one case, strongest first.
pub(super) fn sentences(material: &Material<'_>, facts: &CaseFacts<'_>, score: &CaseScore) -> Vec<String> {
    let world = material.world;
    let tally = &facts.tally;
    let mut said = Vec::new();
    for template in Template::all() {
        let answered = facts.looks.iter().filter(|l| l.explained_by == Some(template)).count() as u64;
        if answered > 0 {
            said.push(format!(
                "{} of {}: {}.",
                words::count(answered, "look is explained", "looks are explained"),
                tally.looks,
                template.words()
            ));
        }
    }
    if tally.unexplained > 0 {
        let tested: Vec<&str> =
            Template::all().map(Template::as_str).filter(|t| !matches!(*t, "not_live" | "late_entered")).collect();
        said.push(format!(
            "{} tested against {} and nothing answers.",
            words::count(u64::from(tally.unexplained), "look was", "looks were"),
            tested.join(", ").replace('_', " ")
        ));
    }
    if tally.after_close > 0 {
        said.push(format!(
            "A task had linked the user to this subject; it had ended before {}.",
            words::count(u64::from(tally.after_close), "look", "looks")
        ));
    }
    if tally.cannot_tell > 0 {
        said.push(format!(
            "{} at times that the incident feed does not cover, or of queries that name nobody; they count for nothing.",
            words::count(u64::from(tally.cannot_tell), "look was", "looks were")
        ));
    }
    for (quoted, what) in [
        (Quoted::Both, "both the user and the subject are on it"),
        (Quoted::UserOnly, "the user is on it; the subject is not recorded there"),
        (Quoted::SubjectOnly, "the subject is on it; the user is not"),
        (Quoted::Borrowed, "neither the user nor the subject is on it"),
        (Quoted::Unknown, "it is not on record"),
    ] {
        if let Some(look) = facts.looks.iter().find(|l| l.quoted == quoted) {
            said.push(format!("The user quoted {}: {what}.", world.tables.access.strings.get(look.incident)));
        }
    }
    let looks: Vec<_> = facts.looks.iter().collect();
    if tally.duty_known > 0 {
        said.push(format!("By the roster: {}.", words::duty_words(&looks)));
    } else if world.judged.feeds.duty == Feed::None {
        said.push("No roster was given, so duty was not tested.".to_owned());
    }
    if world.judged.feeds.relationships == Feed::None {
        said.push(
            "No declared relationships were given, so family was tested by name and address of staff alone.".to_owned(),
        );
    }
    for block in score.blocks.iter().filter(|b| b.bits < 0.0) {
        said.push(format!(
            "The {} block speaks for the user by {:.1} bits: {}.",
            block.block.as_str(),
            -block.bits,
            block.because
        ));
    }
    said
}
