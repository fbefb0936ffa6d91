//! From distinct queries to distinct subjects.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::descriptor::Descriptor;
use super::people::PeopleIndex;
use super::terms::compare::{forenames, joined, surnames};
use super::terms::{NameLevel, Vrm, ascii_upper, freetext};
use super::typed::Typed;
use super::{Coverage, Subject, SubjectKind, Subjects};
use crate::ingest::{AccessLog, Person, Query};

/// The terms of one query, as logged or typed; an empty text is a field left blank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Record id.
    pub record: &'a str,
    /// Field by field.
    pub typed: Typed<'a>,
    /// In one string.
    pub text: &'a str,
}

impl<'a> Asked<'a> {
    fn of(log: &'a AccessLog, query: &Query) -> Self {
        let text = |code| log.strings.get(code);
        Self {
            record: text(query.subject_id),
            typed: Typed {
                forename: text(query.forename),
                surname: text(query.surname),
                dob: text(query.dob),
                age: text(query.age),
                address: text(query.address),
                postcode: text(query.postcode),
                vrm: text(query.vrm),
                phone: text(query.phone),
            },
            text: text(query.text),
        }
    }
}

/// What one query asks for, before equal subjects are brought together.
struct Draft {
    key: String,
    kind: SubjectKind,
    person: Option<u32>,
    /// Empty for a row of the index: described once, later.
    descriptor: Descriptor,
}

/// Reads every distinct query of the log. `as_of` is the last day of the window: it turns
/// two-digit years and, with the log's own times, typed ages.
#[must_use]
pub fn resolve(log: &AccessLog, people: &[Person], as_of: NaiveDate) -> Subjects {
    resolve_with(log, &PeopleIndex::new(people, as_of))
}

/// [`resolve`] with an index that is already built.
#[must_use]
pub fn resolve_with(log: &AccessLog, index: &PeopleIndex<'_>) -> Subjects {
    let reader = Reader { index, window: window(log, index) };
    let read: Vec<(Draft, Coverage)> =
        log.queries.par_iter().map(|query| reader.read(&Asked::of(log, query))).collect();
    let mut coverage = Coverage::default();
    let mut drafts: Vec<(u32, Draft)> = Vec::with_capacity(read.len());
    for (at, (draft, counted)) in read.into_iter().enumerate() {
        coverage += counted;
        drafts.push((at as u32, draft));
    }
    // Queries are sorted by their texts, so the merged descriptions do not depend on row order.
    drafts.par_sort_by(|(i, a), (j, b)| a.key.cmp(&b.key).then(i.cmp(j)));

    let mut of_query = vec![0; drafts.len()];
    let mut grouped: Vec<Draft> = Vec::new();
    for (at, draft) in drafts {
        match grouped.last_mut() {
            Some(last) if last.key == draft.key => {
                if last.person.is_none() {
                    last.descriptor.merge(&draft.descriptor);
                }
            }
            _ => grouped.push(draft),
        }
        of_query[at as usize] = grouped.len() as u32 - 1;
    }
    let all = grouped
        .into_par_iter()
        .map(|draft| {
            let descriptor = draft.person.map_or(draft.descriptor, |row| index.describe(row));
            let label = label(&draft.key, draft.kind, &descriptor);
            Subject { key: draft.key, kind: draft.kind, label, person: draft.person, descriptor, attested: false }
        })
        .collect();
    Subjects::new(all, of_query, coverage)
}

/// Whom one query asks for, by its own terms alone, without the words for it: a list of any length need not be held.
/// Ages were typed on the day `index` turns years by.
#[must_use]
pub fn resolve_one(asked: &Asked<'_>, index: &PeopleIndex<'_>) -> Subject {
    let (draft, _) = Reader { index, window: (index.as_of(), index.as_of()) }.read(asked);
    let descriptor = draft.person.map_or(draft.descriptor, |row| index.describe(row));
    Subject {
        key: draft.key,
        kind: draft.kind,
        label: String::new(),
        person: draft.person,
        descriptor,
        attested: false,
    }
}

