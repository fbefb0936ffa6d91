//! Which tie it is: the hypotheses of one subject against one circle.
//!
//! That the subject is the member of staff, each of their relations, somebody who
//! merely lives with one of them, a known namesake, or a stranger. Each weighs
//! 2^(prior + bits), the stranger 1; a posterior is a share of the sum. Two brothers
//! or three namesakes split the probability by themselves. For "somebody who lives
//! there" the surname and the address count, forename and birth date do not: so
//! forename or birth date decides between a person and their relatives, and surname
//! with address alone never does.

mod alone;

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::circle::{Circle, Reference};
use super::evidence::{Evidence, compare, place_bits};
use super::identifiers::Identifiers as I;
use super::index::Index;
use super::places::Nearness;
use super::prior_names::NO_FAMILY_NAME;
use super::weights as w;
use super::{Policy, Tie, TieKind, WatchTie, kin};
use crate::subjects::terms::compare::joined;
use crate::subjects::terms::{AddressLevel, PostcodeLevel};
use crate::subjects::{Subject, SubjectId, SubjectKind, Together};

/// What one thread found.
#[derive(Debug, Default)]
pub struct Found {
    /// Ties, sorted by (subject, staff, kind).
    pub ties: Vec<Tie>,
    /// Watch ties, sorted by (subject, entry).
    pub watch: Vec<WatchTie>,
    /// Pairs compared.
    pub compared: u64,
    /// Keys passed over.
    pub keys_capped: u64,
}

/// Compares subjects one after the other; one a thread.
pub struct Decider<'a> {
    circle: &'a Circle,
    index: &'a Index,
    policy: Policy,
    /// Prior of one known namesake.
    namesake: f32,
    /// What was found so far.
    pub found: Found,
    candidates: Vec<u32>,
    /// (staff, home's bits, full agreement)
    homes: Vec<(u32, f32, AddressLevel)>,
    /// Homes that the subject does not share any more.
    former: Vec<FormerHome>,
    /// With the last day, of those who are neighbours no more.
    near: Vec<(u32, Nearness, Option<NaiveDate>)>,
    /// The first day on which anybody looked.
    since: NaiveDate,
    /// Members of staff that the subject is tied to so far, ascending.
    tied: Vec<u32>,
}

/// A home that a member of staff and a subject shared, or that was the member's before and where the subject is now.
#[derive(Clone, Copy, Debug)]
struct FormerHome {
    staff: u32,
    bits: f32,
    level: AddressLevel,
    /// The last day on which both were there, or on which one of them was.
    end: NaiveDate,
    /// Known to have been there together.
    together: bool,
}

/// One reference with what speaks for it.
struct Hypothesis<'a> {
    reference: &'a Reference,
    evidence: Evidence,
    weight: f32,
}

impl Hypothesis<'_> {
    /// Known to live with the member of staff by the nominal index or HR, not by a declaration.
    fn is_inferred(&self) -> bool {
        self.reference.kind == TieKind::Household && self.reference.relation.is_none()
    }
}

impl<'a> Decider<'a> {
    /// Over one circle and its index.
    #[must_use]
    pub fn new(circle: &'a Circle, index: &'a Index, policy: Policy, since: NaiveDate) -> Self {
        let known = circle.context.frequencies.persons().max(1.0).log2();
        let namesake = policy.namesakes.map_or(w::PRIOR_NAMESAKE, |all| w::PRIOR_NAMESAKE.min(all - known));
        Self {
            circle,
            index,
            policy,
            namesake,
            found: Found::default(),
            candidates: Vec::new(),
            homes: Vec::new(),
            former: Vec::new(),
            near: Vec::new(),
            since,
            tied: Vec::new(),
        }
    }

