//! `TenantConnection`

use async_graphql::SimpleObject;
use domain::entity::tenant::Model;

use super::{PageInfo, Tenant};
use crate::graphql::page::PageRequest;
use crate::graphql::scalar::Cursor;

/// A page of tenants.
#[derive(SimpleObject)]
pub(crate) struct TenantConnection {
    /// The tenants with their cursors.
    edges: Vec<TenantEdge>,
    /// Where the page stands.
    page_info: PageInfo,
}

/// A tenant of a page.
#[derive(SimpleObject)]
pub(crate) struct TenantEdge {
    /// Where the tenant stands in its list.
    cursor: Cursor,
    /// The tenant.
    node: Tenant,
}

impl TenantConnection {
    /// Of what was read as the request asks.
    pub(crate) fn new(request: &PageRequest, rows: Vec<Model>) -> Self {
        let (rows, page_info) = request.answer(rows, false, |row| row.id);
        let edges = rows.into_iter().map(|(cursor, row)| TenantEdge { cursor, node: Tenant(row) }).collect();
        Self { edges, page_info }
    }
}
