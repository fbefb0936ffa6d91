//! Everybody tied to any member of staff: the people that subjects are matched against.

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::evidence::Context;
use super::frequencies::{Bearer, Frequencies};
use super::places::{Home, Homes};
use super::weights::{HOUSEHOLD_MOST, SHARED_THING};
use super::{Stats, TieKind};
use crate::ingest::{HighProfile, Person, Relationship, Staff};
use crate::subjects::postings::Key;
use crate::subjects::terms::compare::{forenames, joined, surnames};
use crate::subjects::terms::{Address, AddressLevel, Email, NameLevel};
use crate::subjects::{Descriptor, NameRole, Span, Together};

/// One person somebody may be looking for: a member of staff, or somebody tied to one.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Row in `staff`: whose circle it is.
    pub staff: u32,
    /// How they stand to that member of staff.
    pub kind: TieKind,
    /// Row in `relationships`.
    pub relation: Option<u32>,
    /// What is known about them.
    pub descriptor: Descriptor,
    /// Equal within a circle for rows that are one person.
    pub identity: u32,
    /// The address is the member of staff's, assumed because none was declared.
    pub home_assumed: bool,
    /// Declared dates.
    pub from: Option<NaiveDate>,
    /// Declared dates.
    pub to: Option<NaiveDate>,
}

/// All references with what comparing them needs.
#[derive(Debug, Default)]
pub struct Circle {
    /// Sorted by staff; each member's own reference first.
    pub references: Vec<Reference>,
    /// For each member of staff, the row of their own reference.
    pub own_rows: Vec<u32>,
    /// Homes of staff, those before the present ones included.
    pub homes: Homes,
    /// Declared addresses of former partners who live elsewhere; [`Home::staff`] is the row in `references`.
    pub former_homes: Homes,
    /// Name shares and shared things.
    pub context: Context,
    /// Each member of staff's joined current surname.
    pub surnames: Vec<Box<str>>,
    /// For each member of staff: others of their circle who bear that surname.
    kin: Vec<u32>,
    /// For each member of staff: [`Self::surname_share`] with nobody aside.
    shares: Vec<f32>,
    /// For each member of staff: known people at the nearest addresses.
    pub neighbours_in_reach: Vec<u32>,
    /// Counts so far.
    pub stats: Stats,
    /// Rows of `people` for record ids that relations and the watch list name.
    pub records: FxHashMap<Box<str>, u32>,
}

/// What one person of the nominal index adds.
#[derive(Default)]
struct Seen {
    bearers: Vec<Bearer>,
    /// Home, person, and whether they were there together.
    residents: Vec<(u32, u32, Together)>,
    reached: Vec<u32>,
}

impl Circle {
    /// Builds every circle from the tables.
    #[must_use]
    pub fn build(
        staff: &[Staff],
        relationships: &[Relationship],
        people: &[Person],
        high_profile: &[HighProfile],
        as_of: NaiveDate,
    ) -> Self {
        let own: Vec<Descriptor> = staff.par_iter().map(|row| Descriptor::of_staff(row, as_of)).collect();
        let records = wanted_records(relationships, high_profile, people);
        let mut homes = Homes::new(
            own.iter()
                .enumerate()
                .flat_map(|(row, d)| d.places().map(move |place| (row, place)))
                .filter(|(_, (a, _))| a.is_full())
                .map(|(row, (a, span))| Home { staff: row as u32, address: a.clone(), communal: a.communal, span })
                .collect(),
        );
        let mut seen = scan(people, &homes, as_of);
        let mut circle = Self {
            stats: Stats { staff: staff.len() as u32, ..Stats::default() },
            surnames: own.iter().map(|d| joined(d.surname().unwrap_or_default()).into()).collect(),
            neighbours_in_reach: vec![0; staff.len()],
            records,
            ..Self::default()
        };
        for staff_row in &seen.reached {
            circle.neighbours_in_reach[*staff_row as usize] += 1;
        }
        circle.add_own(&own);
        circle.add_declared(staff, &own, relationships, people, as_of);
        circle.mark_communal(&mut homes, &seen.residents, people, &own);
        circle.add_households(&homes, &seen.residents, people, &own, as_of);
        circle.homes = homes;
        circle.share_married_names();
        // Stable: own first, then declared in row order, then inferred.
        circle.references.sort_by_key(|r| r.staff);
        circle.settle_identities();
        circle.count_kin();
        let firsts = circle.references.iter().enumerate().filter(|(_, r)| r.kind == TieKind::Own);
        circle.own_rows = firsts.map(|(row, _)| row as u32).collect();
        circle.former_homes = circle.homes_of_former_partners();

        let declared = circle.references.iter().filter(|r| r.relation.is_some());
        let mut bearers = std::mem::take(&mut seen.bearers);
        bearers.extend(own.iter().filter_map(Bearer::of));
        bearers.extend(declared.filter_map(|r| Bearer::of(&r.descriptor)));
        circle.context.frequencies = Frequencies::new(bearers);
        circle.shares = (0..circle.surnames.len()).map(|row| circle.share_of(row)).collect();
        circle.stats.persons_counted = circle.context.frequencies.persons() as u32;
        circle.find_shared_things();
        circle
    }

