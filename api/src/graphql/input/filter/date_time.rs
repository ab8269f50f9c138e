//! `DateTimeFilter`

use async_graphql::InputObject;
use chrono::{Duration, Utc};
use domain::condition::Condition;

use crate::graphql::scalar::DateTime;

/// When something must have been. All operators given must hold; none given means any time.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DateTimeFilter {
    /// After this time.
    gt: Option<DateTime>,
    /// At this time or after it.
    gte: Option<DateTime>,
    /// Before this time.
    lt: Option<DateTime>,
    /// At this time or before it.
    lte: Option<DateTime>,
}

/// The step of PostgreSQL's clock, and of what [`DateTime`] reads.
const STEP: Duration = Duration::microseconds(1);

impl DateTimeFilter {
    pub(crate) fn condition(self) -> Condition<chrono::DateTime<Utc>> {
        // The years 0 to 9999 that RFC 3339 knows leave room for a step.
        let bounds = [
            self.gt.map(|at| Condition::at_least(at.0 + STEP)),
            self.gte.map(|at| Condition::at_least(at.0)),
            self.lt.map(|at| Condition::at_most(at.0 - STEP)),
            self.lte.map(|at| Condition::at_most(at.0)),
        ];
        bounds.into_iter().flatten().fold(Condition::Any, Condition::and)
    }
}
