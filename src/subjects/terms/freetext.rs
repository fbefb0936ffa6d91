//! A raw search string, read by what its parts look like.
//!
//! Labelled parts ("DOB: 1/2/80", "surname=Smith") are taken at their word. Of the
//! rest, dates, telephone numbers, postcodes and plates are found by their shape;
//! a house number makes what follows an address; remaining words are a name.

use chrono::NaiveDate;

use super::name::split_full;
use super::street::{is_flat_word, street_type};
use super::{Birth, Email, Phone, Postcode, Vrm, ascii_upper};

/// Search terms as texts, as if they had been typed into fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Terms {
    pub forename: String,
    pub surname: String,
    pub dob: String,
    pub age: String,
    pub address: String,
    pub postcode: String,
    pub vrm: String,
    pub phone: String,
    pub record: String,
}

impl Terms {
    fn field(&mut self, label: &str) -> Option<&mut String> {
        Some(match label {
            "FORENAME" | "FORENAMES" | "FIRSTNAME" | "FIRST" | "GIVEN" | "FNAME" | "FN" => &mut self.forename,
            "SURNAME" | "LASTNAME" | "FAMILY" | "LAST" | "SNAME" | "LNAME" | "SN" => &mut self.surname,
            "DOB" | "BORN" | "DATEOFBIRTH" | "BIRTHDATE" => &mut self.dob,
            "AGE" => &mut self.age,
            "ADDRESS" | "ADDR" | "ADD" => &mut self.address,
            "POSTCODE" | "PCODE" | "PC" => &mut self.postcode,
            "VRM" | "VRN" | "REG" | "REGISTRATION" | "PLATE" | "INDEX" => &mut self.vrm,
            "EMAIL" | "MAIL" | "PHONE" | "TEL" | "TELEPHONE" | "MOBILE" | "MOB" => &mut self.phone,
            "NOMINAL" | "RECORD" | "SUBJECT" | "URN" | "PNCID" | "RECORDID" | "SUBJECTID" => &mut self.record,
            _ => return None,
        })
    }
}

/// Reads a raw search string.
#[must_use]
pub fn parse(raw: &str, as_of: NaiveDate) -> Terms {
    let mut terms = Terms::default();
    let rest = labelled(raw, &mut terms);
    let rest = rest.trim();
    if rest.is_empty() {
        return terms;
    }
    if terms.vrm.is_empty() && Vrm::parse_strict(rest).is_some() && (!is_whole_postcode(rest) || is_current_plate(rest))
    {
        rest.clone_into(&mut terms.vrm);
        return terms;
    }
    if terms.phone.is_empty() && Phone::parse(rest).is_some() && Birth::parse(rest, as_of).is_none() {
        rest.clone_into(&mut terms.phone);
        return terms;
    }
    if terms.postcode.is_empty() && is_whole_postcode(rest) {
        rest.clone_into(&mut terms.postcode);
        return terms;
    }
    let mut words: Vec<&str> = rest.split_whitespace().collect();
    take_run(&mut words, &mut terms.dob, 3, |text| {
        text.bytes().filter(u8::is_ascii_digit).count() >= 4 && Birth::parse(text, as_of).is_some()
    });
    take_run(&mut words, &mut terms.phone, 1, |text| Email::parse(text).is_some());
    take_run(&mut words, &mut terms.phone, 4, |text| {
        text.bytes().filter(u8::is_ascii_digit).count() >= 10 && Phone::parse(text).is_some()
    });
    if looks_like_address(&words) {
        terms.address = words.join(" ");
        return terms;
    }
    if terms.address.is_empty()
        && let Some(start) = address_after_name(&words)
    {
        terms.address = words.split_off(start).join(" ");
    }
    if terms.age.is_empty()
        && terms.dob.is_empty()
        && let [name @ .., last] = &words[..]
        && !name.is_empty()
        && is_age(last)
    {
        (*last).clone_into(&mut terms.age);
        words.pop();
    }
    take_run(&mut words, &mut terms.postcode, 2, is_whole_postcode);
    take_run(&mut words, &mut terms.vrm, 2, is_current_plate);
    let name = words.join(" ");
    let name = name.trim_matches([',', ';', '-', ' ', ':']);
    if name.is_empty() || name.bytes().filter(u8::is_ascii_digit).count() > 0 {
        return terms;
    }
    if terms.forename.is_empty() && terms.surname.is_empty() {
        // PNC style: SMITH/JOHN/PAUL.
        let (given, family) = split_full(name);
        terms.forename = given.unwrap_or_default();
        terms.surname = family.unwrap_or_default();
    }
    terms
}