    /// Finds every tie of one subject.
    pub fn subject(&mut self, id: SubjectId, subject: &Subject) {
        let first = self.found.ties.len();
        self.index.candidates(&subject.descriptor, &mut self.candidates, &mut self.found.keys_capped);
        self.find_homes(subject);
        match subject.kind {
            SubjectKind::Person | SubjectKind::Unknown => self.person(id, subject),
            SubjectKind::Vehicle | SubjectKind::Phone => self.thing(id, subject),
            SubjectKind::Place => self.place(id, subject),
        }
        self.former_residents(id, subject, first);
        self.former_homes(id, subject, first);
        self.neighbours(id, first);
        self.surnames(id, subject, first);
        let mut at = first;
        while let Some(tie) = self.found.ties.get(at) {
            if tie.holds_on(self.since) {
                at += 1;
            } else {
                self.found.ties.swap_remove(at);
            }
        }
        let ties = &mut self.found.ties[first..];
        ties.sort_by(|a, b| {
            (a.staff, a.kind)
                .cmp(&(b.staff, b.kind))
                .then(b.probability.total_cmp(&a.probability))
                .then(b.bits.total_cmp(&a.bits))
                .then(a.relation.cmp(&b.relation))
        });
        // The best of several rows that say the same.
        let mut kept = first;
        for at in first..self.found.ties.len() {
            let repeats = kept > first && {
                let (last, tie) = (&self.found.ties[kept - 1], &self.found.ties[at]);
                (last.staff, last.kind) == (tie.staff, tie.kind)
            };
            if !repeats {
                self.found.ties.swap(kept, at);
                kept += 1;
            }
        }
        self.found.ties.truncate(kept);
    }

    fn find_homes(&mut self, subject: &Subject) {
        self.homes.clear();
        self.former.clear();
        self.near.clear();
        let homes = &self.circle.homes;
        for (address, span) in subject.descriptor.places() {
            let (here, former) = (&mut self.homes, &mut self.former);
            homes.at(address, |row, bits, level| {
                let home = &homes.all[row as usize];
                let mut left =
                    |end, together| former.push(FormerHome { staff: home.staff, bits, level, end, together });
                match home.span.together(span) {
                    Together::Now => here.push((home.staff, bits, level)),
                    Together::Until(end) => left(end, true),
                    Together::Unknown(end) => left(end, false),
                    Together::Apart => {}
                }
            });
            let near = &mut self.near;
            self.found.keys_capped += homes.near(address, |row, nearness| {
                let home = &homes.all[row as usize];
                match home.span.together(span) {
                    Together::Now => near.push((home.staff, nearness, None)),
                    Together::Until(end) => near.push((home.staff, nearness, Some(end))),
                    Together::Apart | Together::Unknown(_) => {}
                }
            });
        }
        self.homes.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        self.homes.dedup_by_key(|home| home.0);
        // The surest and latest of one member of staff.
        let order = |home: &FormerHome| (home.staff, Reverse((home.together, home.end)));
        self.former.sort_by(|a, b| order(a).cmp(&order(b)).then(b.bits.total_cmp(&a.bits)));
        self.former.dedup_by_key(|home| home.staff);
        // A neighbour still comes before one who was, the nearest first.
        self.near.sort_unstable_by_key(|(staff, nearness, end)| (*staff, end.is_some(), *nearness, Reverse(*end)));
        self.near.dedup_by_key(|near| near.0);
    }

    /// A person: hypotheses by circle.
    fn person(&mut self, id: SubjectId, subject: &Subject) {
        let circle: &'a Circle = self.circle;
        let candidates = std::mem::take(&mut self.candidates);
        let homes = std::mem::take(&mut self.homes);
        let (mut at, mut home_at) = (0, 0);
        let mut hypotheses: Vec<Hypothesis<'a>> = Vec::new();
        loop {
            // The next member of staff that a candidate or a home belongs to.
            let next = candidates.get(at).map(|&row| circle.references[row as usize].staff);
            let staff = match (next, homes.get(home_at).map(|home| home.0)) {
                (Some(a), Some(b)) => a.min(b),
                (Some(a), None) => a,
                (None, Some(b)) => b,
                (None, None) => break,
            };
            hypotheses.clear();
            while let Some(reference) =
                candidates.get(at).map(|&row| &circle.references[row as usize]).filter(|r| r.staff == staff)
            {
                hypotheses.push(self.weigh(subject, reference));
                at += 1;
            }
            if self.policy.infers {
                self.infer(subject, staff, &mut hypotheses);
            }
            let home = homes.get(home_at).copied().filter(|home| home.0 == staff);
            home_at += usize::from(home.is_some());
            self.decide(id, subject, staff, &hypotheses, home);
        }
        self.candidates = candidates;
        self.homes = homes;
    }

