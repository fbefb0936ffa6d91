//! What cases and users are seen against: where subjects live and when they were
//! born, which districts a station works in, who was trained for a system, which
//! authority had ended, which reason codes a role uses.
//!
//! Each is counted once for the whole run. A fact for which too little is on
//! record is unknown, never false.

use std::hash::{BuildHasher, Hash};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::World;
use crate::ingest::{Code, Tables};
use crate::instant::Instant;
use crate::purpose::{Judged, Look, Purpose, UserId};
use crate::relations::TieKind;
use crate::subjects::terms::Address;
use crate::subjects::{SubjectId, Subjects};

/// Looks of a station at subjects with a known district, below which its area is not known (P).
const TELLING_LOOKS: u32 = 100;
/// A district with a smaller share of a station's explained looks lies outside its area (P).
const AREA_SHARE: f64 = 0.02;
/// Looks of a role with a reason code, below which its codes are not known (P).
const TELLING_CODES: u32 = 400;
/// A code that fewer of a role's looks carry is unlike the role (P).
const CODE_SHARE: f64 = 0.005;
/// Sessions must name this share of a system's users before a missing one says anything (P).
const TRAINED_SHARE: f64 = 0.5;

/// Where a subject lives and when they were born; 0 = not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The dwelling.
    pub home: u64,
    /// Its street within its postcode district, or the postcode unit where no street is named.
    pub street: u64,
    /// The postcode district.
    pub district: u64,
    /// Year of birth.
    pub born: u16,
}

fn hashed(value: impl Hash) -> u64 {
    FxBuildHasher.hash_one(value).max(1)
}

