//! `AuditLogConnection`

use async_graphql::{Context, SimpleObject};
use domain::audit::{self, Filter, Order, Page};
use serde_json::json;
use uuid::Uuid;

use super::{AuditLog, PageInfo};
use crate::cursor::Scope;
use crate::error::ApiError;
use crate::graphql::context::{caller, list_read};
use crate::graphql::page::PageRequest;
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
    /// `BadUserInput` (`first`), `InvalidCursor`; `Unavailable` or `Internal` when the database fails.
    pub(crate) async fn page(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<Cursor>,
    ) -> Result<AuditLogConnection, ApiError> {
        let tenant_id = caller(ctx)?.tenant_id;
        let scope = self.scope(tenant_id);
        let request = PageRequest::read(scope, first, after.as_ref())?;
        let page = Page { after: request.after, limit: request.limit(), order: self.order };
        let read = list_read(ctx).await?;
        let mut rows = audit::list(read.db(), tenant_id, &self.filter, page).await?;
        drop(read);
        let has_next_page = rows.len() > request.first;
        rows.truncate(request.first);
        let edges: Vec<_> =
            rows.into_iter().map(|row| AuditLogEdge { cursor: Cursor(scope.page(row.id)), node: AuditLog(row) }).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: request.after.is_some(),
            start_cursor: edges.first().map(|e| e.cursor.clone()),
            end_cursor: edges.last().map(|e| e.cursor.clone()),
        };
        Ok(AuditLogConnection { edges, page_info })
    }

    fn scope(&self, tenant_id: Uuid) -> Scope {
        let f = &self.filter;
        let mut actions: Vec<_> = f.actions.iter().map(|a| a.as_str()).collect();
        actions.sort_unstable();
        actions.dedup();
        Scope::new(tenant_id, self.name, &json!([f.task_id, actions, f.actor, f.from, f.until]))
    }
}
