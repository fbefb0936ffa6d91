//! The fairness section of the page.

use crate::fairness::Group;
use crate::intervals::over_worlds;
use crate::pool::Pool;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use std::fmt::Write;

/// No group may be referred more than this many times as often as another.
const MOST: f64 = 1.25;
/// Observed namesakes by expected.
const NAMESAKES: (f64, f64) = (0.9, 1.1);
/// Fewer expected namesakes than this say nothing of a ratio: their looks come in clusters.
const TELLING: f64 = 100.0;
/// How often equal treatment is drawn.
const DRAWS: usize = 4_000;

/// By what groups are cut, in words.
const BY: [(&str, &str); 6] = [
    ("surname", "tenths by how common the surname is"),
    ("community", "community"),
    ("quarter", "at home in a close quarter of a minority, or not"),
    ("unit density", "fifths by how many people live around the homes of the station's staff"),
    ("volume", "tenths by number of looks"),
    ("role", "role"),
];

/// Both tables.
pub fn tables(pool: &Pool<'_>) -> String {
    let kept = pool.only(|o| !o.fairness.is_empty());
    if kept.is_empty() {
        return "Not measured yet.".to_owned();
    }
    let mut text = String::from(
        "| groups | in the refer lane: highest rate ÷ lowest | on the list to the budget | in refer or query lane | namesakes, \
         observed ÷ expected from peers | from a table of names |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (by, words) in BY {
        let groups = sums(&kept, by);
        let lane = |of: fn(&Group) -> usize| spread(&groups, of);
        let _ = writeln!(
            text,
            "| {words} | {} | {} | {} | {} | {} |",
            lane(|g| g.refer),
            lane(|g| g.budget),
            lane(|g| g.asked),
            range(&groups, |g| g.by_peers),
            range(&groups, |g| g.by_table)
        );
    }
    let _ = write!(
        text,
        "\nBehind each ratio stands what chance alone reaches in one of twenty worlds of equal rates: a ratio below that says \
         nothing, and one above it and above {MOST} is marked. Namesakes should lie within {} and {}; groups of which fewer \
         than {TELLING:.0} are expected are left out of the range.\n\n\
         | group | innocent staff | refer or query lane, per 1,000 | namesakes looked at | ÷ expected from peers | ÷ expected from \
         a table of names |\n| --- | --: | --: | --: | --- | --- |\n",
        NAMESAKES.0, NAMESAKES.1
    );
    for by in ["quarter", "community", "surname"] {
        for group in sums(&kept, by) {
            let name = match by {
                "surname" => format!("surname, tenth {}", group.name.trim_start_matches('0')),
                _ => group.name.clone(),
            };
            let _ = writeln!(
                text,
                "| {name} | {} | {:.1} | {} | {} | {} |",
                group.staff,
                1e3 * group.asked as f64 / group.staff.max(1) as f64,
                group.namesakes,
                over(&kept, &group, |g| g.by_peers),
                over(&kept, &group, |g| g.by_table)
            );
        }
    }
    text
}

/// The cuts between which nobody may be treated differently.
const FAIR: [&str; 4] = ["surname", "unit density", "volume", "role"];

/// A figure in words, and whether its aim is met.
pub type Said = (String, &'static str);

/// Said of an aim that is missed by no more than chance gives.
const BY_CHANCE: &str = "not told from chance";

/// The widest ratio of false referrals between the groups of one cut.
pub fn false_referrals(pool: &Pool<'_>) -> Option<Said> {
    let worst = FAIR
        .into_iter()
        .filter_map(|by| {
            let groups = sums(pool, by);
            let staff: Vec<usize> = groups.iter().map(|g| g.staff).collect();
            let counts: Vec<usize> = groups.iter().map(|g| g.refer).collect();
            let all: usize = counts.iter().sum();
            let chance = (groups.len() > 1 && all > 0).then(|| by_chance(&staff, all))?;
            Some((by, ratio(&staff, &counts), chance, all))
        })
        .max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)))?;
    let (by, found, chance, all) = worst;
    let verdict = match found {
        found if found <= MOST => "met",
        found if found <= chance => BY_CHANCE,
        _ => "missed",
    };
    Some((format!("{found:.1}, by {by} (chance {chance:.1}; {all} people)"), verdict))
}

/// The group whose namesakes are furthest from what peers lead one to expect.
pub fn namesakes(pool: &Pool<'_>) -> Option<Said> {
    let away = |ratio: f64| ratio.max(f64::MIN_POSITIVE).ln().abs();
    let groups = FAIR.into_iter().flat_map(|by| sums(pool, by)).filter(|g| g.by_peers >= TELLING);
    let worst = groups
        .map(|group| {
            let ratio = group.namesakes as f64 / group.by_peers;
            (group, ratio)
        })
        .max_by(|a, b| away(a.1).total_cmp(&away(b.1)))?;
    let (group, ratio) = worst;
    let bounds = NAMESAKES.0..=NAMESAKES.1;
    let verdict = match between(pool, &group, |g| g.by_peers) {
        _ if bounds.contains(&ratio) => "met",
        Some((low, high)) if low <= NAMESAKES.1 && high >= NAMESAKES.0 => BY_CHANCE,
        None => BY_CHANCE,
        Some(_) => "missed",
    };
    Some((format!("{}, by {} ({})", over(pool, &group, |g| g.by_peers), group.by, group.name), verdict))
}

