//! `CreateTasksInput`

use async_graphql::InputObject;

use super::CreateTaskInput;

/// What to run, in one transaction: all of it or nothing.
#[derive(InputObject)]
pub(crate) struct CreateTasksInput {
    /// 1 to 1000 tasks, whose payloads are at most 4 MiB together. A batch is best sent as a variable: a document has 4000
    /// tokens.
    pub(crate) tasks: Vec<CreateTaskInput>,
}
