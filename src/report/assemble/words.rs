//! Words for people: names, ties, times, amounts.

use chrono_tz::Tz;

use crate::ingest::Staff;
use crate::instant::Instant;
use crate::purpose::Look;
use crate::relations::TieKind;
use crate::rules::rows::World;
use crate::rules::rows::case::Tally;
use crate::rules::rows::ties::CaseTie;

/// "Jane Smith".
#[must_use]
pub fn staff_name(staff: &Staff) -> String {
    [staff.forename.as_str(), staff.surname.as_str()]
        .into_iter()
        .filter(|n| !n.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// "Jane Smith (S0012)", or the login of somebody whom HR does not list.
#[must_use]
pub fn staff(world: &World<'_>, user: u32) -> String {
    let id = world.judged.users.id(user, &world.tables.staff);
    match world.tables.staff.get(user as usize).map(staff_name) {
        Some(name) if !name.is_empty() => format!("{name} ({id})"),
        Some(_) => id.to_owned(),
        None if world.judged.users.staff == 0 => id.to_owned(),
        None => format!("login {id}, which belongs to nobody on record"),
    }
}

/// A sentence ends with a full stop, and what happened once happened once.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim().replace(" 1 times", " once").replace(" 1 days", " 1 day");
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// "1 look", "3 looks".
#[must_use]
pub fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// "2 March 2026 at 22:14".
#[must_use]
pub fn moment(at: Instant, zone: Tz) -> String {
    at.to_utc().map_or_else(String::new, |t| t.with_timezone(&zone).format("%-d %B %Y at %H:%M").to_string())
}

/// What the tie is, for a reader who does not know the code.
#[must_use]
pub fn tie_words(world: &World<'_>, tie: &CaseTie) -> String {
    let declared = if tie.relation.is_some() { ", declared" } else { "" };
    if tie.kind == TieKind::Household && tie.from_address && tie.former {
        return "at a former home of the user".to_owned();
    }
    let former = if tie.former && tie.kind != TieKind::ExPartner { " in the past" } else { "" };
    let base = match tie.kind {
        TieKind::Own if tie.from_address => "the user's own address".to_owned(),
        TieKind::Own => "the user themselves".to_owned(),
        TieKind::Spouse => "the user's spouse".to_owned(),
        TieKind::Partner => "the user's partner".to_owned(),
        TieKind::ExPartner => "the user's former partner".to_owned(),
        TieKind::Parent => "the user's parent".to_owned(),
        TieKind::Child => "the user's child".to_owned(),
        TieKind::Sibling => "the user's brother or sister".to_owned(),
        TieKind::OtherFamily => "a member of the user's family".to_owned(),
        TieKind::Household if tie.from_address => "recorded at the user's home address".to_owned(),
        TieKind::Household => "of the user's household".to_owned(),
        TieKind::Friend => "a friend of the user".to_owned(),
        TieKind::Acquaintance => "an acquaintance of the user".to_owned(),
        TieKind::BusinessAssociate => "a business associate of the user".to_owned(),
        TieKind::Neighbour => "a neighbour of the user".to_owned(),
        TieKind::Surname => "of the user's surname".to_owned(),
        TieKind::Colleague => match tie.staff {
            Some(other) if tie.former => format!("a former member of staff, {}", staff(world, other)),
            Some(other) => format!("a colleague, {}", staff(world, other)),
            None => "a colleague".to_owned(),
        },
        TieKind::HighProfile => "on the watch list of well-known people".to_owned(),
    };
    if tie.from_address && tie.relation.is_some() {
        // The address is what agrees: whoever is there need not be the one declared.
        return format!("at the address declared for {base}{former}");
    }
    format!("{base}{former}{declared}")
}

/// What was found that would answer why.
#[must_use]
pub fn purpose_words(tally: &Tally) -> String {
    let parts = [
        (tally.unexplained, "has no explanation on record", "have no explanation on record"),
        (tally.explained, "is explained by a record", "are explained by a record"),
        (
            tally.cannot_tell,
            "cannot be told (the feed does not cover the time)",
            "cannot be told (the feed does not cover the time)",
        ),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(n, _, _)| *n > 0)
        .map(|(n, one, many)| {
            if *n == tally.looks {
                if *n == 1 { format!("the look {one}") } else { format!("all {n} looks {many}") }
            } else {
                format!("{n} of {} looks {}", tally.looks, if *n == 1 { one } else { many })
            }
        })
        .collect();
    said.join("; ")
}

/// What the roster says of the looks.
#[must_use]
pub fn duty_words(looks: &[&Look]) -> String {
    let mut states: Vec<(&str, usize)> = Vec::new();
    for look in looks {
        let word = look.duty.as_str();
        match states.iter_mut().find(|(w, _)| *w == word) {
            Some((_, n)) => *n += 1,
            None => states.push((word, 1)),
        }
    }
    states.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let words = |code: &str| match code {
        "on" => "on duty",
        "grace" => "within an hour of a shift",
        "overtime" => "on overtime",
        "on_call" => "on call",
        "off" => "off duty",
        "leave" => "on leave",
        "sick" => "absent",
        "course" => "on a course",
        "suspended" => "suspended",
        "long_leave" => "on long leave",
        "left" => "after leaving the force",
        "not_started" => "before joining the force",
        _ => "at times that the roster does not cover",
    };
    if let [(only, _)] = states[..] {
        return words(only).to_owned();
    }
    states.iter().map(|(code, n)| format!("{n} {}", words(code))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purpose_in_words() {
        let tally = |unexplained, explained, cannot_tell| Tally {
            looks: unexplained + explained + cannot_tell,
            unexplained,
            explained,
            cannot_tell,
            ..Tally::default()
        };
        assert_eq!(purpose_words(&tally(1, 0, 0)), "the look has no explanation on record");
        assert_eq!(purpose_words(&tally(4, 0, 0)), "all 4 looks have no explanation on record");
        assert_eq!(
            purpose_words(&tally(3, 1, 0)),
            "3 of 4 looks have no explanation on record; 1 of 4 looks is explained by a record"
        );
    }

    #[test]
    fn sentences_end_once() {
        assert_eq!(sentence(" It was so "), "It was so.");
        assert_eq!(sentence("Was it?"), "Was it?");
        assert_eq!(sentence("looked at X 1 times on 1 days"), "looked at X once on 1 day.");
        assert_eq!(sentence("looked at X 11 times"), "looked at X 11 times.");
        assert_eq!(sentence(""), "");
    }
}
