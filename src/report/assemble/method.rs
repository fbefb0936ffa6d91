//! What the report says of itself: how the ranking was made, what it rests on, and
//! where it should not be believed.

use super::super::model::{MethodNote, Report};
use super::words::count;
use super::{Material, chance_check, disagreement, fairness};
use crate::purpose::spells::Spell;
use crate::purpose::template_file::duration_words;
use crate::purpose::thin::Group;
use crate::purpose::{Feed, Template};

/// Warnings that a reader must see before any name.
pub(super) fn warnings(material: &Material<'_>, report: &Report) -> Vec<String> {
    let world = material.world;
    let counts = &report.counts;
    let feeds = &world.judged.feeds;
    let mut said = fairness::warnings(&report.fairness);
    said.extend(disagreement::warning(material));
    if world.values.ablation.any() {
        said.push(
            "A part of the score was taken away ([ablation] in the values file), as is done to show what it is worth. Nobody may be \
             judged by this report."
                .to_owned(),
        );
    }
    if let (Some(first), Some(last)) = (material.scored.cut.first(), material.scored.cut.last()) {
        said.push(format!(
            "The refer lane was ended at {}, as asked: {} more would stand in it, with {:.1} to {:.1} bits. They are in no other \
             lane of this report; run again with a larger capacity to read them.",
            count(world.values.lanes.capacity as u64, "member of staff", "members of staff"),
            count(material.scored.cut.len() as u64, "member of staff", "members of staff"),
            last.rank_bits,
            first.rank_bits
        ));
    }
    let tellable = counts.looks_explained + counts.looks_unexplained;
    if feeds.incidents() != Feed::Covers {
        said.push(
            "Without incidents, the people on them and the assignments, no look can be called explained or unexplained: \
             what follows rests on times, volumes and reasons alone."
                .to_owned(),
        );
    } else if tellable > 0 {
        let share = counts.looks_explained as f64 / tellable as f64;
        if share < 0.6 {
            said.push(format!(
                "Only {:.0} % of looks are explained by a record. Where forces join their records fully, more than 90 % are: \
                 a feed is probably missing or thin, and “unexplained” says little.",
                100.0 * share
            ));
        }
    }
    if counts.looks_cannot_tell > 0 && feeds.incidents() == Feed::Covers {
        said.push(format!(
            "{} at times that the incident feed does not cover, or of queries that name nobody; they are counted against nobody.",
            count(counts.looks_cannot_tell, "look is", "looks are")
        ));
    }
    let gaps = feeds.gaps();
    if !gaps.is_empty() {
        let days: Vec<String> = gaps.iter().map(ToString::to_string).collect();
        said.push(format!("The incident feed is silent or thin on {}.", days.join(", ")));
    }
    said.extend(thin_feeds(material));
    said.extend(world.judged.spells.iter().map(spell));
    if counts.events_unknown_login > 0 {
        said.push(format!(
            "{} made by logins that belong to nobody on record; they are judged by login.",
            count(counts.events_unknown_login, "event was", "events were")
        ));
    }
    if counts.rows_quarantined > 0 {
        said.push(format!(
            "{} could not be used; see the quarantine list for each with its reason.",
            count(counts.rows_quarantined, "input row", "input rows")
        ));
    }
    if feeds.duty == Feed::None {
        said.push("No roster was given: nothing is said of duty.".to_owned());
    }
    said.extend(thin_roster(world.judged.roster.thin_units()));
    if !world.judged.reasons.tells_apart() {
        said.push(format!(
            "The reason column is absent, nearly empty or constant ({:.0} % of events carry one; the commonest is {:.0} % of them): it weighs nothing.",
            100.0 * world.judged.reasons.given_share,
            100.0 * world.judged.reasons.commonest_share
        ));
    }
    said
}

/// Most groups and days that a warning names.
const MOST_NAMED: usize = 12;

/// Units whose work falls outside the roster.
fn thin_roster(units: &[String]) -> Option<String> {
    let more = units.len().saturating_sub(MOST_NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = units.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!units.is_empty()).then(|| {
        format!(
            "Much of the work that tasks explain falls outside the roster of {named}{tail}: rows are probably missing there. \
             Whether somebody of these units was off duty is taken as unknown."
        )
    })
}

/// Days on which a part of the records is lost, and what to do about it.
fn spell(spell: &Spell) -> String {
    format!(
        "From {} to {} records explain {:.0} % of looks, and {:.0} % on other days: a part of a feed is probably missing there. What \
         is counted over the whole period hides what was done on the other days. Run the two apart (--since, --until), or \
         export that feed again.",
        spell.from,
        spell.to,
        100.0 * spell.explained,
        100.0 * spell.elsewhere
    )
}

