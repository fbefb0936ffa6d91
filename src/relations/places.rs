//! Homes of staff: who lives there, who lives next door.

use super::evidence::place_bits;
use super::weights::{ADDRESS_BUILDING, NEIGHBOUR_REACH};
use crate::subjects::Span;
use crate::subjects::postings::{Key, Postings};
use crate::subjects::terms::{Address, AddressLevel, PostcodeLevel};

const HOUSE: u8 = 1;
const STREET: u8 = 2;
const UNIT: u8 = 3;

/// Homes on one street or in one postcode beyond this are passed over and counted.
const MOST_HOMES: usize = 400;

/// The address of one member of staff.
#[derive(Clone, Debug)]
pub struct Home {
    /// Row in `staff`.
    pub staff: u32,
    /// Where.
    pub address: Address,
    /// A station or hostel, or more known people than a household has.
    pub communal: bool,
    /// When it was theirs.
    pub span: Span,
}

/// How near a neighbour lives; each with the chance that the address is one of the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// Another flat of the building, or next door (two numbers of one side).
    NextDoor,
    /// Up to four numbers away, or eight on the same side.
    Near,
    /// Among the nearest fifty possible addresses of the street.
    Reach,
    /// The same postcode unit, the house unknown.
    Postcode,
}

impl Nearness {
    /// Chance that an address this near is among the nearest fifty, reading errors allowed for \[R\].
    #[must_use]
    pub const fn probability(self) -> f32 {
        match self {
            Self::NextDoor => 0.97,
            Self::Near => 0.95,
            Self::Reach => 0.85,
            Self::Postcode => 0.75,
        }
    }
}

/// Finds homes by address.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// In the order of `staff`.
    pub all: Vec<Home>,
    /// Of each home its hashed street and its number, side by side: most of a street is out
    /// of reach, which these tell without looking at the address.
    gates: Vec<(u64, u32)>,
    keys: Postings,
}

impl Homes {
    /// Indexes the homes.
    #[must_use]
    pub fn new(all: Vec<Home>) -> Self {
        let mut pairs = Vec::with_capacity(all.len() * 5);
        for (row, home) in all.iter().enumerate() {
            let a = &home.address;
            pairs.extend(house_keys(a).into_iter().map(|key| (key, row as u32)));
            pairs.extend(street_keys(a).into_iter().map(|key| (key, row as u32)));
            pairs.extend(a.postcode.and_then(|p| p.unit()).map(|unit| (Key::new(UNIT).number(unit).end(), row as u32)));
        }
        let gates = all.iter().map(|home| gate(&home.address)).collect();
        Self { all, gates, keys: Postings::new(pairs) }
    }

    /// Homes at this address, with its bits; the same building counts where the flat is unknown on a side.
    pub fn at(&self, address: &Address, mut found: impl FnMut(u32, f32, AddressLevel)) {
        let mut seen: Vec<u32> = house_keys(address).into_iter().flat_map(|key| self.keys.get(key)).copied().collect();
        seen.sort_unstable();
        seen.dedup();
        for row in seen {
            let home = &self.all[row as usize];
            let (bits, level) = place_bits(address, &home.address);
            if !home.communal
                && bits >= ADDRESS_BUILDING
                && matches!(level, AddressLevel::Same | AddressLevel::Building)
            {
                found(row, bits, level);
            }
        }
    }

    /// Homes that this address is next to; returns the keys that were passed over.
    pub fn near(&self, address: &Address, mut found: impl FnMut(u32, Nearness)) -> u64 {
        let mut capped = 0;
        let mut seen: Vec<u32> = Vec::new();
        let unit = address.postcode.and_then(|p| p.unit()).map(|unit| Key::new(UNIT).number(unit).end());
        for key in street_keys(address).into_iter().chain(unit) {
            let rows = self.keys.get(key);
            if rows.len() > MOST_HOMES {
                capped += 1;
            } else {
                seen.extend(rows);
            }
        }
        seen.sort_unstable();
        seen.dedup();
        let here = gate(address);
        for row in seen {
            if self.all[row as usize].communal {
                continue;
            }
            let (street, number) = self.gates[row as usize];
            if street == here.0 && number > 0 && here.1 > 0 && number.abs_diff(here.1) > NEIGHBOUR_REACH {
                continue;
            }
            if let Some(nearness) = nearness(address, &self.all[row as usize].address) {
                found(row, nearness);
            }
        }
        capped
    }
}

