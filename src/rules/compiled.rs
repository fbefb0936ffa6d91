//! The fast evaluator: a rule as a straight run of tests with jumps.
//!
//! `and`, `or`, lists of values and lists of maps all become jumps over the
//! tests that no longer matter, cheapest tests first. It gives the same answer
//! as [`super::explain`] on every row; a property test holds the two together.

use rustc_hash::FxHashSet;

use super::Rule;
use super::detection::{Combine, Compare, Condition, Detection, Item, Test};
use super::facts::{self, FactId, Scope};
use super::pattern::{Glob, Network, fold, same_folded};
use super::value::{Row, Value};

/// From this many equal-to texts on, a set is asked instead of each in turn.
const SET_FROM: usize = 8;

/// A rule made ready to run over many rows.
#[derive(Clone, Debug)]
pub struct Compiled {
    scope: Scope,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    /// Puts the answer of a test.
    Ask(FactId, Question),
    /// Puts an answer known beforehand.
    Put(bool),
    /// Turns the answer round.
    Not,
    /// Goes to a later step if the answer is this.
    JumpIf(bool, usize),
}

#[derive(Clone, Debug)]
enum Question {
    Null,
    Exists(bool),
    Bool(bool),
    Number(Compare, f64),
    Equals(String),
    OneOf(FxHashSet<String>),
    Glob(Glob),
    Regex(regex::Regex),
    Cidr(Network),
    /// `all`: every one of these.
    AllOf(Vec<Question>),
    /// `neq`: known, and none of these.
    NoneOf(Vec<Question>),
}

impl Question {
    fn new(test: &Test) -> Self {
        match test {
            Test::Null => Self::Null,
            Test::Exists(wanted) => Self::Exists(*wanted),
            Test::Bool(wanted) => Self::Bool(*wanted),
            Test::Number(compare, wanted) => Self::Number(*compare, *wanted),
            Test::Equals(folded) => Self::Equals(folded.clone()),
            Test::Glob(glob) => Self::Glob(glob.clone()),
            Test::Regex(regex) => Self::Regex(regex.clone()),
            Test::Cidr(network) => Self::Cidr(*network),
        }
    }

    /// How dear the question is to ask; only the order matters.
    fn cost(&self) -> u32 {
        match self {
            Self::Null | Self::Exists(_) | Self::Bool(_) | Self::Number(..) => 1,
            Self::Equals(_) => 2,
            Self::OneOf(_) => 4,
            Self::Cidr(_) => 20,
            Self::Glob(_) => 30,
            Self::Regex(_) => 40,
            Self::AllOf(questions) | Self::NoneOf(questions) => questions.iter().map(Self::cost).sum(),
        }
    }

    #[inline]
    fn ask(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Null, value) => value.is_null(),
            (Self::Exists(wanted), value) => value.is_null() != *wanted,
            (Self::Bool(wanted), Value::Bool(found)) => *wanted == found,
            (Self::Number(compare, wanted), Value::Number(found)) => compare.holds(found, *wanted),
            (Self::Equals(wanted), Value::Text(found)) => same_folded(found, wanted),
            (Self::OneOf(wanted), Value::Text(found)) => {
                // Codes are lower-case already: fold only what is not among the wanted as it stands.
                wanted.contains(found) || wanted.contains(fold(found).as_str())
            }
            (Self::Glob(glob), Value::Text(found)) => glob.matches(found),
            (Self::Regex(regex), Value::Text(found)) => regex.is_match(found),
            (Self::Cidr(network), Value::Text(found)) => network.contains(found),
            (Self::AllOf(questions), value) => questions.iter().all(|question| question.ask(value)),
            (Self::NoneOf(questions), value) => {
                !value.is_null() && !questions.iter().any(|question| question.ask(value))
            }
            _ => false,
        }
    }
}

impl Compiled {
    /// Makes a rule ready.
    #[must_use]
    pub fn new(rule: &Rule) -> Self {
        Self::of(rule.meta.probity.scope, &rule.detection)
    }

    /// Makes a detection ready that belongs to no rule.
    #[must_use]
    pub fn of(scope: Scope, detection: &Detection) -> Self {
        let mut compiler = Compiler { detection, steps: Vec::new() };
        compiler.condition(&detection.condition);
        Self { scope, steps: compiler.steps }
    }

    /// What the rows must be about.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Does the rule fire on this row?
    #[must_use]
    pub fn matches<R: Row + ?Sized>(&self, row: &R) -> bool {
        let mut answer = false;
        let mut next = 0;
        while let Some(step) = self.steps.get(next) {
            next += 1;
            match step {
                Step::Ask(fact, question) => answer = question.ask(row.get(*fact)),
                Step::Put(known) => answer = *known,
                Step::Not => answer = !answer,
                // Jumps only go forward: the loop ends.
                Step::JumpIf(wanted, to) if answer == *wanted => next = *to,
                Step::JumpIf(..) => {}
            }
        }
        answer
    }
}

