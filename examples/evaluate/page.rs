//! `docs/evaluation.md`, made from outcomes.

use crate::aims::aims;
use crate::explained::Explained;
use crate::figures::{counted, fine, per_thousand, ratio, thousands, two};
use crate::intervals::Count;
use crate::judge::{Cell, FORCE, Judgement};
use crate::outcome::{AS_SHIPPED, Outcome, dropped, percent};
use crate::pool::{FIRST, Figure, Pool, cases};
use crate::probe::Area;
use crate::tables::TableError;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// One of the areas that the probe measured on a world.
type AreaOf = fn(&Outcome) -> Option<Area>;

/// The words; what stands in double braces is put in.
const TEMPLATE: &str = include_str!("page.md");
/// Sets of worlds in the order in which they are used; the last that is there is reported in detail.
const SETS: [(&str, &str); 3] = [
    ("development", "looked at freely while the engine was made"),
    ("calibration", "values were fitted to them"),
    ("sealed", "drawn after every value stood"),
];

/// The page.
pub fn page(outcomes: &[Outcome]) -> Result<String, TableError> {
    if let Some(o) = outcomes.iter().find(|o| !SETS.iter().any(|(set, _)| *set == o.set)) {
        return Err(TableError(format!("there is no set {:?}: use development, calibration or sealed", o.set)));
    }
    if let Some(o) = outcomes.iter().find(|o| o.judged.is_none()) {
        return Err(TableError(format!("the outcome of seed {} has no run in it", o.world.seed)));
    }
    let Some((set, _)) = SETS.iter().rev().find(|(set, _)| !Pool::main(outcomes, set, false).is_empty()) else {
        return Err(TableError("no world in which somebody misuses the systems, as shipped".to_owned()));
    };
    let page = Page { outcomes, main: Pool::main(outcomes, set, false), set };
    Ok(format!("{}\n", fill(TEMPLATE, |name| page.block(name))?.trim_end()))
}

/// Puts blocks into a template.
fn fill(template: &str, block: impl Fn(&str) -> Option<String>) -> Result<String, TableError> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) =
            behind.split_once("}}").ok_or_else(|| TableError("page.md: braces that nothing closes".to_owned()))?;
        text.push_str(before);
        text.push_str(
            block(name).ok_or_else(|| TableError(format!("page.md: there is no block {name:?}")))?.trim_end(),
        );
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

struct Page<'o> {
    outcomes: &'o [Outcome],
    /// Where the set is the last that is there.
    main: Pool<'o>,
    set: &'static str,
}