impl Place {
    fn of(address: Option<&Address>, born: u16) -> Self {
        let Some(address) = address else {
            return Self { born, ..Self::default() };
        };
        let district = address.postcode.map_or(0, |p| hashed(p.district()));
        let street = if address.street.is_empty() {
            address.postcode.and_then(|p| p.unit()).map_or(0, hashed)
        } else {
            hashed((&*address.street, district))
        };
        let home = if address.is_full() { hashed(address.key()) } else { 0 };
        Self { home, street, district, born }
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Context {
    places: Vec<Place>,
    /// Station of each user; `u32::MAX` where HR names none.
    station_of: Vec<u32>,
    districts: FxHashMap<(u32, u64), u32>,
    station_looks: Vec<u32>,
    /// Looks by role group and reason code, and by role group.
    codes: FxHashMap<(u32, Code), u32>,
    coded: FxHashMap<u32, u32>,
    /// Earliest session of each user for each system (in lower case; "" = every system).
    trained: FxHashMap<(UserId, String), Instant>,
    /// Systems for which sessions name most users.
    taught: FxHashSet<Code>,
    /// End of the last authority for the work as such that a user had by name, with its systems.
    ended: FxHashMap<UserId, Vec<(Vec<String>, Instant)>>,
    /// Homes of former partners, without the user's own.
    ex_homes: FxHashSet<(UserId, u64)>,
    /// Incidents (rows of their table) on which a member of staff stands as a party, by name and birth date.
    parties: Vec<(u32, UserId)>,
    /// Pairs of a user and a subject who stand on one complaint.
    complaints: FxHashSet<(UserId, SubjectId)>,
    /// Whether complaints are on record at all.
    complaints_known: bool,
    /// First matter opened about a user.
    opened: FxHashMap<UserId, Instant>,
    /// When a login's period ended or had not begun: logins with account rows, by code.
    periods: FxHashMap<Code, Vec<(String, Instant, Instant)>>,
}

impl Context {
    /// Counts everything.
    #[must_use]
    pub fn new(world: &World<'_>) -> Self {
        let (tables, subjects, judged) = (world.tables, world.subjects, world.judged);
        let mut context = Self { places: places(subjects), ..Self::default() };
        context.stations(tables, judged);
        context.reason_codes(world);
        context.training(tables, judged);
        context.authorities(tables, judged);
        context.former_homes(world);
        context.parties = parties(world);
        context.complaints(world);
        context.matters(tables, judged);
        context.accounts(tables);
        context
    }

    /// Where a subject lives.
    #[must_use]
    pub fn place(&self, subject: SubjectId) -> Place {
        self.places.get(subject as usize).copied().unwrap_or_default()
    }

    fn stations(&mut self, tables: &Tables, judged: &Judged) {
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        self.station_of = (0..judged.users.len())
            .map(|user| {
                let station = tables.staff.get(user).map_or("", |staff| staff.station.as_str());
                let next = numbers.len() as u32;
                if station.is_empty() { u32::MAX } else { *numbers.entry(station).or_insert(next) }
            })
            .collect();
        self.station_looks = vec![0; numbers.len()];
        for look in judged.looks.all.iter().filter(|look| look.purpose == Purpose::Explained) {
            let (station, district) = (self.station_of[look.user as usize], self.place(look.subject).district);
            if station != u32::MAX && district != 0 {
                *self.districts.entry((station, district)).or_default() += 1;
                self.station_looks[station as usize] += 1;
            }
        }
    }

    /// Do the user and the other belong to one station?
    #[must_use]
    pub fn same_station(&self, user: UserId, other: UserId) -> bool {
        let station = |user: UserId| self.station_of.get(user as usize).copied().unwrap_or(u32::MAX);
        station(user) != u32::MAX && station(user) == station(other)
    }

    /// Does the subject live where the user's station seldom works?
    #[must_use]
    pub fn out_of_area(&self, user: UserId, subject: SubjectId) -> Option<bool> {
        let station = *self.station_of.get(user as usize)?;
        let all = *self.station_looks.get(station as usize)?;
        let district = self.place(subject).district;
        if all < TELLING_LOOKS || district == 0 {
            return None;
        }
        let here = self.districts.get(&(station, district)).copied().unwrap_or(0);
        Some(f64::from(here) < AREA_SHARE * f64::from(all))
    }

    fn reason_codes(&mut self, world: &World<'_>) {
        for look in &world.judged.looks.all {
            let group = world.peers.group(look.user);
            if let Some(code) = reason_code(world, look) {
                *self.codes.entry((group, code)).or_default() += 1;
                *self.coded.entry(group).or_default() += 1;
            }
        }
    }

    /// Is the look's reason code one that the user's role hardly ever gives?
    #[must_use]
    pub fn code_unlike_role(&self, world: &World<'_>, look: &Look) -> Option<bool> {
        let group = world.peers.group(look.user);
        let all = self.coded.get(&group).copied().unwrap_or(0);
        if all < TELLING_CODES || look.user >= world.judged.users.staff {
            return None;
        }
        let code = reason_code(world, look)?;
        let such = self.codes.get(&(group, code)).copied().unwrap_or(0);
        Some(f64::from(such) < CODE_SHARE * f64::from(all))
    }

    fn training(&mut self, tables: &Tables, judged: &Judged) {
        for row in &tables.training {
            for id in [&row.attendee_id, &row.trainer_id] {
                if let Some(user) = judged.users.find(id) {
                    let first = self.trained.entry((user, row.system.to_lowercase())).or_insert(row.end);
                    *first = (*first).min(row.end);
                }
            }
        }
        let mut users: FxHashMap<Code, FxHashSet<UserId>> = FxHashMap::default();
        for look in &judged.looks.all {
            if judged.users.on_record(look.user) {
                users.entry(look.system).or_default().insert(look.user);
            }
        }
        for (system, users) in users {
            let name = tables.access.strings.get(system).to_lowercase();
            let taught = users.iter().filter(|user| self.session(**user, &name).is_some()).count();
            if taught as f64 >= TRAINED_SHARE * users.len() as f64 {
                self.taught.insert(system);
            }
        }
    }

    fn session(&self, user: UserId, system: &str) -> Option<Instant> {
        let of = |system: &str| self.trained.get(&(user, system.to_owned())).copied();
        of(system).into_iter().chain(of("")).min()
    }

    /// Had the user no course for the system before the look? Unknown where courses are not kept for it.
    #[must_use]
    pub fn untrained(&self, tables: &Tables, look: &Look) -> Option<bool> {
        if !self.taught.contains(&look.system) || look.user as usize >= tables.staff.len() {
            return None;
        }
        let system = tables.access.strings.get(look.system).to_lowercase();
        Some(self.session(look.user, &system).is_none_or(|end| look.first_at < end) && !look.session)
    }

    fn authorities(&mut self, tables: &Tables, judged: &Judged) {
        for row in &tables.authorities {
            let work = matches!(row.basis.as_str(), "role_function" | "system_owner" | "it_testing");
            if let (true, Some(end), Some(user)) = (work, row.to, judged.users.find(&row.staff_id)) {
                let systems = row.systems.iter().map(|system| system.to_lowercase()).collect();
                self.ended.entry(user).or_default().push((systems, end));
            }
        }
    }

    /// Had the user's own authority for the system ended before the look, with none since?
    #[must_use]
    pub fn authority_ended(&self, world: &World<'_>, look: &Look) -> bool {
        let Some(ended) = self.ended.get(&look.user) else { return false };
        let name = world.tables.access.strings.get(look.system);
        let system = name.to_lowercase();
        let over = |(systems, end): &(Vec<String>, Instant)| {
            (systems.is_empty() || systems.contains(&system)) && *end < look.first_at
        };
        ended.iter().any(over) && world.judged.authorities.functions(look.user, name, look.first_at).next().is_none()
    }

    fn former_homes(&mut self, world: &World<'_>) {
        let mut own: FxHashSet<(UserId, u64)> = FxHashSet::default();
        let mut former = Vec::new();
        for tie in &world.relations.ties {
            let home = self.place(tie.subject).home;
            if home == 0 || tie.probability < 0.5 {
                continue;
            }
            match tie.kind {
                TieKind::ExPartner => former.push((tie.staff, home)),
                // Where they lived before may be where the former partner stayed.
                TieKind::Own | TieKind::Household if tie.to.is_none() => drop(own.insert((tie.staff, home))),
                _ => {}
            }
        }
        // A former partner whom nobody looked at has no tie to a subject: their declared address stands for them.
        for row in world.tables.relationships.iter().filter(|row| row.relation == "ex_partner") {
            let address = Address::parse(&row.address, &row.postcode);
            let home = Place::of(address.as_ref(), 0).home;
            if let (Some(user), true) = (world.judged.users.find(&row.staff_id), home != 0) {
                former.push((user, home));
            }
        }
        for (user, staff) in (0..).zip(&world.tables.staff) {
            let address = Address::parse(&staff.address, &staff.postcode);
            own.insert((user, Place::of(address.as_ref(), 0).home));
        }
        self.ex_homes = former.into_iter().filter(|pair| !own.contains(pair)).collect();
    }

    /// Does the subject live at the home of a former partner of the user?
    #[must_use]
    pub fn at_former_home(&self, user: UserId, subject: SubjectId) -> bool {
        let home = self.place(subject).home;
        home != 0 && self.ex_homes.contains(&(user, home))
    }

    /// Incidents on which a member of staff stands as a party, whether or not anybody looked them up.
    #[must_use]
    pub fn parties(&self) -> &[(u32, UserId)] {
        &self.parties
    }

    fn complaints(&mut self, world: &World<'_>) {
        let complaint = |kind: &str| kind.to_lowercase().contains("complaint");
        let links = &world.judged.links;
        self.complaints_known = world.tables.incidents.iter().any(|row| complaint(&row.kind));
        for &(incident, user) in &self.parties {
            if complaint(&world.tables.incidents[incident as usize].kind) {
                self.complaints.extend(links.subjects_of(incident).iter().map(|subject| (user, *subject)));
            }
        }
        for row in world.tables.incidents.iter().filter(|row| complaint(&row.kind)) {
            let Some(incident) = links.incident(&row.incident_id) else { continue };
            let parties = links.subjects_of(incident);
            for &subject in parties {
                if let Some(user) = world.staff_subjects.who(world.relations, subject) {
                    let others = parties.iter().copied().filter(|other| *other != subject);
                    self.complaints.extend(others.map(|other| (user, other)));
                }
            }
        }
    }

    /// Do the user and the subject stand on one complaint? Unknown where no complaint is on record.
    #[must_use]
    pub fn complaint(&self, user: UserId, subject: SubjectId) -> Option<bool> {
        self.complaints_known.then(|| self.complaints.contains(&(user, subject)))
    }

    fn matters(&mut self, tables: &Tables, judged: &Judged) {
        let open = || tables.dispositions.iter().filter(|row| row.outcome == "open");
        if open().next().is_none() {
            return;
        }
        // A referral of an earlier run names the member of staff by a hash.
        let referred: FxHashMap<String, UserId> =
            (0..).zip(&tables.staff).map(|(user, s)| (crate::ids::referral(&s.staff_id), user)).collect();
        for row in open() {
            let user = referred.get(&row.reference).copied().or_else(|| judged.users.find(&row.reference));
            let user = user.or_else(|| {
                // An open matter from before the first run names the member of staff in its note.
                row.note.split_whitespace().find_map(|word| judged.users.find(word.trim_matches(['.', ',', ';'])))
            });
            if let (Some(user), Some(at)) = (user, row.at) {
                let first = self.opened.entry(user).or_insert(at);
                *first = (*first).min(at);
            }
        }
    }

    /// Did the look come after the department had opened a matter about the user?
    #[must_use]
    pub fn after_notice(&self, look: &Look) -> bool {
        self.opened.get(&look.user).is_some_and(|at| look.first_at > *at)
    }

    fn accounts(&mut self, tables: &Tables) {
        for row in tables.accounts.iter().filter(|row| row.from.is_some() || row.to.is_some()) {
            if let Some(login) = tables.access.strings.find(&row.login) {
                let period = (row.system.clone(), row.from.unwrap_or(Instant::MIN), row.to.unwrap_or(Instant::MAX));
                self.periods.entry(login).or_default().push(period);
            }
        }
    }

    /// Was the login used outside every period that the account table gives it for the system?
    #[must_use]
    pub fn account_ended(&self, world: &World<'_>, look: &Look) -> bool {
        if self.periods.is_empty() {
            return false;
        }
        let log = &world.tables.access;
        let system = log.strings.get(look.system);
        world.judged.looks.events(look, log).any(|event| {
            let Some(periods) = self.periods.get(&event.login) else { return false };
            let mut own = periods.iter().filter(|(of, _, _)| of.is_empty() || of == system).peekable();
            own.peek().is_some() && own.all(|(_, from, to)| event.at < *from || event.at > *to)
        })
    }
}

/// Places of all subjects, in their order.
fn places(subjects: &Subjects) -> Vec<Place> {
    subjects
        .all
        .par_iter()
        .map(|subject| {
            let born = subject.descriptor.birth.and_then(|birth| birth.only_year()).unwrap_or(0);
            let addresses = &subject.descriptor.addresses;
            Place::of(addresses.iter().find(|address| address.is_full()).or_else(|| addresses.first()), born)
        })
        .collect()
}

/// The reason code of the first event that has one.
fn reason_code(world: &World<'_>, look: &Look) -> Option<Code> {
    world.judged.looks.events(look, &world.tables.access).map(|event| event.reason_code).find(|code| *code != 0)
}

/// Members of staff among the people on incidents: by full name and birth date, as written or in the nominal
/// index. Somebody may be a party without ever having been looked up.
fn parties(world: &World<'_>) -> Vec<(u32, UserId)> {
    let tables = world.tables;
    let identity = |forename: &str, surname: &str, dob: &str| {
        let full = !forename.is_empty() && !surname.is_empty() && dob.len() == 10;
        full.then(|| (forename.to_lowercase(), surname.to_lowercase(), dob.to_owned()))
    };
    let mut staff: FxHashMap<(String, String, String), Option<UserId>> = FxHashMap::default();
    for (user, row) in (0..).zip(&tables.staff) {
        if let Some(key) = identity(&row.forename, &row.surname, &row.dob) {
            // Two members of staff with one name and birth date cannot be told apart.
            staff.entry(key).and_modify(|known| *known = None).or_insert(Some(user));
        }
    }
    let of = |key: Option<(String, String, String)>| staff.get(&key?).copied().flatten();
    let recorded: FxHashMap<&str, UserId> = tables
        .people
        .iter()
        .filter_map(|row| Some((row.subject_id.as_str(), of(identity(&row.forename, &row.surname, &row.dob))?)))
        .collect();
    let mut found: Vec<(u32, UserId)> = tables
        .incident_people
        .iter()
        .filter_map(|row| {
            let written = || of(identity(&row.forename, &row.surname, &row.dob));
            let user = recorded.get(row.subject_id.as_str()).copied().or_else(written)?;
            Some((world.judged.links.incident(&row.incident_id)?, user))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
