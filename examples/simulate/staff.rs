//! The force: stations, teams, and who of the towns' people works in which.

use crate::draw::{Draw, Stream};
use crate::identifiers::Identifiers;
use crate::places::{HomeId, Places};
use crate::population::{NOBODY, PersonId, Population};
use crate::staff_roles::{Pattern, ROLES, Role};

/// A member of staff, by place in the list of all of them.
pub type StaffId = u32;

/// What HR says of somebody's service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// At work.
    Active,
    /// Suspended from duty.
    Suspended,
    /// On restricted duties.
    Restricted,
    /// Away for months.
    LongLeave,
}

/// A member of staff.
pub struct Member {
    /// Who they are.
    pub person: PersonId,
    /// Their number, which most systems use as the login.
    pub number: String,
    /// What they do.
    pub role: Role,
    /// Leads a team.
    pub leads: bool,
    /// Their team.
    pub team: usize,
    /// Their station, or headquarters.
    pub station: usize,
    /// Who answers for them.
    pub manager: Option<StaffId>,
    /// First day of service, in days since 1970-01-01.
    pub joined: i64,
    /// Last day of service, as a day of the window.
    pub left: Option<i32>,
    /// HR's word.
    pub status: Status,
    /// How much they look up, against others of the role.
    pub pace: f64,
    /// A login of its own on the national computer.
    pub national_login: Option<String>,
    /// The home before the present one, and how many days ago they moved.
    pub moved: Option<(HomeId, i64)>,
}

/// A team.
pub struct Team {
    /// As HR writes it.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Where.
    pub station: usize,
    /// Which of five turns it works, for round-the-clock roles.
    pub turn: usize,
    /// Who is in it, its leader first.
    pub members: Vec<StaffId>,
}

/// A police station.
pub struct Station {
    /// Its name.
    pub name: String,
    /// Its code, as terminals show it.
    pub code: String,
}

/// Everybody who works for the force.
pub struct Force {
    /// Members of staff, leavers included.
    pub members: Vec<Member>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Stations; the last is headquarters.
    pub stations: Vec<Station>,
    /// For each person who is a member of staff, which one.
    by_person: Vec<u32>,
}

impl Force {
    /// Hires so many of the towns' people.
    pub fn new(
        seed: u64,
        size: usize,
        places: &Places,
        population: &Population,
        ids: &Identifiers,
        today: i64,
        days: i32,
    ) -> Self {
        let mut draw = Draw::new(seed, Stream::Staff, 0, 0);
        let local = places.towns.len().min((size / 150).max(2));
        let mut stations: Vec<Station> = (0..local).map(|town| station(&places.towns[town].name, town)).collect();
        stations.push(Station { name: "Headquarters".to_owned(), code: "HQ".to_owned() });
        let mut force = Self { members: Vec::new(), teams: Vec::new(), stations, by_person: Vec::new() };
        force.by_person = vec![u32::MAX; population.people.len()];
        let (couples, others) = candidates(size, population, today, &mut draw);
        let mut roles = roles(size, local, &mut draw);
        // Couples met at work: both answer calls from the same station.
        for pair in couples.chunks(2) {
            let station = draw.below(local);
            for &person in pair {
                take(&mut roles, Role::Response);
                force.hire(person, Role::Response, station, ids, population, today, &mut draw);
            }
        }
        let mut inspectors = 0;
        for &person in &others {
            let Some(role) = roles.pop() else { break };
            let town = places.town(population.get(person).home);
            let near = if town < local && draw.chance(0.7) { town } else { draw.below(local) };
            let mut station = if role.facts().local { near } else { local };
            if role == Role::Inspector {
                // No station without one.
                station = inspectors % local;
                inspectors += 1;
            }
            force.hire(person, role, station, ids, population, today, &mut draw);
        }
        force.form_teams();
        force.appoint(&mut draw);
        force.part(days, couples.len(), &mut draw);
        force.move_house(places, &mut draw);
        force
    }

