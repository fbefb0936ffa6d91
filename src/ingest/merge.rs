//! From the workers' parts to one log whose codes, queries and events are in an order of their own.
//!
//! Nothing here depends on which worker read which row, on the order of the files or on the number of threads: texts are ranked by
//! themselves, queries by the ranks of their texts, events by login, time, system and identity. Of events
//! with one identity the one that says the least in that order is kept.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::access::{AccessLog, Event, Query, Strings};
use super::access_rows::{AccessPart, CODED};
use super::dictionary::{Dictionary, INLINE, padded, unpadded};
use super::near::fetch;
use super::queries::{TERMS, head, query, terms};
use super::rows::{Row, Rows};
use super::tables::Origin;

/// A row that repeats another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    /// The row that was left out.
    pub row: Origin,
    /// The row that was kept.
    pub kept: Origin,
    /// True where both have one identity but do not say the same in every canonical column.
    pub differs: bool,
}

/// One event in one part.
type Ref = (u32, u32);

/// What lies at random places is fetched so many steps before its turn comes.
const AHEAD: usize = 16;

/// Merges the parts; the duplicates come back sorted.
pub(crate) fn merge(mut parts: Vec<AccessPart>, columns: Vec<&'static str>) -> (AccessLog, Vec<Duplicate>) {
    parts.par_iter_mut().for_each(AccessPart::settle);
    let (duplicates, dropped) = find_duplicates(&parts);
    let used: Vec<Used> = parts.par_iter().zip(&dropped).map(|(part, dropped)| Used::of(part, dropped)).collect();
    let (strings, ranks) = rank_texts(&parts, &used);
    let (queries, query_ranks) = rank_queries(&parts, &used, &ranks);
    drop(used);
    for part in &mut parts {
        // Only the events are still needed.
        let events = std::mem::take(&mut part.events);
        *part = AccessPart::default();
        part.events = events;
    }
    let events = sort_events(&mut parts, &dropped, &ranks, &query_ranks);
    (AccessLog { events, queries, strings, columns }, duplicates)
}

/// Finds events of one identity. Returns them with the row kept instead, and per part which events
/// to leave out (empty where none).
fn find_duplicates(parts: &[AccessPart]) -> (Vec<Duplicate>, Vec<Vec<bool>>) {
    const BUCKETS: usize = 256;
    // By the first byte of the hash, so that each bucket is sorted in the processor's cache.
    let buckets: Vec<Vec<Vec<(u64, u32)>>> = parts
        .par_iter()
        .map(|part| {
            let mut buckets: Vec<Vec<(u64, u32)>> =
                (0..BUCKETS).map(|_| Vec::with_capacity(part.events.len() / BUCKETS * 5 / 4)).collect();
            for (index, event) in part.events.iter().enumerate() {
                buckets[(event.id_hash >> 56) as usize].push((event.id_hash, index as u32));
            }
            buckets
        })
        .collect();
    let found: Vec<(Duplicate, Ref)> = (0..BUCKETS)
        .into_par_iter()
        .flat_map_iter(|bucket| {
            let mut hashes: Vec<(u64, Ref)> = buckets
                .iter()
                .enumerate()
                .flat_map(|(part, buckets)| {
                    buckets[bucket].iter().map(move |(hash, index)| (*hash, (part as u32, *index)))
                })
                .collect();
            hashes.sort_unstable();
            let mut found = Vec::new();
            for same in hashes.chunk_by(|left, right| left.0 == right.0).filter(|same| same.len() > 1) {
                settle_group(parts, same, &mut found);
            }
            found
        })
        .collect();
    let mut dropped: Vec<Vec<bool>> = vec![Vec::new(); parts.len()];
    for (_, (part, index)) in &found {
        let dropped = &mut dropped[*part as usize];
        dropped.resize(parts[*part as usize].events.len(), false);
        dropped[*index as usize] = true;
    }
    let mut duplicates: Vec<Duplicate> = found.into_iter().map(|(duplicate, _)| duplicate).collect();
    duplicates.par_sort_unstable();
    (duplicates, dropped)
}

