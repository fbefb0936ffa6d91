//! Whom one user looked at without explanation, taken together, against what peers
//! looked at: one district, one street, one network, one sex, one age, one kind of
//! record, and how long they went on.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::forenames::{Sex, sex};
use super::{Case, World};
use crate::chance;
use crate::instant::{DAY, HOUR, Instant, MINUTE};
use crate::purpose::{Look, Purpose, UserId};
use crate::subjects::SubjectId;

/// Looks with no longer break between them are one run.
const BREAK: i64 = 15 * MINUTE;
/// Most evidence that a composition can give, in bits.
const MOST_BITS: f64 = 40.0;
/// Young: from this age on …
const YOUNG_FROM: i32 = 16;
/// … to this one.
const YOUNG_TO: i32 = 30;

/// See the module. Shares are counts `(such, all)` of subjects that nothing explains.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Composition {
    pub out_of_area: (u32, u32),
    pub out_of_area_bits: Option<f64>,
    /// Most different homes of one street within 24 hours.
    pub street_peak: u32,
    /// Most subjects that hang together by address, telephone or vehicle.
    pub network: u32,
    /// Subjects of the commoner sex, of those whose forename tells it.
    pub one_sex: (u32, u32),
    pub women: u32,
    pub one_sex_bits: Option<f64>,
    pub young: (u32, u32),
    pub young_bits: Option<f64>,
    /// Subjects asked for by plate.
    pub plates: u32,
    pub plates_z: Option<f64>,
    /// Postcode districts in which the subjects live.
    pub districts: u32,
    /// Longest run of looks, in minutes.
    pub run_minutes: f64,
    pub run_z: Option<f64>,
    /// Vulnerable subjects and victims looked at by night, of all such.
    pub vulnerable_night: (u32, u32),
}

/// The compositions of all users, in their order.
#[must_use]
pub fn compositions(world: &World<'_>, by_user: &[std::ops::Range<usize>]) -> Vec<Composition> {
    let mut all: Vec<Composition> = by_user.par_iter().map(|cases| one(world, &world.cases[cases.clone()])).collect();
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); world.peers.groups()];
    for user in 0..all.len() {
        groups[world.peers.group(user as UserId) as usize].push(user);
    }
    for group in groups {
        let active: Vec<usize> = group.into_iter().filter(|user| !by_user[*user].is_empty()).collect();
        let area = tails(&all, &active, |c| c.out_of_area);
        let young = tails(&all, &active, |c| c.young);
        let women = tails(&all, &active, |c| (c.women, c.one_sex.1));
        let men = tails(&all, &active, |c| (c.one_sex.1 - c.women, c.one_sex.1));
        let plates = super::user::robust_z(&active, |user| f64::from(all[user].plates));
        let runs = super::user::robust_z(&active, |user| all[user].run_minutes);
        for (place, &user) in active.iter().enumerate() {
            let own = &mut all[user];
            own.out_of_area_bits = area[place];
            own.young_bits = young[place];
            // Either sex may be the one: twice the chance, one bit less.
            own.one_sex_bits = women[place].zip(men[place]).map(|(women, men)| (women.max(men) - 1.0).max(0.0));
            own.plates_z = plates.as_ref().map(|z| z[place]);
            own.run_z = runs.as_ref().map(|z| z[place]);
        }
    }
    all
}

/// For each user, how unlikely so many or more would be at the rate of the others in the group, in bits.
/// Unknown without five others.
fn tails(all: &[Composition], group: &[usize], of: impl Fn(&Composition) -> (u32, u32)) -> Vec<Option<f64>> {
    let (such, whole) = group
        .iter()
        .map(|user| of(&all[*user]))
        .fold((0u64, 0u64), |(a, b), (such, whole)| (a + u64::from(such), b + u64::from(whole)));
    group
        .iter()
        .map(|user| {
            let (k, n) = of(&all[*user]);
            if group.len() <= 5 {
                return None;
            }
            let (others, of_others) = (such - u64::from(k), whole - u64::from(n));
            let rate = (others as f64 + 0.5) / (of_others as f64 + 1.0);
            let tail = chance::binomial_tail(u64::from(k), u64::from(n), rate.min(1.0));
            Some((-tail.log2()).clamp(0.0, MOST_BITS))
        })
        .collect()
}