/// How near two addresses are; `None` for the same dwelling and for what is too far or unknown.
#[must_use]
pub fn nearness(a: &Address, b: &Address) -> Option<Nearness> {
    match a.compare(b) {
        AddressLevel::OtherFlat => {
            let number = |unit: &str| unit.parse::<u32>().ok();
            match (number(&a.unit), number(&b.unit)) {
                (Some(x), Some(y)) if x.abs_diff(y) > NEIGHBOUR_REACH => None,
                _ => Some(Nearness::NextDoor),
            }
        }
        AddressLevel::Street if a.number > 0 && b.number > 0 && a.street == b.street => {
            let same_side = a.number % 2 == b.number % 2;
            match a.number.abs_diff(b.number) {
                0 => Some(Nearness::NextDoor),
                1..=2 if same_side => Some(Nearness::NextDoor),
                1..=4 => Some(Nearness::Near),
                5..=8 if same_side => Some(Nearness::Near),
                gap if gap <= NEIGHBOUR_REACH => Some(Nearness::Reach),
                _ => None,
            }
        }
        AddressLevel::Street | AddressLevel::Postcode(PostcodeLevel::Unit) => {
            let unit = |x: &Address| x.postcode.and_then(|p| p.unit());
            (unit(a).is_some() && unit(a) == unit(b)).then_some(Nearness::Postcode)
        }
        _ => None,
    }
}

/// Keys that equal dwellings share.
#[must_use]
pub fn house_keys(address: &Address) -> Vec<u64> {
    let mut keys = Vec::with_capacity(2);
    let house =
        |key: Key| if address.number > 0 { key.number(u64::from(address.number)) } else { key.text(&address.building) };
    if address.number == 0 && address.building.is_empty() {
        return keys;
    }
    if !address.street.is_empty() {
        keys.push(house(Key::new(HOUSE)).text(&address.street).end());
    }
    if let Some(unit) = address.postcode.and_then(|p| p.unit()) {
        keys.push(house(Key::new(HOUSE)).number(unit).end());
    }
    keys
}

fn gate(address: &Address) -> (u64, u32) {
    (Key::new(STREET).text(&address.street).end(), address.number)
}

fn street_keys(address: &Address) -> Vec<u64> {
    let mut keys = Vec::with_capacity(2);
    if !address.street.is_empty() {
        keys.extend(
            address.postcode.and_then(|p| p.sector()).map(|s| Key::new(STREET).text(&address.street).number(s).end()),
        );
        if !address.town.is_empty() {
            keys.push(Key::new(STREET).text(&address.street).text(&address.town).end());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_near() {
        use Nearness::*;
        let read = |raw: &str| Address::parse(raw, "").unwrap();
        for (a, b, near) in [
            ("12 High St, AB1 2DE", "12 High Street, AB1 2DE", None),
            ("12 High St, AB1 2DE", "14 High Street, AB1 2DE", Some(NextDoor)),
            ("12 High St, AB1 2DE", "13 High Street, AB1 2DE", Some(Near)),
            ("12 High St, AB1 2DE", "20 High Street, AB1 2DF", Some(Near)),
            ("12 High St, AB1 2DE", "30 High Street, AB1 2DF", Some(Reach)),
            ("12 High St, AB1 2DE", "90 High Street, AB1 2DF", None),
            ("12 High St, AB1 2DE", "14 High Street, AB1 9XY", None),
            ("Flat 2, 12 High St, AB1 2DE", "Flat 9, 12 High Street, AB1 2DE", Some(NextDoor)),
            ("Flat 2, 12 High St, AB1 2DE", "Flat 90, 12 High Street, AB1 2DE", None),
            ("Rose Cottage, AB1 2DE", "The Mill, AB1 2DE", Some(Postcode)),
            ("Rose Cottage, AB1 2DE", "AB1 2DE", Some(Postcode)),
            ("12 High St, Anytown", "14 High St, Anytown", Some(NextDoor)),
            ("12 High St, Anytown", "14 High St, Othertown", None),
        ] {
            assert_eq!(nearness(&read(a), &read(b)), near, "{a} {b}");
            assert_eq!(nearness(&read(b), &read(a)), near, "{b} {a}");
        }
    }
}
