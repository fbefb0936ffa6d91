//! Ties that rest on one fact and that no other person rivals: a plate or number, an address, the home of a former
//! partner, the nearest addresses, a surname.

use super::Decider;
use crate::relations::circle::Reference;
use crate::relations::evidence::place_bits;
use crate::relations::identifiers::Identifiers as I;
use crate::relations::places::Nearness;
use crate::relations::prior_names::NO_FAMILY_NAME;
use crate::relations::weights as w;
use crate::relations::{Tie, TieKind};
use crate::subjects::terms::compare::joined;
use crate::subjects::terms::{AddressLevel, VrmLevel};
use crate::subjects::{Subject, SubjectId, SubjectKind};

/// A surname tie is not drawn to more members of staff than this.
const SURNAME_STAFF: usize = 200;

impl Decider<'_> {
    /// A plate or number: every circle that holds it. Holders do not rival each other.
    pub(super) fn thing(&mut self, id: SubjectId, subject: &Subject) {
        for i in 0..self.candidates.len() {
            let reference = &self.circle.references[self.candidates[i] as usize];
            let context = &self.circle.context;
            let mut best: Option<(f32, f32, I)> = None;
            let mut offer = |bits: f32, probability: f32, set: I| {
                if best.is_none_or(|(most, ..)| bits > most) {
                    best = Some((bits, probability, set));
                }
            };
            for a in subject.descriptor.vrms.iter().filter(|v| !context.shared_vrms.contains(v.folded().bytes())) {
                for b in &reference.descriptor.vrms {
                    match a.compare(b) {
                        VrmLevel::Exact => offer(w::VRM_EXACT, 0.97, I::VRM),
                        VrmLevel::Folded => offer(w::VRM_FOLDED, 0.9, I::VRM | I::PARTIAL),
                        VrmLevel::Partial | VrmLevel::Differs => {}
                    }
                }
            }
            for a in subject.descriptor.phones.iter().filter(|p| !context.shared_phones.contains(&p.last_nine())) {
                if reference.descriptor.phones.iter().any(|b| a.same(*b)) {
                    offer(w::PHONE, 0.97, I::PHONE);
                }
            }
            for a in subject.descriptor.emails.iter().filter(|e| !context.shared_emails.contains(e)) {
                if reference.descriptor.emails.contains(a) {
                    offer(w::EMAIL, 0.97, I::EMAIL);
                }
            }
            self.found.compared += 1;
            if let Some((bits, probability, identifiers)) = best {
                self.found.ties.push(tie_of(id, reference, bits, probability, identifiers, false));
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
        for (staff, nearness) in &self.near {
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
        rival: None,
    }
}
