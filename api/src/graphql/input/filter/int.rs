//! `IntFilter`

use async_graphql::InputObject;
use domain::condition::Condition;

use super::one_of;
use crate::error::ApiError;

/// What a number must be. All operators given must hold; none given means anything.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct IntFilter {
    /// This value.
    eq: Option<i32>,
    /// One of these values, 1 to 100 of them.
    #[graphql(name = "in")]
    within: Option<Vec<i32>>,
    /// Greater than this.
    gt: Option<i32>,
    /// Greater than this or equal to it.
    gte: Option<i32>,
    /// Less than this.
    lt: Option<i32>,
    /// Less than this or equal to it.
    lte: Option<i32>,
}

impl IntFilter {
    /// # Errors
    /// `BadUserInput` with the path of `in`.
    pub(crate) fn condition(self, field: &str) -> Result<Condition<i64>, ApiError> {
        let bounds = [
            self.gt.map(|n| Condition::at_least(i64::from(n) + 1)),
            self.gte.map(|n| Condition::at_least(n.into())),
            self.lt.map(|n| Condition::at_most(i64::from(n) - 1)),
            self.lte.map(|n| Condition::at_most(n.into())),
        ];
        let values = one_of(field, self.eq, self.within, |n| Ok::<_, String>(i64::from(n)))?;
        Ok(bounds.into_iter().flatten().fold(values, Condition::and))
    }
}
