//! `RetryTaskInput`

use async_graphql::{ID, InputObject};

/// Which failed or cancelled task to run again, and why.
#[derive(InputObject)]
pub(crate) struct RetryTaskInput {
    /// Global id of the task, or its uuid.
    pub(crate) id: ID,
    /// Why, for the trail; 1 to 128 bytes.
    pub(crate) reason: Option<String>,
}
