//! Correlations: what several firings of look and case rules amount to within a span of time.
//!
//! A window slides over the hits of one group and includes both its ends: two
//! hits exactly one `timespan` apart stand in one window. A hit whose group key
//! is unknown belongs to no group, and an unknown value is never counted.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::detection::Compare;

/// What a correlation counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// What must come together.
    pub kind: CorrelationKind,
    /// Names or ids of the look and case rules whose firings are counted, in the order of the file.
    pub rules: Vec<String>,
    /// Keys that must be equal among the hits of one group; of [`KEYS`].
    pub group_by: Vec<&'static str>,
    /// Length of the window in milliseconds.
    pub timespan: i64,
    /// The count must stand so to each of these; all must hold.
    pub condition: Vec<(Compare, f64)>,
    /// For `value_count`: the key whose different values are counted; of [`KEYS`].
    pub field: Option<&'static str>,
}

/// Keys of a hit that a correlation may group by or count.
pub const KEYS: &[&str] =
    &["staff", "login", "subject", "system", "incident", "reason", "terminal", "location", "team"];

/// What must come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrelationKind {
    /// So many hits.
    EventCount,
    /// So many different values.
    ValueCount,
    /// Hits of the rules, in any order.
    Temporal,
    /// Hits of the rules in the order of the file.
    TemporalOrdered,
}

impl CorrelationKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::EventCount, Self::ValueCount, Self::Temporal, Self::TemporalOrdered];

    /// As written in rule files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }
}

/// One hit of one of the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<'a, G> {
    /// The group's key; `None` where any part of it is unknown.
    pub group: Option<G>,
    /// When, in milliseconds.
    pub at: i64,
    /// Which of [`Correlation::rules`], by place.
    pub rule: usize,
    /// The value of [`Correlation::field`], where it is known.
    pub value: Option<&'a str>,
}

/// A stretch of one group's hits in which the correlation held throughout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window<G> {
    /// The group's key.
    pub group: G,
    /// Time of the first hit.
    pub first: i64,
    /// Time of the last hit.
    pub last: i64,
    /// Places in the input of the hits that took part, in order of time.
    pub hits: Vec<usize>,
    /// The highest count that a window reached.
    pub count: usize,
}

impl Correlation {
    /// In words: "event_count of denied by staff within 3600 s, gte 5".
    #[must_use]
    pub fn words(&self) -> String {
        let counts: Vec<String> = self.condition.iter().map(|(compare, n)| format!("{} {n}", compare.word())).collect();
        format!(
            "{}{} of {} by {} within {} s, {}",
            self.kind.as_str(),
            self.field.map_or_else(String::new, |field| format!(" ({field})")),
            self.rules.join(", "),
            self.group_by.join(", "),
            self.timespan / 1_000,
            counts.join(" and ")
        )
    }

    fn holds(&self, count: usize) -> bool {
        self.condition.iter().all(|(compare, asked)| compare.holds(count as f64, *asked))
    }

