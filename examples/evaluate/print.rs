//! One run at one world, in words and columns.

use crate::explained::Explained;
use crate::fairness::Group;
use crate::intervals::{Count, Share};
use crate::judge::{Cell, Judgement, Order};
use crate::outcome::Outcome;
use crate::probe::Area;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Everything measured, for a person at a terminal.
pub fn outcome(outcome: &Outcome) -> String {
    let mut text = world(outcome);
    if let Some(judged) = &outcome.judged {
        judgement(&mut text, judged, outcome);
    }
    if let Some(measured) = &outcome.explained {
        explained(&mut text, measured);
    }
    fairness(&mut text, &outcome.fairness);
    text
}

fn fairness(text: &mut String, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\nInnocent staff by group{:>22}{:>8}{:>8}{:>8}{:>11}{:>9}{:>9}",
        "staff", "refer", "budget", "asked", "namesakes", "/ peers", "/ table"
    );
    for g in groups {
        let over = |expected: f64| if expected > 0.0 { g.namesakes as f64 / expected } else { f64::NAN };
        let name = format!("{} {}", g.by, g.name);
        let _ = writeln!(
            text,
            "  {name:<36}{:>7}{:>8}{:>8}{:>8}{:>11}{:>9.2}{:>9.2}",
            g.staff,
            g.refer,
            g.budget,
            g.asked,
            g.namesakes,
            over(g.by_peers),
            over(g.by_table)
        );
    }
}

/// The counts of a world and its probe.
fn world(outcome: &Outcome) -> String {
    let (facts, probe) = (&outcome.world, &outcome.probe);
    let mut text = String::new();
    let _ = writeln!(
        text,
        "World: {} rows over {} days, {} of them planted; {} staff, {} of them misusers; {} cases; {} look-alikes",
        probe.events, facts.days, probe.planted, facts.staff, facts.misusers, facts.cases, facts.lookalikes
    );
    if facts.misusers > 0 {
        let _ = writeln!(
            text,
            "  {} misusers and {} cases are shown by no table but for the lack of a purpose; recall gives them apart",
            facts.unshown_misusers,
            facts.cases - facts.shown_cases
        );
    }
    let _ = writeln!(text, "Probe: the area under the curve by which the form of a row tells (.45 to .55 passes)");
    for (name, area) in [("ids", probe.ids), ("row order", probe.order), ("row length", probe.length)] {
        let _ = match area {
            Some(Area { auc, low, high, passes }) => {
                let word = if passes { "passes" } else { "FAILS: the form of a row gives it away" };
                writeln!(text, "  {name:<34} {auc:.3}  [{low:.3}, {high:.3}]  {word}")
            }
            None => writeln!(text, "  {name:<34} nothing planted"),
        };
    }
    text
}

fn judgement(text: &mut String, j: &Judgement, outcome: &Outcome) {
    let lanes: Vec<String> = j.lanes.iter().map(|(lane, n)| format!("{lane} {n}")).collect();
    let _ = writeln!(text, "\nReferrals by lane: {}", lanes.join(", "));
    order(text, "The refer lane alone, as long as it is", &j.refer);
    people(text, "misusers in it", &j.shown.refer, &j.unshown.refer);
    rate(text, "false referrals / 1,000 innocent", j.false_referrals);
    let _ = writeln!(text, "  {:<34} {}", "led to another's misuse", j.led_to_misuse);
    row(text, "ordinary rows named", j.ordinary_rows_named.wilson());
    row(text, "planted rows named", j.planted_rows_named.wilson());
    order(text, "The ranked list: refer lane, then query lane, by rank", &j.ranked);
    let _ = writeln!(
        text,
        "\nThe ranked list to the budget: its first {} (5 a day for each of {:.1} investigators, one for every 10,000 staff)",
        j.budget,
        investigators(outcome)
    );
    people(text, "misusers on it", &j.shown.budget, &j.unshown.budget);
    people(text, "or in the conflict lane", &j.shown.or_conflict, &j.unshown.or_conflict);
    rate(text, "innocent on it / 1,000 innocent", j.false_to_budget);
    let days = (outcome.world.days.max(1)) as f64 * investigators(outcome);
    for lane in ["refer", "conflict", "query"] {
        let new = j.new.get(lane).copied().unwrap_or(0);
        let what = format!("new a day and investigator, {lane}");
        // One referral a member of staff: a share of them, told as a rate.
        let of = Count::new(new, outcome.world.staff.max(new)).jeffreys();
        let [value, low, high] = [of.value, of.low, of.high].map(|share| share * of.of as f64 / days);
        let _ = writeln!(text, "  {what:<34} {value:.2}  [{low:.2}, {high:.2}]  {new} in all");
    }
    recall(text, j);
    random(text, j, outcome);
    let _ = writeln!(text, "\n{:<26}{:>6}{:>8}", "look-alikes named", "of", "share");
    for (name, count) in &j.lookalikes {
        let _ = writeln!(text, "{name:<20}{:>6}{:>6}{:>8.4}", count.hits, count.of, count.value());
    }
}

/// One for every 10,000 members of staff, in parts.
pub fn investigators(outcome: &Outcome) -> f64 {
    outcome.world.staff as f64 / 1e4
}

fn order(text: &mut String, title: &str, order: &Order) {
    let _ = writeln!(text, "\n{title}: {} people", order.people);
    for (k, count) in &order.precision {
        let fewer = if count.of < *k { "  (fewer are there)" } else { "" };
        let name = format!("precision@{k}");
        let _ = writeln!(text, "  {name:<34} {}{fewer}", share(&count.wilson()));
    }
    row(text, "R-precision", order.r_precision.wilson());
    let (low, high) = order.average_precision_between;
    let _ = writeln!(text, "  {:<34} {:.3}  [{low:.3}, {high:.3}]", "average precision", order.average_precision);
}

