//! GraphQL over websocket: the protocol `graphql-transport-ws` and no other.
//!
//! The engine's driver reads and executes; what it writes passes through a queue of our own, so that a slow reader is
//! dropped, a silent one is not waited for, and every end has the close code that clients understand.

mod closing;
mod init;
mod operations;
mod reader;
mod writer;

use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::Extension;
use axum::extract::ws::{WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::Response;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;
use tracing::Instrument;

use self::closing::Closing;
use self::operations::Operations;
use super::GraphQl;
use crate::error::{ApiError, Code};
use crate::request_id::RequestContext;
use crate::server::connections::Place;

const PROTOCOL: &str = "graphql-transport-ws";
/// Largest message from a client.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// Per socket; the default of 128 KiB would be most of an idle socket's memory.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Messages waiting to be written before the driver waits as well.
const QUEUE: usize = 8;

/// Takes a client over to the websocket; who it is, it says in `connection_init`.
pub(super) async fn upgrade(
    State(graphql): State<GraphQl>,
    Extension(context): Extension<RequestContext>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade
        .map_err(|_| ApiError::new(Code::UpgradeRequired, "send requests by POST; GET opens a websocket and nothing else"))?;
    let protocol = protocol(&headers).await?;
    // Counted from here on, so that a stopping process waits for the goodbye.
    let counted = graphql.state.running.token();
    let span = tracing::Span::current();
    Ok(upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .on_upgrade(move |socket| {
            async move {
                serve(socket, graphql, context, protocol).await;
                drop((counted, place));
            }
            .instrument(span)
        }))
}

/// The driver would speak the legacy `graphql-ws` to a client that offers it first, so it is shown our protocol alone.
async fn protocol(headers: &HeaderMap) -> Result<GraphQLProtocol, ApiError> {
    let refused = || ApiError::field(["Sec-WebSocket-Protocol"], format!("must offer {PROTOCOL}"));
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let mut offers = offers.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    if !offers.any(|offer| offer.trim() == PROTOCOL) {
        return Err(refused());
    }
    let mut request = Request::new(());
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    let (mut parts, ()) = request.into_parts();
    GraphQLProtocol::from_request_parts(&mut parts, &()).await.map_err(|_| refused())
}

async fn serve(socket: WebSocket, graphql: GraphQl, context: RequestContext, protocol: GraphQLProtocol) {
    let (sink, stream) = socket.split();
    let (sender, queue) = mpsc::channel(QUEUE);
    let closing = Closing::default();
    let operations = Operations::default();
    let stream = reader::read(stream, closing.clone(), operations.clone(), sender.clone());
    let executor = operations.counted(graphql.executor);
    let stop = graphql.state.stop.clone();
    let init = init::authenticate(graphql.state, context, closing.clone());
    let driver = GraphQLWebSocket::new_with_pair(PollSender::new(sender), stream, executor, protocol);
    let driver = driver.on_connection_init(init).serve();
    let writer = writer::write(queue, sink, closing, stop, writer::PATIENCE);
    tokio::pin!(writer);
    // When the driver is done, what it still had to say is written; when nothing can be written any more, it need not go on.
    tokio::select! {
        () = writer.as_mut() => return,
        () = driver => {}
    }
    writer.await;
}