    /// For each member of staff: chance that a person outside their circle bears their surname.
    #[must_use]
    pub fn surname_shares(&self) -> Vec<f32> {
        self.shares.clone()
    }

    /// Chance that a person outside the circle bears this member's surname; where the person at hand is
    /// one of the known bearers, `aside` leaves them out.
    #[must_use]
    pub fn surname_share(&self, staff: u32, aside: bool) -> f32 {
        let share = self.shares[staff as usize];
        if aside { self.context.frequencies.less_one(share) } else { share }
    }

    /// A family of five among three hundred persons makes no name common.
    fn share_of(&self, row: usize) -> f32 {
        let name = &self.surnames[row];
        if name.is_empty() { 1.0 } else { self.context.frequencies.surname_without(name, self.kin[row]) }
    }

    fn add_own(&mut self, own: &[Descriptor]) {
        self.references.extend(own.iter().enumerate().map(|(row, d)| Reference {
            staff: row as u32,
            kind: TieKind::Own,
            relation: None,
            descriptor: d.clone(),
            identity: 0,
            home_assumed: false,
            from: None,
            to: None,
        }));
    }

    fn add_declared(
        &mut self,
        staff: &[Staff],
        own: &[Descriptor],
        relationships: &[Relationship],
        people: &[Person],
        as_of: NaiveDate,
    ) {
        let rows: FxHashMap<&str, u32> =
            staff.iter().enumerate().map(|(i, s)| (s.staff_id.as_str(), i as u32)).collect();
        for (row, relation) in relationships.iter().enumerate() {
            let (Some(&of), Some(kind)) =
                (rows.get(relation.staff_id.as_str()), TieKind::of_relation(&relation.relation))
            else {
                self.stats.relations_unplaced += 1;
                continue;
            };
            let mut descriptor = Descriptor::of_relation(relation, as_of);
            if let Some(&person) = self.records.get(relation.subject_id.as_str()) {
                descriptor.merge(&Descriptor::of_person(&people[person as usize], as_of));
            }
            if let Some(&other) = rows.get(relation.related_staff_id.as_str()).filter(|&&other| other != of) {
                descriptor.merge(&own[other as usize]);
            }
            if descriptor.is_empty() {
                self.stats.relations_unplaced += 1;
                continue;
            }
            let lives_here =
                matches!(kind, TieKind::Spouse | TieKind::Partner | TieKind::Household) && relation.to.is_none();
            let home_assumed = lives_here && descriptor.addresses.is_empty();
            if home_assumed {
                descriptor.addresses.clone_from(&own[of as usize].addresses);
            }
            self.stats.relations += 1;
            self.references.push(Reference {
                staff: of,
                kind,
                relation: Some(row as u32),
                descriptor,
                identity: 0,
                home_assumed,
                from: relation.from,
                to: relation.to,
            });
        }
    }

    /// Homes with more known people than a household has.
    fn mark_communal(
        &mut self,
        homes: &mut Homes,
        residents: &[(u32, u32, Together)],
        people: &[Person],
        own: &[Descriptor],
    ) {
        let mut names: Vec<Vec<u64>> = vec![Vec::new(); homes.all.len()];
        for &(home, person, _) in residents.iter().filter(|(.., together)| *together != Together::Apart) {
            let p = &people[person as usize];
            names[home as usize].push(Key::new(0).text(&p.surname).text(&p.forename).text(&p.dob).end());
        }
        for (row, home) in homes.all.iter().enumerate() {
            homes.at(&home.address, |other, _, level| {
                if level == AddressLevel::Same {
                    let d = &own[homes.all[other as usize].staff as usize];
                    names[row].push(
                        Key::new(0).text(d.surname().unwrap_or_default()).text(d.forename().unwrap_or_default()).end(),
                    );
                }
            });
        }
        for (home, known) in homes.all.iter_mut().zip(&mut names) {
            known.sort_unstable();
            known.dedup();
            home.communal |= known.len() > HOUSEHOLD_MOST;
            self.stats.communal_homes += u32::from(home.communal);
        }
    }

