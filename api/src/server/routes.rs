//! Which path leads where, and what every request passes on its way.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use boot::health::{self, Readiness};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

use super::cors;
use super::large;
use crate::error::{ApiError, problem};
use crate::limits::MAX_REST_BODY_BYTES;
use crate::state::AppState;
use crate::{caller, graphiql, graphql, request_id, rest};

/// The whole application. A request passes, from the outside in: its id, CORS, the writing of problems, the time limit, the
/// catching of panics, the limit of its body, authentication, the turn of a large body. (Nobody without a key makes us read
/// one.)
pub(super) fn router(state: AppState, readiness: Readiness) -> Router {
    let rest = rest::router()
        .route_layer(from_fn_with_state(state.clone(), caller::require))
        .route_layer(RequestBodyLimitLayer::new(MAX_REST_BODY_BYTES));
    let graphql = graphql::router(state.clone())
        .route_layer(from_fn_with_state(large::Turns::default(), large::turn))
        .route_layer(from_fn_with_state(state.clone(), caller::require_unless_socket))
        .route_layer(RequestBodyLimitLayer::new(state.config.graphql.body_bytes));
    let graphiql = if state.config.graphiql { graphiql::router() } else { Router::new() };
    let db = state.db.clone();
    let health = health::router_with(readiness, move || crate::health::ready(db.clone()));
    Router::new()
        .merge(rest)
        .with_state(state.clone())
        .merge(graphql)
        .merge(graphiql)
        .merge(rest::openapi::router())
        .merge(health)
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.config.patience.answer, limited))
        .layer(from_fn(problem::render))
        .layer(from_fn_with_state(state, cors::share))
        .layer(from_fn(request_id::assign))
}

/// Gives up on a handler that takes longer. (What it writes goes on: see `service`.)
async fn limited(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let limit = patience + rest::patience(&request);
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("a request took too long and was given up");
            ApiError::unavailable().into_response()
        }
    }
}

/// The panic itself was logged by the hook; its text is not for clients.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::internal().into_response()
}
