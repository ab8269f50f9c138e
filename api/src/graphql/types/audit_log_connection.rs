//! `AuditLogConnection`

use async_graphql::{Context, SimpleObject};
use domain::audit::{self, Filter, Order};
use domain::entity::audit_log::Model;
use serde_json::json;
use uuid::Uuid;

use super::{AuditLog, PageInfo};
use crate::cursor::Scope;
use crate::error::ApiError;
use crate::graphql::context::{audit_is_read, caller, list_read};
use crate::graphql::input::canonical_audit_logs;
use crate::graphql::page::{PageArgs, PageRequest};
use crate::graphql::scalar::Cursor;

/// A page of the trail.
#[derive(SimpleObject)]
pub(crate) struct AuditLogConnection {
    /// The rows with their cursors.
    edges: Vec<AuditLogEdge>,
    /// Where the page stands.
    page_info: PageInfo,
}

/// A row of a page.
#[derive(SimpleObject)]
pub(crate) struct AuditLogEdge {
    /// Where the row stands in its list.
    cursor: Cursor,
    /// The row.
    node: AuditLog,
}

/// A list of audit rows of the caller's tenant.
pub(crate) struct AuditLogList {
    /// Tells its cursors from those of other lists.
    pub(crate) name: &'static str,
    pub(crate) filter: Filter,
    pub(crate) order: Order,
}

impl AuditLogList {
    /// # Errors
    /// `BadUserInput` (`first`, `last`), `InvalidCursor`.
    pub(crate) fn request(&self, tenant_id: Uuid, args: &PageArgs) -> Result<PageRequest, ApiError> {
        let meaning = json!([canonical_audit_logs(&self.filter), "TIMESTAMP", self.order == Order::Newest]);
        args.read(Scope::new(tenant_id, self.name, &meaning), self.order)
    }

    /// # Errors
    /// As [`AuditLogList::request`]; `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn page(&self, ctx: &Context<'_>, args: &PageArgs) -> Result<AuditLogConnection, ApiError> {
        let tenant_id = caller(ctx)?.tenant_id;
        let request = self.request(tenant_id, args)?;
        audit_is_read(ctx, self.filter.task_id.single().copied()).await?;
        let read = list_read(ctx).await?;
        let rows = audit::list(read.db(), tenant_id, &self.filter, request.page()).await?;
        Ok(AuditLogConnection::new(&request, rows))
    }
}

impl AuditLogConnection {
    /// Of what was read as the request asks.
    pub(crate) fn new(request: &PageRequest, rows: Vec<Model>) -> Self {
        let (rows, page_info) = request.answer(rows, false, |row| row.id);
        let edges = rows.into_iter().map(|(cursor, row)| AuditLogEdge { cursor, node: AuditLog(row) }).collect();
        Self { edges, page_info }
    }
}