/// Events that share the first half of the identity hash: those that share the second too are one event.
fn settle_group(parts: &[AccessPart], same: &[(u64, Ref)], found: &mut Vec<(Duplicate, Ref)>) {
    let tail = |(part, index): Ref| parts[part as usize].id_tails[index as usize];
    let mut group: Vec<Ref> = same.iter().map(|(_, at)| *at).collect();
    group.sort_by(|left, right| {
        let by_content = || compare_content(parts, *left, *right);
        tail(*left)
            .cmp(&tail(*right))
            .then_with(by_content)
            .then_with(|| origin(parts, *left).cmp(&origin(parts, *right)))
    });
    for same in group.chunk_by(|left, right| tail(*left) == tail(*right)) {
        for other in &same[1..] {
            let differs = compare_content(parts, same[0], *other) != Ordering::Equal;
            found.push((Duplicate { row: origin(parts, *other), kept: origin(parts, same[0]), differs }, *other));
        }
    }
}

fn event(parts: &[AccessPart], (part, index): Ref) -> &Event {
    &parts[part as usize].events[index as usize]
}

fn origin(parts: &[AccessPart], at: Ref) -> Origin {
    let event = event(parts, at);
    Origin { file: event.file, line: event.line }
}

/// Compares what two events say in the canonical columns.
fn compare_content(parts: &[AccessPart], left: Ref, right: Ref) -> Ordering {
    let (one, other) = (event(parts, left), event(parts, right));
    let texts = |at: Ref| {
        let (part, event) = (&parts[at.0 as usize], event(parts, at));
        let query = &part.queries.all[event.query as usize];
        let codes = codes(event).into_iter().chain(terms(query));
        codes.zip(part.words.columns()).map(|(code, words)| words.get(code))
    };
    (one.at, one.environment, one.action, one.outcome)
        .cmp(&(other.at, other.environment, other.action, other.outcome))
        .then_with(|| texts(left).cmp(texts(right)))
}

/// The texts of an event, its query aside, in the order of the part's dictionaries.
const fn codes(event: &Event) -> [u32; 8] {
    [
        event.login,
        event.system,
        event.on_behalf_of,
        event.reason_code,
        event.reason_text,
        event.incident_id,
        event.terminal,
        event.location,
    ]
}

/// Which texts and queries of a part the kept events still use.
struct Used {
    /// By column.
    words: [Vec<bool>; CODED],
    queries: Vec<bool>,
}

impl Used {
    fn of(part: &AccessPart, dropped: &[bool]) -> Self {
        let words = part.words.columns().each_ref().map(|words| vec![false; words.len()]);
        let mut used = Self { words, queries: vec![false; part.queries.all.len()] };
        for (index, event) in part.events.iter().enumerate() {
            if is(dropped, index) {
                continue;
            }
            for (code, used) in codes(event).into_iter().zip(&mut used.words) {
                used[code as usize] = true;
            }
            used.queries[event.query as usize] = true;
        }
        for (query, _) in part.queries.all.iter().zip(&used.queries).filter(|(_, used)| **used) {
            for (code, used) in terms(query).into_iter().zip(&mut used.words[CODED - TERMS..]) {
                used[code as usize] = true;
            }
        }
        // The empty text is always there.
        used.words[0][0] = true;
        used
    }
}

fn is(flags: &[bool], index: usize) -> bool {
    flags.get(index).copied().unwrap_or(false)
}

/// A text in the list to be sorted.
struct Text {
    /// Its first bytes, see [`padded`].
    head: [u64; 2],
    /// Its length, or one more than [`INLINE`] for every longer text: those are compared as texts.
    length: u32,
    at: Ref,
}

/// Sorts the texts of all parts; gives for each part, by column, the rank of each of its codes.
fn rank_texts(parts: &[AccessPart], used: &[Used]) -> (Strings, Vec<[Vec<u32>; CODED]>) {
    let columns: Vec<(&Dictionary, &Vec<bool>)> =
        parts.iter().zip(used).flat_map(|(part, used)| part.words.columns().iter().zip(&used.words)).collect();
    let text = |(column, code): Ref| columns[column as usize].0.get(code);
    let mut all: Vec<Text> = columns
        .par_iter()
        .enumerate()
        .flat_map_iter(|(column, (words, used))| {
            let codes = (0..used.len()).filter(|code| used[*code]);
            codes.map(move |code| {
                let text = words.get(code as u32);
                Text { head: padded(text), length: text.len().min(INLINE + 1) as u32, at: (column as u32, code as u32) }
            })
        })
        .collect();
    // Most texts are told apart by what is in the list, without a look at the text.
    let compare = |left: &Text, right: &Text| {
        (left.head, left.length).cmp(&(right.head, right.length)).then_with(|| {
            if left.length as usize > INLINE { text(left.at).cmp(text(right.at)) } else { Ordering::Equal }
        })
    };
    all.par_sort_unstable_by(compare);
    let mut strings = Strings::default();
    let mut last: Option<&Text> = None;
    let mut numbers = Vec::with_capacity(all.len());
    for one in &all {
        if last.is_none_or(|last| compare(last, one) != Ordering::Equal) {
            // Every text was part of a block that is UTF-8, cut at ASCII bytes.
            let whole = unpadded(one.head, one.length);
            let bytes = whole.as_ref().map_or_else(|| text(one.at), |(bytes, length)| &bytes[..*length]);
            strings.push(std::str::from_utf8(bytes).unwrap_or_default());
            last = Some(one);
        }
        numbers.push(strings.len() as u32 - 1);
    }
    if strings.is_empty() {
        strings.push("");
    }
    let sizes: Vec<usize> = columns.iter().map(|(words, _)| words.len()).collect();
    let mut ranks = hand_back(&sizes, all.iter().map(|one| one.at).zip(numbers)).into_iter();
    let ranks = parts.iter().map(|_| std::array::from_fn(|_| ranks.next().unwrap_or_default())).collect();
    (strings, ranks)
}

