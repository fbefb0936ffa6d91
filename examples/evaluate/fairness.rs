//! Are innocent members of staff treated alike, whatever their surname, their neighbourhood, their work?
//!
//! Two things are counted by group: how many innocent people stand in which lane, which the truth knows; and how many
//! looks fell on namesakes, beside how many were to be expected by two methods: from what colleagues of the same station
//! and role looked at, as the design has it, and from one table of names for the whole country. Both estimates are made
//! here from the tables and owe nothing to the engine. The country of a synthetic world is everybody in its register of
//! people, so its table of names is the best that a national table can be.

use crate::judge::{QUERY, REFER, right};
use crate::looks::Looks;
use crate::run::Run;
use crate::tables::{Rows, TableError};
use crate::world::World;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Looks by which peers must outnumber a wider rate to outweigh it.
const SHRINKAGE: f64 = 3_000.0;
/// The one group of everybody.
const FORCE: u32 = 0;
/// Roles with fewer staff are taken together.
const LEAST_OF_ROLE: usize = 50;

/// One group of innocent members of staff who looked at anybody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// By what they are grouped.
    pub by: String,
    /// Which they are.
    pub name: String,
    /// How many.
    pub staff: usize,
    /// In the refer lane.
    pub refer: usize,
    /// On the ranked list up to the budget.
    pub budget: usize,
    /// In the refer lane or the query lane.
    pub asked: usize,
    /// Looks at people on record.
    pub looks: usize,
    /// Those at somebody of the same surname who is no kin.
    pub namesakes: usize,
    /// How many colleagues' looks lead one to expect.
    pub by_peers: f64,
    /// How many the table of names leads one to expect.
    pub by_table: f64,
}

impl Group {
    /// Takes in the counts of another.
    pub fn add(&mut self, other: &Self) {
        self.staff += other.staff;
        self.refer += other.refer;
        self.budget += other.budget;
        self.asked += other.asked;
        self.looks += other.looks;
        self.namesakes += other.namesakes;
        self.by_peers += other.by_peers;
        self.by_table += other.by_table;
    }
}

/// A member of staff.
#[derive(Default)]
struct Member {
    id: String,
    surname: u32,
    station: u32,
    role: u32,
    role_name: String,
    postcode: String,
    community: String,
    close: String,
    looks: f64,
    namesakes: f64,
    kin: FxHashSet<u32>,
}

/// Numbers for texts.
#[derive(Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.0.get(text) {
            return number;
        }
        let number = self.0.len() as u32;
        self.0.insert(text.to_owned(), number);
        number
    }
}

/// Looks by a group of colleagues, how many fell on which surname, and how many on somebody's own circle.
#[derive(Default)]
struct Peers {
    looks: FxHashMap<u32, f64>,
    hits: FxHashMap<(u32, u32), f64>,
    on_kin: FxHashMap<(u32, u32), f64>,
}

impl Peers {
    /// A look of the group at a person; `kin` where the person is of any member's circle.
    fn add(&mut self, group: u32, person: u32, surname: u32, kin: bool) {
        *self.looks.entry(group).or_default() += 1.0;
        *self.hits.entry((group, surname)).or_default() += 1.0;
        if kin {
            *self.on_kin.entry((group, person)).or_default() += 1.0;
        }
    }

    /// The rate of the member's colleagues, drawn towards a wider one. What the member did is left out, and so are looks
    /// at the member and the member's kin: they are no namesakes of the member, and of a rare surname they are a good part
    /// of all who bear it.
    fn rate(&self, group: u32, member: &Member, people: &People, wider: f64) -> f64 {
        let of = |sum: Option<&f64>| sum.copied().unwrap_or(0.0);
        let kin = member.kin.iter().filter(|person| people.surname[**person as usize] == member.surname);
        let at_kin: f64 = kin.map(|person| of(self.on_kin.get(&(group, *person)))).sum();
        let looks = of(self.looks.get(&group)) - member.looks;
        let hits = of(self.hits.get(&(group, member.surname))) - member.namesakes - at_kin;
        (hits.max(0.0) + SHRINKAGE * wider) / (looks.max(0.0) + SHRINKAGE)
    }
}