impl Page<'_> {
    fn block(&self, name: &str) -> Option<String> {
        if let Some(kind) = name.strip_prefix("found ") {
            return Some(self.found(kind));
        }
        Some(match name {
            "set" => self.set.to_owned(),
            "sets" => self.sets(),
            "aims" => self.aims(),
            "benign" => self.benign(),
            "main_set_words" => format!("{} worlds, {}.", capital(self.set), seeds(&self.main)),
            "kinds" => self.kinds(),
            "first_kinds" => self.first_kinds(),
            "forms" => self.forms(),
            "shares" => self.shares(),
            "degraded" => self.degraded(),
            "ablations" => self.ablations(),
            "explained" => self.explained(),
            "fairness" => crate::fair_page::tables(&self.all_of_set()),
            "coincidence" => crate::coincidence::table(&self.all_of_set()),
            "probe" => self.probe(),
            "engines" => self.engines(),
            _ => return None,
        })
    }

    fn sets(&self) -> String {
        let mut text = String::from(
            "| set | used | worlds with misuse | staff, days, share misusing | worlds without |\n\
             | --- | --- | --- | --- | --- |\n",
        );
        for (set, used) in SETS {
            let (main, benign) = (Pool::main(self.outcomes, set, false), Pool::main(self.outcomes, set, true));
            let _ = writeln!(text, "| {set} | {used} | {} | {} | {} |", seeds(&main), form(&main), seeds(&benign));
        }
        text
    }

    fn aims(&self) -> String {
        let mut text = format!("Met or missed is said of the {} worlds.", self.set);
        let misusers = self.main.outcomes.iter().map(|o| o.world.misusers).min().unwrap_or(0);
        if misusers < 50 {
            let _ = write!(
                text,
                " The aims are those for a force of {}. These worlds are smaller: with {misusers} misusers precision@50 cannot \
                 rise above {:.2}, and a single false referral weighs more.",
                thousands(FORCE),
                misusers as f64 / 50.0
            );
        }
        text.push_str("\n\n| measure | aim |");
        let pools: Vec<(&str, Pool<'_>, Pool<'_>)> = SETS
            .iter()
            .map(|(set, _)| (*set, Pool::main(self.outcomes, set, false), Pool::main(self.outcomes, set, true)))
            .filter(|(_, main, benign)| !main.is_empty() || !benign.is_empty())
            .collect();
        for (set, ..) in &pools {
            let _ = write!(text, " {set} |");
        }
        text.push_str(" |\n| --- | --- |");
        text.push_str(&" --- |".repeat(pools.len() + 1));
        text.push('\n');
        for aim in aims() {
            let _ = write!(text, "| {} | {} |", aim.name, aim.aim);
            let mut verdict = "";
            for (set, main, benign) in &pools {
                let pool = if aim.name.starts_with("all-benign") { benign } else { main };
                let figure = if pool.is_empty() { None } else { (aim.of)(pool) };
                let _ = write!(text, " {} |", figure.as_ref().map_or("–".to_owned(), aim.show));
                if *set == self.set && !aim.aim.is_empty() {
                    verdict = match &figure {
                        Some(figure) if (aim.met)(figure) => "met",
                        Some(_) => "missed",
                        None => "not measured",
                    };
                }
            }
            let _ = writeln!(text, " {verdict} |");
        }
        type Fair = fn(&Pool<'_>) -> Option<crate::fair_page::Said>;
        let fair: [(&str, &str, Fair); 2] = [
            ("false referrals, highest rate of a group ÷ lowest", "at most 1.25", crate::fair_page::false_referrals),
            ("namesakes observed ÷ expected, furthest group", ".9 to 1.1", crate::fair_page::namesakes),
        ];
        for (name, aim, of) in fair {
            let _ = write!(text, "| {name} | {aim} |");
            let mut verdict = "";
            for (set, main, benign) in &pools {
                let mut all = main.clone();
                all.outcomes.extend(&benign.outcomes);
                let said = of(&all);
                let _ = write!(text, " {} |", said.as_ref().map_or("–", |s| &s.0));
                if *set == self.set {
                    verdict = said.as_ref().map_or("not measured", |s| s.1);
                }
            }
            let _ = writeln!(text, " {verdict} |");
        }
        text
    }

    fn benign(&self) -> String {
        let mut text = String::from(
            "| set | worlds | in the refer lane, per 1,000 staff a month | by world | new cases per investigator a day |\n\
             | --- | --- | --- | --- | --- |\n",
        );
        let before = text.len();
        for (set, _) in SETS {
            let pool = Pool::main(self.outcomes, set, true);
            if pool.is_empty() {
                continue;
            }
            let by_world: Vec<String> = pool
                .outcomes
                .iter()
                .filter_map(|o| o.judged.as_ref())
                .map(|j| format!("{:.0}", j.false_referrals.hits))
                .collect();
            let _ = writeln!(
                text,
                "| {set} | {} | {} | {} | {} |",
                seeds(&pool),
                per_thousand(&a_month(&pool)),
                by_world.join(", "),
                two(&pool.mean(|o| new_cases(o, &["refer"])))
            );
        }
        if text.len() == before { "Not measured yet.".to_owned() } else { text }
    }

    fn kinds(&self) -> String {
        let mut text = String::from(
            "| kind | cases | found to the budget | in the refer lane | evidence in any lane | shown by no table: found |\n\
             | --- | --: | --- | --: | --: | --: |\n",
        );
        let mut kinds: Vec<(&str, Cell, Cell)> = self
            .main
            .kinds()
            .into_iter()
            .map(|kind| {
                let of =
                    |shown: bool| crate::print::total(self.main.cells().filter(|c| c.kind == kind && c.shown == shown));
                (kind, of(true), of(false))
            })
            .collect();
        kinds.sort_by(|a, b| share(&b.1).total_cmp(&share(&a.1)).then(a.0.cmp(b.0)));
        for (kind, shown, hidden) in kinds {
            let first = if FIRST.contains(&kind) { "**" } else { "" };
            let apart = match hidden.cases {
                0 => String::new(),
                n => format!("{} of {n}", hidden.budget),
            };
            let _ = writeln!(
                text,
                "| {first}{}{first} | {} | {} | {} | {} | {apart} |",
                kind.replace('_', " "),
                shown.cases,
                counted(Count::new(shown.budget, shown.cases)),
                shown.refer,
                shown.anywhere,
            );
        }
        text
    }

    fn first_kinds(&self) -> String {
        let mut text = String::from(
            "Of the seven kinds that were asked for first (**bold**), these shares are shown by some table at all:",
        );
        for (nth, kind) in FIRST.into_iter().enumerate() {
            let of = |shown: bool| {
                crate::print::total(self.main.cells().filter(|c| c.kind == kind && c.shown == shown)).cases
            };
            let (shown, all) = (of(true), of(true) + of(false));
            let _ = write!(text, "{} {} {shown} of {all}", if nth == 0 { "" } else { "," }, kind.replace('_', " "));
        }
        text.push('.');
        text
    }

    fn forms(&self) -> String {
        let mut text = String::from(
            "| form | cases shown by some table | found to the budget | in the refer lane |\n| --- | --: | --- | --- |\n",
        );
        for form in ["easy", "medium", "mimicry"] {
            let cell = crate::print::total(self.main.cells().filter(|c| c.shown && c.form == form));
            let _ = writeln!(
                text,
                "| {form} | {} | {} | {} |",
                cell.cases,
                counted(Count::new(cell.budget, cell.cases)),
                counted(Count::new(cell.refer, cell.cases))
            );
        }
        text
    }

    fn shares(&self) -> String {
        let whole: Vec<&Outcome> = self.outcomes.iter().filter(|o| whole_run(o) && o.world.misusers > 0).collect();
        let keys: BTreeSet<(usize, usize, u64, &str)> = whole.iter().map(|o| share_key(o)).collect();
        let mut text = header("share misusing | set, staff");
        for key in keys {
            let pool = Pool { outcomes: whole.iter().copied().filter(|o| share_key(o) == key).collect() };
            let name = format!(
                "{} | {}, {}",
                percent(key.2 as f64 / 1e4),
                key.3,
                thousands(pool.outcomes.first().map_or(0, |o| o.world.staff))
            );
            measures(&mut text, &name, &pool);
        }
        text
    }

    fn degraded(&self) -> String {
        let worse: Vec<&Outcome> =
            self.outcomes.iter().filter(|o| o.run == AS_SHIPPED && !o.world.dropped.is_empty()).collect();
        if worse.is_empty() {
            return "Not measured yet.".to_owned();
        }
        let words = |o: &Outcome| dropped(o.world.dropped.iter().map(|(feed, share)| (feed.as_str(), *share)));
        let names: BTreeSet<String> = worse.iter().map(|o| words(o)).collect();
        let mut text = header("rows dropped | worlds");
        let whole = self.beside(&worse, whole_run);
        measures(&mut text, &format!("none | {}", seeds(&whole)), &whole);
        for name in names {
            let pool = Pool { outcomes: worse.iter().copied().filter(|o| words(o) == name).collect() };
            measures(&mut text, &format!("{name} | {}", seeds(&pool)), &pool);
        }
        text
    }

    fn ablations(&self) -> String {
        let less: Vec<&Outcome> = self.outcomes.iter().filter(|o| o.run != AS_SHIPPED).collect();
        if less.is_empty() {
            return "Not measured yet.".to_owned();
        }
        let mut text = header("run | worlds");
        let whole = self.beside(&less, whole_run);
        measures(&mut text, &format!("as shipped | {}", seeds(&whole)), &whole);
        for name in less.iter().map(|o| o.run.as_str()).collect::<BTreeSet<_>>() {
            let pool = Pool { outcomes: less.iter().copied().filter(|o| o.run == name).collect() };
            measures(&mut text, &format!("without {} | {}", name.replace('-', " "), seeds(&pool)), &pool);
        }
        random(&mut text, &whole);
        text
    }

    /// The outcomes at the same worlds as others, by which these are to be measured.
    fn beside(&self, others: &[&Outcome], fits: impl Fn(&Outcome) -> bool) -> Pool<'_> {
        let world = |o: &Outcome| (o.set.clone(), o.world.staff, o.world.seed, percent(o.world.misuse));
        let worlds: BTreeSet<_> = others.iter().map(|o| world(o)).collect();
        Pool { outcomes: self.outcomes.iter().filter(|o| fits(o) && worlds.contains(&world(o))).collect() }
    }

    fn explained(&self) -> String {
        let kept = self.main.only(|o| o.explained.is_some());
        if kept.is_empty() {
            return "Not measured yet.".to_owned();
        }
        let each = || kept.outcomes.iter().filter_map(|o| o.explained.as_ref());
        let line = |text: &mut String, name: &str, count: Count, aim: &str| {
            let _ = writeln!(text, "| {name} | {} | {aim} |", fine(count));
        };
        let mut text = String::from("| looks | explained | aim |\n| --- | --- | --- |\n");
        line(&mut text, "ordinary, something can be told of them", each().map(|e| e.benign).sum(), "at least .96");
        line(&mut text, "the first of a user at a subject", each().map(|e| e.benign_first).sum(), "at least .85");
        line(&mut text, "ordinary, with a record in some table", each().map(|e| e.benign_logged).sum(), "");
        let by_kind = |of: fn(&Explained) -> &BTreeMap<String, Count>| {
            let mut sums: BTreeMap<&str, Count> = BTreeMap::new();
            for (kind, count) in each().flat_map(of).filter(|(kind, _)| *kind != "conflict") {
                let sum = sums.entry(kind).or_default();
                *sum = [*sum, *count].into_iter().sum();
            }
            sums
        };
        let planted = by_kind(|e| &e.planted);
        line(&mut text, "planted (conflict left out), by any record or role", planted.values().copied().sum(), "");
        let answered = by_kind(|e| &e.planted_answered);
        let with = "the same, and no rule on a tie, on duty or on training speaks against it: wrongly explained";
        line(&mut text, with, answered.values().copied().sum(), "at most .08");
        let cannot: Count = each().map(|e| e.cannot_tell).sum();
        let _ = writeln!(text, "\nOf all ordinary looks, nothing can be told of {}.", fine(cannot));
        let mut worst: Vec<(&str, Count)> = answered.into_iter().filter(|(_, c)| c.value() > 0.08).collect();
        worst.sort_by(|a, b| b.1.value().total_cmp(&a.1.value()).then(a.0.cmp(b.0)));
        if !worst.is_empty() {
            let words: Vec<String> =
                worst.iter().map(|(kind, c)| format!("{} {}", kind.replace('_', " "), counted(*c))).collect();
            let _ = writeln!(text, "\nKinds of which more than .08 are wrongly explained: {}.", words.join(", "));
        }
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, templates) in each().flat_map(|e| &e.planted_by).filter(|(kind, _)| *kind != "conflict") {
            for (template, looks) in templates {
                *by.entry(template).or_default() += looks;
            }
        }
        let mut by: Vec<(&str, usize)> = by.into_iter().collect();
        by.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        if !by.is_empty() {
            let words: Vec<String> = by.iter().map(|(t, n)| format!("{} {n}", t.replace('_', " "))).collect();
            let _ = writeln!(text, "\nWhat answers planted looks: {}.", words.join(", "));
        }
        text
    }

    fn probe(&self) -> String {
        let mut text =
            String::from("| | mean | lowest | highest | worlds that pass |\n| --- | --- | --- | --- | --- |\n");
        let planted: Vec<&Outcome> = self.outcomes.iter().filter(|o| whole_run(o) && o.probe.planted > 0).collect();
        let by: [(&str, AreaOf); 3] =
            [("ids", |o| o.probe.ids), ("row order", |o| o.probe.order), ("row length", |o| o.probe.length)];
        for (name, area) in by {
            let areas: Vec<Area> = planted.iter().filter_map(|o| area(o)).collect();
            let all = || areas.iter().map(|a| a.auc);
            let _ = writeln!(
                text,
                "| {name} | {:.3} | {:.3} | {:.3} | {} of {} |",
                all().sum::<f64>() / areas.len().max(1) as f64,
                all().fold(1.0, f64::min),
                all().fold(0.0, f64::max),
                areas.iter().filter(|a| a.passes).count(),
                areas.len()
            );
        }
        text
    }

    /// With and without misuse.
    fn all_of_set(&self) -> Pool<'_> {
        let mut all = self.main.clone();
        all.outcomes.extend(Pool::main(self.outcomes, self.set, true).outcomes);
        all
    }

    fn found(&self, kind: &str) -> String {
        let cell = crate::print::total(self.main.cells().filter(|c| c.kind == kind));
        format!("{} of {}", cell.budget, cell.cases)
    }

    /// Which figures were made by which build of the engine, where that matters to whoever compares them.
    fn engines(&self) -> String {
        let builds: BTreeSet<&str> = self.main.outcomes.iter().map(|o| o.engine.as_str()).collect();
        let mut said = Vec::new();
        if builds.len() > 1 {
            said.push(format!(
                "**The {} worlds with misuse were run by {} different builds of the engine: their figures mix them.**",
                self.set,
                builds.len()
            ));
        }
        for (set, _) in SETS.iter().filter(|(set, _)| *set != self.set) {
            if self.outcomes.iter().any(|o| o.set == *set && !builds.contains(o.engine.as_str())) {
                said.push(format!(
                    "**The {set} worlds were run by another build of the engine than the {} ones: the two differ by that, too.**",
                    self.set
                ));
            }
        }
        said.join("\n\n")
    }
}

