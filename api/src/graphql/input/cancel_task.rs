//! `CancelTaskInput`

use async_graphql::{ID, InputObject};

/// Which task to call off, and why.
#[derive(InputObject)]
pub(crate) struct CancelTaskInput {
    /// Global id of the task, or its uuid.
    pub(crate) id: ID,
    /// Why, for the trail; 1 to 128 bytes.
    pub(crate) reason: Option<String>,
}