fn one(world: &World<'_>, cases: &[Case]) -> Composition {
    let mut c = Composition::default();
    let mut districts: FxHashSet<u64> = FxHashSet::default();
    let mut streets: FxHashMap<u64, Vec<(Instant, u64)>> = FxHashMap::default();
    let mut open: Vec<SubjectId> = Vec::new();
    let mut times: Vec<Instant> = Vec::new();
    for case in cases {
        let looks = world.looks(case);
        times.extend(looks.iter().map(|look| look.first_at));
        if !world.identified(case.subject) || looks.iter().all(|look| look.purpose != Purpose::Unexplained) {
            continue;
        }
        open.push(case.subject);
        let place = world.context.place(case.subject);
        if place.district != 0 {
            districts.insert(place.district);
        }
        if let Some(out) = world.context.out_of_area(case.user, case.subject) {
            c.out_of_area.0 += u32::from(out);
            c.out_of_area.1 += 1;
        }
        if place.street != 0 && place.home != 0 {
            let times = looks.iter().filter(|look| look.purpose == Purpose::Unexplained);
            streets.entry(place.street).or_default().extend(times.map(|look| (look.first_at, place.home)));
        }
        c.plates += u32::from(looks.iter().any(|look| by_plate(world, look)));
        let (forename, born) = (forename(world, case.subject), place.born);
        if let Some(found) = forename.and_then(sex) {
            c.one_sex.1 += 1;
            c.women += u32::from(found == Sex::Female);
        }
        let year = world.judged.looks.all[case.from as usize].first_at.local_date(world.judged.zone);
        if let (true, Some(day)) = (born > 0, year) {
            let age = chrono::Datelike::year(&day) - i32::from(born);
            c.young.0 += u32::from((YOUNG_FROM..=YOUNG_TO).contains(&age));
            c.young.1 += 1;
        }
        if world.viewed.get(&case.subject).is_some_and(|subject| subject.vulnerable || subject.victim) {
            let night = |look: &Look| look.purpose == Purpose::Unexplained && is_night(world, look.first_at);
            c.vulnerable_night.0 += u32::from(looks.iter().any(night));
            c.vulnerable_night.1 += 1;
        }
    }
    c.one_sex.0 = c.women.max(c.one_sex.1 - c.women);
    c.districts = districts.len() as u32;
    c.street_peak = streets.into_values().map(most_homes_within_a_day).max().unwrap_or(0);
    c.network = largest_network(world, &open);
    times.sort_unstable();
    c.run_minutes = longest_run(&times) as f64 / MINUTE as f64;
    c
}

fn forename<'a>(world: &World<'a>, subject: SubjectId) -> Option<&'a str> {
    world.subjects.all[subject as usize].descriptor.forename()
}

/// From ten at night to five in the morning.
pub(super) fn is_night(world: &World<'_>, at: Instant) -> bool {
    at.to_utc().is_some_and(|at| {
        let hour = chrono::Timelike::hour(&at.with_timezone(&world.judged.zone));
        !(5..22).contains(&hour)
    })
}

/// Did the look ask by a plate?
pub(super) fn by_plate(world: &World<'_>, look: &Look) -> bool {
    let log = &world.tables.access;
    world.judged.looks.events(look, log).any(|event| log.queries[event.query as usize].vrm != 0)
}

