//! `auditLogs(filter, first, after)`

use async_graphql::Context;
use domain::audit::Order;

use crate::error::ApiError;
use crate::graphql::input::AuditLogFilter;
use crate::graphql::scalar::Cursor;
use crate::graphql::types::{AuditLogConnection, AuditLogList};

pub(super) async fn audit_logs(
    ctx: &Context<'_>,
    filter: AuditLogFilter,
    first: Option<i32>,
    after: Option<Cursor>,
) -> Result<AuditLogConnection, ApiError> {
    let filter = filter.into_domain()?;
    AuditLogList { name: "auditLogs", filter, order: Order::Newest }.page(ctx, first, after).await
}