/// Counts a run by group; nothing for a world that was made before its ties were noted.
pub fn measure(
    folder: &Path,
    world: &World,
    run: &Run,
    looks: &Looks,
    budget: usize,
) -> Result<Vec<Group>, TableError> {
    if !folder.join("truth/ties.csv").exists() {
        return Ok(Vec::new());
    }
    let mut surnames = Numbers::default();
    let people = People::read(folder, &mut surnames)?;
    let mut members = staff(folder, &mut surnames, &people)?;
    let by_id: FxHashMap<String, usize> = members.iter().enumerate().map(|(nth, m)| (m.id.clone(), nth)).collect();
    let kin: FxHashSet<u32> = members.iter().flat_map(|m| m.kin.iter().copied()).collect();
    let (mut stations, mut roles, mut force) = (Peers::default(), Peers::default(), Peers::default());
    looks.each(|look| {
        let Some(&nth) = by_id.get(look.staff) else { return };
        let Some(&person) = look.subject.strip_prefix("record:").and_then(|id| people.by_id.get(id)) else { return };
        let member = &mut members[nth];
        if look.environment != "live" || member.kin.contains(&person) {
            return;
        }
        let surname = people.surname[person as usize];
        let of_kin = kin.contains(&person);
        stations.add(member.station, person, surname, of_kin);
        roles.add(member.role, person, surname, of_kin);
        force.add(FORCE, person, surname, of_kin);
        member.looks += 1.0;
        member.namesakes += f64::from(u8::from(surname == member.surname));
    })?;
    // How often anybody's looks fall on a member's surname, over all members: where nothing nearer is known.
    let rates = members.iter().map(|m| force.rate(FORCE, m, &people, 0.0));
    let anybody = rates.sum::<f64>() / members.len().max(1) as f64;
    let lanes = Lanes::new(world, run, budget);
    let counted: Vec<(&Member, Group)> = members
        .iter()
        .filter(|m| m.looks > 0.0 && !world.misusers.contains(&m.id))
        .map(|m| {
            let wider = roles.rate(m.role, m, &people, force.rate(FORCE, m, &people, anybody));
            let peers = stations.rate(m.station, m, &people, wider);
            let group = Group {
                staff: 1,
                refer: usize::from(lanes.refer.contains(m.id.as_str())),
                budget: usize::from(lanes.budget.contains(m.id.as_str())),
                asked: usize::from(lanes.asked.contains(m.id.as_str())),
                looks: m.looks as usize,
                namesakes: m.namesakes as usize,
                by_peers: m.looks * peers,
                by_table: m.looks * people.share(m),
                ..Group::default()
            };
            (m, group)
        })
        .collect();
    Ok(groups(&counted, &people))
}

/// Cuts innocent members of staff by each measure.
fn groups(counted: &[(&Member, Group)], people: &People) -> Vec<Group> {
    let mut roles: BTreeMap<&str, usize> = BTreeMap::new();
    for (member, _) in counted {
        *roles.entry(&member.role_name).or_default() += 1;
    }
    let mut density: FxHashMap<u32, (f64, f64)> = FxHashMap::default();
    for (member, _) in counted {
        let sum = density.entry(member.station).or_default();
        sum.0 += people.at.get(&member.postcode).copied().unwrap_or(0.0);
        sum.1 += 1.0;
    }
    let surname = parts(counted, 10, |m| people.commonness(m.surname));
    let unit = parts(counted, 5, |m| density.get(&m.station).map_or(0.0, |(sum, n)| sum / n));
    let volume = parts(counted, 10, |m| m.looks);
    let mut sums: BTreeMap<(&str, String), Group> = BTreeMap::new();
    for (nth, (member, count)) in counted.iter().enumerate() {
        let small = roles.get(member.role_name.as_str()).is_some_and(|n| *n < LEAST_OF_ROLE);
        let close = if member.close == "true" { "in a close quarter" } else { "elsewhere" };
        for (by, name) in [
            ("surname", format!("{:02}", surname[nth])),
            ("community", member.community.clone()),
            ("quarter", close.to_owned()),
            ("unit density", unit[nth].to_string()),
            ("volume", format!("{:02}", volume[nth])),
            ("role", if small { "other roles".to_owned() } else { member.role_name.clone() }),
        ] {
            sums.entry((by, name)).or_default().add(count);
        }
    }
    sums.into_iter()
        .map(|((by, name), mut group)| {
            (group.by, group.name) = (by.to_owned(), name);
            // So that a line stays short.
            group.by_peers = (group.by_peers * 100.0).round() / 100.0;
            group.by_table = (group.by_table * 100.0).round() / 100.0;
            group
        })
        .collect()
}

/// The part, from 1, of each member by a number; equal numbers share the part of the middle one.
fn parts(counted: &[(&Member, Group)], parts: usize, number: impl Fn(&Member) -> f64) -> Vec<usize> {
    let mut order: Vec<(f64, usize)> = counted.iter().enumerate().map(|(nth, (m, _))| (number(m), nth)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut part = vec![0; order.len()];
    let mut from = 0;
    for same in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let middle = 2 * from + same.len();
        for (_, nth) in same {
            part[*nth] = 1 + (middle * parts / (2 * order.len())).min(parts - 1);
        }
        from += same.len();
    }
    part
}

/// The register of people.
#[derive(Default)]
struct People {
    by_id: FxHashMap<String, u32>,
    /// People by forename, surname and birth date.
    by_name: FxHashMap<(String, u32, String), Vec<u32>>,
    surname: Vec<u32>,
    /// Bearers of each surname.
    bearers: FxHashMap<u32, f64>,
    /// People at each postcode.
    at: FxHashMap<String, f64>,
}