/// Gives each list the numbers that its own entries of a sorted list have got.
fn hand_back(sizes: &[usize], numbers: impl Iterator<Item = (Ref, u32)>) -> Vec<Vec<u32>> {
    let mut own: Vec<Vec<u32>> = sizes.iter().map(|size| vec![0; *size]).collect();
    for ((owner, index), number) in numbers {
        own[owner as usize][index as usize] = number;
    }
    own
}

/// Sorts the queries of all parts; gives for each part the rank of each of its queries.
fn rank_queries(parts: &[AccessPart], used: &[Used], ranks: &[[Vec<u32>; CODED]]) -> (Vec<Query>, Vec<Vec<u32>>) {
    let ranked: Vec<Vec<Query>> = parts
        .par_iter()
        .zip(ranks)
        .map(|(part, ranks)| {
            let ranked = |found: &Query| {
                let mut terms = terms(found);
                for (code, ranks) in terms.iter_mut().zip(&ranks[CODED - TERMS..]) {
                    *code = ranks[*code as usize];
                }
                query(terms)
            };
            part.queries.all.iter().map(ranked).collect()
        })
        .collect();
    let at = |(part, number): Ref| &ranked[part as usize][number as usize];
    let mut all: Vec<(u64, Ref)> = ranked
        .par_iter()
        .zip(used)
        .enumerate()
        .flat_map_iter(|(part, (ranked, used))| {
            let numbers = (0..ranked.len()).filter(|number| used.queries[*number]);
            numbers.map(move |number| (head(&ranked[number]), (part as u32, number as u32)))
        })
        .collect();
    all.par_sort_unstable_by(|left, right| left.0.cmp(&right.0).then_with(|| at(left.1).cmp(at(right.1))));
    let mut distinct: Vec<Query> = Vec::with_capacity(all.len());
    let mut numbers = Vec::with_capacity(all.len());
    for (number, (_, place)) in all.iter().enumerate() {
        if let Some((_, later)) = all.get(number + AHEAD) {
            fetch(&at(*later).subject_id);
            fetch(&at(*later).text);
        }
        let query = at(*place);
        if distinct.last() != Some(query) {
            distinct.push(*query);
        }
        numbers.push(distinct.len() as u32 - 1);
    }
    let sizes: Vec<usize> = used.iter().map(|used| used.queries.len()).collect();
    let ranks = hand_back(&sizes, all.iter().map(|(_, at)| *at).zip(numbers));
    (distinct, ranks)
}

/// Where the kept events of one login stand in one part's list.
struct Group {
    /// Rank of the login.
    login: u32,
    part: u32,
    begin: u32,
    end: u32,
}

/// The kept events of one part, login by login, and where each login's begin.
fn by_login(number: usize, part: &AccessPart, dropped: &[bool], ranks: &[u32]) -> (Vec<u32>, Vec<Group>) {
    // Counting sort: how many each login has, then where each begins.
    let kept = || part.events.iter().enumerate().filter(|(index, _)| !is(dropped, *index));
    let mut begins = vec![0u32; ranks.len()];
    for (_, event) in kept() {
        begins[event.login as usize] += 1;
    }
    let mut sum = 0;
    let mut groups = Vec::new();
    for (login, begin) in begins.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
        let end = sum + *begin;
        groups.push(Group { login: ranks[login], part: number as u32, begin: sum, end });
        *begin = sum;
        sum = end;
    }
    let mut order = vec![0u32; sum as usize];
    for (index, event) in kept() {
        let next = &mut begins[event.login as usize];
        order[*next as usize] = index as u32;
        *next += 1;
    }
    (order, groups)
}

