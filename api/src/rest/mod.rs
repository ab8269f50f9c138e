//! The REST facade: the same rules as GraphQL for plain submitters.

mod acceptable;
mod audit;
mod body;
mod cancel;
mod create;
mod etag;
mod get;
mod idempotency;
mod input;
mod list;
mod methods;
pub(crate) mod openapi;
mod operate;
mod page;
mod path;
mod prefer;
mod query;
mod retry;
mod status;
mod task;
mod wait;

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use self::methods::told;
pub(crate) use self::status::Status;
use crate::state::AppState;

/// Where the facade begins.
const PREFIX: &str = "/v1/";

/// All routes; every one of them needs a key, which the caller of this function sees to.
pub(crate) fn router() -> Router<AppState> {
    let (router, _) = described().split_for_parts();
    router.route_layer(from_fn(acceptable::media)).route_layer(from_fn(acceptable::address))
}

/// The routes with their descriptions.
fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create).map(|methods| told(methods, "GET,HEAD,POST,OPTIONS")))
        .routes(routes!(get::get).map(|methods| told(methods, "GET,HEAD,OPTIONS")))
        .routes(routes!(audit::audit).map(|methods| told(methods, "GET,HEAD,OPTIONS")))
        .routes(routes!(cancel::cancel).map(|methods| told(methods, "POST,OPTIONS")))
        .routes(routes!(retry::retry).map(|methods| told(methods, "POST,OPTIONS")))
}

/// How much longer than others a request may take, because its client asked to wait.
pub(crate) fn patience(request: &Request) -> Duration {
    let waits = request.uri().path().starts_with(PREFIX);
    prefer::wait(request.headers()).filter(|_| waits).unwrap_or_default()
}