    /// People of the index, and other members of staff, who live at a member's address.
    fn add_households(
        &mut self,
        homes: &Homes,
        residents: &[(u32, u32, Together)],
        people: &[Person],
        own: &[Descriptor],
        as_of: NaiveDate,
    ) {
        let household = |staff: u32, descriptor: Descriptor, to: Option<NaiveDate>| Reference {
            staff,
            kind: TieKind::Household,
            relation: None,
            descriptor,
            identity: 0,
            home_assumed: false,
            from: None,
            to,
        };
        let mut found = Vec::new();
        for &(home, person, together) in residents {
            let home = &homes.all[home as usize];
            if home.communal || together == Together::Apart {
                continue;
            }
            let descriptor = Descriptor::of_person(&people[person as usize], as_of);
            if let Some(to) = self.shared_until(home, &descriptor, together) {
                found.push(household(home.staff, descriptor, to));
            }
        }
        for home in &homes.all {
            homes.at(&home.address, |other, _, level| {
                let other = &homes.all[other as usize];
                let descriptor = &own[other.staff as usize];
                if level == AddressLevel::Same
                    && other.staff != home.staff
                    && let Some(to) = self.shared_until(home, descriptor, home.span.together(other.span))
                {
                    found.push(household(home.staff, descriptor.clone(), to));
                }
            });
        }
        // Whoever lives there still is not a former resident too.
        found.sort_by_key(|reference| reference.to.is_some());
        self.references.append(&mut found);
    }

    /// Until when somebody of that address shared it with the member of staff; `Some(None)` = they do still. Where one has gone and
    /// nothing says when the other was there, whoever bears the member's surname did, and any other is as likely the next tenant.
    pub fn shared_until(&self, home: &Home, other: &Descriptor, together: Together) -> Option<Option<NaiveDate>> {
        match together {
            Together::Now => Some(None),
            Together::Until(day) => Some(Some(day)),
            Together::Apart => None,
            Together::Unknown(day) => {
                let name = &self.surnames[home.staff as usize];
                let kin = !name.is_empty() && other.surnames.iter().any(|known| *joined(&known.text) == **name);
                kin.then_some(Some(day))
            }
        }
    }

    /// A husband's or wife's surname is one that the other may use.
    fn share_married_names(&mut self) {
        let mut shared: Vec<(usize, Box<str>)> = Vec::new();
        for (at, reference) in self.references.iter().enumerate().filter(|(_, r)| r.kind == TieKind::Spouse) {
            let own = &self.references[reference.staff as usize].descriptor;
            if let (Some(theirs), Some(mine)) = (reference.descriptor.surname(), own.surname())
                && theirs != mine
            {
                shared.push((at, mine.into()));
                shared.push((reference.staff as usize, theirs.into()));
            }
        }
        for (at, name) in shared {
            self.references[at].descriptor.add_surname(&name, NameRole::Married);
        }
    }

    /// Rows of one circle that are one person get one identity; an inferred household member
    /// who is already declared, or who is the member of staff, goes.
    fn settle_identities(&mut self) {
        let mut kept: Vec<Reference> = Vec::with_capacity(self.references.len());
        let mut start = 0;
        for mut reference in std::mem::take(&mut self.references) {
            if kept.get(start).is_none_or(|first: &Reference| first.staff != reference.staff) {
                start = kept.len();
            }
            let inferred = reference.kind == TieKind::Household && reference.relation.is_none();
            // Nobody declares themselves: a father of the same name is the father.
            let same = kept[start..]
                .iter()
                .filter(|known| inferred || known.kind != TieKind::Own)
                .find(|known| same_identity(&known.descriptor, &reference.descriptor))
                .map(|known| known.identity);
            if inferred && same.is_some() {
                continue;
            }
            self.stats.household_members += u32::from(inferred);
            reference.identity = same.unwrap_or((kept.len() - start) as u32);
            kept.push(reference);
        }
        self.references = kept;
    }

    /// Whoever lives with a former partner now is nobody's declared relation, and is looked up for them.
    fn homes_of_former_partners(&self) -> Homes {
        let mut all = Vec::new();
        for (row, reference) in self.references.iter().enumerate() {
            let partner = matches!(reference.kind, TieKind::Spouse | TieKind::Partner) && reference.to.is_some();
            if reference.kind != TieKind::ExPartner && !partner || reference.relation.is_none() {
                continue;
            }
            let own = &self.references[self.own_rows[reference.staff as usize] as usize].descriptor.addresses;
            let elsewhere =
                |a: &&Address| a.is_full() && !a.communal && own.iter().all(|b| a.compare(b) > AddressLevel::Building);
            all.extend(reference.descriptor.addresses.iter().filter(elsewhere).map(|a| Home {
                staff: row as u32,
                address: a.clone(),
                communal: false,
                span: Span::default(),
            }));
        }
        Homes::new(all)
    }

