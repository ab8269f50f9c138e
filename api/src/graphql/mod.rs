//! GraphQL: `/graphql` over HTTP and websocket, and the page at `/graphiql`.

mod context;
pub(crate) mod errors;
mod executor;
mod feed;
mod graphiql;
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
mod statuses;
mod subscription;
mod text;
mod types;

use axum::Router;
use axum::routing::get;

use self::executor::Guarded;
pub use self::schema::sdl;
use crate::state::AppState;

/// Where GraphQL is answered.
pub(crate) const PATH: &str = "/graphql";

/// What the handlers of this module share.
#[derive(Clone)]
struct GraphQl {
    state: AppState,
    executor: Guarded,
}

/// The routes. POST needs the [`domain::audit::Caller`] in the request's extensions, put there by authentication; a
/// websocket authenticates by itself.
pub(crate) fn router(state: AppState) -> Router {
    let page = state.config.graphiql;
    let executor = Guarded::new(schema::build(Some(state.clone())));
    let router = Router::new().route(PATH, get(socket::upgrade).post(http::post)).with_state(GraphQl { state, executor });
    if page { router.route("/graphiql", get(graphiql::page)) } else { router }
}
