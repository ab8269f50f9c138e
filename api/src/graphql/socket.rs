//! GraphQL over websocket: the protocol `graphql-transport-ws` and no other.
//!
//! Each socket is one task that reads and writes, and one task for each operation that runs on it. Operations hand their
//! answers to the writer through a short queue, each in its turn: a client that reads slowly slows its operations down,
//! and one that does not read at all is dropped.

mod ending;
mod handshake;
mod init;
mod message;
mod operation;
mod session;
mod wire;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tracing::Instrument;

use self::ending::Ending;
use self::handshake::Handshake;
use self::wire::Wire;
use super::GraphQl;
use crate::error::{ApiError, Code};
use crate::request_id::RequestContext;
use crate::server::connections::Place;

/// Takes a client over to the websocket; who it is, it says in `connection_init`.
pub(super) async fn upgrade(
    State(graphql): State<GraphQl>,
    Extension(context): Extension<RequestContext>,
    Extension(place): Extension<Place>,
    request: Request,
) -> Result<Response, ApiError> {
    if !graphql.state.config.origins.allows(request.headers()) {
        return Err(ApiError::new(Code::OriginNotAllowed, "web pages of this origin may not open a websocket here"));
    }
    let Handshake { response, connection, spoken } = handshake::handshake(request)?;
    // Counted from here on, so that a stopping process waits for the goodbye.
    let counted = graphql.state.running.token();
    let task = async move {
        match connection.await {
            Ok(upgraded) if spoken => serve(TokioIo::new(upgraded), graphql, context).await,
            Ok(upgraded) => {
                let GraphQl { state, .. } = graphql;
                let wire = Wire::new(TokioIo::new(upgraded), state.config.patience.write, state.stop).await;
                wire.close(Ending::PROTOCOL).await;
            }
            // The client went before it had our answer.
            Err(error) => tracing::debug!(%error, "an upgrade was not finished"),
        }
        drop((counted, place));
    };
    tokio::spawn(Box::pin(task.in_current_span()));
    Ok(response)
}

async fn serve(io: TokioIo<hyper::upgrade::Upgraded>, graphql: GraphQl, context: RequestContext) {
    let GraphQl { state, executor } = graphql;
    let (patience, stop, live) = (state.config.patience, state.stop.clone(), state.live.clone());
    let authenticate = move |payload| Box::pin(init::authenticate(state, context, payload)) as _;
    session::serve(io, session::Context { executor, authenticate, patience, stop, live }).await;
}