    /// The member of staff that a person is.
    pub fn of_person(&self, person: PersonId) -> Option<StaffId> {
        self.by_person.get(person as usize).copied().filter(|&s| s != u32::MAX)
    }

    /// One member.
    pub fn get(&self, staff: StaffId) -> &Member {
        &self.members[staff as usize]
    }

    /// How many stations there are, headquarters left out.
    pub fn local_stations(&self) -> usize {
        self.stations.len() - 1
    }

    #[expect(clippy::too_many_arguments, reason = "what HR asks of everybody")]
    fn hire(
        &mut self,
        person: PersonId,
        role: Role,
        station: usize,
        ids: &Identifiers,
        population: &Population,
        today: i64,
        draw: &mut Draw,
    ) {
        let index = self.members.len();
        let grown = i64::from(population.get(person).birth) + 19 * 365;
        let joined = today - draw.between(40, (today - grown).clamp(60, 27 * 365));
        let national = draw.chance(0.3);
        self.by_person[person as usize] = index as u32;
        self.members.push(Member {
            person,
            number: ids.staff(index),
            role,
            leads: false,
            team: 0,
            station,
            manager: None,
            joined,
            left: None,
            status: Status::Active,
            pace: (draw.normal() * 0.4).exp(),
            national_login: national.then(|| format!("pnc{}", &ids.staff(index)[1..])),
            moved: None,
        });
    }

    /// Groups those of one role and station into teams of at most fourteen.
    fn form_teams(&mut self) {
        for facts in &ROLES {
            for station in 0..self.stations.len() {
                let group: Vec<StaffId> = (0..self.members.len() as u32)
                    .filter(|&s| self.get(s).role == facts.role && self.get(s).station == station)
                    .collect();
                if group.is_empty() {
                    continue;
                }
                let turns = if facts.pattern == Pattern::Round { 5 } else { 1 };
                let teams = turns * group.len().div_ceil(turns * 14);
                for nth in 0..teams {
                    let members: Vec<StaffId> = group.iter().copied().skip(nth).step_by(teams).collect();
                    if !members.is_empty() {
                        self.add_team(facts.title, facts.role, station, turns, nth, members);
                    }
                }
            }
        }
    }

    fn add_team(&mut self, title: &str, role: Role, station: usize, turns: usize, nth: usize, members: Vec<StaffId>) {
        let turn = nth % turns;
        let letter = char::from(b'A' + turn as u8);
        let more = if nth / turns > 0 { format!("{}", nth / turns + 1) } else { String::new() };
        let short = title.rsplit_once(' ').map_or(title, |(front, _)| front);
        let name = match turns {
            1 => format!("{} {short} {more}", self.stations[station].code).trim_end().to_owned(),
            _ => format!("{} {short} {letter}{more}", self.stations[station].code),
        };
        for &s in &members {
            self.members[s as usize].team = self.teams.len();
        }
        self.teams.push(Team { name, role, station, turn, members });
    }

    /// Gives every team of four or more a leader, and everybody somebody to answer to.
    fn appoint(&mut self, draw: &mut Draw) {
        let mut inspectors = vec![Vec::new(); self.stations.len()];
        for (s, member) in self.members.iter().enumerate() {
            if member.role == Role::Inspector {
                inspectors[member.station].push(s as StaffId);
            }
        }
        for team in 0..self.teams.len() {
            let Team { role, station, .. } = self.teams[team];
            let above = match inspectors[station].is_empty() || role == Role::Inspector {
                true => None,
                false => Some(*draw.pick(&inspectors[station])),
            };
            let members = self.teams[team].members.clone();
            let leader = (members.len() >= 4 && role != Role::Inspector).then(|| members[0]);
            for &s in &members {
                let member = &mut self.members[s as usize];
                member.leads = leader == Some(s);
                member.manager = if member.leads { above } else { leader.or(above) };
            }
        }
    }

