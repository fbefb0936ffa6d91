//! What a role's function answers: the work as those who hold the function do it, and no more.
//!
//! A function names nobody, so it would answer whatever its holder looks at. What the holders' own work shows
//! bounds it. A function whose work leaves records answers nothing that no record answers: an operator's checks
//! stand on calls, and one without a call is as open as anybody's. A function whose work leaves none answers as it is
//! done: not under the number of an incident to which neither the user nor the subject belongs, nor house by house
//! down a street, unless that is how its holders work. So a habit of quoting takes nothing from anybody.
//!
//! A function is work, and answers at work: not a few looks off duty, with hours of nothing around them. Many over some hours are a turn that
//! was not entered, and stay answered: otherwise a whole day's work would lie open, which on a development world of 3,000
//! staff referred an innocent member of staff.

use std::hash::BuildHasher;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::actors::UserId;
use super::answer::Bench;
use super::looks::{Look, Purpose, Quoted};
use crate::ingest::{Code, Environment};
use crate::instant::{HOUR, Instant};
use crate::subjects::{SubjectId, Subjects};

/// Records answer at least this share of what the holders look at: the work leaves records. In synthetic forces they
/// answer .93 of a control room's looks, and under .02 of those of vetting, standards, disclosure and research; with half
/// of the links lost, .6 of a control room's.
const LEAVES_RECORDS: f64 = 0.5;
/// What the holders do in this share of the looks that no record answers is how the work is done.
const CUSTOM: f64 = 0.05;
/// Fewer holders than this have no customs of their own; all functions together are asked in their place.
const HOLDERS: usize = 4;
/// Fewer looks than this tell nothing of a function.
const LOOKS: u32 = 100;
/// So many people of one street …
const STREET_PEOPLE: usize = 4;
/// … who live in so many homes of it, and not in one household …
const STREET_HOMES: usize = 2;
/// … within this time of one another, and at least half of the known homes that were looked at meanwhile: somebody who
/// looks at hundreds of people a day meets every street.
const STREET_WITHIN: i64 = 2 * HOUR;
/// Looks off duty with so much of nothing before and after them …
const SILENCE: i64 = 3 * HOUR;
/// … that last no longer than this …
const BRIEF: i64 = HOUR;
/// … and are no more than so many are no turn that was not entered.
const FEW: usize = 6;

/// Why a role's function does not answer a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Departure {
    /// Training or testing on live records is given as the reason: whoever says so says that it is not the function.
    Stated,
    /// The work leaves records, and none answers; the share of the holders' looks that records answer.
    LeavesRecords(f64),
    /// A number was quoted that belongs neither to the user nor to the subject: the look was for something else.
    Borrowed,
    /// One of several people, in several homes of one street, at one go.
    Street,
    /// One of a few looks off duty.
    OffDuty,
}

impl Departure {
    /// For people, after "authority AU1 is for the role's function;".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Stated => "the reason given is training or testing".to_owned(),
            Self::LeavesRecords(share) => {
                format!("that work leaves records, which answer {:.0} % of it, and none answers this", 100.0 * share)
            }
            Self::Borrowed => "an incident was quoted to which neither the user nor the subject belongs".to_owned(),
            Self::OffDuty => "it is one of a few looks off duty, with hours of nothing around them".to_owned(),
            Self::Street => "several homes of one street were gone through at one go".to_owned(),
        }
    }
}

/// How the holders of a function work in one system.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Custom {
    /// Share of looks that records answer, where the holders are enough to say so.
    recorded: f64,
    /// Of the others, the share under a number of neither user nor subject.
    borrowed: f64,
    /// Of the others, the share that goes through a street.
    street: f64,
}

/// Looks of one holder.
#[derive(Clone, Copy, Default)]
struct Tally {
    looks: u32,
    recorded: u32,
    borrowed: u32,
    street: u32,
}

impl Tally {
    fn add(&mut self, look: &Look, street: bool) {
        self.looks += 1;
        let recorded = look.purpose == Purpose::Explained;
        self.recorded += u32::from(recorded);
        self.borrowed += u32::from(!recorded && look.quoted == Quoted::Borrowed);
        self.street += u32::from(!recorded && street);
    }
}

/// The looks of a group of holders.
#[derive(Default)]
struct Holders(FxHashMap<UserId, Tally>);

impl Holders {
    fn telling(&self) -> bool {
        self.0.len() >= HOLDERS && self.0.values().map(|t| t.looks).sum::<u32>() >= LOOKS
    }

    /// The mean over holders, so that nobody's own looks make or hide a custom. Shares are counted in whole
    /// millionths: the order of adding makes no difference.
    fn mean(&self, part: impl Fn(&Tally) -> (u32, u32)) -> f64 {
        let shares = self.0.values().map(part).filter(|(_, of)| *of > 0);
        let (sum, n) = shares
            .map(|(n, of)| u64::from(n) * 1_000_000 / u64::from(of))
            .fold((0_u64, 0_u64), |(sum, n), share| (sum + share, n + 1));
        sum as f64 / 1e6 / n.max(1) as f64
    }