/// Days between which the ages of a log were typed.
fn window(log: &AccessLog, index: &PeopleIndex<'_>) -> (NaiveDate, NaiveDate) {
    let bounds = log.events.par_iter().map(|e| (e.at, e.at)).reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let day = |at: crate::instant::Instant| at.to_utc().map(|t| t.date_naive());
    bounds.and_then(|(first, last)| Some((day(first)?, day(last)?))).unwrap_or((index.as_of(), index.as_of()))
}

struct Reader<'a> {
    index: &'a PeopleIndex<'a>,
    /// Days between which ages were typed.
    window: (NaiveDate, NaiveDate),
}

impl Reader<'_> {
    fn read(&self, asked: &Asked<'_>) -> (Draft, Coverage) {
        let mut counted = Coverage { queries: 1, ..Coverage::default() };
        let id = asked.record.trim();
        if !id.is_empty() {
            return (self.record(id, &mut counted), counted);
        }
        counted.typed = 1;
        let draft = self.typed(asked, &mut counted);
        (draft, counted)
    }

    fn record(&self, id: &str, counted: &mut Coverage) -> Draft {
        let person = self.index.find_record(id);
        if person.is_some() {
            counted.known_records += 1
        } else {
            counted.unknown_records += 1
        }
        Draft {
            key: format!("record:{id}"),
            kind: if person.is_some() { SubjectKind::Person } else { SubjectKind::Unknown },
            person,
            descriptor: Descriptor { record: id.into(), ..Descriptor::default() },
        }
    }

    fn typed(&self, asked: &Asked<'_>, counted: &mut Coverage) -> Draft {
        let raw = asked.text;
        let free =
            if raw.trim().is_empty() { freetext::Terms::default() } else { freetext::parse(raw, self.index.as_of()) };
        if !free.record.is_empty() && self.index.find_record(&free.record).is_some() {
            return self.record(&free.record, counted);
        }
        if !raw.trim().is_empty() && free == freetext::Terms::default() {
            // Perhaps the whole text is a record id.
            if self.index.find_record(raw.trim()).is_some() {
                return self.record(raw.trim(), counted);
            }
            counted.unread_texts += 1;
        }
        let typed = asked.typed.describe(&free, self.index.as_of(), self.window, counted);
        self.identify(typed, asked, counted)
    }

    /// One person of the index, or the typed terms as they stand.
    fn identify(&self, typed: Descriptor, asked: &Asked<'_>, counted: &mut Coverage) -> Draft {
        let known = |row: u32| self.record(&self.index.people()[row as usize].subject_id, &mut Coverage::default());
        if let Some(row) = self.index.find_name(&typed) {
            counted.by_name += 1;
            return known(row);
        }
        if let [vrm] = typed.vrms[..]
            && let Some(row) = self.index.holder_of_vrm(&vrm)
            && self.may_be(&typed, row)
        {
            counted.by_plate += 1;
            return known(row);
        }
        if let [email] = &typed.emails[..]
            && let Some(row) = self.index.holder_of_email(email)
            && self.may_be(&typed, row)
        {
            counted.by_phone += 1;
            return known(row);
        }
        if let [phone] = typed.phones[..]
            && let Some(row) = self.index.holder_of_phone(phone)
            && self.may_be(&typed, row)
        {
            counted.by_phone += 1;
            return known(row);
        }
        let (key, kind) = typed_key(&typed).unwrap_or_else(|| {
            counted.nothing_comparable += 1;
            let mut said = String::new();
            let Typed { forename, surname, dob, age, address, postcode, vrm, phone } = asked.typed;
            for text in [forename, surname, dob, age, address, postcode, vrm, phone, asked.text] {
                let text = ascii_upper(text.trim());
                if !text.is_empty() {
                    if !said.is_empty() {
                        said.push(' ');
                    }
                    said.push_str(&text);
                }
            }
            (format!("unknown:{said}"), SubjectKind::Unknown)
        });
        Draft { key, kind, person: None, descriptor: typed }
    }

    /// Nothing else that was typed speaks against the holder.
    fn may_be(&self, typed: &Descriptor, row: u32) -> bool {
        if !typed.has_name() && typed.birth.is_none() {
            return true;
        }
        let holder = self.index.describe(row);
        let family = typed.surnames.is_empty()
            || holder.surnames.is_empty()
            || typed
                .surnames
                .iter()
                .any(|a| holder.surnames.iter().any(|b| surnames(&a.text, &b.text) < NameLevel::Similar));
        let given = typed.forenames.is_empty()
            || holder.forenames.is_empty()
            || typed
                .forenames
                .iter()
                .any(|a| holder.forenames.iter().any(|b| forenames(&a.text, &b.text) < NameLevel::Similar));
        let born = match (typed.birth, holder.birth) {
            (Some(a), Some(b)) => !a.compare(&b).is_conflict(),
            _ => true,
        };
        family && given && born
    }
}