    /// Some have left, some leave, some are suspended or away. Couples stay.
    fn part(&mut self, days: i32, couples: usize, draw: &mut Draw) {
        let mut order: Vec<usize> = (couples..self.members.len())
            .filter(|&s| !self.members[s].leads && self.members[s].role != Role::Inspector)
            .collect();
        draw.shuffle(&mut order);
        let size = self.members.len();
        let some = |share: f64| ((size as f64 * share) as usize).max(1);
        let mut order = order.into_iter();
        for _ in 0..some(0.015) {
            if let Some(s) = order.next() {
                self.members[s].left = Some(-(draw.between(6, 300) as i32));
                self.members[s].joined -= 400;
            }
        }
        for _ in 0..some(0.01) {
            if let Some(s) = order.next() {
                self.members[s].left = Some(draw.between(i64::from(days) / 4, i64::from(days) * 3 / 4) as i32);
            }
        }
        for (status, share) in [(Status::Suspended, 0.01), (Status::Restricted, 0.008), (Status::LongLeave, 0.015)] {
            for _ in 0..some(share) {
                if let Some(s) = order.next() {
                    self.members[s].status = status;
                }
            }
        }
    }

    fn move_house(&mut self, places: &Places, draw: &mut Draw) {
        for s in 0..self.members.len() {
            if draw.chance(0.12) {
                let before = places.any_home(draw.below(places.towns.len()), draw);
                self.members[s].moved = Some((before, draw.between(60, 900)));
            }
        }
    }
}

fn station(town: &str, nth: usize) -> Station {
    let mut code: String = town.chars().take(3).collect::<String>().to_uppercase();
    if nth >= 24 {
        code = format!("{code}{}", nth / 24 + 1);
    }
    Station { name: format!("{town} Police Station"), code }
}

/// Grown people in working life: couples first (two by two), then everybody else who joins.
fn candidates(size: usize, population: &Population, today: i64, draw: &mut Draw) -> (Vec<PersonId>, Vec<PersonId>) {
    let able = |p: PersonId| {
        let age = (today - i64::from(population.get(p).birth)) / 365;
        (20..=58).contains(&age) && !population.get(p).flags.deceased
    };
    let mut adults: Vec<PersonId> = (0..population.people.len() as PersonId).filter(|&p| able(p)).collect();
    draw.shuffle(&mut adults);
    let mut taken = vec![false; population.people.len()];
    let mut couples = Vec::new();
    for &p in &adults {
        let partner = population.get(p).partner;
        if couples.len() < 2 * (size / 50).max(2) && partner != NOBODY && able(partner) && !taken[p as usize] {
            couples.extend([p, partner]);
            taken[p as usize] = true;
            taken[partner as usize] = true;
        }
    }
    // Two of one household seldom work for one force unless they met there.
    let mut others = Vec::new();
    for &p in &adults {
        let partner = population.get(p).partner;
        let met = partner != NOBODY && taken[partner as usize];
        if !taken[p as usize] && !met && couples.len() + others.len() < size {
            taken[p as usize] = true;
            others.push(p);
        }
    }
    (couples, others)
}

/// One role for each member of staff, in random order.
fn roles(size: usize, stations: usize, draw: &mut Draw) -> Vec<Role> {
    let mut roles = Vec::with_capacity(size);
    for facts in &ROLES {
        let mut n = ((size as f64 * facts.share).round() as usize).max(1);
        if facts.role == Role::Inspector {
            n = n.max(stations);
        }
        roles.extend(std::iter::repeat_n(facts.role, n));
    }
    // Rounding falls on the response teams.
    while roles.len() > size {
        take(&mut roles, Role::Response);
    }
    roles.resize(size, Role::Response);
    draw.shuffle(&mut roles);
    roles
}

/// Takes one role of a kind out of those still to be filled.
fn take(roles: &mut Vec<Role>, role: Role) {
    match roles.iter().position(|&r| r == role) {
        Some(i) => {
            roles.swap_remove(i);
        }
        None => {
            roles.pop();
        }
    }
}
