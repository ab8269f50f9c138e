//! `TaskBy`

use async_graphql::{ID, OneofObject};

/// Which task: by exactly one of its names.
#[derive(Clone, Debug, OneofObject)]
pub(crate) enum TaskBy {
    /// Its global id, or its uuid.
    Id(ID),
    /// The submitter's own id for it.
    Reference(String),
}