/// The key of typed terms; `None` where they say nothing.
fn typed_key(d: &Descriptor) -> Option<(String, SubjectKind)> {
    let plate = d.vrms.first().map(|v| format!("vrm:{}", v.as_str()));
    let number = d.phones.first().map(|p| format!("phone:{}", p.text()));
    let phone = number.or_else(|| d.emails.first().map(|e| format!("email:{e}")));
    let place = d.addresses.first().map(|a| format!("place:{}", a.key()));
    // A surname beside a plate or number does not make it a search for a person without more.
    let alone = d.forenames.is_empty() && d.birth.is_none();
    if d.has_name() && !(alone && d.surnames.is_empty()) {
        let part = |text: Option<&str>| text.map(|t| joined(t).into_owned()).unwrap_or_default();
        let mut key = format!("person:{}|{}", part(d.surname()), part(d.forename()));
        if let Some(birth) = d.birth {
            key.push_str(&format!("|{birth}"));
        }
        // Without a full birth date, what else was typed tells namesakes apart.
        if !d.birth.is_some_and(|b| b.is_full())
            && let Some(extra) = plate.or(phone).or(place)
        {
            if d.birth.is_none() {
                key.push('|');
            }
            key.push('|');
            key.push_str(&extra);
        }
        return Some((key, SubjectKind::Person));
    }
    if let Some(key) = plate {
        return Some((key, SubjectKind::Vehicle));
    }
    if let Some(key) = phone {
        return Some((key, SubjectKind::Phone));
    }
    if let Some(key) = place {
        return Some((key, SubjectKind::Place));
    }
    d.birth.map(|birth| (format!("person:||{birth}"), SubjectKind::Person))
}

fn label(key: &str, kind: SubjectKind, d: &Descriptor) -> String {
    let rest = key.split_once(':').map_or(key, |(_, rest)| rest);
    let place = d.addresses.first().map(super::terms::Address::label);
    match kind {
        SubjectKind::Person => {
            let name = d.name_label();
            match place {
                _ if !d.record.is_empty() && name.is_empty() => rest.to_owned(),
                Some(place) if d.record.is_empty() && !d.birth.is_some_and(|b| b.is_full()) => {
                    format!("{name}, {place}")
                }
                _ => name,
            }
        }
        SubjectKind::Vehicle => d.vrms.first().map_or_else(|| rest.to_owned(), Vrm::label),
        SubjectKind::Phone => d.phones.first().map_or_else(|| rest.to_owned(), |p| p.text()),
        SubjectKind::Place => place.unwrap_or_else(|| rest.to_owned()),
        SubjectKind::Unknown if rest.is_empty() => "(no search terms)".to_owned(),
        SubjectKind::Unknown => rest.to_owned(),
    }
}
