//! Ties that rest on one fact and that no other person rivals: a plate or number, an address, the home of a former
//! partner, the nearest addresses, a surname.

use chrono::NaiveDate;

use super::Decider;
use crate::relations::circle::Reference;
use crate::relations::evidence::place_bits;
use crate::relations::identifiers::Identifiers as I;
use crate::relations::places::Nearness;
use crate::relations::prior_names::NO_FAMILY_NAME;
use crate::relations::weights as w;
use crate::relations::{Tie, TieKind};
use crate::subjects::terms::compare::joined;
use crate::subjects::terms::{AddressLevel, Vrm, VrmLevel};
use crate::subjects::{Subject, SubjectId, SubjectKind};

/// A surname tie is not drawn to more members of staff than this.
const SURNAME_STAFF: usize = 200;

impl Decider<'_> {
    /// A plate or number: every circle that holds it. Holders do not rival each other.
    pub(super) fn thing(&mut self, id: SubjectId, subject: &Subject) {
        for i in 0..self.candidates.len() {
            let reference = &self.circle.references[self.candidates[i] as usize];
            let context = &self.circle.context;
            let mut best: Option<(f32, f32, I, Option<NaiveDate>)> = None;
            let mut offer = |bits: f32, probability: f32, set: I, until: Option<NaiveDate>| {
                if best.is_none_or(|(most, ..)| bits > most) {
                    best = Some((bits, probability, set, until));
                }
            };
            let held = &reference.descriptor;
            let mut plate = |a: &Vrm, b: &Vrm, until| match a.compare(b) {
                VrmLevel::Exact => offer(w::VRM_EXACT, 0.97, I::VRM, until),
                VrmLevel::Folded => offer(w::VRM_FOLDED, 0.9, I::VRM | I::PARTIAL, until),
                VrmLevel::Partial | VrmLevel::Differs => {}
            };
            let before = || held.past.iter();
            // What is theirs comes before what was.
            for a in subject.descriptor.vrms.iter().filter(|v| !context.shared_vrms.contains(v.folded().bytes())) {
                held.vrms.iter().for_each(|b| plate(a, b, None));
                before().flat_map(|past| &past.vrms).for_each(|(b, span)| plate(a, b, span.to));
            }
            for a in subject.descriptor.phones.iter().filter(|p| !context.shared_phones.contains(&p.last_nine())) {
                let now = held.phones.iter().map(|b| (b, None));
                let then = before().flat_map(|past| &past.phones).map(|(b, span)| (b, span.to));
                if let Some((_, until)) = now.chain(then).find(|(b, _)| a.same(**b)) {
                    offer(w::PHONE, 0.97, I::PHONE, until);
                }
            }
            for a in subject.descriptor.emails.iter().filter(|e| !context.shared_emails.contains(e)) {
                let now = held.emails.iter().map(|b| (b, None));
                let then = before().flat_map(|past| &past.emails).map(|(b, span)| (b, span.to));
                if let Some((_, until)) = now.chain(then).find(|(b, _)| *b == a) {
                    offer(w::EMAIL, 0.97, I::EMAIL, until);
                }
            }
            self.found.compared += 1;
            if let Some((bits, probability, identifiers, until)) = best {
                let mut tie = tie_of(id, reference, bits, probability, identifiers, false);
                tie.lapses = until.map(|day| later(day, w::HELD_ON));
                self.found.ties.push(tie);
            }
        }
    }

    /// An address: the member of staff's own, or a relation's.
    pub(super) fn place(&mut self, id: SubjectId, subject: &Subject) {
        for (staff, bits, level) in &self.homes {
            let own = &self.circle.references[self.own_row(*staff)];
            let probability = if *level == AddressLevel::Same { 0.97 } else { 0.6 };
            self.found.ties.push(tie_of(id, own, *bits, probability, I::ADDRESS, true));
        }
        for i in 0..self.candidates.len() {
            let reference = &self.circle.references[self.candidates[i] as usize];
            let at_home = self.homes.iter().any(|home| home.0 == reference.staff);
            if reference.relation.is_none() || reference.home_assumed || at_home {
                continue;
            }
            self.found.compared += 1;
            let same = subject.descriptor.addresses.iter().any(|a| {
                reference
                    .descriptor
                    .addresses
                    .iter()
                    .any(|b| !b.communal && b.is_full() && place_bits(a, b).1 == AddressLevel::Same)
            });
            if same {
                self.found.ties.push(tie_of(id, reference, w::ADDRESS_SAME, 0.9, I::ADDRESS, true));
            }
        }
    }

    fn note_tied(&mut self, first: usize) {
        self.tied.clear();
        self.tied.extend(self.found.ties[first..].iter().map(|tie| tie.staff));
        self.tied.sort_unstable();
        self.tied.dedup();
    }

    /// Somebody who shared a home with the member of staff that they share no more, or the home itself.
    pub(super) fn former_residents(&mut self, id: SubjectId, subject: &Subject, first: usize) {
        let place = subject.kind == SubjectKind::Place;
        if matches!(subject.kind, SubjectKind::Vehicle | SubjectKind::Phone) {
            return;
        }
        self.note_tied(first);
        for at in 0..self.former.len() {
            let home = self.former[at];
            let surname = if place { 0.0 } else { self.shared_surname(subject, home.staff) };
            let whole = home.level == AddressLevel::Same || surname > 0.0;
            // Of somebody there now, nothing says that they were there before.
            if self.tied.binary_search(&home.staff).is_ok() || !(place || whole && (home.together || surname > 0.0)) {
                continue;
            }
            let own = &self.circle.references[self.own_row(home.staff)];
            let probability = if home.level == AddressLevel::Same { w::FORMER_RESIDENT } else { 0.6 };
            let found = I::ADDRESS | I::FORMER_ADDRESS | if surname > 0.0 { I::SURNAME } else { I::NONE };
            let mut tie = tie_of(id, own, home.bits + surname, probability, found, true);
            tie.kind = TieKind::Household;
            tie.to = Some(home.end);
            tie.lapses = (!home.together).then(|| later(home.end, w::MOVED_AWAY));
            self.found.ties.push(tie);
        }
    }

    /// A person who lives at a former partner's address and is nobody closer: the new household.
    pub(super) fn former_homes(&mut self, id: SubjectId, subject: &Subject, first: usize) {
        if !matches!(subject.kind, SubjectKind::Person | SubjectKind::Unknown) {
            return;
        }
        self.note_tied(first);
        let (circle, tied) = (self.circle, &self.tied);
        let ties = &mut self.found.ties;
        for address in &subject.descriptor.addresses {
            circle.former_homes.at(address, |home, bits, level| {
                let row = circle.former_homes.all[home as usize].staff;
                let reference = &circle.references[row as usize];
                if level == AddressLevel::Same && tied.binary_search(&reference.staff).is_err() {
                    let mut tie = tie_of(id, reference, bits, w::FORMER_HOME, I::ADDRESS, true);
                    tie.rival = Some(format!("the {} {}", reference.kind.words(), reference.descriptor.name_label()));
                    ties.push(tie);
                }
            });
        }
    }

    /// The nearest addresses, where nothing closer is known.
    pub(super) fn neighbours(&mut self, id: SubjectId, first: usize) {
        self.note_tied(first);
        for (staff, nearness, end) in &self.near {
            if self.tied.binary_search(staff).is_ok() || self.homes.iter().any(|home| home.0 == *staff) {
                continue;
            }
            let (bits, identifiers) = match nearness {
                Nearness::Postcode => (w::POSTCODE_UNIT - 4.0, I::POSTCODE),
                _ => (w::ADDRESS_STREET + 4.0, I::STREET),
            };
            let own = &self.circle.references[self.own_row(*staff)];
            let mut tie = tie_of(id, own, bits, nearness.probability(), identifiers, true);
            tie.kind = TieKind::Neighbour;
            tie.to = *end;
            self.found.ties.push(tie);
        }
    }

    /// A surname that is not common, where nothing closer is known.
    pub(super) fn surnames(&mut self, id: SubjectId, subject: &Subject, first: usize) {
        if subject.kind != SubjectKind::Person || !self.policy.surname_ties {
            return;
        }
        let Some(name) = subject.descriptor.surname() else { return };
        if NO_FAMILY_NAME.contains(&&*joined(name)) {
            return;
        }
        // A person of the index is one of the bearers counted.
        let aside = subject.person.is_some();
        let staff = self.index.staff_of_surname(name);
        if staff.len() > SURNAME_STAFF {
            self.found.keys_capped += 1;
            return;
        }
        self.note_tied(first);
        for &row in staff {
            let share = self.circle.surname_share(row, aside);
            let bits = (w::SURNAME_EXACT_M / share).log2();
            if share > w::SURNAME_TIE_SHARE || self.tied.binary_search(&row).is_ok() {
                continue;
            }
            let own = &self.circle.references[self.own_row(row)];
            let odds = (w::PRIOR_CIRCLE + bits).exp2();
            let mut tie = tie_of(id, own, bits, odds / (1.0 + odds), I::SURNAME, false);
            tie.kind = TieKind::Surname;
            self.found.ties.push(tie);
        }
    }
}

fn tie_of(
    subject: SubjectId,
    reference: &Reference,
    bits: f32,
    probability: f32,
    identifiers: I,
    from_address: bool,
) -> Tie {
    Tie {
        subject,
        staff: reference.staff,
        kind: reference.kind,
        bits,
        probability,
        identifiers,
        against: I::NONE,
        relation: reference.relation,
        from_address,
        from: reference.from,
        to: reference.to,
        lapses: None,
        rival: None,
    }
}

/// So many days later.
fn later(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(chrono::TimeDelta::days(days)).unwrap_or(NaiveDate::MAX)
}
