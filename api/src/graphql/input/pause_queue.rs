//! `PauseQueueInput`

use async_graphql::InputObject;

/// Which queue to pause, and why.
#[derive(InputObject)]
pub(crate) struct PauseQueueInput {
    /// Name of the queue; it need not have had a task yet.
    pub(crate) name: String,
    /// Why, for the trail; 1 to 128 bytes.
    pub(crate) reason: Option<String>,
}
