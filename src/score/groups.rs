//! Groups of members of staff between whom a score must be fair: how common the surname is, how dense the
//! neighbourhood of the unit and of the home, how much somebody searches, and the role.

use super::{Lane, Scored};
use crate::purpose::UserId;
use crate::rules::rows::World;

/// By what members of staff are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Tenths of users by how common their surname is among known people.
    Surname,
    /// Fifths of users by the mean over the homes of their station of what [`Dimension::HomeDensity`] counts.
    UnitDensity,
    /// Fifths of users by how many known people live at the fifty addresses nearest to their home.
    HomeDensity,
    /// Tenths of users by number of looks.
    Volume,
    /// What HR says.
    Role,
}

impl Dimension {
    /// Every dimension, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::Surname, Self::UnitDensity, Self::HomeDensity, Self::Volume, Self::Role];

    /// The code written in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Surname => "surname",
            Self::UnitDensity => "unit_density",
            Self::HomeDensity => "home_density",
            Self::Volume => "volume",
            Self::Role => "role",
        }
    }

    /// What the groups are cut by, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Surname => "how common the surname is",
            Self::UnitDensity => "how densely people live around the homes of the unit",
            Self::HomeDensity => "how densely people live around the home",
            Self::Volume => "number of looks",
            Self::Role => "role",
        }
    }
}

/// The name of the group of whom nothing is known.
pub const UNKNOWN: &str = "unknown";

/// The groups of one dimension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// Names of the groups, in the order of the table.
    pub names: Vec<String>,
    /// What each group covers ("1 to 12 looks"), or empty.
    pub covers: Vec<String>,
    /// By user: the group; `None` for users who made no look.
    pub of: Vec<Option<u16>>,
}

/// Everybody who made a look, by every dimension.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    cuts: Vec<Cut>,
}

impl Groups {
    /// Groups the users of a world.
    #[must_use]
    pub fn new(world: &World<'_>) -> Self {
        let active: Vec<UserId> = (0..world.users.len() as UserId).filter(|u| world.judged_by(*u)).collect();
        let on_record = |user: UserId| world.tables.staff.get(user as usize);
        let surname = |user: UserId| {
            let share = world.relations.surname_share.get(user as usize).copied()?;
            // Without a surname the share is one.
            (share < 1.0 && on_record(user).is_some()).then_some(f64::from(share) * 1_000.0)
        };
        let home = |user: UserId| {
            let near = world.relations.neighbours_in_reach.get(user as usize).copied()?;
            on_record(user).filter(|s| !s.address.is_empty() || !s.postcode.is_empty()).map(|_| f64::from(near))
        };
        let station = |user: UserId| on_record(user).map(|s| s.station.as_str()).filter(|s| !s.is_empty());
        // Over everybody who works there, whether they searched or not.
        let mut stations: std::collections::BTreeMap<&str, (f64, f64)> = std::collections::BTreeMap::new();
        for user in 0..world.tables.staff.len() as UserId {
            if let (Some(station), Some(near)) = (station(user), home(user)) {
                let sum = stations.entry(station).or_default();
                sum.0 += near;
                sum.1 += 1.0;
            }
        }
        let unit = |user: UserId| station(user).and_then(|s| stations.get(s)).map(|(sum, homes)| sum / homes);
        let looks = |user: UserId| Some(f64::from(world.users[user as usize].looks));
        let cuts = Dimension::ALL.map(|dimension| match dimension {
            Dimension::Surname => parts(world, &active, 10, " of 1,000 people", surname),
            Dimension::UnitDensity => parts(world, &active, 5, " people near a home", unit),
            Dimension::HomeDensity => parts(world, &active, 5, " people near", home),
            Dimension::Volume => parts(world, &active, 10, " looks", looks),
            Dimension::Role => roles(world, &active),
        });
        Self { cuts: cuts.into() }
    }

    /// The groups of one dimension.
    #[must_use]
    pub fn cut(&self, dimension: Dimension) -> &Cut {
        &self.cuts[dimension as usize]
    }

    /// The name of a user's group; empty for users who made no look.
    #[must_use]
    pub fn name(&self, dimension: Dimension, user: UserId) -> &str {
        let cut = self.cut(dimension);
        cut.of.get(user as usize).copied().flatten().map_or("", |group| &cut.names[usize::from(group)])
    }
}

