//! The input types.

mod access;
mod audit_log_filter;
mod cancel_task;
mod create_task;
mod create_tasks;
mod filter;
mod order;
mod pause_queue;
mod resume_queue;
mod retry_task;
mod task_by;
mod task_filter;

pub(crate) use access::{
    CreateApiKeyInput, CreateTenantInput, CreateUserInput, DisableTenantInput, DisableUserInput, EraseOriginsInput,
    RevokeApiKeyInput, RotateApiKeyInput,
};
pub(crate) use audit_log_filter::{AuditLogFilter, canonical as canonical_audit_logs};
pub(crate) use cancel_task::CancelTaskInput;
pub(crate) use create_task::CreateTaskInput;
pub(crate) use create_tasks::CreateTasksInput;
pub(crate) use order::{AuditLogOrder, TaskOrder};
pub(crate) use pause_queue::PauseQueueInput;
pub(crate) use resume_queue::ResumeQueueInput;
pub(crate) use retry_task::RetryTaskInput;
pub(crate) use task_by::TaskBy;
pub(crate) use task_filter::{TaskFilter, concerns};
