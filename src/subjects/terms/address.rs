//! Addresses as typed: unit, building, number, street, town, postcode.
//!
//! Split by simple rules for British addresses. What the rules cannot split keeps
//! only the parts they could: no part, no evidence.

use super::postcode::{Postcode, PostcodeLevel};
use super::street::{floor, is_building_word, is_communal, is_flat_word, street_type};
use super::{ascii_upper, compare};

/// One address, or only the part of one that was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Flat, room or letter inside the building: "2", "B", "GROUND".
    pub unit: Box<str>,
    /// House name or block: "ROSE COTTAGE".
    pub building: Box<str>,
    /// House number; 0 = unknown.
    pub number: u32,
    /// Last number of a range ("18-20"); 0 = no range.
    pub number_to: u32,
    /// Street with its type spelt out: "HIGH STREET".
    pub street: Box<str>,
    /// What follows the street: "ANYTOWN".
    pub town: Box<str>,
    /// Whole or partial postcode.
    pub postcode: Option<Postcode>,
    /// A station, prison, hospital, hostel: many live or work there and are no household.
    pub communal: bool,
}

/// How far two addresses agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressLevel {
    /// The same dwelling.
    Same,
    /// The same building; the flat differs.
    OtherFlat,
    /// The same building; the flat is unknown on a side.
    Building,
    /// The same number and street, in a place neither says enough about.
    NoPlace,
    /// The same street of the same sector or town, another number.
    Street,
    /// Only postcodes can be compared, as far as that goes.
    Postcode(PostcodeLevel),
    /// Another place.
    Differs,
    /// Nothing on both sides to compare.
    Unknown,
}

impl Address {
    /// Reads an address and the postcode typed beside it; the postcode may stand in the address too.
    /// `None` where neither says anything that can be compared.
    #[must_use]
    pub fn parse(raw: &str, postcode: &str) -> Option<Self> {
        let mut address = if raw.trim().is_empty() || raw.len() <= 16 && super::name::is_missing(raw) {
            Self::default()
        } else {
            Self::split(raw)
        };
        if let Some(typed) = Postcode::parse(postcode).or_else(|| Postcode::parse_abroad(postcode))
            && !address.postcode.is_some_and(|inside| inside.is_whole() && !typed.is_whole())
        {
            address.postcode = Some(typed);
        }
        (address.number > 0 || !address.building.is_empty() || !address.street.is_empty() || address.postcode.is_some())
            .then_some(address)
    }