    fn custom(&self) -> Custom {
        Custom {
            recorded: self.mean(|t| (t.recorded, t.looks)),
            borrowed: self.mean(|t| (t.borrowed, t.looks - t.recorded)),
            street: self.mean(|t| (t.street, t.looks - t.recorded)),
        }
    }
}

/// The customs of every function, by authority and system.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    of: FxHashMap<(u32, Code), Custom>,
    all: Custom,
    /// Looks that are part of going through a street.
    streets: FxHashSet<(UserId, SubjectId, Instant)>,
    /// First and last moment of each few looks off duty.
    brief: FxHashMap<UserId, Vec<(Instant, Instant)>>,
}

impl Functions {
    /// Measures them on looks of which records have been asked, and functions not yet.
    pub(super) fn measure(bench: &Bench<'_>, looks: &[Look]) -> Self {
        let held: Vec<(u32, &Look)> = looks
            .par_iter()
            .filter(|look| look.environment == Environment::Live)
            .filter_map(|look| {
                let system = bench.tables.access.strings.get(look.system);
                let mut grants = bench.authorities.functions(look.user, system, look.first_at);
                Some((grants.find(|row| bounded(bench, *row))?, look))
            })
            .collect();
        let streets = streets(bench.subjects, &held);
        // Of all that holders did: who works a turn that was not entered may use the function for a look or two of it.
        let holders: FxHashSet<UserId> = held.iter().map(|(_, look)| look.user).collect();
        let brief = looks
            .chunk_by(|a, b| a.user == b.user)
            .filter(|own| holders.contains(&own[0].user))
            .map(|own| (own[0].user, brief(own.iter().map(|look| (look.first_at, look.duty.is_off())).collect())))
            .filter(|(_, sittings)| !sittings.is_empty())
            .collect();
        let mut of: FxHashMap<(u32, Code), Holders> = FxHashMap::default();
        let mut all = Holders::default();
        for (row, look) in held {
            let street = streets.contains(&(look.user, look.subject, look.first_at));
            of.entry((row, look.system)).or_default().0.entry(look.user).or_default().add(look, street);
            all.0.entry(look.user).or_default().add(look, street);
        }
        let unknown = Custom { recorded: 0.0, ..all.custom() };
        let custom = |holders: &Holders| if holders.telling() { holders.custom() } else { unknown };
        Self { of: of.iter().map(|(key, holders)| (*key, custom(holders))).collect(), all: unknown, streets, brief }
    }

    /// Why the function that an authority gives does not answer a look; `None` where it does.
    #[must_use]
    pub fn departs(&self, bench: &Bench<'_>, look: &Look, row: u32) -> Option<Departure> {
        if !bounded(bench, row) || look.environment != Environment::Live {
            return None;
        }
        if look.reason.training || look.reason.testing {
            return Some(Departure::Stated);
        }
        let sittings = self.brief.get(&look.user).map_or(&[][..], Vec::as_slice);
        if look.duty.is_off() && sittings.iter().any(|(from, to)| (*from..=*to).contains(&look.first_at)) {
            return Some(Departure::OffDuty);
        }
        let custom = self.of.get(&(row, look.system)).copied().unwrap_or(self.all);
        if custom.recorded >= LEAVES_RECORDS {
            Some(Departure::LeavesRecords(custom.recorded))
        } else if look.quoted == Quoted::Borrowed && custom.borrowed < CUSTOM {
            Some(Departure::Borrowed)
        } else if custom.street < CUSTOM && self.streets.contains(&(look.user, look.subject, look.first_at)) {
            Some(Departure::Street)
        } else {
            None
        }
    }
}

/// Of one user's looks, each with whether it is off duty, the few at one go that are all of them.
fn brief(mut looks: Vec<(Instant, bool)>) -> Vec<(Instant, Instant)> {
    looks.sort_unstable();
    looks
        .chunk_by(|a, b| b.0.0 - a.0.0 < SILENCE)
        .filter(|sitting| sitting.len() <= FEW && sitting.iter().all(|(_, off)| *off))
        .map(|sitting| (sitting[0].0, sitting[sitting.len() - 1].0))
        .filter(|(from, to)| to.0 - from.0 <= BRIEF)
        .collect()
}

/// How often each of some things is in a window.
#[derive(Default)]
struct Counts(FxHashMap<u64, u32>);

impl Counts {
    fn add(&mut self, what: u64) {
        *self.0.entry(what).or_default() += 1;
    }

    fn take(&mut self, what: u64) {
        if let Some(n) = self.0.get_mut(&what) {
            *n -= 1;
            if *n == 0 {
                self.0.remove(&what);
            }
        }
    }
}

