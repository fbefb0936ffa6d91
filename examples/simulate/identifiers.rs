//! Plates, telephone numbers and postcodes: validly formed, and in no order that tells who was made when.

use crate::draw::Scramble;

/// Letters that a plate's memory tag may hold.
const TAG: &[u8] = b"ABCDEFGHJKLMNOPRSTUVWXY";
/// Letters that a plate's last three may hold.
const LAST: &[u8] = b"ABCDEFGHJKLMNOPRSTUVWXYZ";
/// Letters that the last two places of a postcode may hold.
const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
/// Postcode areas that no part of the country uses: these places are invented.
const AREAS: [&str; 8] = ["KB", "RW", "HT", "MH", "OC", "YB", "LC", "WK"];

/// Numbers for things and people.
pub struct Identifiers {
    plate: Scramble,
    phone: Scramble,
    record: Scramble,
    staff: Scramble,
    event: Scramble,
}

/// Bits of an event's identity for the person, the day and the row.
const EVENT_PARTS: [u32; 3] = [20, 11, 18];

impl Identifiers {
    /// The numbering of one world.
    pub fn new(seed: u64) -> Self {
        Self {
            plate: Scramble::new(seed, 1, 174_000_000),
            phone: Scramble::new(seed, 2, 90_000_000),
            record: Scramble::new(seed, 3, 100_000_000),
            staff: Scramble::new(seed, 4, 900_000),
            event: Scramble::new(seed, 5, 1 << 50),
        }
    }

    /// The plate of a person's car: mostly of the current form, some of the one before 2001.
    pub fn plate(&self, owner: usize) -> String {
        let mut n = self.plate.of(owner as u64) as usize;
        let mut part = |of: usize| {
            let d = n % of;
            n /= of;
            d
        };
        let last: String = (0..3).map(|_| char::from(LAST[part(24)])).collect();
        if owner.is_multiple_of(13) {
            let letter = char::from(b"HJKLMNPRSTVWXY"[part(14)]);
            return format!("{letter}{} {last}", part(900) + 1);
        }
        let tag: String = (0..2).map(|_| char::from(TAG[part(23)])).collect();
        // March plates bear the year, September plates the year and fifty.
        let year = part(24);
        let age = if year % 2 == 0 { 3 + year } else { 51 + year };
        format!("{tag}{age:02} {last}")
    }

    /// A person's mobile number, in national form without spaces.
    pub fn phone(&self, owner: usize) -> String {
        let n = self.phone.of(owner as u64);
        format!("07{}{:08}", 4 + n % 4, n)
    }

    /// The id of a person's record in the nominal index.
    pub fn record(&self, person: usize) -> String {
        format!("N{:08}", self.record.of(person as u64))
    }

    /// A member of staff's number.
    pub fn staff(&self, index: usize) -> String {
        format!("C{:06}", 100_000 + self.staff.of(index as u64))
    }

    /// The id of a row of the log, from the person (or planted case), the day and the row's number within it. The
    /// mapping is seeded and one to one: the id says nothing, and a planted row changes no other row's id.
    pub fn event(&self, actor: usize, planted: bool, day: i32, row: usize) -> String {
        let [a, d, r] = EVENT_PARTS;
        // The night before the first day is day -1.
        let day = (day + 1) as u64;
        assert!(actor < 1 << a && day < 1 << d && row < 1 << r, "an event past its bounds");
        let key = (((actor as u64) << d | day) << r | row as u64) << 1 | u64::from(planted);
        let mut n = self.event.of(key);
        let mut text = [0u8; 10];
        for place in text.iter_mut().rev() {
            *place = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(n & 31) as usize];
            n >>= 5;
        }
        text.iter().map(|&b| char::from(b)).collect()
    }
}

/// The postcode of a unit of some fifteen addresses in a district of invented places.
pub fn postcode(district: usize, unit: usize) -> String {
    let area = AREAS[district % AREAS.len()];
    let number = 1 + district / AREAS.len();
    let sector = unit / 400 % 10;
    // Spread the letters, so that units next to each other do not look alike more than real ones do.
    let letters = (unit % 400) * 147 % 400;
    let (a, b) = (char::from(INWARD[letters / 20]), char::from(INWARD[letters % 20]));
    format!("{area}{number} {sector}{a}{b}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustc_hash::FxHashSet;

    #[test]
    fn plates_are_validly_formed_and_apart() {
        let ids = Identifiers::new(7);
        let mut seen = FxHashSet::default();
        for owner in 0..20_000 {
            let plate = ids.plate(owner);
            let (front, back) = plate.split_once(' ').expect("two parts");
            assert!(back.len() == 3 && back.chars().all(|c| c.is_ascii_uppercase() && !"IQ".contains(c)), "{plate}");
            let current = front.len() == 4
                && front[..2].chars().all(|c| c.is_ascii_uppercase() && !"IQZ".contains(c))
                && front[2..].parse::<u32>().is_ok_and(|y| (2..=26).contains(&y) || (51..=76).contains(&y));
            let prefix = front[1..].parse::<u32>().is_ok_and(|n| (1..=999).contains(&n));
            assert!(current || prefix, "{plate}");
            seen.insert(plate);
        }
        assert_eq!(seen.len(), 20_000);
    }

    #[test]
    fn postcodes_are_validly_formed_and_apart() {
        let mut seen = FxHashSet::default();
        for unit in 0..4000 {
            let code = postcode(unit / 2000, unit % 2000);
            let (out, inward) = code.split_once(' ').expect("two parts");
            assert!(out.len() >= 3 && out[2..].parse::<u32>().is_ok(), "{code}");
            assert!(inward.as_bytes()[0].is_ascii_digit(), "{code}");
            assert!(inward[1..].chars().all(|c| !"CIKMOV".contains(c)), "{code}");
            assert!(seen.insert(code.clone()), "{code} twice");
        }
    }

    #[test]
    fn phones_are_mobiles() {
        let ids = Identifiers::new(7);
        let all: FxHashSet<String> = (0..5000).map(|n| ids.phone(n)).collect();
        assert_eq!(all.len(), 5000);
        assert!(all.iter().all(|p| p.len() == 11 && p.starts_with("07")));
    }

    #[test]
    fn event_ids_are_apart() {
        let ids = Identifiers::new(7);
        let mut seen = FxHashSet::default();
        for actor in 0..20 {
            for row in 0..50 {
                assert!(seen.insert(ids.event(actor, false, 3, row)));
                assert!(seen.insert(ids.event(actor, true, 3, row)));
            }
        }
    }
}