    fn split(raw: &str) -> Self {
        let mut text = ascii_upper(raw);
        text.retain(|c| !matches!(c, '\'' | '`' | '.'));
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        let mut address = Self { communal: is_communal(words), ..Self::default() };
        if ["NFA", "NO FIXED ABODE", "N F A"].contains(&text.trim()) {
            return Self::default();
        }
        address.take_postcode(&mut text);
        let mut segments: Vec<Vec<&str>> = text
            .split([',', ';', '\n', '|'])
            .map(|s| {
                s.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '&')))
                    .filter(|w| !w.is_empty())
                    .collect()
            })
            .filter(|s: &Vec<&str>| !s.is_empty())
            .collect();
        address.take_unit(&mut segments);
        address.take_number(&mut segments);
        address.take_street(segments);
        address
    }

    /// The postcode at the end, or anywhere in two neighbouring words.
    fn take_postcode(&mut self, text: &mut String) {
        let words: Vec<(usize, &str)> = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
            .collect();
        let mut found = None;
        for i in (0..words.len()).rev() {
            let (at, word) = words[i];
            if (5..=7).contains(&word.len())
                && word.bytes().any(|b| b.is_ascii_digit())
                && Postcode::parse_strict(word).is_some()
            {
                found = Some((at, at + word.len(), Postcode::parse(word)));
                break;
            }
            if i > 0 && word.len() == 3 && (2..=4).contains(&words[i - 1].1.len()) {
                let (start, outward) = words[i - 1];
                let both = format!("{outward} {word}");
                let last = i + 1 == words.len();
                let parsed = if last { Postcode::parse(&both) } else { Postcode::parse_strict(&both) };
                if let Some(code) = parsed.filter(Postcode::is_whole) {
                    found = Some((start, at + word.len(), Some(code)));
                    break;
                }
            }
        }
        if let Some((start, end, code)) = found {
            self.postcode = code;
            text.replace_range(start..end, ",");
        }
    }

    /// "FLAT 2", "GROUND FLOOR FLAT", "UNIT B", wherever it stands.
    fn take_unit(&mut self, segments: &mut Vec<Vec<&str>>) {
        for s in 0..segments.len().min(3) {
            let words = &segments[s];
            if let Some(i) = words.iter().position(|w| is_flat_word(w)) {
                if i >= 1 && words[i - 1] == "FLOOR" && i >= 2 && floor(words[i - 2]).is_some() {
                    self.unit = floor(words[i - 2]).unwrap_or_default().into();
                    segments[s].drain(i - 2..=i);
                } else if i >= 1 && floor(words[i - 1]).is_some() {
                    self.unit = floor(words[i - 1]).unwrap_or_default().into();
                    segments[s].drain(i - 1..=i);
                } else if let Some(id) = words.get(i + 1).filter(|id| id.len() <= 4) {
                    self.unit = trim_zeros(id).into();
                    segments[s].drain(i..=i + 1);
                } else {
                    continue;
                }
                if segments[s].is_empty() {
                    segments.remove(s);
                }
                return;
            }
        }
    }

    /// The house number and what comes before it.
    fn take_number(&mut self, segments: &mut Vec<Vec<&str>>) {
        let places: Vec<(usize, usize)> = segments
            .iter()
            .enumerate()
            .flat_map(|(s, words)| {
                words.iter().enumerate().filter(|(_, w)| read_number(w).is_some()).map(move |(w, _)| (s, w))
            })
            .collect();
        // "2 ROSE COURT, 18 HIGH STREET": the number before the street is the house, the other the unit.
        let is_street = |s: usize| segments[s].last().is_some_and(|w| street_type(w).is_some());
        let Some(&(s, w)) = places.iter().find(|(s, w)| *w == 0 && *s > 0 && is_street(*s)).or_else(|| places.first())
        else {
            return;
        };
        let number = read_number(segments[s][w]).unwrap_or_default();
        self.number = number.number;
        self.number_to = number.to;
        if self.unit.is_empty() {
            self.unit = number.unit.into();
        } else if !number.unit.is_empty() {
            self.unit = format!("{} {}", self.unit, number.unit).into();
        }
        let mut before: Vec<&str> = segments[..s].iter().flatten().copied().collect();
        before.extend(&segments[s][..w]);
        before.retain(|word| *word != "NO" && *word != "NUMBER");
        if before.first().and_then(|word| read_number(word)).is_some() && before.len() > 1 {
            if self.unit.is_empty() {
                self.unit = trim_zeros(before[0]).into();
            }
            before.remove(0);
        }
        self.building = before.join(" ").into();
        let mut rest: Vec<&str> = segments[s][w + 1..].to_vec();
        // "18 A HIGH STREET"
        if self.unit.is_empty() && rest.len() > 1 && rest[0].len() == 1 && rest[0].as_bytes()[0].is_ascii_alphabetic() {
            self.unit = rest.remove(0).into();
        }
        segments.drain(..=s);
        if !rest.is_empty() {
            segments.insert(0, rest);
        }
    }

    /// Street, town, and a house name where there was no number.
    fn take_street(&mut self, mut segments: Vec<Vec<&str>>) {
        if segments.is_empty() {
            return;
        }
        if self.number == 0 {
            let street_at = segments
                .iter()
                .position(|words| words.len() > 1 && words.last().is_some_and(|w| street_type(w).is_some()));
            let named_first = segments[0].last().is_some_and(|w| is_building_word(w));
            match street_at {
                Some(at) if at > 0 => {
                    self.building = segments.drain(..at).flatten().collect::<Vec<_>>().join(" ").into()
                }
                Some(_)
                    if named_first
                        && segments.len() > 1
                        && segments[1].last().is_some_and(|w| street_type(w).is_some()) =>
                {
                    self.building = segments.remove(0).join(" ").into();
                }
                Some(_) => {}
                None if named_first => {
                    self.building = segments.remove(0).join(" ").into();
                    self.town = segments.last().map(|words| words.join(" ")).unwrap_or_default().into();
                    return;
                }
                None => {}
            }
            if segments.is_empty() {
                return;
            }
        }
        let words = segments.remove(0);
        let end = street_end(&words);
        // Without any type word a long run of words is more than a street.
        self.street = spell_street(&words[..end]).into();
        let mut town: Vec<&str> = words[end..].to_vec();
        if town.is_empty() {
            // A county after the town says less than the town.
            town = segments.first().cloned().unwrap_or_default();
        }
        self.town = town.join(" ").into();
    }

    /// Nothing but a postcode was said.
    #[must_use]
    pub fn is_postcode_only(&self) -> bool {
        self.number == 0 && self.building.is_empty() && self.street.is_empty()
    }

    /// One dwelling is named: number and street or house name, with a postcode or a town.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let place = self.postcode.is_some_and(|p| p.sector().is_some()) || !self.town.is_empty();
        let unit_postcode = self.postcode.is_some_and(|p| p.is_whole());
        let house = self.number > 0 && (!self.street.is_empty() || unit_postcode) || !self.building.is_empty();
        place && house
    }

    /// One text for equal addresses.
    #[must_use]
    pub fn key(&self) -> String {
        let mut key = String::new();
        for part in [&self.unit, &self.building] {
            if !part.is_empty() {
                key.push_str(part);
                key.push(',');
            }
        }
        if self.number > 0 {
            key.push_str(&self.number.to_string());
            if self.number_to > 0 {
                key.push('-');
                key.push_str(&self.number_to.to_string());
            }
            key.push(' ');
        }
        key.push_str(&self.street);
        match &self.postcode {
            Some(code) => {
                if !key.is_empty() {
                    key.push('|');
                }
                key.push_str(&code.text().replace(' ', ""));
            }
            None => {
                key.push('|');
                key.push_str(&self.town);
            }
        }
        key
    }

    /// For reading: "Flat 2, 18 High Street, Anytown, AB1 2DE".
    #[must_use]
    pub fn label(&self) -> String {
        use super::name::title_case;
        let mut parts: Vec<String> = Vec::new();
        let letter = self.unit.len() == 1 && self.unit.as_bytes()[0].is_ascii_alphabetic() && self.number > 0;
        if !self.unit.is_empty() && !letter {
            parts.push(format!("Flat {}", self.unit));
        }
        if !self.building.is_empty() {
            parts.push(title_case(&self.building));
        }
        let mut line = String::new();
        if self.number > 0 {
            line = self.number.to_string();
            if letter {
                line.push_str(&self.unit);
            }
            if self.number_to > 0 {
                line = format!("{line}-{}", self.number_to);
            }
        }
        if !self.street.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&title_case(&self.street));
        }
        parts.extend([line, title_case(&self.town), self.postcode.map(|p| p.text()).unwrap_or_default()]);
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    /// How far two addresses agree; symmetric.
    #[must_use]
    pub fn compare(&self, other: &Self) -> AddressLevel {
        let postcodes = match (&self.postcode, &other.postcode) {
            (Some(a), Some(b)) => Some(a.compare(b)),
            _ => None,
        };
        let near = matches!(
            postcodes,
            Some(PostcodeLevel::Unit | PostcodeLevel::Abroad | PostcodeLevel::OneEdit | PostcodeLevel::Sector)
        );
        let unit_postcode = postcodes == Some(PostcodeLevel::Unit);
        let towns = (!self.town.is_empty() && !other.town.is_empty()).then(|| same_words(&self.town, &other.town, 6));
        let far = postcodes == Some(PostcodeLevel::Differs) || postcodes.is_none() && towns == Some(false);
        let streets =
            (!self.street.is_empty() && !other.street.is_empty()).then(|| same_street(&self.street, &other.street));
        let buildings =
            (!self.building.is_empty() && !other.building.is_empty()).then(|| self.building == other.building);
        let numbers = (self.number > 0 && other.number > 0).then_some(self.number == other.number);
        let dwelling = match (numbers, streets, buildings) {
            (Some(true), Some(true), Some(false)) => true,
            (Some(true), Some(true), _) => true,
            (Some(true), None, _) | (Some(true), Some(false), Some(true)) => unit_postcode,
            (None, s, Some(true)) => s != Some(false) || unit_postcode,
            _ => false,
        };
        if dwelling && !far {
            return if near || towns == Some(true) {
                match (self.unit.is_empty(), other.unit.is_empty()) {
                    _ if self.unit == other.unit => AddressLevel::Same,
                    (false, false) => AddressLevel::OtherFlat,
                    _ => AddressLevel::Building,
                }
            } else if matches!(postcodes, Some(PostcodeLevel::District)) {
                AddressLevel::Building
            } else {
                AddressLevel::NoPlace
            };
        }
        if streets == Some(true) && !far && (near || towns == Some(true)) {
            return AddressLevel::Street;
        }
        match postcodes {
            // The unit agrees but the house does not: next door, not home.
            Some(PostcodeLevel::Unit) if numbers == Some(false) || buildings == Some(false) => AddressLevel::Street,
            Some(level) => AddressLevel::Postcode(level),
            None if far || numbers == Some(false) && streets.is_some() || streets == Some(false) => {
                AddressLevel::Differs
            }
            None => AddressLevel::Unknown,
        }
    }
}

