//! Towns, streets and houses of an invented county.

use crate::draw::{Draw, Stream};
use crate::identifiers::postcode;
use crate::names::Community;

/// A home, by its place in the list of all of them.
pub type HomeId = u32;

/// A house or a flat.
#[derive(Clone, Copy)]
pub struct Home {
    /// The street it stands in.
    pub street: u32,
    /// Its number.
    pub number: u16,
    /// Its flat, or 0 for a whole house.
    pub flat: u8,
}

/// A street, with its homes in order of number.
pub struct Street {
    /// The name without the town.
    pub name: String,
    /// The town.
    pub town: u16,
    /// A community that many of its families belong to.
    pub community: Community,
    /// The first home and one past the last.
    pub homes: std::ops::Range<u32>,
    /// The first of its postcode units within the town.
    unit: u32,
    /// Homes still empty while families move in.
    empty: Vec<HomeId>,
}

/// The community, besides the majority, that settled in a town.
fn settled(town: usize) -> Community {
    Community::ALL[1 + town % 6]
}

/// A town: the catchment of a station.
pub struct Town {
    /// Its name.
    pub name: String,
    /// Its streets.
    pub streets: std::ops::Range<u32>,
}

/// The county.
pub struct Places {
    /// Towns, each one postcode district.
    pub towns: Vec<Town>,
    /// Streets of all towns.
    pub streets: Vec<Street>,
    /// Homes of all streets.
    pub homes: Vec<Home>,
}

const TOWN_FIRST: [&str; 24] = [
    "Carrow", "Aldwin", "Brindle", "Thorpe", "Marston", "Eller", "Haver", "Stain", "Wither", "Cold", "Penning",
    "Ashmer", "Larken", "Millbeck", "Orston", "Rothwin", "Sallow", "Tarn", "Ulver", "Wenn", "Yarrow", "Garth",
    "Fenwin", "Dray",
];
const TOWN_LAST: [&str; 10] = ["ford", "ham", "by", "worth", "stow", "mouth", "field", "bridge", "ley", "combe"];
const STREET_FIRST: [&str; 64] = [
    "Mill",
    "Church",
    "Station",
    "Victoria",
    "Albert",
    "High",
    "Park",
    "Queen",
    "King",
    "School",
    "Chapel",
    "London",
    "Green",
    "Manor",
    "Springfield",
    "Grange",
    "North",
    "South",
    "West",
    "East",
    "Orchard",
    "Windsor",
    "York",
    "New",
    "Beech",
    "Oak",
    "Ash",
    "Elm",
    "Cedar",
    "Willow",
    "Poplar",
    "Hawthorn",
    "Meadow",
    "Highfield",
    "Hill",
    "Bridge",
    "Water",
    "Castle",
    "Abbey",
    "Priory",
    "Canal",
    "Railway",
    "Market",
    "Nelson",
    "Wellington",
    "Cromwell",
    "Milton",
    "Byron",
    "Shelley",
    "Tennyson",
    "Kipling",
    "Clarence",
    "George",
    "Edward",
    "Alexandra",
    "Stanley",
    "Cavendish",
    "Gladstone",
    "Harcourt",
    "Lime",
    "Sycamore",
    "Larch",
    "Rowan",
    "Foundry",
];
const STREET_LAST: [&str; 9] = ["Road", "Street", "Lane", "Avenue", "Close", "Drive", "Crescent", "Terrace", "Grove"];

impl Places {
    /// Builds enough towns for so many households.
    pub fn new(seed: u64, households: usize, towns: usize) -> Self {
        let mut places = Self { towns: Vec::new(), streets: Vec::new(), homes: Vec::new() };
        let each = households.div_ceil(towns) * 108 / 100 + 60;
        for town in 0..towns {
            let mut draw = Draw::new(seed, Stream::Places, town as u64, 0);
            places.add_town(town, each, &mut draw);
        }
        places
    }

    fn add_town(&mut self, town: usize, homes: usize, draw: &mut Draw) {
        let (first, last) = (town % TOWN_FIRST.len(), (town * 7 + town / TOWN_FIRST.len()) % TOWN_LAST.len());
        let mut name = format!("{}{}", TOWN_FIRST[first], TOWN_LAST[last]);
        if town >= TOWN_FIRST.len() * TOWN_LAST.len() {
            name = format!("{name} {}", town / (TOWN_FIRST.len() * TOWN_LAST.len()) + 1);
        }
        let first_street = self.streets.len();
        let until = self.homes.len() + homes;
        let mut unit = 0;
        let mut order: Vec<usize> = (0..STREET_FIRST.len() * STREET_LAST.len()).collect();
        draw.shuffle(&mut order);
        let mut nth = 0;
        while self.homes.len() < until {
            let which = order[nth % order.len()];
            let again = nth / order.len();
            nth += 1;
            let mut street = format!("{} {}", STREET_FIRST[which / 9], STREET_LAST[which % 9]);
            if again > 0 {
                street = format!("{} {street}", ["Upper", "Lower", "Old", "Great", "Little"][(again - 1) % 5]);
            }
            let start = self.homes.len() as u32;
            let id = self.streets.len() as u32;
            let houses = draw.between(18, 64) as u16;
            let flats = draw.chance(0.15);
            for number in 1..=houses {
                let count = if flats && draw.chance(0.3) { draw.between(2, 6) as u8 } else { 0 };
                for flat in count.min(1)..=count {
                    self.homes.push(Home { street: id, number, flat });
                }
            }
            let homes = start..self.homes.len() as u32;
            let mut empty: Vec<HomeId> = homes.clone().collect();
            draw.shuffle(&mut empty);
            // One street in four is the close quarter of one community, mostly of the one that settled in this town.
            let community = match draw.chance(0.25) {
                true if draw.chance(0.6) => settled(town),
                true => Community::ALL[1 + draw.below(6)],
                false => Community::British,
            };
            let units = (homes.len() as u32).div_ceil(15);
            self.streets.push(Street { name: street, town: town as u16, community, homes, unit, empty });
            unit += units;
        }
        self.towns.push(Town { name, streets: first_street as u32..self.streets.len() as u32 });
    }