/// Where next to nothing is explained although it is elsewhere, or on other days.
fn thin_feeds(material: &Material<'_>) -> Vec<String> {
    let world = material.world;
    let thin = &world.judged.thin;
    let name = |group: &Group| match group {
        Group::System(code) => format!("the system {}", world.tables.access.strings.get(*code)),
        Group::Unit(at) => format!("the unit {}", thin.units[*at as usize]),
    };
    let listed = |names: Vec<String>| {
        let more = names.len().saturating_sub(MOST_NAMED);
        let tail = if more > 0 { format!(" and {more} more (coverage.csv)") } else { String::new() };
        format!("{}{tail}", names.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(", "))
    };
    let mut said = Vec::new();
    if !thin.whole.is_empty() {
        said.push(format!(
            "The records answer next to nothing for {}: the feeds behind them are probably missing. What nothing explains \
             there cannot be told and is counted against nobody.",
            listed(thin.whole.iter().map(name).collect())
        ));
    }
    if !thin.days.is_empty() {
        said.push(format!(
            "The records answer next to nothing for {}; looks of those days cannot be told.",
            listed(thin.days.iter().map(|(group, day)| format!("{} on {day}", name(group))).collect())
        ));
    }
    said
}

/// What a force set for itself, as sentences.
fn graces(material: &Material<'_>) -> String {
    let explanations = &material.world.judged.explanations;
    let said: Vec<String> = explanations
        .graces()
        .iter()
        .map(|grace| {
            let part = |what: &str, millis: Option<i64>| millis.map(|m| format!("{} {what}", duration_words(m)));
            let times = [part("before", grace.before), part("after", grace.after)];
            let times: Vec<String> = times.into_iter().flatten().collect();
            format!("{}: {} ({})", grace.name.replace('_', " "), times.join(" and "), grace.because)
        })
        .collect();
    if said.is_empty() { String::new() } else { format!(" This force sets its own grace for {}.", said.join("; ")) }
}

/// "from 2 hours before it starts to 3 days after it ends", as the run uses it.
fn task_time(material: &Material<'_>) -> String {
    let time = Template::named("assigned").and_then(|t| material.world.judged.explanations.time(t));
    time.map_or_else(String::new, |time| {
        format!("from {} before it starts to {} after it ends", duration_words(time.before), duration_words(time.after))
    })
}

