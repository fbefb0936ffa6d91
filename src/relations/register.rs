//! A register of people, and the one of them that a search is about.
//!
//! The same comparison and the same weights as for the circles of staff, decided
//! among the people of one list: each of them, somebody who merely lives with one
//! of them, a relative of one name at one address, a stranger. What no hypothesis
//! earns is not answered.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::evidence::{Context, Evidence, compare};
use super::frequencies::{Bearer, Frequencies};
use super::identifiers::Identifiers as I;
use super::index::{Keys, Reach};
use super::weights as w;
use crate::ingest::Person;
use crate::subjects::Descriptor;

/// People that a search may be about.
pub struct Register {
    people: Vec<Descriptor>,
    context: Context,
    keys: Keys,
    prior: f32,
}

/// One person that a search is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// Row of the register.
    pub person: u32,
    /// Evidence: sum over the fields, prior not included.
    pub bits: f32,
    /// Posterior among the hypotheses, prior included.
    pub probability: f32,
    /// Fields that agree.
    pub identifiers: I,
    /// Fields that speak against.
    pub against: I,
}

impl Register {
    /// Indexes the rows of a nominal index; `as_of` turns two-digit years.
    #[must_use]
    pub fn new(people: &[Person], as_of: NaiveDate) -> Self {
        Self::of(people.par_iter().map(|person| Descriptor::of_person(person, as_of)).collect())
    }

    /// Indexes descriptions. Name shares are counted over them alone.
    #[must_use]
    pub fn of(people: Vec<Descriptor>) -> Self {
        let frequencies = Frequencies::new(people.iter().filter_map(Bearer::of).collect());
        let keys = Keys::new(people.iter(), Reach::Wide);
        let prior = w::PRIOR_CIRCLE.min(w::PRIOR_REGISTER - (people.len().max(1) as f32).log2());
        Self { people, context: Context { frequencies, ..Context::default() }, keys, prior }
    }

    /// Everybody that the search is about with at least the probability `least`, the likeliest first.
    /// Probabilities are shares of one sum: above one half there is one answer at most.
    #[must_use]
    pub fn find(&self, searched: &Descriptor, least: f32) -> Vec<Answer> {
        let mut candidates = Vec::new();
        self.keys.candidates(searched, &mut candidates, &mut 0);
        let mut total = 1.0_f32;
        let mut lives_with = 0.0_f32;
        let mut hypotheses: Vec<(u32, Evidence, f32)> = Vec::new();
        for row in candidates {
            let e = compare(searched, &self.people[row as usize], &self.context);
            if e.identifiers.contains(I::ADDRESS) {
                // Somebody else of that home: shares address and surname, and a forename by chance or by custom.
                let forename = (e.forename_bits + w::RELATIVE_OF_THAT_NAME).max(0.0);
                let bits = e.address_bits + e.surname_bits + forename + w::UNLISTED;
                lives_with = lives_with.max((self.prior + bits).exp2());
            }
            if let Some(bits) = e.twin() {
                lives_with = lives_with.max((self.prior + bits).exp2());
            }
            if is_person(&e) {
                let weight = (self.prior + e.bits).exp2();
                total += weight;
                hypotheses.push((row, e, weight));
            }
        }
        total += lives_with;
        let mut answers: Vec<Answer> = hypotheses
            .into_iter()
            .map(|(person, e, weight)| {
                // Beyond what a float holds there is no doubt left.
                let mut probability = if total.is_finite() { weight / total } else { 1.0 };
                if e.identifiers.is_name_only() {
                    let most = if probability < w::LEAST_NAME_ONLY { w::MOST_UNSURE } else { w::MOST_NAME_ONLY };
                    probability = probability.min(most);
                }
                if !names_a_person(&e) || is_weak(&e) && probability < w::LEAST_WEAK {
                    probability = probability.min(w::MOST_UNSURE);
                }
                let (identifiers, against) = (e.identifiers, e.against);
                Answer { person, bits: e.bits, probability, identifiers, against }
            })
            .filter(|answer| answer.probability >= least)
            .collect();
        answers.sort_by(|a, b| {
            b.probability.total_cmp(&a.probability).then(b.bits.total_cmp(&a.bits)).then(a.person.cmp(&b.person))
        });
        answers
    }
}

/// There is anything to weigh: a name, if of the forename the initial alone, or two facts of which a place alone is none.
fn is_person(e: &Evidence) -> bool {
    let i = e.identifiers;
    i.any(I::RECORD | I::NAME | I::VRM | I::PHONE | I::EMAIL)
        || i.contains(I::SURNAME | I::INITIAL)
        || i.facts() >= 2 && i.any(I::SURNAME | I::FORENAME | I::DOB)
}

/// A name and a year or an age, and nothing else: in a list of thousands there are others.
fn is_weak(e: &Evidence) -> bool {
    e.identifiers.facts() == 2 && e.identifiers.any(I::YEAR | I::AGE)
}

