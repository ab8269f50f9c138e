//! The output types.

mod action;
mod audit_log;
mod audit_log_connection;
mod id;
mod node;
mod page_info;
mod slim;
mod status;
mod task;
mod task_connection;
mod task_update;
mod tenant;
mod user;
mod user_error;
mod viewer;

pub(crate) use action::AuditAction;
pub(crate) use audit_log::AuditLog;
pub(crate) use audit_log_connection::{AuditLogConnection, AuditLogList};
pub(crate) use id::GlobalId;
pub(crate) use node::{Node, NodeType};
pub(crate) use page_info::PageInfo;
pub(crate) use slim::Slim;
pub(crate) use status::TaskStatus;
pub(crate) use task::Task;
pub(crate) use task_connection::{TaskConnection, TaskEdge};
pub(crate) use task_update::TaskUpdate;
pub(crate) use tenant::Tenant;
pub(crate) use user::User;
pub(crate) use user_error::{UserError, outcome};
pub(crate) use viewer::Viewer;