/// Streets are long enough for two slips where the first letter stands: NORTH STREET is not SOUTH STREET.
fn same_street(a: &str, b: &str) -> bool {
    if same_words(a, b, 8) {
        return true;
    }
    let (a, b) = (compare::joined(a), compare::joined(b));
    a.len().min(b.len()) >= 14 && a.as_bytes()[0] == b.as_bytes()[0] && strsim::osa_distance(&a, &b) == 2
}

/// Equal but for spaces, or one edit apart after the first letter where both are at least so long.
fn same_words(a: &str, b: &str, least: usize) -> bool {
    let (a, b) = (compare::joined(a), compare::joined(b));
    a == b
        || a.len().min(b.len()) >= least
            && a.as_bytes()[0] == b.as_bytes()[0]
            && compare::one_edit(a.as_bytes(), b.as_bytes())
}

#[derive(Default)]
struct HouseNumber<'a> {
    number: u32,
    to: u32,
    unit: &'a str,
}

/// "18", "18B", "18-20", "2/18" (flat 2 at 18).
fn read_number(word: &str) -> Option<HouseNumber<'_>> {
    let digits =
        |text: &str| (!text.is_empty() && text.len() <= 5).then(|| text.parse::<u32>().ok())?.filter(|&n| n > 0);
    if let Some((a, b)) = word.split_once('/') {
        return Some(HouseNumber { number: digits(b)?, to: 0, unit: trim_zeros(digits(a).map(|_| a)?) });
    }
    if let Some((a, b)) = word.split_once('-') {
        let (number, to) = (digits(a)?, digits(b)?);
        return Some(HouseNumber { number, to: if to > number { to } else { 0 }, unit: "" });
    }
    let split = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, suffix) = word.split_at(split);
    let suffix_fine = suffix.is_empty() || suffix.len() == 1 && suffix.as_bytes()[0].is_ascii_uppercase();
    suffix_fine.then_some(HouseNumber { number: digits(number)?, to: 0, unit: suffix })
}