    /// Where a family lives: anywhere, but more often than not in a town in which others of its community settled, so that a
    /// surname is common in one place and rare in the county.
    pub fn town_of_family(&self, community: Community, draw: &mut Draw) -> usize {
        let anywhere = draw.below(self.towns.len());
        let choice = draw.unit();
        let towns: Vec<usize> = (0..self.towns.len()).filter(|&town| settled(town) == community).collect();
        if towns.is_empty() || choice >= 0.6 { anywhere } else { towns[anywhere % towns.len()] }
    }

    /// An empty home in a town, in the family's own quarter more often than not; another town's where it is full.
    pub fn move_in(&mut self, town: usize, community: Community, draw: &mut Draw) -> HomeId {
        for attempt in 0..40 {
            let town = if attempt < 30 { town } else { draw.below(self.towns.len()) };
            let streets = self.towns[town].streets.clone();
            let id = streets.start as usize + draw.below(streets.len());
            let street = &mut self.streets[id];
            let unlike = street.community != community && !(community == Community::British && draw.chance(0.3));
            if attempt < 14 && unlike {
                continue;
            }
            if let Some(home) = street.empty.pop() {
                return home;
            }
        }
        match self.streets.iter_mut().find_map(|street| street.empty.pop()) {
            Some(home) => home,
            // The county is full: share a home, as families do.
            None => draw.below(self.homes.len()) as HomeId,
        }
    }

    /// The town of a home.
    pub fn town(&self, home: HomeId) -> usize {
        self.streets[self.homes[home as usize].street as usize].town as usize
    }

    /// The first line of an address: `Flat 2, 18 Mill Lane`.
    pub fn line(&self, home: HomeId) -> String {
        let Home { street, number, flat } = self.homes[home as usize];
        let street = &self.streets[street as usize].name;
        match flat {
            0 => format!("{number} {street}"),
            _ => format!("Flat {flat}, {number} {street}"),
        }
    }

    /// The whole address without the postcode.
    pub fn address(&self, home: HomeId) -> String {
        format!("{}, {}", self.line(home), self.towns[self.town(home)].name)
    }

    /// The postcode unit of a home, as a number that is its own in the county.
    pub fn unit(&self, home: HomeId) -> (usize, usize) {
        let street = &self.streets[self.homes[home as usize].street as usize];
        (street.town as usize, (street.unit + (home - street.homes.start) / 15) as usize)
    }

    /// The postcode of a home.
    pub fn postcode(&self, home: HomeId) -> String {
        let (district, unit) = self.unit(home);
        postcode(district, unit)
    }

    /// The homes next door: other flats of the house, and the houses two numbers off on the same side.
    pub fn next_door(&self, home: HomeId) -> Vec<HomeId> {
        let here = self.homes[home as usize];
        let street = &self.streets[here.street as usize];
        let near = home.saturating_sub(24).max(street.homes.start)..(home + 24).min(street.homes.end);
        near.filter(|&other| {
            let number = self.homes[other as usize].number;
            other != home && (number == here.number || number.abs_diff(here.number) == 2)
        })
        .collect()
    }

    /// Any home of a town.
    pub fn any_home(&self, town: usize, draw: &mut Draw) -> HomeId {
        let streets = self.towns[town].streets.clone();
        let first = self.streets[streets.start as usize].homes.start as usize;
        let last = self.streets[streets.end as usize - 1].homes.end as usize;
        (first + draw.below(last - first)) as HomeId
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_door_is_the_same_side_of_the_street() {
        let places = Places::new(1, 600, 2);
        for home in (0..places.homes.len() as u32).step_by(37) {
            let here = places.homes[home as usize];
            for other in places.next_door(home) {
                let there = places.homes[other as usize];
                assert_eq!(here.street, there.street);
                assert!(here.number == there.number || here.number.abs_diff(there.number) == 2);
            }
        }
    }

    #[test]
    fn a_postcode_has_about_fifteen_homes() {
        let places = Places::new(1, 2000, 2);
        let mut units: Vec<_> = (0..places.homes.len() as u32).map(|h| places.unit(h)).collect();
        units.dedup();
        let each = places.homes.len() as f64 / units.len() as f64;
        assert!((10.0..=15.0).contains(&each), "{each} homes a unit");
    }
}
