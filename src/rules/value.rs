//! One fact's value, and a row of them.

use super::facts::{self, FactId, Scope};

/// The value of one fact in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Unknown: no feed answers it, or it does not apply.
    Null,
    /// True or false.
    Bool(bool),
    /// A count, a share, bits, or any other number.
    Number(f64),
    /// A lower-case code, or text.
    Text(&'a str),
}

impl Value<'_> {
    /// Unknown? A number that is not a number counts as unknown too.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null) || matches!(self, Value::Number(number) if number.is_nan())
    }
}

impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("unknown"),
            Value::Bool(true) => f.write_str("true"),
            Value::Bool(false) => f.write_str("false"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => f.write_str(text),
        }
    }
}

/// One row of facts. The stage that computes facts implements it.
///
/// A fact of another scope than the row's own is [`Value::Null`].
pub trait Row {
    /// The value of one fact.
    fn get(&self, fact: FactId) -> Value<'_>;
}

impl<R: Row + ?Sized> Row for &R {
    fn get(&self, fact: FactId) -> Value<'_> {
        (**self).get(fact)
    }
}

/// A row that works out each fact once, however many rules ask for it.
pub struct Memo<'r, R: ?Sized> {
    row: &'r R,
    first: FactId,
    known: std::cell::RefCell<Vec<Option<Value<'r>>>>,
}

impl<'r, R: Row + ?Sized> Memo<'r, R> {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(row: &'r R, scope: Scope) -> Self {
        let ids = facts::ids(scope);
        Self { row, first: ids.start, known: std::cell::RefCell::new(vec![None; ids.len()]) }
    }
}

impl<R: Row + ?Sized> Row for Memo<'_, R> {
    fn get(&self, fact: FactId) -> Value<'_> {
        let Some(place) = fact.checked_sub(self.first).map(usize::from) else { return Value::Null };
        if let Some(Some(value)) = self.known.borrow().get(place) {
            return *value;
        }
        // Nothing is borrowed while the fact is worked out.
        let value = self.row.get(fact);
        if let Some(known) = self.known.borrow_mut().get_mut(place) {
            *known = Some(value);
        }
        value
    }
}

/// A [`Value`] that owns its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OwnedValue {
    /// Unknown.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

impl OwnedValue {
    /// As a borrowed value.
    #[must_use]
    pub fn as_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
        }
    }
}

impl From<bool> for OwnedValue {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for OwnedValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for OwnedValue {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<&str> for OwnedValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<OwnedValue>> From<Option<T>> for OwnedValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row held as a dense list of values: simple, and fast enough for cases,
/// users and subjects. Looks, which are many, had better implement [`Row`]
/// over their columns.
#[derive(Clone, Debug)]
pub struct DenseRow {
    first: FactId,
    values: Vec<OwnedValue>,
}

impl DenseRow {
    /// A row of a scope in which everything is unknown.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        let ids = facts::ids(scope);
        Self { first: ids.start, values: vec![OwnedValue::Null; ids.len()] }
    }

    /// Sets one fact; a fact of another scope is left out.
    pub fn set(&mut self, fact: FactId, value: impl Into<OwnedValue>) {
        let place = fact.checked_sub(self.first).map(usize::from);
        if let Some(slot) = place.and_then(|place| self.values.get_mut(place)) {
            *slot = value.into();
        }
    }
}

impl Row for DenseRow {
    fn get(&self, fact: FactId) -> Value<'_> {
        fact.checked_sub(self.first)
            .and_then(|place| self.values.get(usize::from(place)))
            .map_or(Value::Null, OwnedValue::as_value)
    }
}