fn trim_zeros(id: &str) -> &str {
    let trimmed = id.trim_start_matches('0');
    if trimmed.is_empty() { id } else { trimmed }
}

/// Index after the street's last word: the first type word that is not the first word, and type words right after it.
fn street_end(words: &[&str]) -> usize {
    let first = if words.len() > 1 && words[0] == "THE" { 1 } else { usize::from(words.len() > 1) };
    let Some(at) = (first..words.len()).find(|&i| street_type(words[i]).is_some() && !(i == 0 && words[i] == "ST"))
    else {
        return words.len();
    };
    let mut end = at + 1;
    while end < words.len()
        && (street_type(words[end]).is_some() && words[end] != "ST"
            || matches!(words[end], "STREET" | "ST") && end + 1 == words.len())
    {
        end += 1;
    }
    if end < words.len() && matches!(words[end], "NORTH" | "SOUTH" | "EAST" | "WEST") {
        end += 1;
    }
    end
}

/// Type words spelt out; a leading ST is SAINT.
fn spell_street(words: &[&str]) -> String {
    let mut out = String::new();
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let last = i + 1 == words.len();
        out.push_str(match *word {
            "ST" if i == 0 && !last => "SAINT",
            "ST" if !last && i > 0 && street_type(words[i + 1]).is_none() && words.len() > i + 2 => "SAINT",
            "&" => "AND",
            word if i > 0 => street_type(word).unwrap_or(word),
            word => word,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split() {
        for (raw, unit, building, number, street, town, postcode) in [
            ("12 High Street, Anytown, AB1 2DE", "", "", 12, "HIGH STREET", "ANYTOWN", "AB1 2DE"),
            ("12 HIGH ST ANYTOWN AB1 2DE", "", "", 12, "HIGH STREET", "ANYTOWN", "AB1 2DE"),
            ("12, High St., Anytown AB12DE", "", "", 12, "HIGH STREET", "ANYTOWN", "AB1 2DE"),
            ("Flat 2, 18 High Street, Anytown", "2", "", 18, "HIGH STREET", "ANYTOWN", ""),
            ("FLAT 2 18 HIGH STREET", "2", "", 18, "HIGH STREET", "", ""),
            ("18B High Rd", "B", "", 18, "HIGH ROAD", "", ""),
            ("18 B High Rd", "B", "", 18, "HIGH ROAD", "", ""),
            ("Flat B, 18 High Rd", "B", "", 18, "HIGH ROAD", "", ""),
            ("2/18 High Street", "2", "", 18, "HIGH STREET", "", ""),
            ("18-20 High Street", "", "", 18, "HIGH STREET", "", ""),
            ("Apt 02, Rose Court, 18 High Street", "2", "ROSE COURT", 18, "HIGH STREET", "", ""),
            ("2 Rose Court, 18 High Street", "2", "ROSE COURT", 18, "HIGH STREET", "", ""),
            ("Rose Cottage, Church Lane, Littleton", "", "ROSE COTTAGE", 0, "CHURCH LANE", "LITTLETON", ""),
            ("Rose Cottage, Littleton, AB1 2DE", "", "ROSE COTTAGE", 0, "", "LITTLETON", "AB1 2DE"),
            ("Ground Floor Flat, 5 Park Road", "GROUND", "", 5, "PARK ROAD", "", ""),
            ("7 St John's Street, Anytown", "", "", 7, "SAINT JOHNS STREET", "ANYTOWN", ""),
            ("7 St Johns St", "", "", 7, "SAINT JOHNS STREET", "", ""),
            ("3 The Green, Littleton", "", "", 3, "THE GREEN", "LITTLETON", ""),
            ("3 Church Hill Road", "", "", 3, "CHURCH HILL ROAD", "", ""),
            ("44 Broadway, Anytown", "", "", 44, "BROADWAY", "ANYTOWN", ""),
            ("9 Queens Dr West, Anytown", "", "", 9, "QUEENS DRIVE WEST", "ANYTOWN", ""),
            ("AB1 2DE", "", "", 0, "", "", "AB1 2DE"),
            ("High Street", "", "", 0, "HIGH STREET", "", ""),
        ] {
            let a = Address::parse(raw, "").unwrap_or_default();
            let code = a.postcode.map(|p| p.text()).unwrap_or_default();
            assert_eq!(
                (&*a.unit, &*a.building, a.number, &*a.street, &*a.town, code.as_str()),
                (unit, building, number, street, town, postcode),
                "{raw}"
            );
        }
        for raw in ["", "N/K", "UNKNOWN", "NFA"] {
            assert_eq!(Address::parse(raw, ""), None, "{raw}");
        }
    }

    #[test]
    fn levels() {
        use AddressLevel as L;
        for (a, b, level) in [
            ("12 High Street, Anytown, AB1 2DE", "12 HIGH ST AB1 2DE", L::Same),
            ("12 High Street, Anytown", "12 HIGH ST, ANYTOWN, AB1 2DE", L::Same),
            ("12 AB1 2DE", "12 HIGH ST AB1 2DE", L::Same),
            ("12 Hihg Street, AB1 2DE", "12 HIGH ST AB1 2DE", L::Same),
            ("Flat 2, 18 High Street, AB1 2DE", "Flat 3, 18 High St AB1 2DE", L::OtherFlat),
            ("Flat 2, 18 High Street, AB1 2DE", "18 High St AB1 2DE", L::Building),
            ("Flat 2, 18 High Street, AB1 2DE", "2/18 High St AB1 2DE", L::Same),
            ("12 High Street, Anytown, AB1 2DE", "14 HIGH ST AB1 2DE", L::Street),
            ("12 High Street", "12 HIGH ST", L::NoPlace),
            ("12 High Street, Anytown", "12 HIGH ST, Othertown", L::Differs),
            ("12 High Street, AB1 2DE", "12 HIGH ST, ZE9 9XX", L::Postcode(PostcodeLevel::Differs)),
            ("Rose Cottage, Littleton, AB1 2DE", "Rose Cottage, AB1 2DE", L::Same),
            ("Rose Cottage, AB1 2DE", "The Mill, AB1 2DE", L::Street),
            ("AB1 2DE", "12 HIGH ST AB1 2DE", L::Postcode(PostcodeLevel::Unit)),
        ] {
            let (a, b) = (Address::parse(a, "").unwrap(), Address::parse(b, "").unwrap());
            assert_eq!(a.compare(&b), level, "{a:?} {b:?}");
            assert_eq!(b.compare(&a), level, "{b:?} {a:?}");
        }
    }

    #[test]
    fn reading() {
        let a = Address::parse("FLAT 2, 18 HIGH ST, ANYTOWN", "ab12de").unwrap();
        assert_eq!(a.label(), "Flat 2, 18 High Street, Anytown, AB1 2DE");
        assert_eq!(a.key(), "2,18 HIGH STREET|AB12DE");
        assert!(a.is_full());
        assert!(!Address::parse("12 High Street", "").unwrap().is_full());
        assert!(!Address::parse("12 College Road, Anytown", "").unwrap().communal);
        assert!(Address::parse("HMP Anytown", "AB1 2DE").unwrap().communal);
        assert!(Address::parse("Central Police Station, High Street", "").unwrap().communal);
    }
}
