//! `auditLogs(filter, orderBy, first, after, last, before)`

use async_graphql::Context;
use domain::page::Order;

use crate::error::ApiError;
use crate::graphql::input::AuditLogFilter;
use crate::graphql::page::PageArgs;
use crate::graphql::types::{AuditLogConnection, AuditLogList};

pub(super) async fn audit_logs(
    ctx: &Context<'_>,
    filter: AuditLogFilter,
    order: Order,
    args: PageArgs,
) -> Result<AuditLogConnection, ApiError> {
    let filter = filter.into_domain()?;
    AuditLogList { name: "auditLogs", filter, order }.page(ctx, &args).await
}