/// Takes "label: value" and "label=value" parts out of the text; returns what is left.
fn labelled(raw: &str, terms: &mut Terms) -> String {
    if !raw.contains([':', '=']) && !ascii_upper(raw).contains("DOB") {
        return raw.to_owned();
    }
    let spaced = raw.replace(['=', ':'], ": ");
    let mut rest = String::new();
    let mut open: Option<String> = None;
    let words: Vec<&str> = spaced.split_whitespace().collect();
    for word in &words {
        let label = ascii_upper(word.trim_end_matches(':')).replace(['_', '-', '.'], "");
        let ends = word.ends_with(':') || label == "DOB";
        if ends && terms.field(&label).is_some() {
            open = Some(label);
            continue;
        }
        let closes = word.ends_with([';', '|', '&']) || word.ends_with(',') && open.as_deref() != Some("ADDRESS");
        let value = word.trim_end_matches([';', '|', '&']);
        let target = match open.as_deref().and_then(|label| terms.field(label)) {
            Some(field) => field,
            None => &mut rest,
        };
        if !target.is_empty() {
            target.push(' ');
        }
        target.push_str(if closes && open.is_some() { value.trim_end_matches(',') } else { value });
        if closes {
            open = None;
        }
    }
    rest
}

/// Moves the longest run of up to `longest` words that `fits` into `field`.
fn take_run(words: &mut Vec<&str>, field: &mut String, longest: usize, fits: impl Fn(&str) -> bool) {
    if !field.is_empty() {
        return;
    }
    for length in (1..=longest.min(words.len())).rev() {
        for start in 0..=words.len() - length {
            let text = words[start..start + length].join(" ");
            let text = text.trim_matches([',', ';', '(', ')']);
            if fits(text) {
                text.clone_into(field);
                words.drain(start..start + length);
                return;
            }
        }
    }
}

fn is_whole_postcode(text: &str) -> bool {
    text.trim().matches(' ').count() <= 1 && Postcode::parse_strict(text).is_some()
}

/// The current or the prefix form, which no name and no postcode looks like.
fn is_current_plate(text: &str) -> bool {
    Vrm::parse_strict(text).is_some_and(|plate| {
        let bytes = plate.as_str().as_bytes();
        bytes.len() >= 5
            && bytes[bytes.len() - 3..].iter().all(u8::is_ascii_uppercase)
            && bytes[bytes.len() - 4].is_ascii_digit()
            || bytes.len() == 7
                && bytes[..3].iter().all(u8::is_ascii_uppercase)
                && bytes[3..6].iter().all(u8::is_ascii_digit)
    })
}

