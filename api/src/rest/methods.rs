//! OPTIONS: which methods a path takes (RFC 9110, 9.3.7).

use axum::http::{StatusCode, header};
use axum::routing::MethodRouter;

use crate::state::AppState;

/// Lets a path answer OPTIONS with its methods; the same stand in `Allow` when a method is refused.
pub(super) fn told(methods: MethodRouter<AppState>, allow: &'static str) -> MethodRouter<AppState> {
    methods.options(async move || (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]))
}
