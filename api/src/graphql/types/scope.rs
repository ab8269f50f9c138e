//! `Scope`

use async_graphql::Enum;
use domain::access;

/// What credentials may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::Scope")]
pub(crate) enum Scope {
    /// Read the tenant's tasks and queues, follow them.
    TasksRead,
    /// Submit tasks.
    TasksWrite,
    /// Cancel and retry any task of the tenant, pause and resume its queues.
    TasksOperate,
    /// Run tasks.
    TasksWork,
    /// Read the tenant's trail.
    AuditRead,
    /// Manage the tenant's users and keys.
    Admin,
    /// Make, list and disable tenants; for users of the platform's own tenant alone.
    Platform,
}

impl Scope {
    /// Those of a set.
    pub(crate) fn all_of(scopes: access::Scopes) -> Vec<Scope> {
        scopes.iter().map(Scope::from).collect()
    }
}