    /// Finds where the correlation holds. Windows end at a hit; windows that
    /// share a hit are merged, so that one long run is one finding. The result
    /// is sorted by group and time. Hits at one time stand in the window
    /// together or not at all, and count as being in any order.
    #[must_use]
    pub fn evaluate<G: Ord + Clone>(&self, hits: &[Hit<'_, G>]) -> Vec<Window<G>> {
        let mut groups: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
        for (place, hit) in hits.iter().enumerate() {
            if let Some(group) = &hit.group {
                groups.entry(group).or_default().push(place);
            }
        }
        let mut found = Vec::new();
        for (group, mut places) in groups {
            places.sort_by_key(|&place| (hits[place].at, hits[place].rule));
            self.evaluate_group(group, &places, hits, &mut found);
        }
        found
    }

    fn evaluate_group<G: Clone>(&self, group: &G, places: &[usize], hits: &[Hit<'_, G>], found: &mut Vec<Window<G>>) {
        let mut tally = Tally::new(self);
        let mut start = 0;
        // Hits places[run.0..=run.1] hold together so far, with the highest count.
        let mut run: Option<(usize, usize, usize)> = None;
        let mut end = 0;
        while end < places.len() {
            let now = hits[places[end]].at;
            // Hits at one time stand in the window together, or not at all.
            while end < places.len() && hits[places[end]].at == now {
                tally.add(&hits[places[end]]);
                end += 1;
            }
            while now.saturating_sub(hits[places[start]].at) > self.timespan {
                tally.remove(&hits[places[start]]);
                start += 1;
            }
            let count = tally.count();
            if self.holds(count) {
                run = match run {
                    Some((first, last, most)) if start <= last => Some((first, end - 1, most.max(count))),
                    earlier => {
                        found.extend(earlier.map(|run| window(group, places, hits, run)));
                        Some((start, end - 1, count))
                    }
                };
            }
        }
        found.extend(run.map(|run| window(group, places, hits, run)));
    }
}

fn window<G: Clone>(
    group: &G,
    places: &[usize],
    hits: &[Hit<'_, G>],
    (first, last, count): (usize, usize, usize),
) -> Window<G> {
    Window {
        group: group.clone(),
        first: hits[places[first]].at,
        last: hits[places[last]].at,
        hits: places[first..=last].to_vec(),
        count,
    }
}

/// The running count of a window, kept as hits enter at one end and leave at the other.
enum Tally<'a> {
    Events(usize),
    Values(FxHashMap<&'a str, usize>),
    Rules(Vec<usize>),
    Ordered(Chains),
}

/// For each rule, the latest time at which a chain of hits in the order of the
/// rules can have begun that has reached this rule. A chain stands in the
/// window if it began within it; a later rule's chain never began later than
/// an earlier rule's, so the rules reached are a run from the first.
struct Chains {
    began: Vec<Option<i64>>,
    since: i64,
    timespan: i64,
}

impl<'a> Tally<'a> {
    fn new(correlation: &Correlation) -> Self {
        let rules = correlation.rules.len();
        match correlation.kind {
            CorrelationKind::EventCount => Self::Events(0),
            CorrelationKind::ValueCount => Self::Values(FxHashMap::default()),
            CorrelationKind::Temporal => Self::Rules(vec![0; rules]),
            CorrelationKind::TemporalOrdered => {
                Self::Ordered(Chains { began: vec![None; rules], since: i64::MIN, timespan: correlation.timespan })
            }
        }
    }

    /// Takes a hit in; hits come in order of time and, at one time, of rule.
    fn add<G>(&mut self, hit: &Hit<'a, G>) {
        match self {
            Self::Events(count) => *count += 1,
            Self::Values(values) => {
                if let Some(value) = hit.value {
                    *values.entry(value).or_default() += 1;
                }
            }
            Self::Rules(counts) => {
                if let Some(count) = counts.get_mut(hit.rule) {
                    *count += 1;
                }
            }
            Self::Ordered(chains) => {
                chains.since = hit.at.saturating_sub(chains.timespan);
                let begins =
                    if hit.rule == 0 { Some(hit.at) } else { chains.began.get(hit.rule - 1).copied().flatten() };
                if let Some(began) = chains.began.get_mut(hit.rule) {
                    *began = begins.max(*began);
                }
            }
        }
    }

    /// Lets a hit go that the window has left behind.
    fn remove<G>(&mut self, hit: &Hit<'a, G>) {
        match self {
            Self::Events(count) => *count -= 1,
            Self::Values(values) => {
                if let Some(value) = hit.value
                    && let Some(count) = values.get_mut(value)
                {
                    *count -= 1;
                    if *count == 0 {
                        values.remove(value);
                    }
                }
            }
            Self::Rules(counts) => {
                if let Some(count) = counts.get_mut(hit.rule) {
                    *count -= 1;
                }
            }
            // Chains that began too early are told by their beginning.
            Self::Ordered(_) => {}
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Events(count) => *count,
            Self::Values(values) => values.len(),
            Self::Rules(counts) => counts.iter().filter(|count| **count > 0).count(),
            Self::Ordered(chains) => {
                chains.began.iter().take_while(|began| began.is_some_and(|began| began >= chains.since)).count()
            }
        }
    }
}