fn most_homes_within_a_day(mut seen: Vec<(Instant, u64)>) -> u32 {
    seen.sort_unstable();
    let mut best = 0;
    let mut count: FxHashMap<u64, u32> = FxHashMap::default();
    let mut from = 0;
    for &(at, home) in &seen {
        *count.entry(home).or_default() += 1;
        while at.0 - seen[from].0.0 > DAY {
            if let Some(n) = count.get_mut(&seen[from].1) {
                *n -= 1;
                if *n == 0 {
                    count.remove(&seen[from].1);
                }
            }
            from += 1;
        }
        best = best.max(count.len() as u32);
    }
    best
}

/// The most subjects that one can go between by a shared dwelling, telephone or vehicle.
fn largest_network(world: &World<'_>, subjects: &[SubjectId]) -> u32 {
    let mut root: Vec<usize> = (0..subjects.len()).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    let mut holders: FxHashMap<(u8, u64), usize> = FxHashMap::default();
    for (at, &subject) in subjects.iter().enumerate() {
        let of = &world.subjects.all[subject as usize].descriptor;
        let hash = |value: &dyn Fn(&mut rustc_hash::FxHasher)| {
            let mut hasher = rustc_hash::FxHasher::default();
            value(&mut hasher);
            std::hash::Hasher::finish(&hasher)
        };
        let mut things: Vec<(u8, u64)> = Vec::new();
        let home = world.context.place(subject).home;
        let communal = of.addresses.iter().any(|address| address.communal);
        if home != 0 && !communal {
            things.push((0, home));
        }
        things.extend(of.phones.iter().map(|phone| (1, hash(&|h| std::hash::Hash::hash(phone, h)))));
        things.extend(of.vrms.iter().map(|vrm| (2, hash(&|h| std::hash::Hash::hash(vrm, h)))));
        for thing in things {
            match holders.get(&thing) {
                Some(&other) => {
                    let (a, b) = (find(&mut root, at), find(&mut root, other));
                    root[a.max(b)] = a.min(b);
                }
                None => drop(holders.insert(thing, at)),
            }
        }
    }
    let mut sizes = vec![0u32; subjects.len()];
    for at in 0..subjects.len() {
        sizes[find(&mut root, at)] += 1;
    }
    sizes.into_iter().max().unwrap_or(0)
}

/// Milliseconds of the longest run without a break; `times` sorted.
fn longest_run(times: &[Instant]) -> i64 {
    let (mut start, mut best) = (0, 0);
    for at in 1..times.len() {
        if times[at].0 - times[at - 1].0 > BREAK {
            start = at;
        }
        // Nobody works longer than a day: what looks so is a service.
        best = best.max((times[at].0 - times[start].0).min(24 * HOUR));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_counted_within_a_day() {
        let at = |hour: i64, home: u64| (Instant(hour * HOUR), home);
        assert_eq!(most_homes_within_a_day(vec![at(0, 1), at(1, 2), at(2, 2), at(24, 3), at(26, 4)]), 3);
        assert_eq!(most_homes_within_a_day(Vec::new()), 0);
    }

    #[test]
    fn a_run_ends_at_a_break() {
        let minutes = |all: &[i64]| all.iter().map(|m| Instant(m * MINUTE)).collect::<Vec<_>>();
        assert_eq!(longest_run(&minutes(&[0, 10, 20, 60, 70])), 20 * MINUTE);
        assert_eq!(longest_run(&minutes(&[])), 0);
    }

    #[test]
    fn a_share_is_compared_with_that_of_the_others() {
        let of = |such: u32, all: u32| Composition { young: (such, all), ..Composition::default() };
        let mut all: Vec<Composition> = (0..9).map(|_| of(2, 10)).collect();
        all.push(of(12, 12));
        let group: Vec<usize> = (0..10).collect();
        let bits = tails(&all, &group, |c| c.young);
        assert!(bits[9].is_some_and(|bits| bits > 20.0), "{bits:?}");
        assert!(bits[..9].iter().all(|bits| bits.is_some_and(|bits| bits < 3.0)), "{bits:?}");
        assert_eq!(tails(&all, &group[..4], |c| c.young), vec![None; 4]);
    }
}
