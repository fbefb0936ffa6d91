//! Dealing the subjects of a stratum out anew, and passing over the places where nothing can stand.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Coincidence;
use crate::ingest::Code;
use crate::instant::Instant;
use crate::purpose::UserId;
use crate::relations::TieKind;
use crate::rules::rows::World;
use crate::subjects::SubjectId;
use crate::values::CheckValues;

/// Hours of one third of the day.
const SLOT_HOURS: u32 = 8;

/// One system, one role, one third of the day.
#[derive(Clone, Debug, Default)]
pub(super) struct Stratum {
    /// Cases in the order of the log.
    pub(super) places: Vec<Place>,
    /// Cases whose subject is tied to any member of staff or stands on the watch list.
    pub(super) tied: Vec<Tied>,
    /// Places of each user.
    pub(super) own: FxHashMap<UserId, u32>,
}

/// Where a subject may be dealt to. Dealing visits places at random, so that all that is asked of most of them
/// stands together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    case: u32,
    /// The user, and as the lowest bit whether the case may stand with a tie.
    user: u32,
}

impl Place {
    pub(super) const fn new(case: u32, user: UserId, fertile: bool) -> Self {
        Self { case, user: user << 1 | fertile as u32 }
    }

    pub(super) const fn user(self) -> UserId {
        self.user >> 1
    }

    const fn fertile(self) -> bool {
        self.user & 1 == 1
    }
}

/// A subject that is dealt out, with what most places are refused by: subjects are taken in turn, so that nothing has
/// to be fetched for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tied {
    subject: SubjectId,
    /// The user who looked at it, and as the lowest bit whether it is the own record of a member of staff.
    user: u32,
    /// One bit for each member of staff who is tied to it, several to a bit: 0 says no for certain.
    bits: u64,
}

impl Tied {
    const fn user(&self) -> UserId {
        self.user >> 1
    }

    /// Could a case of `user` stand on a tie to it? Mostly not, and then the answer is no for certain.
    const fn perhaps(&self, user: UserId, fertile: bool) -> bool {
        // Only the user's own record weighs enough to stand alone.
        (fertile || self.user & 1 == 1) && self.bits & bit(user) != 0
    }
}

impl Stratum {
    pub(super) fn add(&mut self, place: Place, tied: Option<(SubjectId, Near)>) {
        let user = place.user();
        self.tied.extend(tied.map(|(subject, near)| {
            // Whoever looks at a colleague or at somebody on the watch list may have a tie.
            let bits = if near.anybody { u64::MAX } else { near.bits };
            Tied { subject, user: user << 1 | u32::from(near.own), bits }
        }));
        self.places.push(place);
        *self.own.entry(user).or_default() += 1;
    }
}

pub(super) fn strata(world: &World<'_>, fertile: &[bool], sieve: &Sieve) -> Vec<Stratum> {
    let mut strata: FxHashMap<(Code, u32, u32), Stratum> = FxHashMap::default();
    for ((index, case), fertile) in (0u32..).zip(&world.cases).zip(fertile) {
        if !world.identified(case.subject) || world.by_machine(case) {
            continue;
        }
        let first = &world.looks(case)[0];
        let key = (first.system, world.peers.group(case.user), slot(world, first.first_at));
        let near = || (case.subject, sieve.subjects[case.subject as usize]);
        let tied = tied(world, case.subject).then(near);
        strata.entry(key).or_default().add(Place::new(index, case.user, *fertile), tied);
    }
    // In the order of their first case, so that a stratum has its stream whatever codes its system has.
    let mut strata: Vec<Stratum> = strata.into_values().collect();
    strata.sort_unstable_by_key(|s| s.places[0].case);
    strata
}

/// Who stands near whom, in little space: all but a few of the places where a subject is dealt to are passed over
/// for want of a tie, and that has to be seen without a visit to the ties themselves.
pub(super) struct Sieve {
    /// By subject.
    subjects: Vec<Near>,
    /// Staff of each subject, sorted.
    staff: Vec<UserId>,
}

/// What the ties of a subject allow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Near {
    /// See [`Tied::bits`].
    bits: u64,
    /// Where the staff are listed.
    from: u32,
    to: u32,
    /// Anybody's look at it may be a tie: a colleague, or somebody on the watch list.
    anybody: bool,
    /// It is the own record of a member of staff.
    own: bool,
}

const fn bit(user: UserId) -> u64 {
    // The high bits of a product with an odd number depend on all of the user's.
    1 << (user.wrapping_mul(0x9E37_79B1) >> 26)
}