/// Enough of a person is named to claim it. A whole name is; half of one needs another fact beside it, and where the
/// other half outright differs, the birth date; birth date and dwelling together need no name. In a list of people a
/// wrong half is oftener a slip than a relative, who would have a birth date of their own: so the rule is milder than
/// for circles.
fn names_a_person(e: &Evidence) -> bool {
    let i = e.identifiers;
    if i.contains(I::RECORD) {
        return true;
    }
    let place = i.any(I::ADDRESS | I::POSTCODE | I::STREET);
    if i.contains(I::NAME) {
        // Another birth date: a wrong date where the place agrees, else a namesake.
        return !e.vetoed || place;
    }
    if e.vetoed {
        return false;
    }
    let half = i.any(I::SURNAME | I::FORENAME | I::INITIAL);
    let differs = e.against.any(I::SURNAME | I::FORENAME);
    if i.any(I::VRM | I::PHONE | I::EMAIL) {
        return !differs || half && i.contains(I::DOB);
    }
    let born = i.contains(I::DOB) && !i.contains(I::DATE_SLIP);
    // Of the few dozen people of a postcode one in hundreds was born on a given day.
    if born && i.any(I::ADDRESS | I::POSTCODE) {
        return true;
    }
    // The forename and year of another surname in a postcode: a marriage oftener than a neighbour.
    if i.contains(I::FORENAME | I::POSTCODE) && i.any(I::YEAR | I::DOB) {
        return true;
    }
    if differs {
        // An initial is no half. Another surname beside the forename and the home is a marriage oftener than a lodger
        // of that name.
        i.any(I::SURNAME | I::FORENAME) && born || i.contains(I::FORENAME | I::ADDRESS)
    } else {
        half && (i.any(I::DOB | I::ADDRESS) || i.contains(I::SURNAME) && place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::Typed;
    use crate::subjects::terms::freetext;

    fn person(id: &str, name: (&str, &str), dob: &str, address: &str) -> Person {
        Person {
            subject_id: id.into(),
            forename: name.0.into(),
            surname: name.1.into(),
            dob: dob.into(),
            address: address.into(),
            ..Person::default()
        }
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()
    }

    fn answers(people: &[Person], typed: &Typed<'_>) -> Vec<(String, String)> {
        let register = Register::new(people, day());
        let d = typed.describe(
            &freetext::Terms::default(),
            day(),
            (day(), day()),
            &mut crate::subjects::Coverage::default(),
        );
        register
            .find(&d, w::LEAST_PROBABILITY)
            .into_iter()
            .map(|a| (people[a.person as usize].subject_id.clone(), a.identifiers.codes().join(";")))
            .collect()
    }

    #[test]
    fn one_answer_or_none() {
        let home = "12 Sallow Lane, Anytown, AB1 2DE";
        let people = [
            person("P1", ("Katherine", "Wexcombe"), "1984-07-12", home),
            person("P2", ("Daniel", "Wexcombe"), "1982-09-23", home),
            person("P3", ("John", "Smith"), "1979-03-04", "40 Mill Road, Anytown, AB3 4EF"),
            person("P4", ("John", "Smith"), "1991-03-14", "9 Far Road, Otherton, ZE1 1AA"),
        ];
        for (typed, expected) in [
            (
                Typed { forename: "Kate", surname: "Wexcombe", dob: "12/07/1984", ..Typed::default() },
                Some(("P1", "name;dob;nickname")),
            ),
            (Typed { forename: "Katherine", surname: "Wexcombe", ..Typed::default() }, Some(("P1", "name"))),
            // A relative is no answer: the sister Karen of the same home.
            (Typed { forename: "Karen", surname: "Wexcombe", address: home, ..Typed::default() }, None),
            (Typed { surname: "Wexcombe", address: home, ..Typed::default() }, None),
            // Two of one name are none without a birth date.
            (Typed { forename: "John", surname: "Smith", ..Typed::default() }, None),
            (
                Typed { forename: "J", surname: "Smith", dob: "14/03/1991", ..Typed::default() },
                Some(("P4", "surname;initial;dob")),
            ),
            (
                Typed { forename: "John", surname: "Smith", postcode: "ab34ef", ..Typed::default() },
                Some(("P3", "name;postcode")),
            ),
            (Typed { forename: "John", surname: "Smith", dob: "1955", ..Typed::default() }, None),
            (Typed { address: home, ..Typed::default() }, None),
            (Typed { dob: "12/07/1984", ..Typed::default() }, None),
            (Typed::default(), None),
        ] {
            let expected: Vec<(String, String)> =
                expected.into_iter().map(|(id, codes)| (id.to_owned(), codes.to_owned())).collect();
            assert_eq!(answers(&people, &typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn father_and_son_of_one_name_at_one_address_are_not_called_sure() {
        let home = "12 Sallow Lane, Anytown, AB1 2DE";
        let people = [person("P1", ("Katherine", "Wexcombe"), "1984-07-12", home)];
        let register = Register::new(&people, day());
        let typed =
            Typed { forename: "Katherine", surname: "Wexcombe", dob: "23/09/1958", address: home, ..Typed::default() };
        let d = typed.describe(
            &freetext::Terms::default(),
            day(),
            (day(), day()),
            &mut crate::subjects::Coverage::default(),
        );
        let found = register.find(&d, 0.0);
        assert!(found[0].probability < 0.95, "{found:?}");
        assert!(found[0].against.contains(I::DOB));
    }
}