/// "43", "43yrs": an age after a name.
fn is_age(word: &str) -> bool {
    let plain = ascii_upper(word.trim_matches([',', '(', ')']));
    let digits = plain.trim_end_matches("YRS").trim_end_matches(['Y', 'O']);
    (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Where an address begins that follows a name: "John Smith 12 High Street", "Smith Flat 2, 18 High Street".
fn address_after_name(words: &[&str]) -> Option<usize> {
    let is_name = |w: &&str| !w.bytes().any(|b| b.is_ascii_digit());
    let named = words.iter().take_while(|w| is_name(w) && !is_flat_word(&ascii_upper(w))).count();
    (named > 0 && named <= 4 && words.len() >= named + 2 && looks_like_address(&words[named..])).then_some(named)
}

/// A house number before words with a street type, or a flat.
fn looks_like_address(words: &[&str]) -> bool {
    let plain = |w: &str| ascii_upper(w.trim_matches([',', '.']));
    let typed = words.iter().skip(1).any(|w| {
        let w = plain(w);
        street_type(&w).is_some()
            && !matches!(
                w.as_str(),
                "LEA" | "DALE" | "HEATH" | "MEAD" | "CROSS" | "BANK" | "HILL" | "GREEN" | "PARK" | "LANE"
            )
    });
    let loose = words.iter().skip(1).any(|w| street_type(&plain(w)).is_some());
    let numbered = words.first().is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let flat = words.first().is_some_and(|w| is_flat_word(&plain(w)));
    flat && words.len() > 2
        || numbered && words.len() > 1 && (loose || words.len() > 2)
        || typed && words.len() > 2 && words.iter().any(|w| is_whole_postcode(w))
        || typed && words.len() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> String {
        let t = parse(raw, NaiveDate::from_ymd_opt(2026, 3, 31).unwrap());
        [
            ("f", t.forename),
            ("s", t.surname),
            ("d", t.dob),
            ("a", t.age),
            ("h", t.address),
            ("p", t.postcode),
            ("v", t.vrm),
            ("t", t.phone),
            ("r", t.record),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
    }

    #[test]
    fn by_what_it_looks_like() {
        for (raw, terms) in [
            ("AB12 CDE", "v=AB12 CDE"),
            ("ab12cde", "v=ab12cde"),
            ("A123 BCD", "v=A123 BCD"),
            ("07700 900123", "t=07700 900123"),
            ("+44 7700 900123", "t=+44 7700 900123"),
            ("SW1A 1AA", "p=SW1A 1AA"),
            ("John Smith", "f=JOHN s=SMITH"),
            ("SMITH, John 01/02/1980", "f=JOHN s=SMITH d=01/02/1980"),
            ("SMITH, John, 01/02/1980", "f=JOHN s=SMITH d=01/02/1980"),
            ("JOHN SMITH DOB 1/2/80", "f=JOHN s=SMITH d=1/2/80"),
            ("Smith/John dob: 01021980", "f=JOHN s=SMITH d=01021980"),
            ("surname: Smith; forename: John", "f=John s=Smith"),
            ("surname=Smith forename=John dob=1980-02-01", "f=John s=Smith d=1980-02-01"),
            ("vrm:AB12CDE", "v=AB12CDE"),
            ("12 High Street AB1 2DE", "h=12 High Street AB1 2DE"),
            ("Flat 2, 18 High Street", "h=Flat 2, 18 High Street"),
            ("1 Feb 1980 John Smith", "f=JOHN s=SMITH d=1 Feb 1980"),
            ("John Smith AB12 CDE", "f=JOHN s=SMITH v=AB12 CDE"),
            ("John Smith SW1A 1AA", "f=JOHN s=SMITH p=SW1A 1AA"),
            ("Smith", "s=SMITH"),
            ("John Smith 43", "f=JOHN s=SMITH a=43"),
            ("kate@example.org", "t=kate@example.org"),
            ("Kate Wexcombe kate@example.org", "f=KATE s=WEXCOMBE t=kate@example.org"),
            ("SMITH, John (43)", "f=JOHN s=SMITH a=(43)"),
            ("Brenda Stanstone 40 Hill Terrace", "f=BRENDA s=STANSTONE h=40 Hill Terrace"),
            ("S Mohammed 10 Rowan Crescent AB1 2DE", "f=S s=MOHAMMED h=10 Rowan Crescent AB1 2DE"),
            ("Emily Fisher Flat 3, 15 Poplar Close", "f=EMILY s=FISHER h=Flat 3, 15 Poplar Close"),
            ("Hudson HT1 0QL", "s=HUDSON p=HT1 0QL"),
            ("John Hill", "f=JOHN s=HILL"),
            ("", ""),
            ("???", ""),
        ] {
            assert_eq!(read(raw), terms, "{raw}");
        }
    }
}
