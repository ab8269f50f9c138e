//! Which scope each operation asks for: one table for GraphQL, one for REST. What is in neither is refused.

use async_graphql::{Context, Guard};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Scope;
use domain::audit::Caller;

use crate::error::ApiError;
use crate::graphql::context::{caller, state};
use crate::state::AppState;

/// What an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Valid credentials, whatever their scopes.
    Credentials,
    /// This scope.
    Scope(Scope),
}

use Needs::Credentials;
use Scope::{Admin, AuditRead, Platform, TasksOperate, TasksRead, TasksWrite};

/// Fields of GraphQL's root types, and those below that reach for something else: type, field, what it asks for.
#[rustfmt::skip]
pub const FIELDS: &[(&str, &str, Needs)] = &[
    ("Query", "viewer", Credentials),
    // Each type of node asks for its own.
    ("Query", "node", Credentials),
    ("Query", "nodes", Credentials),
    ("Query", "task", Needs::Scope(TasksRead)),
    ("Query", "tasks", Needs::Scope(TasksRead)),
    ("Query", "taskCounts", Needs::Scope(TasksRead)),
    ("Query", "queues", Needs::Scope(TasksRead)),
    ("Query", "auditLogs", Needs::Scope(AuditRead)),
    ("Query", "users", Needs::Scope(Admin)),
    ("Query", "apiKeys", Needs::Scope(Admin)),
    ("Query", "tenants", Needs::Scope(Platform)),
    ("Mutation", "createTask", Needs::Scope(TasksWrite)),
    ("Mutation", "createTasks", Needs::Scope(TasksWrite)),
    ("Mutation", "cancelTask", Needs::Scope(TasksOperate)),
    ("Mutation", "retryTask", Needs::Scope(TasksOperate)),
    ("Mutation", "pauseQueue", Needs::Scope(TasksOperate)),
    ("Mutation", "resumeQueue", Needs::Scope(TasksOperate)),
    ("Mutation", "createUser", Needs::Scope(Admin)),
    ("Mutation", "disableUser", Needs::Scope(Admin)),
    ("Mutation", "createApiKey", Needs::Scope(Admin)),
    ("Mutation", "rotateApiKey", Needs::Scope(Admin)),
    ("Mutation", "revokeApiKey", Needs::Scope(Admin)),
    ("Mutation", "eraseOrigins", Needs::Scope(Admin)),
    ("Mutation", "createTenant", Needs::Scope(Platform)),
    ("Mutation", "disableTenant", Needs::Scope(Platform)),
    ("Subscription", "taskUpdated", Needs::Scope(TasksRead)),
    ("Task", "auditLogs", Needs::Scope(AuditRead)),
    ("AuditLog", "task", Needs::Scope(TasksRead)),
    ("AuditLog", "origin", Needs::Scope(AuditRead)),
    // As nodes.
    ("Node", "Task", Needs::Scope(TasksRead)),
    ("Node", "Queue", Needs::Scope(TasksRead)),
    ("Node", "AuditLog", Needs::Scope(AuditRead)),
    ("Node", "ApiKey", Needs::Scope(Admin)),
    ("Node", "User", Credentials),
    ("Node", "Tenant", Credentials),
];

/// Routes of the REST facade: method, path, what it asks for. (HEAD asks for what GET asks for, OPTIONS for nothing more.)
#[rustfmt::skip]
pub const ROUTES: &[(&str, &str, Needs)] = &[
    ("GET", "/v1/tasks", Needs::Scope(TasksRead)),
    ("POST", "/v1/tasks", Needs::Scope(TasksWrite)),
    ("GET", "/v1/tasks/{id}", Needs::Scope(TasksRead)),
    ("GET", "/v1/tasks/{id}/audit", Needs::Scope(AuditRead)),
    ("POST", "/v1/tasks/{id}/cancel", Needs::Scope(TasksOperate)),
    ("POST", "/v1/tasks/{id}/retry", Needs::Scope(TasksOperate)),
];

/// Looks an operation up; `None` is one that the table does not have.
fn of<'a>(
    table: &'a [(&'static str, &'static str, Needs)],
    kind: &str,
    name: &str,
) -> Option<&'a (&'static str, &'static str, Needs)> {
    table.iter().find(|(of_kind, of_name, _)| *of_kind == kind && *of_name == name)
}

/// Whether the caller may; a refusal goes into the trail.
///
/// # Errors
/// `Forbidden`
fn check(
    state: &AppState,
    caller: &Caller,
    table: &'static [(&'static str, &'static str, Needs)],
    kind: &str,
    name: &str,
) -> Result<(), ApiError> {
    let (operation, needed) = match of(table, kind, name) {
        Some((_, _, Needs::Credentials)) => return Ok(()),
        Some((_, _, Needs::Scope(scope))) if caller.scopes.has(*scope) => return Ok(()),
        Some((_, operation, Needs::Scope(scope))) => (*operation, scope.as_str()),
        None => {
            tracing::error!(kind, name, "an operation without a rule was refused");
            ("unknown", "that no credentials have")
        }
    };
    state.access.denied(caller, operation, "scope", format!("{kind} {name}"));
    Err(ApiError::forbidden(needed))
}

/// GraphQL's guard of the fields of one type.
pub(crate) struct Scoped(pub(crate) &'static str);

impl Guard for Scoped {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        Ok(check(state(ctx)?, caller(ctx)?, FIELDS, self.0, ctx.item.node.name.node.as_str())?)
    }
}

/// Whether the caller may look at a type of node.
///
/// # Errors
/// `Forbidden`
pub(crate) fn node(ctx: &Context<'_>, type_name: &str) -> Result<(), ApiError> {
    check(state(ctx)?, caller(ctx)?, FIELDS, "Node", type_name)
}

/// REST's guard: behind authentication, before the handler.
pub(crate) async fn route(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let method = match *request.method() {
        Method::HEAD => &Method::GET,
        Method::OPTIONS => return next.run(request).await,
        ref method => method,
    };
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    // A method that the path does not have is answered as such, by the router.
    if of(ROUTES, method.as_str(), path).is_none() && ROUTES.iter().any(|(_, known, _)| *known == path) {
        return next.run(request).await;
    }
    let allowed = match request.extensions().get::<Caller>() {
        Some(caller) => check(&state, caller, ROUTES, method.as_str(), path),
        None => Err(ApiError::unauthenticated()),
    };
    match allowed {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