/// Gathers the kept events login by login and sorts each login's by time, system and identity.
fn sort_events(
    parts: &mut [AccessPart],
    dropped: &[Vec<bool>],
    ranks: &[[Vec<u32>; CODED]],
    query_ranks: &[Vec<u32>],
) -> Vec<Event> {
    let (lists, groups): (Vec<Vec<u32>>, Vec<Vec<Group>>) = parts
        .par_iter()
        .zip(dropped)
        .zip(ranks)
        .enumerate()
        .map(|(number, ((part, dropped), ranks))| by_login(number, part, dropped, &ranks[0]))
        .unzip();
    let mut groups: Vec<Group> = groups.into_iter().flatten().collect();
    groups.par_sort_unstable_by_key(|group| (group.login, group.part));
    let length = |groups: &[Group]| groups.iter().map(|group| (group.end - group.begin) as usize).sum::<usize>();
    let mut order: Vec<Ref> = vec![(0, 0); length(&groups)];
    let mut places = Vec::new();
    let mut rest = order.as_mut_slice();
    for login in groups.chunk_by(|left, right| left.login == right.login) {
        let (place, tail) = rest.split_at_mut(length(login));
        places.push((login, place));
        rest = tail;
    }
    places.into_par_iter().for_each(|(login, place)| {
        let indexes = login.iter().flat_map(|group| {
            let list = &lists[group.part as usize][group.begin as usize..group.end as usize];
            list.iter().map(|index| (group.part, *index))
        });
        for (place, at) in place.iter_mut().zip(indexes) {
            *place = at;
        }
    });
    // In the order of the parts, so that only the small tables are visited at random; then events move as they are.
    parts.par_iter_mut().zip(ranks).zip(query_ranks).for_each(|((part, ranks), queries)| {
        for event in &mut part.events {
            event.login = ranks[0][event.login as usize];
            event.system = ranks[1][event.system as usize];
            event.on_behalf_of = ranks[2][event.on_behalf_of as usize];
            event.reason_code = ranks[3][event.reason_code as usize];
            event.reason_text = ranks[4][event.reason_text as usize];
            event.incident_id = ranks[5][event.incident_id as usize];
            event.terminal = ranks[6][event.terminal as usize];
            event.location = ranks[7][event.location as usize];
            event.query = queries[event.query as usize];
        }
    });
    let read = |(part, index): Ref| &parts[part as usize].events[index as usize];
    let gather = |(place, at): (usize, &Ref)| {
        if let Some(later) = order.get(place + AHEAD) {
            // An event lies on two lines of the processor's cache.
            fetch(&read(*later).at);
            fetch(&read(*later).query);
        }
        *read(*at)
    };
    let mut events: Vec<Event> = order.par_iter().enumerate().map(gather).collect();
    let mut logins = Vec::new();
    let mut rest = events.as_mut_slice();
    for login in groups.chunk_by(|left, right| left.login == right.login) {
        let (login, tail) = rest.split_at_mut(length(login));
        logins.push(login);
        rest = tail;
    }
    // The stable sort makes use of runs, and exports are mostly in the order of time.
    logins
        .into_par_iter()
        .for_each(|login| login.sort_by_key(|event| (event.at, event.system, event.id_hash, event.file, event.line)));
    events
}

/// Puts the rows of a smaller table in order and leaves out rows that say the same as another. Also
/// returns the rows that share their key with another but say something else.
pub(crate) fn settle<T: Row>(parts: Vec<Rows<T>>) -> (Vec<T>, Vec<Duplicate>, Vec<Origin>) {
    let mut rows: Vec<T> = parts.into_iter().flat_map(|part| part.0).collect();
    rows.par_sort_unstable();
    let (mut kept, mut duplicates, mut contradictions): (Vec<T>, Vec<Duplicate>, Vec<Origin>) =
        (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
    for row in rows {
        if let Some(last) = kept.last()
            && row.key() == last.key()
        {
            if row.moved(last.origin()) == *last {
                duplicates.push(Duplicate { row: row.origin(), kept: last.origin(), differs: false });
                continue;
            }
            if row.key().is_some() {
                contradictions.push(row.origin());
            }
        }
        kept.push(row);
    }
    duplicates.sort_unstable();
    (kept, duplicates, contradictions)
}
