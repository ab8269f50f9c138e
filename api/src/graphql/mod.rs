//! GraphQL: `/graphql` over HTTP and websocket.

mod allowance;
mod asked;
mod began;
pub(crate) mod context;
pub(crate) mod errors;
mod executor;
mod feed;
mod guard;
mod http;
mod input;
mod loaders;
mod mutation;
mod page;
mod query;
mod rounds;
mod scalar;
mod schema;
mod socket;
mod sse;
mod statuses;
mod subscription;
mod text;
mod types;
mod validator;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use self::executor::Guarded;
use self::guard::Guard;
pub use self::guard::{Work, examine};
pub use self::schema::sdl;
pub use self::validator::Validator;
use crate::caller;
use crate::state::AppState;

/// Where GraphQL is answered.
pub(crate) const PATH: &str = "/graphql";

/// What the handlers of this module share.
#[derive(Clone)]
struct GraphQl {
    state: AppState,
    executor: Guarded,
}

/// The routes. Requests need the [`domain::audit::Caller`] in their extensions, put there by authentication; a websocket
/// authenticates by itself.
pub(crate) fn router(state: AppState) -> Router {
    let limits = state.config.graphql;
    let guard = Guard { limits, introspection: state.config.introspection.0 };
    let (schema, access) = (schema::build(Some(state.clone()), &limits), Some(state.access.clone()));
    let executor = Guarded::new(schema, guard, access, state.config.patience.answer, state.metrics.clone());
    let methods = get(get_or_upgrade).post(http::post).options(http::options);
    Router::new().route(PATH, methods).with_state(GraphQl { state, executor })
}

/// A websocket's upgrade, or a query in the address.
async fn get_or_upgrade(state: State<GraphQl>, request: Request) -> Response {
    if caller::is_upgrade(&request) {
        socket::upgrade.call(request, state.0).await
    } else {
        http::get.call(request, state.0).await
    }
}

/// The media type of an error at [`PATH`] that no handler has answered.
pub(crate) fn error_media(headers: &HeaderMap) -> HeaderValue {
    http::of_error(headers).content_type()
}
