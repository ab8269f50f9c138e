//! Which path leads where, and what every request passes on its way.

use std::sync::Arc;
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

use super::panic::panicked;
use super::{cors, large, panic};
use crate::config::Config;
use crate::error::{ApiError, problem};
use crate::limits::MAX_REST_BODY_BYTES;
use crate::metrics::Metrics;
use crate::state::AppState;
use crate::{access, caller, graphiql, graphql, observed, request_id, rest};

/// The whole application.
pub(super) fn router(state: AppState, readiness: Readiness) -> Router {
    let rest = rest::router()
        .route_layer(from_fn_with_state(state.clone(), access::route))
        .route_layer(from_fn_with_state(state.clone(), caller::require))
        .route_layer(from_fn_with_state(state.metrics.clone(), observed::rest))
        .route_layer(RequestBodyLimitLayer::new(MAX_REST_BODY_BYTES));
    let graphql = graphql::router(state.clone())
        .route_layer(from_fn_with_state(large::Turns::default(), large::turn))
        .route_layer(from_fn_with_state(state.clone(), caller::require_unless_socket))
        .route_layer(RequestBodyLimitLayer::new(state.config.graphql.body_bytes));
    let graphiql = if state.config.graphiql { graphiql::router() } else { Router::new() };
    let (config, metrics, db) = (Arc::clone(&state.config), state.metrics.clone(), state.db.clone());
    let health = health::router_with(readiness, move || crate::health::ready(db.clone()));
    let routes = Router::new()
        .merge(rest)
        .with_state(state)
        .merge(graphql)
        .merge(graphiql)
        .merge(rest::openapi::router())
        .merge(health)
        .fallback(async || StatusCode::NOT_FOUND);
    layered(routes, &config, metrics)
}

/// What every request passes, from the outside in: the catching of panics, its id, CORS, the writing of problems, the time
/// limit, the catching of panics once more (so that most have these headers too), the limit of its body. Then, on the routes
/// that have them, authentication and the turn of a large body: nobody without a key makes us read one.
fn layered(routes: Router, config: &Arc<Config>, metrics: Metrics) -> Router {
    routes
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(config.patience.answer, limited))
        .layer(from_fn_with_state(metrics, problem::render))
        .layer(from_fn_with_state(Arc::clone(config), cors::share))
        .layer(from_fn_with_state(config.access.trusted_proxy_hops, request_id::assign))
        .layer(from_fn(panic::survive))
}

/// Gives up on a handler that takes longer. (What it writes goes on: see `service`.)
async fn limited(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let limit = patience + rest::patience(&request);
    let mut answer = Box::pin(next.run(request));
    if let Ok(response) = timeout(limit, &mut answer).await {
        return response;
    }
    tracing::warn!("a request took too long and was given up");
    observed::given_up(answer);
    ApiError::unavailable().into_response()
}

#[cfg(test)]
mod tests;
