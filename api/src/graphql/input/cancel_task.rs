//! `CancelTaskInput`

use async_graphql::{ID, InputObject};

/// Which task to call off, and why.
#[derive(InputObject)]
pub(crate) struct CancelTaskInput {
    /// Global id of the task, or its uuid.
    pub(crate) id: ID,
    /// Why, for the trail; 1 to 128 bytes.
    pub(crate) reason: Option<String>,
    /// Does nothing, and says `PRECONDITION_FAILED`, unless the task is at this `version`: a decision that was made on an older one is not carried out.
    pub(crate) expected_version: Option<i32>,
}