    fn weigh<'r>(&mut self, subject: &Subject, reference: &'r Reference) -> Hypothesis<'r> {
        self.found.compared += 1;
        let mut evidence = compare(&subject.descriptor, &reference.descriptor, &self.circle.context);
        if reference.home_assumed && evidence.against.contains(I::ADDRESS) {
            evidence.bits -= evidence.address_bits;
            evidence.address_bits = 0.0;
        }
        // Somebody was born on the very day that was typed, and it is not this person.
        evidence.vetoed |= subject.attested && evidence.identifiers.contains(I::DATE_SLIP);
        let weight = self.weight(&evidence);
        Hypothesis { reference, evidence, weight }
    }

    fn weight(&self, e: &Evidence) -> f32 {
        let named = names_a_person(e) || self.policy.infers && half_changed(e);
        if e.vetoed || !named { 0.0 } else { (self.policy.prior + e.bits).exp2() }
    }

    /// What is not known of a relation: where they live may be where others of the circle do, and when they were born
    /// is bounded by when the member of staff was.
    fn infer(&mut self, subject: &Subject, staff: u32, hypotheses: &mut Vec<Hypothesis<'a>>) {
        let (first, all) = (self.own_row(staff), &self.circle.references);
        let circle = all[first..].iter().take_while(|r| r.staff == staff);
        let own = &all[first].descriptor;
        // Whoever lives there unknown to us has no key that would have led to them.
        if subject.descriptor.forenames.is_empty() && !subject.descriptor.addresses.is_empty() {
            for reference in circle.clone() {
                let seen = hypotheses.iter().any(|h| std::ptr::eq(h.reference, reference));
                if reference.descriptor.addresses.is_empty() && !seen {
                    let hypothesis = self.weigh(subject, reference);
                    if hypothesis.evidence.surname_bits > 0.0 {
                        hypotheses.push(hypothesis);
                    }
                }
            }
        }
        let mut place: Option<(f32, AddressLevel)> = None;
        let wanted = |h: &Hypothesis<'_>| {
            h.reference.descriptor.addresses.is_empty() && h.evidence.surname_bits + h.evidence.forename_bits > 0.0
        };
        if !subject.descriptor.addresses.is_empty() && hypotheses.iter().any(wanted) {
            place = circle
                .flat_map(|r| &r.descriptor.addresses)
                .flat_map(|a| subject.descriptor.addresses.iter().map(move |b| place_bits(a, b)))
                .max_by(|x, y| x.0.total_cmp(&y.0));
        }
        for h in hypotheses {
            if wanted(h)
                && let Some((bits, level)) = place
                && let Some(agrees) = dwelling(level)
            {
                h.evidence.address_bits = bits + w::UNKNOWN_HOME;
                h.evidence.bits += h.evidence.address_bits;
                h.evidence.identifiers |= agrees;
            }
            if h.reference.descriptor.birth.is_none()
                && let (Some(born), Some(own)) = (subject.descriptor.birth, own.birth)
                && let Some(bits) = kin::age_bits(h.reference.kind, &own, &born)
            {
                h.evidence.bits += bits;
                if bits < 0.0 {
                    h.evidence.against |= I::AGE;
                }
            }
            h.weight = self.weight(&h.evidence);
        }
    }

    fn decide(
        &mut self,
        id: SubjectId,
        subject: &Subject,
        staff: u32,
        hypotheses: &[Hypothesis<'_>],
        home: Option<(u32, f32, AddressLevel)>,
    ) {
        // Rows that are one person count once, by the best of them.
        let best_of = |identity: u32| {
            hypotheses.iter().filter(|h| h.reference.identity == identity).map(|h| h.weight).fold(0.0, f32::max)
        };
        let mut identities: Vec<u32> = hypotheses.iter().map(|h| h.reference.identity).collect();
        identities.sort_unstable();
        identities.dedup();
        let persons: f32 = identities.iter().map(|&i| best_of(i)).sum();
        let co_resident =
            home.map_or(0.0, |(_, bits, _)| (self.policy.prior + bits + self.shared_surname(subject, staff)).exp2());
        // A postcode names no dwelling, so it can stand for the home of the member of staff too.
        let elsewhere = hypotheses.iter().filter(|h| {
            let found = h.evidence.identifiers;
            home.is_none()
                && (found.contains(I::ADDRESS)
                    && (h.reference.kind != TieKind::Own || found.contains(I::FORMER_ADDRESS))
                    || found.contains(I::POSTCODE | I::SURNAME))
        });
        let with_relation = elsewhere
            .map(|h| {
                // The family of the member of staff may have stayed where they were: as likely as they.
                let left = h.reference.kind == TieKind::Own && h.evidence.identifiers.contains(I::FORMER_ADDRESS);
                let other = if left { 0.0 } else { self.policy.lives_with };
                h.evidence.address_bits + h.evidence.surname_bits + other
            })
            .chain(hypotheses.iter().filter_map(|h| h.evidence.twin()))
            .map(|bits| (self.policy.prior + bits).exp2())
            .fold(0.0, f32::max);
        let (namesakes, known) = self.namesakes(subject, hypotheses);
        let total = 1.0 + persons + co_resident + with_relation + namesakes;

        let mut claimed = false;
        for h in hypotheses {
            let weight = best_of(h.reference.identity);
            let mut probability = weight / total;
            // That a resident lives there rests on the address alone: below.
            let resident = home.is_some() && h.is_inferred();
            if h.weight <= 0.0 || probability < self.policy.least || resident {
                continue;
            }
            if h.evidence.identifiers.is_name_only() {
                if probability < self.policy.least_name_only {
                    continue;
                }
                // A name that many may bear, and an address or age of somebody else.
                let doubtful = self.policy.infers && !h.evidence.against.is_empty();
                probability = probability.min(if doubtful { w::MOST_UNSURE } else { w::MOST_NAME_ONLY });
                if probability < self.policy.least {
                    continue;
                }
            }
            claimed |= probability >= w::LEAST_PROBABILITY;
            let others = Others { co_resident, with_relation, namesakes, known };
            self.found.ties.push(Tie {
                subject: id,
                staff,
                kind: h.reference.kind,
                bits: h.evidence.bits,
                probability,
                identifiers: h.evidence.identifiers,
                against: h.evidence.against,
                relation: h.reference.relation,
                from_address: h.is_inferred(),
                from: h.reference.from,
                to: h.reference.to,
                lapses: None,
                rival: others.best(h, hypotheses, total),
            });
        }
        if claimed {
            return;
        }
        let Some((_, bits, level)) = home else {
            self.by_postcode(id, staff, hypotheses, (persons, with_relation, total));
            return;
        };
        // Somebody at the address, whoever it is: the member of staff, a relation or another.
        let at_home: f32 = co_resident
            + identities
                .iter()
                .map(|&i| {
                    hypotheses
                        .iter()
                        .filter(|h| h.reference.identity == i && h.evidence.identifiers.contains(I::ADDRESS))
                        .map(|h| h.weight)
                        .fold(0.0, f32::max)
                })
                .sum::<f32>();
        let probability = at_home / total;
        let surname = self.shared_surname(subject, staff);
        if probability >= self.policy.least && (level == AddressLevel::Same || surname > 0.0) {
            let best = hypotheses
                .iter()
                .filter(|h| h.weight > 0.0 && !h.is_inferred())
                .max_by(|a, b| a.weight.total_cmp(&b.weight));
            self.found.ties.push(Tie {
                subject: id,
                staff,
                kind: TieKind::Household,
                bits: bits + surname,
                probability,
                identifiers: I::ADDRESS | if surname > 0.0 { I::SURNAME } else { I::NONE },
                against: I::NONE,
                relation: None,
                from_address: true,
                from: None,
                to: None,
                lapses: None,
                rival: best.filter(|h| h.weight / total >= 0.01).map(|h| match h.reference.kind {
                    TieKind::Own => "the member of staff".to_owned(),
                    kind => format!("the {} {}", kind.words(), h.reference.descriptor.name_label()),
                }),
            });
        }
    }

    /// Surname and postcode of the member of staff's home: one of the household, and nobody can say which.
    fn by_postcode(
        &mut self,
        id: SubjectId,
        staff: u32,
        hypotheses: &[Hypothesis<'_>],
        (persons, unnamed, total): (f32, f32, f32),
    ) {
        let own = &self.circle.references[self.own_row(staff)].descriptor;
        let unit = own.postcode().and_then(|p| p.unit());
        let here = |h: &Hypothesis<'_>| {
            h.evidence.identifiers.contains(I::SURNAME | I::POSTCODE)
                && !h.evidence.against.any(I::FORENAME | I::DOB | I::YEAR)
                && (h.reference.descriptor.addresses.is_empty()
                    || h.reference.descriptor.addresses.iter().any(|a| a.postcode.and_then(|p| p.unit()) == unit))
        };
        let all_here = hypotheses.iter().filter(|h| h.weight > 0.0).all(here);
        let best = hypotheses.iter().filter(|h| here(h)).max_by(|a, b| a.weight.total_cmp(&b.weight));
        let probability = (persons + unnamed) / total;
        let Some(best) = best.filter(|_| unit.is_some() && all_here && probability >= self.policy.least) else {
            return;
        };
        self.found.ties.push(Tie {
            subject: id,
            staff,
            kind: TieKind::Household,
            bits: best.evidence.bits,
            probability,
            identifiers: best.evidence.identifiers,
            against: best.evidence.against,
            relation: None,
            from_address: true,
            from: None,
            to: None,
            lapses: None,
            rival: None,
        });
    }

    /// Bits of a surname shared with the member of staff; what a relative at their address would show.
    fn shared_surname(&self, subject: &Subject, staff: u32) -> f32 {
        let theirs = &self.circle.surnames[staff as usize];
        let shared =
            subject.descriptor.surnames.iter().any(|name| !theirs.is_empty() && *joined(&name.text) == **theirs);
        if !shared {
            return 0.0;
        }
        let bits = (0.75 / self.circle.context.frequencies.surname(theirs)).log2();
        if NO_FAMILY_NAME.contains(&&**theirs) { bits.min(w::RELIGIOUS_NAME_MOST) } else { bits }
    }

    /// Weight and number of known people of the typed name who are none of the circle.
    fn namesakes(&self, subject: &Subject, hypotheses: &[Hypothesis<'_>]) -> (f32, u32) {
        let d = &subject.descriptor;
        // A record of the index is one person; a full birth date tells namesakes apart.
        if subject.person.is_some() || d.birth.is_some_and(|b| b.is_full()) || !d.has_full_name() {
            return (0.0, 0);
        }
        let (Some(first), Some(last)) = (d.forename(), d.surname()) else { return (0.0, 0) };
        let known = self.circle.context.frequencies.bearers(first, last);
        let of_circle = hypotheses
            .iter()
            .filter(|h| {
                h.reference.descriptor.forename() == Some(first) && h.reference.descriptor.surname() == Some(last)
            })
            .map(|h| h.reference.identity)
            .collect::<std::collections::BTreeSet<_>>()
            .len() as u32;
        let others = known.saturating_sub(of_circle);
        let bits = hypotheses.iter().map(|h| h.evidence.name_bits).fold(0.0, f32::max);
        (others as f32 * (self.namesake + bits).exp2(), others)
    }

    fn own_row(&self, staff: u32) -> usize {
        self.circle.own_rows[staff as usize] as usize
    }
}

/// Hypotheses that are nobody of the circle by name.
struct Others {
    co_resident: f32,
    with_relation: f32,
    namesakes: f32,
    known: u32,
}

impl Others {
    /// The best rival of `chosen` in words, where it has at least one chance in a hundred.
    fn best(&self, chosen: &Hypothesis<'_>, hypotheses: &[Hypothesis<'_>], total: f32) -> Option<String> {
        let relative = hypotheses
            .iter()
            .filter(|o| o.reference.identity != chosen.reference.identity)
            .max_by(|a, b| a.weight.total_cmp(&b.weight));
        let most = [1.0, self.co_resident, self.with_relation, self.namesakes, relative.map_or(0.0, |o| o.weight)]
            .into_iter()
            .fold(0.0, f32::max);
        if most / total < 0.01 {
            return None;
        }
        Some(match relative {
            Some(other) if other.weight >= most => match other.reference.kind {
                TieKind::Own => format!("the member of staff, {}", other.reference.descriptor.name_label()),
                kind => format!("the {} {}", kind.words(), other.reference.descriptor.name_label()),
            },
            _ if self.co_resident >= most => "somebody else who lives at the member of staff's address".to_owned(),
            _ if self.with_relation >= most => "somebody who lives with that relation".to_owned(),
            _ if self.namesakes >= most => format!("another person of that name ({} known)", self.known),
            _ => "somebody unconnected".to_owned(),
        })
    }
}