pub fn at(j: &Judgement, k: usize) -> Count {
    j.ranked.precision.get(&k).copied().unwrap_or_default()
}

/// Cases of a kind that some table shows, found to the budget.
pub fn found(pool: &Pool<'_>, kind: &str) -> Option<Figure> {
    let figure = pool.share(|j| cases(j, |c| c.shown && c.kind == kind, |c| c.budget));
    figure.count.is_some_and(|c| c.of > 0).then_some(figure)
}

/// False referrals a member of staff in 30 days.
pub fn a_month(pool: &Pool<'_>) -> Figure {
    let days = pool.outcomes.first().map_or(30, |o| o.world.days.max(1)) as f64;
    let rate = pool.rate(|j| j.false_referrals);
    let by = 30.0 / days;
    Figure { value: rate.value * by, low: rate.low * by, high: rate.high * by, count: rate.count }
}

/// New referrals a day and investigator, of whom there is one for every 10,000 members of staff.
pub fn new_cases(o: &Outcome, lanes: &[&str]) -> f64 {
    let Some(j) = &o.judged else { return 0.0 };
    let new: usize = lanes.iter().filter_map(|lane| j.new.get(*lane)).sum();
    new as f64 / o.world.days.max(1) as f64 / crate::print::investigators(o)
}