impl People {
    fn read(folder: &Path, surnames: &mut Numbers) -> Result<Self, TableError> {
        let mut people = Self::default();
        let columns = ["subject_id", "forename", "surname", "dob", "postcode"];
        let mut rows = Rows::open(&folder.join("people.csv"), &columns)?;
        while let Some([id, forename, surname, dob, postcode]) = rows.next()? {
            let surname = surnames.of(&surname.to_uppercase());
            let person = people.surname.len() as u32;
            people.by_id.insert(id, person);
            people.by_name.entry((forename.to_uppercase(), surname, dob)).or_default().push(person);
            people.surname.push(surname);
            *people.bearers.entry(surname).or_default() += 1.0;
            *people.at.entry(postcode).or_default() += 1.0;
        }
        Ok(people)
    }

    /// Share of people who bear a surname.
    fn commonness(&self, surname: u32) -> f64 {
        self.bearers.get(&surname).copied().unwrap_or(0.0) / (self.surname.len().max(1) as f64)
    }

    /// Share of people outside a member's own circle who bear the member's surname.
    fn share(&self, member: &Member) -> f64 {
        let kin = member.kin.iter().filter(|person| self.surname[**person as usize] == member.surname).count() as f64;
        let bearers = self.bearers.get(&member.surname).copied().unwrap_or(0.0);
        (bearers - kin) / (self.surname.len() as f64 - member.kin.len() as f64).max(1.0)
    }
}

fn staff(folder: &Path, surnames: &mut Numbers, people: &People) -> Result<Vec<Member>, TableError> {
    let (mut stations, mut roles) = (Numbers::default(), Numbers::default());
    let (mut members, mut by_id) = (Vec::new(), FxHashMap::default());
    let columns = ["staff_id", "forename", "surname", "dob", "station", "role", "postcode"];
    let mut rows = Rows::open(&folder.join("staff.csv"), &columns)?;
    while let Some([id, forename, surname, dob, station, role, postcode]) = rows.next()? {
        by_id.insert(id.clone(), members.len());
        let surname = surnames.of(&surname.to_uppercase());
        // A record of the member's own is no namesake.
        let own = people.by_name.get(&(forename.to_uppercase(), surname, dob));
        members.push(Member {
            id,
            surname,
            kin: own.into_iter().flatten().copied().collect(),
            station: stations.of(&station),
            role: roles.of(&role),
            role_name: role,
            postcode,
            ..Member::default()
        });
    }
    let mut rows = Rows::open(&folder.join("truth/staff.csv"), &["staff_id", "community", "close_quarter"])?;
    while let Some([id, community, close]) = rows.next()? {
        if let Some(&nth) = by_id.get(&id) {
            let member: &mut Member = &mut members[nth];
            (member.community, member.close) = (community, close);
        }
    }
    let mut rows = Rows::open(&folder.join("truth/ties.csv"), &["staff_id", "subject_id"])?;
    while let Some([id, subject]) = rows.next()? {
        if let (Some(&nth), Some(&person)) = (by_id.get(&id), people.by_id.get(&subject)) {
            members[nth].kin.insert(person);
        }
    }
    Ok(members)
}

/// Innocent people by where a run put them.
struct Lanes<'r> {
    refer: FxHashSet<&'r str>,
    budget: FxHashSet<&'r str>,
    asked: FxHashSet<&'r str>,
}

impl<'r> Lanes<'r> {
    fn new(world: &World, run: &'r Run, budget: usize) -> Self {
        let wrong = |r: &&crate::run::Referral| !right(world, r);
        let ranked = || run.lane(REFER).chain(run.lane(QUERY));
        Self {
            refer: run.lane(REFER).filter(wrong).map(|r| r.staff.as_str()).collect(),
            budget: ranked().take(budget).filter(wrong).map(|r| r.staff.as_str()).collect(),
            asked: ranked().filter(wrong).map(|r| r.staff.as_str()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colleagues_rates_leave_the_member_out_and_lean_on_the_wider() {
        let people = People { surname: vec![1, 1, 2, 1], ..People::default() };
        let mut peers = Peers::default();
        for person in [0, 0, 1, 3, 2, 2, 2, 2, 2, 2, 2] {
            peers.add(7, person, people.surname[person as usize], person == 3);
        }
        let member =
            Member { surname: 1, looks: 4.0, namesakes: 2.0, kin: FxHashSet::from_iter([3]), ..Member::default() };
        let rate = peers.rate(7, &member, &people, 0.01);
        assert!((rate - (1.0 + 3_000.0 * 0.01) / (7.0 + 3_000.0)).abs() < 1e-12, "kin is no namesake: {rate}");
        assert!((peers.rate(8, &Member::default(), &people, 0.01) - 0.01).abs() < 1e-12, "nobody there");
    }

    #[test]
    fn parts_are_of_equal_size_and_equal_numbers_stay_together() {
        let members: Vec<Member> = [1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0]
            .into_iter()
            .map(|looks| Member { looks, ..Member::default() })
            .collect();
        let counted: Vec<(&Member, Group)> = members.iter().map(|m| (m, Group::default())).collect();
        assert_eq!(parts(&counted, 4, |m| m.looks), [2, 2, 2, 2, 3, 3, 4, 4]);
    }
}
