//! `UserConnection`

use async_graphql::SimpleObject;
use domain::entity::user::Model;

use super::{PageInfo, User};
use crate::graphql::page::PageRequest;
use crate::graphql::scalar::Cursor;

/// A page of users.
#[derive(SimpleObject)]
pub(crate) struct UserConnection {
    /// The users with their cursors.
    edges: Vec<UserEdge>,
    /// Where the page stands.
    page_info: PageInfo,
}

/// A user of a page.
#[derive(SimpleObject)]
pub(crate) struct UserEdge {
    /// Where the user stands in its list.
    cursor: Cursor,
    /// The user.
    node: User,
}

impl UserConnection {
    /// Of what was read as the request asks.
    pub(crate) fn new(request: &PageRequest, rows: Vec<Model>) -> Self {
        let (rows, page_info) = request.answer(rows, false, |row| row.id);
        let edges = rows.into_iter().map(|(cursor, row)| UserEdge { cursor, node: User(row) }).collect();
        Self { edges, page_info }
    }
}