/// Looks that no record answers at several people, in several homes of one street, by one user at one go, with the
/// searches between them of which no home is known. `held` comes by user.
fn streets(subjects: &Subjects, held: &[(u32, &Look)]) -> FxHashSet<(UserId, SubjectId, Instant)> {
    let mut found = FxHashSet::default();
    for own in held.chunk_by(|a, b| a.1.user == b.1.user) {
        // Times of looks at people of known homes, and searches of which no home is known.
        let (mut times, mut searches): (Vec<Instant>, Vec<(Instant, SubjectId)>) = (Vec::new(), Vec::new());
        let mut by_street: FxHashMap<u64, Vec<(Instant, SubjectId, u64)>> = FxHashMap::default();
        for (_, look) in own.iter().filter(|(_, look)| look.purpose != Purpose::Explained) {
            match dwelling(subjects, look.subject) {
                Some((street, home)) => {
                    times.push(look.first_at);
                    by_street.entry(street).or_default().push((look.first_at, look.subject, home));
                }
                None => searches.push((look.first_at, look.subject)),
            }
        }
        times.sort_unstable();
        searches.sort_unstable();
        let between =
            |from: Instant, to: Instant| times.partition_point(|t| *t <= to) - times.partition_point(|t| *t < from);
        for looks in by_street.values_mut().filter(|looks| looks.len() >= STREET_PEOPLE) {
            looks.sort_unstable();
            let (mut people, mut homes) = (Counts::default(), Counts::default());
            // The window, and up to where looks have been taken.
            let (mut from, mut taken) = (0, 0);
            for at in 0..looks.len() {
                people.add(u64::from(looks[at].1));
                homes.add(looks[at].2);
                while looks[at].0.0 - looks[from].0.0 > STREET_WITHIN {
                    people.take(u64::from(looks[from].1));
                    homes.take(looks[from].2);
                    from += 1;
                }
                let all = between(looks[from].0, looks[at].0);
                let mostly = 2 * (at + 1 - from) >= all;
                if people.0.len() >= STREET_PEOPLE && homes.0.len() >= STREET_HOMES && mostly {
                    // What had been taken before was taken with the searches up to there.
                    let window = &looks[from.max(taken)..=at];
                    let since = if taken > from { looks[taken - 1].0 } else { looks[from].0 };
                    let upto = searches.partition_point(|s| s.0 <= looks[at].0);
                    let typed = &searches[searches.partition_point(|s| s.0 < since).min(upto)..upto];
                    let all = window.iter().map(|l| (l.0, l.1)).chain(typed.iter().copied());
                    found.extend(all.map(|(when, whom)| (own[0].1.user, whom, when)));
                    taken = at + 1;
                }
            }
        }
    }
    found
}

/// Street and home of a subject, where its address is known in full.
fn dwelling(subjects: &Subjects, subject: SubjectId) -> Option<(u64, u64)> {
    let address = subjects.all[subject as usize].descriptor.addresses.iter().find(|a| a.is_full())?;
    let district = address.postcode.map(|p| p.district());
    let street = (!address.street.is_empty()).then(|| FxBuildHasher.hash_one((&*address.street, district)))?;
    Some((street, FxBuildHasher.hash_one(address.key())))
}

/// An authority for a role's function; testing and the like are given to persons, for what they do.
fn bounded(bench: &Bench<'_>, row: u32) -> bool {
    bench.tables.authorities[row as usize].basis == "role_function"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::MINUTE;

    #[test]
    fn a_few_looks_off_duty_are_no_turn_that_was_not_entered() {
        let at = |hour: i64, minute: i64, off: bool| (Instant(hour * HOUR + minute * MINUTE), off);
        let day = |from: i64, off| (0..8).map(move |hour| at(from + hour, 0, off));
        let found = |looks: Vec<(Instant, bool)>| {
            let hours = brief(looks).into_iter().map(|(from, to)| (from.0 / HOUR, to.0 / HOUR));
            hours.collect::<Vec<_>>()
        };
        assert_eq!(found(vec![at(20, 0, true), at(20, 30, true)]), [(20, 20)]);
        assert_eq!(found(day(9, false).chain([at(22, 0, true)]).collect()), [(22, 22)], "in the evening");
        assert_eq!(found(day(9, true).collect()), [], "a turn that was not entered");
        assert_eq!(found((0..7).map(|n| at(20, n, true)).collect()), [], "more than a few");
        assert_eq!(found(vec![at(20, 0, true), at(21, 1, true)]), [], "longer than an hour");
        assert_eq!(found(day(9, false).chain([at(18, 30, true)]).collect()), [], "right after work");
        assert_eq!(found(vec![at(7, 0, true), at(9, 0, false)]), [], "right before it");
    }
}