/// The lane in which each user stands: the best, `cut` where the refer lane had no room, or empty.
#[must_use]
pub fn lanes(scored: &Scored, users: usize) -> Vec<&'static str> {
    let mut lanes = vec![""; users];
    for member in &scored.members {
        lanes[member.user as usize] = member.lane.as_str();
    }
    for member in &scored.cut {
        lanes[member.user as usize] = "cut";
    }
    lanes
}

/// Would the score have referred them, whatever room there was?
#[must_use]
pub fn referred(lane: &str) -> bool {
    lane == Lane::Refer.as_str() || lane == "cut"
}

/// Cuts users into so many parts of equal size by a number. Users with the same number are in the same part, that
/// of the middle one, so that who is in which does not depend on their order.
fn parts(
    world: &World<'_>,
    active: &[UserId],
    parts: usize,
    unit: &str,
    number: impl Fn(UserId) -> Option<f64>,
) -> Cut {
    let mut known: Vec<(f64, UserId)> = active.iter().filter_map(|&u| number(u).map(|n| (n, u))).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut cut = Cut { of: vec![None; world.users.len()], ..Cut::default() };
    let mut ends: Vec<Option<(f64, f64)>> = vec![None; parts];
    for (part, same) in quantiles(&known, parts) {
        let number = same[0].0;
        let (low, _) = *ends[part].get_or_insert((number, number));
        ends[part] = Some((low, number));
        for (_, user) in same {
            cut.of[*user as usize] = Some(part as u16);
        }
    }
    let figure = |n: f64| if n < 10.0 && n.fract() != 0.0 { format!("{n:.2}") } else { format!("{n:.0}") };
    cut.names = (1..=parts).map(|n| n.to_string()).collect();
    cut.covers = ends
        .into_iter()
        .map(|ends| ends.map_or_else(String::new, |(a, b)| format!("{} to {}{unit}", figure(a), figure(b))))
        .collect();
    unknown(&mut cut, active);
    cut
}

/// The part of each run of equal numbers.
fn quantiles(sorted: &[(f64, UserId)], parts: usize) -> Vec<(usize, &[(f64, UserId)])> {
    let mut from = 0;
    let mut found = Vec::new();
    for same in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        // Twice the middle position, in whole numbers.
        let middle = 2 * from + same.len();
        found.push(((middle * parts / (2 * sorted.len())).min(parts - 1), same));
        from += same.len();
    }
    found
}

fn roles(world: &World<'_>, active: &[UserId]) -> Cut {
    let mut names: Vec<String> =
        active.iter().map(|u| world.role(*u).to_owned()).filter(|role| !role.is_empty()).collect();
    names.sort();
    names.dedup();
    let mut cut = Cut { of: vec![None; world.users.len()], covers: vec![String::new(); names.len()], names };
    for &user in active {
        cut.of[user as usize] = cut.names.binary_search_by(|n| n.as_str().cmp(world.role(user))).ok().map(|g| g as u16);
    }
    unknown(&mut cut, active);
    cut
}

/// Gathers those of whom nothing is known.
fn unknown(cut: &mut Cut, active: &[UserId]) {
    let missing: Vec<UserId> = active.iter().copied().filter(|u| cut.of[*u as usize].is_none()).collect();
    if missing.is_empty() {
        return;
    }
    let group = cut.names.len() as u16;
    cut.names.push(UNKNOWN.to_owned());
    cut.covers.push(String::new());
    for user in missing {
        cut.of[user as usize] = Some(group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_a_part_whatever_their_order() {
        let numbers = [1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let sorted: Vec<(f64, UserId)> = numbers.into_iter().zip(0..).collect();
        let found: Vec<(usize, usize)> = quantiles(&sorted, 5).into_iter().map(|(part, s)| (part, s.len())).collect();
        assert_eq!(found, [(1, 4), (2, 1), (2, 1), (3, 1), (3, 1), (4, 1), (4, 1)]);
    }

    #[test]
    fn parts_of_different_numbers_are_of_equal_size() {
        let sorted: Vec<(f64, UserId)> = (0..1_000).map(|u| (f64::from(u) * 0.5, u)).collect();
        let mut sizes = [0; 10];
        for (part, same) in quantiles(&sorted, 10) {
            sizes[part] += same.len();
        }
        assert_eq!(sizes, [100; 10]);
        assert!(quantiles(&[], 10).is_empty());
        assert_eq!(quantiles(&sorted[..1], 10)[0].0, 5);
    }
}