fn people(text: &mut String, name: &str, shown: &Count, unshown: &Count) {
    let _ = writeln!(
        text,
        "  {name:<34} {}; of those whom no table shows {} of {}",
        share(&shown.wilson()),
        unshown.hits,
        unshown.of
    );
}

fn row(text: &mut String, name: &str, of: Share) {
    let _ = writeln!(text, "  {name:<34} {}", share(&of));
}

fn rate(text: &mut String, name: &str, count: Count) {
    let f = count.jeffreys();
    let _ = writeln!(
        text,
        "  {name:<34} {:.2}  [{:.2}, {:.2}]  {} of {} staff",
        f.value * 1e3,
        f.low * 1e3,
        f.high * 1e3,
        f.hits,
        f.of
    );
}

fn share(s: &Share) -> String {
    let hits = if s.hits.fract() == 0.0 { format!("{:.0}", s.hits) } else { format!("{:.2}", s.hits) };
    format!("{:.3}  [{:.3}, {:.3}]  {hits} of {}", s.value, s.low, s.high, s.of)
}

/// Cells added up.
pub fn total<'c>(cells: impl Iterator<Item = &'c Cell>) -> Cell {
    cells.fold(Cell::default(), |mut sum, cell| {
        sum.cases += cell.cases;
        sum.refer += cell.refer;
        sum.budget += cell.budget;
        sum.user += cell.user;
        sum.anywhere += cell.anywhere;
        sum
    })
}

fn recall(text: &mut String, j: &Judgement) {
    let _ = writeln!(
        text,
        "\nPlanted cases found: a row of the case is evidence against its user (conflict: in its lane; another's login: \
         against the owner)\n{:<24}{:>6}  {:<30}{:>8}{:>8}{:>10}",
        "", "cases", "to the budget [95 %]", "refer", "user", "any lane"
    );
    let shown = || j.cells.iter().filter(|c| c.shown);
    line(text, "shown by some table", &total(shown()));
    line(text, "shown by none", &total(j.cells.iter().filter(|c| !c.shown)));
    for form in ["easy", "medium", "mimicry"] {
        line(text, &format!("shown, {form}"), &total(shown().filter(|c| c.form == form)));
    }
    let mut kinds: BTreeMap<(&str, bool), Vec<&Cell>> = BTreeMap::new();
    for cell in &j.cells {
        kinds.entry((&cell.kind, !cell.shown)).or_default().push(cell);
    }
    for ((kind, hidden), cells) in kinds {
        let name = if hidden { format!("{kind} (no table)") } else { kind.to_owned() };
        line(text, &name, &total(cells.into_iter()));
    }
}

fn line(text: &mut String, name: &str, cell: &Cell) {
    let s = Count::new(cell.budget, cell.cases).wilson();
    let found = format!("{:>3} = {:.2} [{:.2}, {:.2}]", s.hits, s.value, s.low, s.high);
    let _ = writeln!(
        text,
        "{name:<26}{:>4}  {found:<30}{:>8}{:>8}{:>10}",
        cell.cases, cell.refer, cell.user, cell.anywhere
    );
}

/// What chance would reach, with no evidence at all.
fn random(text: &mut String, j: &Judgement, outcome: &Outcome) {
    let (staff, misusers) = (outcome.world.staff.max(1) as f64, outcome.world.misusers as f64);
    let _ = writeln!(
        text,
        "\nAll staff in random order: precision {:.3} at every k; of misusers {:.3} among the first {}",
        misusers / staff,
        (j.budget as f64 / staff).min(1.0),
        j.budget
    );
}

fn explained(text: &mut String, e: &Explained) {
    text.push_str("\nExplained (aims: ordinary .96, first .85, planted at most .08 of each kind)\n");
    row(text, "ordinary looks", e.benign.wilson());
    row(text, "first looks", e.benign_first.wilson());
    row(text, "  of all, cannot tell too", e.benign_of_all.wilson());
    row(text, "  and nothing against it", e.benign_answered.wilson());
    row(text, "with a record somewhere", e.benign_logged.wilson());
    row(text, "cannot be told, of all", e.cannot_tell.wilson());
    for (why, count) in &e.unlogged {
        row(text, &format!("no table shows: {why}"), count.wilson());
    }
    for (why, count) in &e.unlogged_explained {
        row(text, &format!("  explained of {why}"), count.wilson());
    }
    let planted: Count = e.planted.iter().filter(|(kind, _)| *kind != "conflict").map(|(_, count)| *count).sum();
    row(text, "planted, conflict left out", planted.wilson());
    for (kind, count) in &e.planted {
        let by: Vec<String> =
            e.planted_by.get(kind).into_iter().flatten().map(|(template, n)| format!("{template} {n}")).collect();
        let _ = writeln!(text, "  {:<34} {}  {}", format!("planted {kind}"), share(&count.wilson()), by.join(", "));
        if let Some(answered) = e.planted_answered.get(kind).filter(|_| count.hits > 0.0) {
            row(text, "    and nothing against it", answered.wilson());
        }
    }
    for (template, looks) in &e.by_template {
        let name = format!("by {template}");
        let _ = writeln!(text, "  {name:<34} {:.4}  {looks}", *looks as f64 / e.benign.of.max(1) as f64);
    }
}