struct Compiler<'d> {
    detection: &'d Detection,
    steps: Vec<Step>,
}

impl Compiler<'_> {
    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Selection(index) => self.selection(*index),
            Condition::Not(inner) => {
                self.condition(inner);
                self.steps.push(Step::Not);
            }
            Condition::And(parts) => self.chain(&self.cheapest_first(parts), false, Self::condition),
            Condition::Or(parts) => self.chain(&self.cheapest_first(parts), true, Self::condition),
        }
    }

    /// The parts of an `and` or `or` in the order in which asking them costs least; none of them changes anything.
    fn cheapest_first(&self, parts: &[Condition]) -> Vec<Condition> {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|part| self.cost(part));
        parts
    }

    fn cost(&self, condition: &Condition) -> u32 {
        match condition {
            Condition::Selection(index) => {
                let items = self.detection.selections[*index].any.iter().flatten();
                items.map(|item| dearness(item.fact)).sum()
            }
            Condition::Not(inner) => self.cost(inner),
            Condition::And(parts) | Condition::Or(parts) => parts.iter().map(|part| self.cost(part)).sum(),
        }
    }

    fn selection(&mut self, index: usize) {
        let detection = self.detection;
        self.chain(&detection.selections[index].any, true, |compiler, items| {
            let mut items: Vec<Vec<(FactId, Question)>> = items.iter().map(questions).collect();
            items.sort_by_key(|questions| {
                questions.iter().map(|(fact, question)| dearness(*fact) + question.cost()).sum::<u32>()
            });
            compiler.chain(&items, false, |compiler, questions| {
                compiler.chain(questions, true, |compiler, (fact, question)| {
                    compiler.steps.push(Step::Ask(*fact, question.clone()));
                });
            });
        });
    }

    /// The parts in turn, left as soon as one answers `stop`.
    fn chain<T>(&mut self, parts: &[T], stop: bool, mut part: impl FnMut(&mut Self, &T)) {
        if parts.is_empty() {
            self.steps.push(Step::Put(!stop));
            return;
        }
        let mut jumps = Vec::with_capacity(parts.len());
        for (index, one) in parts.iter().enumerate() {
            part(self, one);
            if index + 1 < parts.len() {
                jumps.push(self.steps.len());
                self.steps.push(Step::JumpIf(stop, 0));
            }
        }
        let end = self.steps.len();
        for jump in jumps {
            self.steps[jump] = Step::JumpIf(stop, end);
        }
    }
}

/// How much work it is to find a fact out; only the order matters. Most are read off what a row has at hand.
fn dearness(fact: FactId) -> u32 {
    /// Facts that walk over looks, events or other people's ties.
    const DEAR: [&str; 22] = [
        "account.borrowed",
        "account.tied_nearby",
        "action.export",
        "action.print",
        "behalf.off_duty",
        "behalf.tied",
        "feed.incidents",
        "hour",
        "incident.open",
        "looks.account_ended",
        "looks.after_notice",
        "looks.authority_ended",
        "looks.by_plate",
        "looks.night",
        "looks.peak_day",
        "looks.reason_unlike_role",
        "looks.untrained",
        "proxy.colleague_at_work",
        "proxy.colleague_tied",
        "proxy.in_return",
        "subject.line_manager",
        "subject.out_of_area",
    ];
    let name = facts::fact(fact).name;
    if name.starts_with("proxy.") {
        100
    } else if DEAR.contains(&name) {
        20
    } else {
        1
    }
}

/// An item as questions of which one must hold.
fn questions(item: &Item) -> Vec<(FactId, Question)> {
    let each = || item.tests.iter().map(Question::new);
    match item.combine {
        Combine::None => vec![(item.fact, Question::NoneOf(each().collect()))],
        Combine::All => vec![(item.fact, Question::AllOf(each().collect()))],
        Combine::Any => {
            let texts: Vec<&String> = item
                .tests
                .iter()
                .filter_map(|test| if let Test::Equals(text) = test { Some(text) } else { None })
                .collect();
            if texts.len() < SET_FROM {
                return each().map(|question| (item.fact, question)).collect();
            }
            let set = Question::OneOf(texts.into_iter().cloned().collect());
            let rest = each().filter(|question| !matches!(question, Question::Equals(_)));
            std::iter::once(set).chain(rest).map(|question| (item.fact, question)).collect()
        }
    }
}
