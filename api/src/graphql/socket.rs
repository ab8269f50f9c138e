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
mod queue;
mod session;
mod traced;
mod wire;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tracing::Instrument;

use self::ending::Ending;
use self::handshake::Handshake;
pub(super) use self::message::TRACEPARENT;
use self::session::{Context, Driver};
use self::traced::Traced;
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
    let handover = async move {
        let GraphQl { state, executor } = graphql;
        let (config, stop, live) = (Arc::clone(&state.config), state.stop.clone(), state.metrics.live().clone());
        let mut wire = match connection.await {
            Ok(upgraded) => Wire::new(TokioIo::new(upgraded), config.patience.write).await,
            // The client went before it had our answer.
            Err(error) => return tracing::debug!(%error, "an upgrade was not finished"),
        };
        if spoken {
            let request_id: Arc<str> = context.request_id.as_str().into();
            let authenticate = Box::new(move |payload| Box::pin(init::authenticate(state, context, payload)) as _);
            let context = Context { executor, authenticate, request_id: Arc::clone(&request_id), config, stop, live };
            let session = Driver::new(wire, context).serve();
            // A task of its own, so that nothing of the way here lives as long as the socket.
            tokio::spawn(Traced::new(request_id, async move { drop((session.await, counted, place)) }));
        } else {
            wire.close(Ending::PROTOCOL).await;
        }
    };
    tokio::spawn(Box::pin(handover.in_current_span()));
    Ok(response)
}
