//! A page of a list: `{"items": [...], "next": cursor}`, and the way to the other pages in `Link` (RFC 8288).

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::query::Parameters;
use super::task::{PRIVATE, put};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// In the list's order.
    items: Vec<T>,
    /// What to pass as `cursor` for the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// The answer with those of the rows that belong to the page: one more than the limit tells that a next page exists, and so
/// does `cut`, when the read left rows out before that.
pub(super) fn answer<R, T: From<R> + Serialize>(
    path: &str,
    parameters: &Parameters,
    limit: u64,
    mut rows: Vec<R>,
    cut: bool,
    cursor: impl Fn(&R) -> String,
) -> Response {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = cut || rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(cursor);
    let links = links(path, parameters, next.as_deref());
    let mut response = (PRIVATE, Json(Page { items: rows.into_iter().map(T::from).collect(), next })).into_response();
    put(&mut response, header::LINK, &links);
    response
}

/// (A query string as we write it has no `>` and no quotation mark.)
fn links(path: &str, parameters: &Parameters, next: Option<&str>) -> String {
    let link = |cursor, relation| match parameters.with_cursor(cursor) {
        query if query.is_empty() => format!("<{path}>; rel=\"{relation}\""),
        query => format!("<{path}?{query}>; rel=\"{relation}\""),
    };
    match next {
        Some(next) => format!("{}, {}", link(None, "first"), link(Some(next), "next")),
        None => link(None, "first"),
    }
}
