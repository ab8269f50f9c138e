//! What a filter asks of one column, in a form that is the same whenever it means the same: a filter's hash stands in
//! cursors, and a list that SQL reads must agree with the changes that a stream picks in memory.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition as All, Value};

/// What a value must be. Built by [`Condition::one_of`], [`Condition::at_least`], [`Condition::at_most`] and
/// [`Condition::and`], never by hand: they keep it in its one form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition<T> {
    /// Anything.
    #[default]
    Any,
    /// One of these; none of them means that nothing fits.
    OneOf(BTreeSet<T>),
    /// From the first to the second, both included; a side that is `None` is open. Never both, never empty.
    Between(Option<T>, Option<T>),
}

/// Values whose order means something to whoever asks, and is the same here and in SQL: names and states have none.
pub trait Ranged: Ord + Clone {}

impl Ranged for i64 {}
impl Ranged for DateTime<Utc> {}

impl<T: Ranged> Condition<T> {
    /// This value or a greater one.
    pub fn at_least(value: T) -> Self {
        Self::Between(Some(value), None)
    }

    /// This value or a smaller one.
    pub fn at_most(value: T) -> Self {
        Self::Between(None, Some(value))
    }
}

impl<T: Ord + Clone> Condition<T> {
    /// One of these values.
    pub fn one_of(values: impl IntoIterator<Item = T>) -> Self {
        Self::OneOf(values.into_iter().collect())
    }

    /// Both this and the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, other) | (other, Self::Any) => other,
            (Self::OneOf(values), other) | (other, Self::OneOf(values)) => {
                Self::OneOf(values.into_iter().filter(|value| other.matches(value)).collect())
            }
            (Self::Between(from, to), Self::Between(other_from, other_to)) => {
                // `None` is smaller than every `Some`: right for the greatest lower bound, not for the least upper one.
                let to = [to, other_to].into_iter().flatten().min();
                match (from.max(other_from), to) {
                    (Some(from), Some(to)) if from > to => Self::OneOf(BTreeSet::new()),
                    (Some(from), Some(to)) if from == to => Self::one_of([from]),
                    (from, to) => Self::Between(from, to),
                }
            }
        }
    }

    /// Whether the value fits.
    pub fn matches(&self, value: &T) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(values) => values.contains(value),
            Self::Between(from, to) => from.as_ref().is_none_or(|from| value >= from) && to.as_ref().is_none_or(|to| value <= to),
        }
    }

    /// Whether every value fits.
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// The value, where only one fits.
    pub fn single(&self) -> Option<&T> {
        match self {
            Self::OneOf(values) if values.len() == 1 => values.first(),
            _ => None,
        }
    }

    /// The values, where they are listed.
    pub fn values(&self) -> Option<&BTreeSet<T>> {
        match self {
            Self::OneOf(values) => Some(values),
            Self::Any | Self::Between(..) => None,
        }
    }

    /// The bounds, where there are any.
    pub fn bounds(&self) -> (Option<&T>, Option<&T>) {
        match self {
            Self::Any => (None, None),
            Self::OneOf(values) => (values.first(), values.last()),
            Self::Between(from, to) => (from.as_ref(), to.as_ref()),
        }
    }

    /// As SQL about a column. NULL fits [`Condition::Any`] alone, as in [`Condition::matches`] a missing value must.
    pub(crate) fn on(&self, column: impl ColumnTrait) -> All
    where
        T: Into<Value>,
    {
        let all = All::all();
        match self {
            Self::Any => all,
            Self::OneOf(values) => all.add(within(column, values)),
            Self::Between(from, to) => {
                all.add_option(from.clone().map(|from| column.gte(from))).add_option(to.clone().map(|to| column.lte(to)))
            }
        }
    }

    /// In JSON that is the same whenever the condition means the same.
    pub fn canonical(&self, word: impl Fn(&T) -> serde_json::Value) -> serde_json::Value {
        match self {
            Self::Any => serde_json::Value::Null,
            Self::OneOf(values) => values.iter().map(word).collect(),
            Self::Between(from, to) => serde_json::json!({"from": from.as_ref().map(&word), "to": to.as_ref().map(&word)}),
        }
    }
}

/// One value is an equality: the planner knows more about it than about a list of one.
fn within<T: Ord + Clone + Into<Value>>(column: impl ColumnTrait, values: &BTreeSet<T>) -> SimpleExpr {
    match (values.len(), values.first()) {
        (1, Some(value)) => column.eq(value.clone()),
        _ => column.is_in(values.iter().cloned()),
    }
}

/// One value or, without one, any.
impl<T: Ord + Clone> From<Option<T>> for Condition<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Any, |value| Self::one_of([value]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Vec<Condition<i64>> {
        let mut all = vec![Condition::Any, Condition::one_of([]), Condition::one_of([3]), Condition::one_of([1, 4, 6])];
        for n in [1, 3, 4, 7] {
            all.push(Condition::at_least(n));
            all.push(Condition::at_most(n));
        }
        all
    }

    #[test]
    fn both_must_hold_and_the_order_does_not_matter() {
        for a in numbers() {
            for b in numbers() {
                let both = a.clone().and(b.clone());
                assert_eq!(both, b.clone().and(a.clone()));
                for n in 0..9 {
                    assert_eq!(both.matches(&n), a.matches(&n) && b.matches(&n), "{a:?} and {b:?}: {n}");
                }
            }
        }
    }

    #[test]
    fn the_same_meaning_has_one_form() {
        let between = |from, to| Condition::at_least(from).and(Condition::at_most(to));
        assert_eq!(between(3, 3), Condition::one_of([3]));
        assert_eq!(between(4, 3), Condition::one_of([]));
        assert_eq!(between(1, 5).and(between(3, 9)), between(3, 5));
        assert_eq!(Condition::one_of([2, 1, 2]), Condition::one_of([1, 2]));
        assert_eq!(Condition::one_of([1, 2]).and(Condition::at_least(2)), Condition::one_of([2]));
        assert_eq!(Condition::from(None::<i64>), Condition::Any);
    }
}