/// Half a name and the very birth date, where the other half differs: a marriage or a name that one goes by, oftener
/// than two people born on one day who share half a name. Of one surname it may be a twin, a reading of its own.
fn half_changed(e: &Evidence) -> bool {
    e.identifiers.contains(I::DOB)
        && !e.identifiers.any(I::DATE_SLIP | I::INITIAL)
        && !e.against.contains(I::ADDRESS)
        && e.identifiers.any(I::SURNAME | I::FORENAME)
}

/// What agrees where two addresses are one, or may be.
const fn dwelling(level: AddressLevel) -> Option<I> {
    match level {
        AddressLevel::Same | AddressLevel::Building => Some(I::ADDRESS),
        AddressLevel::NoPlace => Some(I::STREET),
        AddressLevel::Postcode(PostcodeLevel::Unit | PostcodeLevel::Abroad) => Some(I::POSTCODE),
        _ => None,
    }
}

/// Enough of a person is named. One part of the name is needed, never a birth date, a year or a
/// postcode alone; half a name needs another fact beside it; and a half that outright differs
/// (a relative, far oftener than a change of name) needs two.
pub(super) fn names_a_person(e: &Evidence) -> bool {
    let i = e.identifiers;
    if i.any(I::RECORD) {
        return true;
    }
    if i.any(I::VRM | I::PHONE | I::EMAIL) {
        return !e.against.any(I::SURNAME | I::FORENAME) || i.any(I::DOB);
    }
    if e.against.any(I::SURNAME | I::FORENAME) {
        return i.any(I::SURNAME | I::FORENAME)
            && i.contains(I::DOB)
            && !i.any(I::DATE_SLIP)
            && i.any(I::ADDRESS | I::POSTCODE);
    }
    if i.contains(I::NAME) {
        return true;
    }
    i.any(I::SURNAME | I::FORENAME | I::INITIAL)
        && (i.any(I::DOB | I::ADDRESS) || i.contains(I::SURNAME) && i.facts() >= 2)
}