/// How easily each kind of record answers, stated and measured.
fn by_chance(material: &Material<'_>) -> String {
    let by_chance = &material.world.judged.by_chance;
    if by_chance.asked == 0 {
        return "An explanation weighs by how hard its record is to come by, as its template states; there were no two \
                colleagues of one unit at work in one shift by whom to measure it."
            .to_owned();
    }
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let (more, less): (Vec<Template>, Vec<Template>) = Template::all()
        .filter(|t| by_chance.share(*t).is_some_and(|share| share > 0.0))
        .partition(|t| by_chance.r(*t) > t.chance());
    let listed = |templates: &[Template]| {
        let one = |t: &Template| {
            let share = percent(by_chance.share(*t).unwrap_or(0.0));
            format!("{} {share} (stated {})", t.as_str().replace('_', " "), percent(t.chance()))
        };
        templates.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!(
        "An explanation weighs by how hard its record is to come by. {} asked again as if the user had looked at \
         somebody whom a colleague of the same unit looked at in the same eight hours; what answers then answers by chance.",
        count(by_chance.asked, "look was", "looks were")
    );
    if !more.is_empty() {
        text += &format!(" Easier than their templates state, and weighed so: {}.", listed(&more));
    }
    if !less.is_empty() {
        text += &format!(" No easier: {}; what the template states stands.", listed(&less));
    }
    text
}

/// The method section.
pub(super) fn notes(material: &Material<'_>, report: &Report) -> Vec<MethodNote> {
    let world = material.world;
    let note = |heading: &str, text: String| MethodNote { heading: heading.to_owned(), text };
    let stats = &world.relations.stats;
    let values = world.values;
    let reach = world.judged.feeds.reach().map_or_else(|| "none".to_owned(), |(a, b)| format!("{a} to {b}"));
    let (task_time, own) = (task_time(material), graces(material));
    vec![
        note(
            "What is counted",
            format!(
                "All events of one user on one subject in one system within 30 minutes are one look; the {} looks of this run come \
                 from {} events. A case is one user and one subject over the period; there are {}. A search by typed terms stands in the case of the \
                 record that the same user opened within 15 minutes and that fits them. Attempts count as much as successes.",
                report.counts.looks, report.counts.events, report.counts.cases
            ),
        ),
        note(
            "Explained first",
            format!(
                "Each look is tested against assignments, calls taken, checks on behalf of an assigned officer, supervision, the team's \
                 tasks, authorities, supervised sessions, quoted numbers (checked against both user and subject), late entries and the \
                 role's own function. A task explains {task_time}.{own} Incidents cover {reach}. \
                 Where that feed does not reach, the answer is “cannot tell”, which is never counted against anyone."
            ),
        ),
        note("What records answer by chance", by_chance(material)),
        note(
            "Who was looked at",
            format!(
                "{} distinct subjects were compared with an index of everybody tied to a member of staff ({} ties, {} to the watch list). \
                 A tie is a posterior over rival readings: the person, somebody of the same household, a namesake.",
                report.counts.subjects,
                world.relations.ties.len(),
                world.relations.watch.len(),
            ) + &format!(
                " Names are weighed by how many of {} known people bear them; {} keys were too common to be followed.",
                stats.persons_counted, stats.keys_capped
            ),
        ),
        note(
            "What chance would do",
            "The chance of a tie is taken from the user's own peers: how often did people doing the same work hit this user's relatives, \
             namesakes and neighbours? That absorbs how common a name is and how close a community, which national tables do not."
                .to_owned(),
        ),
        note(
            "The score",
            format!(
                "Evidence is in bits: log2 of how much likelier it is under misuse than under ordinary work (3.3 bits are ten to one, 6.6 a \
                 hundred to one). Independent kinds add; inside one kind the strongest counts in full and the rest a quarter; none counts \
                 more than {:.0}. The sum is multiplied by {:.1} because kinds are not quite independent. The prior takes {:.0} % of users \
                 and {:.0} cases each, spread over the user's own number of cases to the power of {:.1}, so that heavy searchers gain nothing by volume. \
                 Where somebody else's work answers a part of the looks at a person, that nothing answers the others weighs less. \
                 It is no probability of guilt.",
                values.caps.block,
                values.scale.temperature,
                100.0 * values.prior.misusing_share,
                values.prior.cases_of_a_misuser,
                values.scale.temperature
            ),
        ),
        note(
            "When a case is referred",
            format!(
                "Cases that stand are weighed together for each member of staff, with the prior, and must rise above {:.1} bits. A case \
                 stands with one kind of evidence of {:.1} bits or more about a tie, the number of looks, duty, \
                 training or a pattern, and another kind of {:.1} bits or more beside it (the reason typed and the user's work as a \
                 whole do not count here); and a lower 90 % bound of the evidence above {:.1} bits. A tie that a record explains is \
                 no referral; a look without an incident alone never is. Otherwise the user is \
                 asked: where the cases that need an answer reach {:.1} bits together with the prior, and about a look without an \
                 explanation at oneself, close family or the household whatever the prior.",
                values.lanes.refer,
                values.lanes.strong_block,
                values.lanes.second_block,
                values.lanes.lower_bound,
                values.lanes.query
            ),
        ),
        chance_check::note(material),
        fairness::note(material, &report.fairness),
        fairness::load_note(&report.load),
        note(
            "The sample",
            if material.scored.sampled_from == 0 {
                "No sample was drawn; `--sample N` draws members of staff at random from those not referred, to measure what is missed."
                    .to_owned()
            } else {
                format!(
                    "{} drawn at random (seed {}) from {} who have an unexplained look and stand in no other lane, each with one such \
                     case. Nothing is held against them: what a reader finds among them says how much a run misses.",
                    count(world.values.lanes.sample.min(material.scored.sampled_from) as u64, "member of staff was", "members of staff were"),
                    world.values.lanes.sample_seed,
                    material.scored.sampled_from
                )
            },
        ),
        note(
            "What this cannot see",
            "Paper, speech, photographs of a screen, another organisation's systems, and anything that the logs do not hold. The weights are \
             starting values until counted outcomes replace them; expected false referrals are estimated where a tie carries the case, and nowhere else."
                .to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spell_is_told_with_its_days_its_shares_and_what_to_do() {
        let day = |text: &str| text.parse().expect("a day");
        let words =
            spell(&Spell { from: day("2026-04-15"), to: day("2026-05-14"), explained: 0.724, elsewhere: 0.968 });
        let told = "From 2026-04-15 to 2026-05-14 records explain 72 % of looks, and 97 % on other days";
        assert!(words.starts_with(told) && words.contains("--since, --until"), "{words}");
    }
}