    fn count_kin(&mut self) {
        self.kin = vec![0; self.surnames.len()];
        for circle in self.references.chunk_by(|a, b| a.staff == b.staff) {
            let name = &self.surnames[circle[0].staff as usize];
            let mut bearers: Vec<u32> = circle[1..]
                .iter()
                .filter(|r| r.descriptor.surname().is_some_and(|s| *joined(s) == **name))
                .map(|r| r.identity)
                .collect();
            bearers.sort_unstable();
            bearers.dedup();
            self.kin[circle[0].staff as usize] = bearers.len() as u32;
        }
    }

    /// Plates and numbers that more members of staff hold than can be a household.
    fn find_shared_things(&mut self) {
        let mut vrms: Vec<([u8; 10], u32)> = Vec::new();
        let mut phones: Vec<(u64, u32)> = Vec::new();
        let mut emails: Vec<(&Email, u32)> = Vec::new();
        for r in &self.references {
            vrms.extend(r.descriptor.vrms.iter().map(|v| (*v.folded().bytes(), r.staff)));
            phones.extend(r.descriptor.phones.iter().map(|p| (p.last_nine(), r.staff)));
            emails.extend(r.descriptor.emails.iter().map(|e| (e, r.staff)));
        }
        self.context.shared_vrms = shared(vrms);
        self.context.shared_emails = shared(emails).into_iter().cloned().collect();
        self.context.shared_phones = shared(phones);
        self.stats.shared_things = (self.context.shared_vrms.len() + self.context.shared_phones.len()) as u32;
    }
}

fn shared<T: Ord + Copy + std::hash::Hash>(mut held: Vec<(T, u32)>) -> FxHashSet<T> {
    held.sort_unstable();
    held.dedup();
    held.chunk_by(|a, b| a.0 == b.0)
        .filter(|holders| holders.len() > SHARED_THING)
        .map(|holders| holders[0].0)
        .collect()
}

fn wanted_records(
    relationships: &[Relationship],
    high_profile: &[HighProfile],
    people: &[Person],
) -> FxHashMap<Box<str>, u32> {
    let wanted: FxHashSet<&str> = relationships
        .iter()
        .map(|r| r.subject_id.as_str())
        .chain(high_profile.iter().map(|h| h.subject_id.as_str()))
        .filter(|id| !id.is_empty())
        .collect();
    let mut found = FxHashMap::default();
    for (row, person) in people.iter().enumerate() {
        if wanted.contains(person.subject_id.as_str()) {
            found.entry(person.subject_id.as_str().into()).or_insert(row as u32);
        }
    }
    found
}

/// One pass over the nominal index: names for the counts, residents of homes, people next door to them.
fn scan(people: &[Person], homes: &Homes, as_of: NaiveDate) -> Seen {
    people
        .par_chunks(4096)
        .enumerate()
        .map(|(chunk, part)| {
            let mut seen = Seen::default();
            for (i, person) in part.iter().enumerate() {
                let d = Descriptor::of_person(person, as_of);
                seen.bearers.extend(Bearer::of(&d));
                for (address, span) in d.places() {
                    homes.at(address, |home, _, level| {
                        if level == AddressLevel::Same {
                            let together = homes.all[home as usize].span.together(span);
                            seen.residents.push((home, (chunk * 4096 + i) as u32, together));
                        }
                    });
                    homes.near(address, |home, _| {
                        let home = &homes.all[home as usize];
                        if home.span.together(span) == Together::Now {
                            seen.reached.push(home.staff);
                        }
                    });
                }
            }
            seen
        })
        .reduce(Seen::default, |mut a, mut b| {
            a.bearers.append(&mut b.bearers);
            a.residents.append(&mut b.residents);
            a.reached.append(&mut b.reached);
            a
        })
}

/// Within one circle: the same record, or the same name without another birth date.
fn same_identity(a: &Descriptor, b: &Descriptor) -> bool {
    if !a.record.is_empty() && a.record == b.record {
        return true;
    }
    let born = match (a.birth, b.birth) {
        (Some(x), Some(y)) => !x.compare(&y).is_conflict(),
        _ => true,
    };
    let level = |x: Option<&str>, y: Option<&str>, compare: fn(&str, &str) -> NameLevel| Some(compare(x?, y?));
    let family = a.surnames.iter().any(|x| b.surnames.iter().any(|y| surnames(&x.text, &y.text) <= NameLevel::Group));
    born && family && level(a.forename(), b.forename(), forenames).is_some_and(|l| l <= NameLevel::Group)
}
