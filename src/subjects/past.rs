//! When an address, a vehicle or a number was somebody's: what was theirs once names them still, but it is theirs no more.

use chrono::NaiveDate;

use super::terms::{Address, AddressLevel, Email, Phone, Vrm};
use crate::ingest::history::{Dated, Held};

/// Two who were recorded at one address for fewer days at a time were not there together: states are taken by the month, and
/// moves are told late.
const TOGETHER: i64 = 31;

/// Days on which something was somebody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First day; `None` = not known, or since ever.
    pub from: Option<NaiveDate>,
    /// Last day; `None` = to this day, or not known.
    pub to: Option<NaiveDate>,
}

/// Did two people live at one address together?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// They do, as far as is known.
    Now,
    /// They did, until that day.
    Until(NaiveDate),
    /// One of them came after the other had gone.
    Apart,
    /// One has gone, by that day, and nothing says when the other was there.
    Unknown(NaiveDate),
}

impl Span {
    /// Nothing says when.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether two people of one address lived there together.
    #[must_use]
    pub fn together(self, other: Self) -> Together {
        let end = match (self.to, other.to) {
            (None, None) => return Together::Now,
            (Some(one), Some(two)) => one.min(two),
            (Some(one), None) | (None, Some(one)) => one,
        };
        if self.is_open() || other.is_open() {
            return Together::Unknown(end);
        }
        let start = self.from.max(other.from);
        if start.is_none_or(|start| (end - start).num_days() >= TOGETHER) {
            Together::Until(end)
        } else {
            Together::Apart
        }
    }
}

/// What was somebody's once, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// When the present address, or the last one known, was theirs.
    pub home: Span,
    /// Addresses before it.
    pub homes: Vec<(Address, Span)>,
    /// Vehicles.
    pub vrms: Vec<(Vrm, Span)>,
    /// Telephone numbers.
    pub phones: Vec<(Phone, Span)>,
    /// E-mail addresses.
    pub emails: Vec<(Email, Span)>,
}

/// What is somebody's now, and their past.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub address: Option<Address>,
    pub phones: Vec<String>,
    pub vrms: Vec<String>,
    pub past: Past,
}

/// Parts the present of a row from its past. The address known last stays the present one even where it has ended: it is where the
/// person is on record.
pub(super) fn told(history: &[Dated], with_address: bool) -> Told {
    let mut all = Told::default();
    for one in history {
        let span = Span { from: one.from, to: one.to };
        match &one.held {
            Held::Home { address, postcode } if with_address => {
                all.past.homes.extend(Address::parse(address, postcode).map(|address| (address, span)));
            }
            Held::Home { .. } => {}
            Held::Phone(text) if span.to.is_none() => all.phones.push(text.clone()),
            Held::Phone(text) => {
                all.past.phones.extend(Phone::parse(text).map(|phone| (phone, span)));
                all.past.emails.extend(Email::parse(text).map(|email| (email, span)));
            }
            Held::Vrm(text) if span.to.is_none() => all.vrms.push(text.clone()),
            Held::Vrm(text) => all.past.vrms.extend(Vrm::parse(text).map(|vrm| (vrm, span))),
        }
    }
    let last = |span: &Span| span.to.unwrap_or(NaiveDate::MAX);
    let latest = (0..all.past.homes.len()).max_by_key(|&at| (last(&all.past.homes[at].1), at));
    if let Some(at) = latest {
        let (address, span) = all.past.homes.remove(at);
        all.past.home = span;
        // The same dwelling in other words.
        while let Some(before) = all.past.homes.iter().position(|(other, earlier)| {
            other.compare(&address) == AddressLevel::Same
                && earlier.to.zip(all.past.home.from).is_some_and(|(to, from)| (from - to).num_days() <= 1)
        }) {
            all.past.home.from = all.past.homes.remove(before).1.from;
        }
        all.address = Some(address);
    }
    all
}

impl Past {
    /// Adds what another description of the same person says.
    pub(super) fn merge(&mut self, other: &Self) {
        fn add<T: Clone + PartialEq>(list: &mut Vec<(T, Span)>, more: &[(T, Span)]) {
            for one in more {
                if !list.contains(one) {
                    list.push(one.clone());
                }
            }
        }
        add(&mut self.homes, &other.homes);
        add(&mut self.vrms, &other.vrms);
        add(&mut self.phones, &other.phones);
        add(&mut self.emails, &other.emails);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        let (from, to) = text.split_once("..").unwrap();
        Span { from: from.parse().ok(), to: to.parse().ok() }
    }

    #[test]
    fn who_lived_together() {
        let until = |text: &str| Together::Until(text.parse().unwrap());
        for (one, other, expected) in [
            ("..", "..", Together::Now),
            ("2024-03-01..", "..", Together::Now),
            ("2024-03-01..", "2026-03-20..", Together::Now),
            // The tenant before, the tenant after, and a month that both claim.
            ("2024-03-01..", "2019-01-01..2024-02-28", Together::Apart),
            ("..2024-02-28", "2024-03-01..", Together::Apart),
            ("..2024-02-28", "2024-02-10..", Together::Apart),
            // Both were there, and one has gone.
            ("..2024-02-28", "2020-05-01..", until("2024-02-28")),
            ("2020-05-01..2022-01-31", "2021-01-01..2024-02-28", until("2022-01-31")),
            ("..2022-01-31", "..2020-06-30", Together::Until("2020-06-30".parse().unwrap())),
            // One has gone, and of the other nothing is known.
            ("..2024-02-28", "..", Together::Unknown("2024-02-28".parse().unwrap())),
            ("..", "2020-05-01..2022-01-31", Together::Unknown("2022-01-31".parse().unwrap())),
        ] {
            assert_eq!(span(one).together(span(other)), expected, "{one} {other}");
            assert_eq!(span(other).together(span(one)), expected, "{other} {one}");
        }
    }

    #[test]
    fn the_present_is_parted_from_the_past() {
        let home = |address: &str, days: &str| {
            let held = Held::Home { address: address.to_owned(), postcode: "AB1 2DE".to_owned() };
            Dated { held, from: span(days).from, to: span(days).to }
        };
        let all = told(
            &[
                home("3 Elm Close", "..2020-12-31"),
                home("12 Sallow Ln", "2021-01-01..2024-02-28"),
                home("12 Sallow Lane", "2024-02-29.."),
                Dated { held: Held::Vrm("AB12 CDE".to_owned()), from: None, to: span("..2021-01-01").to },
                Dated { held: Held::Vrm("XY99 ZZZ".to_owned()), from: None, to: None },
            ],
            true,
        );
        assert_eq!(all.address, Address::parse("12 Sallow Lane", "AB1 2DE"));
        assert_eq!(all.past.home, span("2021-01-01.."));
        assert_eq!(all.past.homes, [(Address::parse("3 Elm Close", "AB1 2DE").unwrap(), span("..2020-12-31"))]);
        assert_eq!(all.vrms, ["XY99 ZZZ"]);
        assert_eq!(all.past.vrms[0].0, Vrm::parse("AB12CDE").unwrap());
    }
}
