//! GraphQL over HTTP: one request, one answer (or, for who takes it, a stream of events).

mod accept;
mod outcome;
mod query_string;
mod request;

use async_graphql::parser::types::OperationType;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::audit::Caller;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::once;

use self::accept::Media;
pub(super) use self::accept::of_error;
use self::accept::{Accepted, negotiate};
pub(super) use self::outcome::event;
use self::outcome::write;
use super::{GraphQl, sse};
use crate::access::Charged;
use crate::error::{ApiError, Code};
use crate::request_id::RequestContext;
use crate::server::large::Turn;

/// `POST /graphql`: any operation.
pub(super) async fn post(
    State(graphql): State<GraphQl>,
    Extension(caller): Extension<Caller>,
    Extension(charged): Extension<Charged>,
    Extension(context): Extension<RequestContext>,
    request: axum::extract::Request,
) -> Result<Response, ApiError> {
    let accepted = negotiate(request.headers())?;
    let turn = request.extensions().get::<Turn>().cloned();
    let request = request::of_post(request).await?;
    answer(&graphql, &Method::POST, accepted, request.data(caller).data(charged).data(context.place), turn).await
}

/// `GET /graphql?query=...`: a query, or a subscription as a stream. A link or an image can make a browser send a GET, so
/// it never writes.
pub(super) async fn get(
    State(graphql): State<GraphQl>,
    Extension(caller): Extension<Caller>,
    Extension(charged): Extension<Charged>,
    Extension(context): Extension<RequestContext>,
    RawQuery(text): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accepted = negotiate(&headers)?;
    let request = query_string::request(&text.unwrap_or_default())?;
    answer(&graphql, &Method::GET, accepted, request.data(caller).data(charged).data(context.place), None).await
}

/// `OPTIONS /graphql`, when it is no page of another origin that asks.
pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"))]).into_response()
}

async fn answer(
    graphql: &GraphQl,
    method: &Method,
    accepted: Accepted,
    request: async_graphql::Request,
    turn: Option<Turn>,
) -> Result<Response, ApiError> {
    let admitted = match (graphql.executor.admit(request), accepted) {
        // What is answered by events is answered after this request has its response.
        (Ok(admitted), _) => admitted.holding(turn),
        (Err(refused), Accepted::Answer(media) | Accepted::AnswerOrEvents(media)) => return Ok(write(&refused, media)),
        (Err(refused), Accepted::Events) => return Ok(sse::respond(graphql, once(ready(refused.response)).boxed())),
    };
    if admitted.operation() == OperationType::Mutation && *method == Method::GET {
        let error = ApiError::new(Code::MethodNotAllowed, "a mutation must be sent by POST");
        return Ok(([(header::ALLOW, HeaderValue::from_static("POST"))], error).into_response());
    }
    match (admitted.operation(), accepted) {
        (_, Accepted::Events) | (OperationType::Subscription, Accepted::AnswerOrEvents(_)) => {
            Ok(sse::respond(graphql, graphql.executor.stream(admitted, None)))
        }
        (OperationType::Subscription, Accepted::Answer(_)) => {
            Err(ApiError::new(Code::BadUserInput, "a subscription needs a websocket, or Accept: text/event-stream"))
        }
        (_, Accepted::Answer(media) | Accepted::AnswerOrEvents(media)) => Ok(write(&graphql.executor.run(admitted).await, media)),
    }
}