impl Sieve {
    pub(super) fn new(world: &World<'_>) -> Self {
        let relations = world.relations;
        let mut sieve = Self { subjects: Vec::with_capacity(world.subjects.all.len()), staff: Vec::new() };
        for subject in 0..world.subjects.all.len() as SubjectId {
            let from = sieve.staff.len() as u32;
            let mut near = Near {
                from,
                anybody: world.staff_subjects.contains(subject) || !relations.watch_of(subject).is_empty(),
                ..Near::default()
            };
            // Sorted by staff.
            for tie in relations.by_subject(subject) {
                near.own |= tie.kind == TieKind::Own;
                near.bits |= bit(tie.staff);
                if sieve.staff[from as usize..].last() != Some(&tie.staff) {
                    sieve.staff.push(tie.staff);
                }
            }
            near.to = sieve.staff.len() as u32;
            sieve.subjects.push(near);
        }
        sieve
    }

    /// Could a case of `user` stand on a tie to this subject? Where the answer is no, it could not.
    pub(super) fn may(&self, tied: &Tied, user: UserId, fertile: bool) -> bool {
        if !tied.perhaps(user, fertile) {
            return false;
        }
        let near = &self.subjects[tied.subject as usize];
        fertile && near.anybody || self.staff[near.from as usize..near.to as usize].binary_search(&user).is_ok()
    }
}

fn tied(world: &World<'_>, subject: SubjectId) -> bool {
    !world.relations.by_subject(subject).is_empty() || !world.relations.watch_of(subject).is_empty()
}

/// Third of the local day: nights, days and evenings are worked by different people on different matters.
fn slot(world: &World<'_>, at: Instant) -> u32 {
    use chrono::Timelike;
    at.to_utc().map_or(0, |t| t.with_timezone(&world.judged.zone).hour() / SLOT_HOURS)
}

/// What is asked of a subject at a place.
pub(super) struct Ask<M, S> {
    /// Can the case of this user stand on it at all?
    pub(super) may: M,
    /// Posterior of the case at a place with the subject.
    pub(super) score: S,
}

/// Deals the tied subjects of each stratum out anew, once for each decoy, and gives what stands. Highest first.
pub(super) fn deal<M, S>(strata: &[Stratum], checks: CheckValues, ask: &Ask<M, S>) -> Vec<Coincidence>
where
    M: Fn(&Tied, UserId, bool) -> bool + Sync,
    S: Fn(u32, SubjectId) -> Option<f64> + Sync,
{
    let streams: Vec<(u32, usize)> = (0..checks.decoys)
        .flat_map(|decoy| strata.iter().enumerate().map(move |(at, stratum)| (decoy, at, stratum)))
        .filter(|(_, _, stratum)| !stratum.tied.is_empty() && stratum.own.len() > 1)
        .map(|(decoy, at, _)| (decoy, at))
        .collect();
    let dealt: Vec<Vec<Coincidence>> = streams
        .par_iter()
        .map_init(Vec::new, |order, &(decoy, at)| {
            // One stream for each decoy and stratum: nothing depends on which thread came first.
            let mut random = ChaCha8Rng::seed_from_u64(checks.seed);
            random.set_stream(u64::from(decoy) << 32 | at as u64);
            one(&strata[at], order, &mut random, ask)
        })
        .collect();
    let mut all: Vec<Coincidence> = dealt.into_iter().flatten().collect();
    all.sort_by(|a, b| (b.bits.total_cmp(&a.bits)).then(b.weight.total_cmp(&a.weight)).then(a.user.cmp(&b.user)));
    all
}

/// One decoy of one stratum.
fn one<M, S>(stratum: &Stratum, order: &mut Vec<Place>, random: &mut ChaCha8Rng, ask: &Ask<M, S>) -> Vec<Coincidence>
where
    M: Fn(&Tied, UserId, bool) -> bool,
    S: Fn(u32, SubjectId) -> Option<f64>,
{
    let places = stratum.places.len();
    order.clear();
    order.extend_from_slice(&stratum.places);
    let mut hits = Vec::new();
    for (drawn, tied) in stratum.tied.iter().enumerate() {
        let left = (places - drawn) as u128;
        // The high half of a product is a number below `left`; its bias is below one in 2^40.
        let pick = drawn + ((u128::from(random.next_u64()) * left) >> 64) as usize;
        order.swap(drawn, pick);
        let place = order[drawn];
        let user = place.user();
        if user == tied.user() || !(ask.may)(tied, user, place.fertile()) {
            continue;
        }
        if let Some(bits) = (ask.score)(place.case, tied.subject) {
            let own = stratum.own.get(&user).copied().unwrap_or(0) as usize;
            hits.push(Coincidence { bits, weight: places as f64 / (places - own) as f64, user });
        }
    }
    hits
}
