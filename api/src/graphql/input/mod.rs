//! The input types.

mod audit_log_filter;
mod cancel_task;
mod create_task;
mod create_tasks;
mod retry_task;
mod task_filter;

pub(crate) use audit_log_filter::AuditLogFilter;
pub(crate) use cancel_task::CancelTaskInput;
pub(crate) use create_task::CreateTaskInput;
pub(crate) use create_tasks::CreateTasksInput;
pub(crate) use retry_task::RetryTaskInput;
pub(crate) use task_filter::{TaskFilter, canonical, concerns};