/// The groups of one cut, added up over worlds.
fn sums(pool: &Pool<'_>, by: &str) -> Vec<Group> {
    let mut sums: BTreeMap<&str, Group> = BTreeMap::new();
    for group in pool.outcomes.iter().flat_map(|o| &o.fairness).filter(|g| g.by == by) {
        let sum = sums.entry(&group.name).or_insert_with(|| Group {
            by: group.by.clone(),
            name: group.name.clone(),
            ..Group::default()
        });
        sum.add(group);
    }
    sums.into_values().collect()
}

/// "2.1 (chance 3.4)".
fn spread(groups: &[Group], of: fn(&Group) -> usize) -> String {
    let staff: Vec<usize> = groups.iter().map(|g| g.staff).collect();
    let counts: Vec<usize> = groups.iter().map(of).collect();
    let all: usize = counts.iter().sum();
    if all == 0 || groups.len() < 2 {
        return "–".to_owned();
    }
    let (found, chance) = (ratio(&staff, &counts), by_chance(&staff, all));
    let mark = if found > chance && found > MOST { "**" } else { "" };
    format!("{mark}{found:.1}{mark} (chance {chance:.1}; {all} people)")
}

/// Highest rate by lowest; half a person is added everywhere, so that none at all is no infinite ratio.
fn ratio(staff: &[usize], counts: &[usize]) -> f64 {
    let rates = || staff.iter().zip(counts).map(|(n, x)| (*x as f64 + 0.5) / *n as f64);
    rates().fold(0.0, f64::max) / rates().fold(f64::INFINITY, f64::min)
}

/// What the same ratio reaches in one of twenty worlds in which everybody is as likely as everybody else.
fn by_chance(staff: &[usize], all: usize) -> f64 {
    let total: usize = staff.iter().sum();
    // The seed stands still: the same outcomes give the same page.
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut ratios: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let mut counts = vec![0; staff.len()];
            for _ in 0..all {
                let mut at = random.random_range(0..total);
                let group = staff.iter().position(|n| {
                    let here = at < *n;
                    at = at.wrapping_sub(*n);
                    here
                });
                counts[group.unwrap_or(0)] += 1;
            }
            ratio(staff, &counts)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[DRAWS * 19 / 20]
}

/// "0.94 to 1.08", in bold where it leaves its bounds.
fn range(groups: &[Group], expected: fn(&Group) -> f64) -> String {
    let ratios = || {
        groups.iter().filter(|g| g.by_peers >= TELLING && expected(g) > 0.0).map(|g| g.namesakes as f64 / expected(g))
    };
    let (low, high) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
    if high == 0.0 {
        return "–".to_owned();
    }
    let mark = if low < NAMESAKES.0 || high > NAMESAKES.1 { "**" } else { "" };
    format!("{mark}{low:.2} to {high:.2}{mark}")
}

/// "1.08 (0.97 to 1.21)": the interval is over worlds.
fn over(pool: &Pool<'_>, group: &Group, expected: fn(&Group) -> f64) -> String {
    if expected(group) <= 0.0 {
        return "–".to_owned();
    }
    let value = group.namesakes as f64 / expected(group);
    match between(pool, group, expected) {
        Some((low, high)) => format!("{value:.2} ({low:.2} to {high:.2})"),
        None => format!("{value:.2}"),
    }
}

/// The interval of a ratio over worlds.
fn between(pool: &Pool<'_>, group: &Group, expected: fn(&Group) -> f64) -> Option<(f64, f64)> {
    let by_world: Vec<(f64, f64)> = pool
        .outcomes
        .iter()
        .flat_map(|o| &o.fairness)
        .filter(|g| g.by == group.by && g.name == group.name)
        .map(|g| (g.namesakes as f64, expected(g)))
        .collect();
    let of = |drawn: &[&(f64, f64)]| {
        let (seen, due) = drawn.iter().fold((0.0, 0.0), |(s, d), (seen, due)| (s + seen, d + due));
        if due > 0.0 { seen / due } else { 0.0 }
    };
    over_worlds(&by_world, of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_beyond_chance_is_marked() {
        let group = |name: &str, refer| Group { name: name.to_owned(), staff: 1_000, refer, ..Group::default() };
        let even = spread(&[group("a", 20), group("b", 22)], |g| g.refer);
        assert!(even.starts_with("1.1 (chance "), "{even}");
        let odd = spread(&[group("a", 5), group("b", 40)], |g| g.refer);
        assert!(odd.starts_with("**7.4** (chance "), "{odd}");
        assert_eq!(spread(&[group("a", 0), group("b", 0)], |g| g.refer), "–");
    }
}