fn share_key(o: &Outcome) -> (usize, usize, u64, &str) {
    let set = SETS.iter().position(|(set, _)| *set == o.set).unwrap_or(0);
    (set, o.world.staff, (o.world.misuse * 1e4).round() as u64, &o.set)
}

/// As shipped, with every feed whole: each world once.
fn whole_run(o: &Outcome) -> bool {
    o.run == AS_SHIPPED && o.world.dropped.is_empty()
}

/// The head of a table in which runs stand below each other.
fn header(first: &str) -> String {
    let columns = [
        "precision@50",
        "R-precision",
        "average precision",
        "cases found to the budget",
        "false referrals per 1,000 innocent a month",
        "looks explained",
    ];
    let n = first.split('|').count() + columns.len();
    format!("| {first} | {} |\n|{}\n", columns.join(" | "), " --- |".repeat(n))
}

fn measures(text: &mut String, name: &str, pool: &Pool<'_>) {
    if pool.is_empty() {
        let _ = writeln!(text, "| {name} | – | – | – | – | – | – |");
        return;
    }
    let explained: Count = pool.outcomes.iter().filter_map(|o| o.explained.as_ref()).map(|e| e.benign).sum();
    let _ = writeln!(
        text,
        "| {name} | {} | {} | {} | {} | {} | {} |",
        ratio(&pool.share(|j| at(j, 50))),
        ratio(&pool.share(|j| j.ranked.r_precision)),
        ratio(&pool.mean(|o| o.judged.as_ref().map_or(0.0, |j| j.ranked.average_precision))),
        ratio(&pool.share(|j| cases(j, |c| c.shown, |c| c.budget))),
        per_thousand(&a_month(pool)),
        if explained.of == 0 { "–".to_owned() } else { format!("{:.3}", explained.value()) }
    );
}

/// All staff in random order: what chance reaches.
fn random(text: &mut String, pool: &Pool<'_>) {
    let staff: usize = pool.sum(|o| o.world.staff);
    let misusers: usize = pool.sum(|o| o.world.misusers);
    let budget: usize = pool.sum(|o| o.judged.as_ref().map_or(0, |j| j.budget));
    let precision = misusers as f64 / staff.max(1) as f64;
    let _ = writeln!(
        text,
        "| all staff in random order | {} | {precision:.3} | {precision:.3} | {precision:.3} | {:.3} | | |",
        seeds(pool),
        budget as f64 / staff.max(1) as f64
    );
}

fn share(cell: &Cell) -> f64 {
    Count::new(cell.budget, cell.cases).value()
}

/// "seeds 1, 2", or how many and from where to where.
fn seeds(pool: &Pool<'_>) -> String {
    let seeds = pool.seeds();
    match seeds.as_slice() {
        [] => "none yet".to_owned(),
        [one] => format!("seed {one}"),
        [first, .., last] if seeds.len() > 3 && (last - first) as usize + 1 == seeds.len() => {
            format!("{} seeds, {first} to {last}", seeds.len())
        }
        _ => format!("seeds {}", seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn form(pool: &Pool<'_>) -> String {
    let forms: BTreeSet<(usize, usize, u64)> =
        pool.outcomes.iter().map(|o| (o.world.staff, o.world.days, (o.world.misuse * 1e4).round() as u64)).collect();
    let words: Vec<String> = forms
        .into_iter()
        .map(|(staff, days, share)| format!("{}, {days}, {}", thousands(staff), percent(share as f64 / 1e4)))
        .collect();
    words.join("; ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_page_is_what_the_outcomes_give() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let made = page(&crate::outcome::read(&docs.join("evaluation")).expect("outcomes")).expect("a page");
        let place = docs.join("evaluation.md");
        if std::env::var_os("PROBITY_EXPECT").is_some_and(|v| v == "write") {
            std::fs::write(&place, &made).expect("written");
        }
        let kept = std::fs::read_to_string(&place).expect("the page");
        assert!(
            made == kept,
            "docs/evaluation.md is not what docs/evaluation/*.ndjson give; renew it with \
             PROBITY_EXPECT=write cargo test --release --example evaluate"
        );
    }

    #[test]
    fn a_template_is_filled_whole() {
        let block = |name: &str| (name == "a").then(|| "x\n".to_owned());
        assert_eq!(fill("1 {{a}} 2", block).expect("filled"), "1 x 2");
        assert!(fill("1 {{b}} 2", block).is_err());
        assert!(fill("1 {{a 2", block).is_err());
    }
}
