//! GraphQL over HTTP: one request, one answer (or, for a subscription, a stream of events).

mod accept;
mod outcome;
mod request;

use async_graphql::parser::types::OperationType;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use domain::audit::Caller;
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::once;

pub(crate) use self::accept::{Media, negotiate};
pub(super) use self::outcome::body;
use self::outcome::write;
use super::{GraphQl, sse};
use crate::error::{ApiError, Code};

/// `POST /graphql`: any operation.
pub(super) async fn post(
    State(graphql): State<GraphQl>,
    Extension(caller): Extension<Caller>,
    request: axum::extract::Request,
) -> Result<Response, ApiError> {
    let media = negotiate(request.headers())?;
    let request = request::of_post(request).await?;
    answer(graphql, &Method::POST, media, request.data(caller)).await
}

/// `GET /graphql?query=...`: a query, or a subscription as a stream. A link or an image can make a browser send a GET, so
/// it never writes.
pub(super) async fn get(
    State(graphql): State<GraphQl>,
    Extension(caller): Extension<Caller>,
    RawQuery(text): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let media = negotiate(&headers)?;
    let request = request::of_query_string(&text.unwrap_or_default())?;
    answer(graphql, &Method::GET, media, request.data(caller)).await
}

async fn answer(graphql: GraphQl, method: &Method, media: Media, request: async_graphql::Request) -> Result<Response, ApiError> {
    let admitted = match graphql.executor.admit(request) {
        Ok(admitted) => admitted,
        Err(refused) if media == Media::EventStream => return Ok(sse::respond(&graphql, once(ready(*refused)).boxed())),
        Err(refused) => return Ok(write(&refused, media)),
    };
    match admitted.operation() {
        OperationType::Mutation if *method == Method::GET => {
            let error = ApiError::new(Code::MethodNotAllowed, "a mutation must be sent by POST");
            Ok(([(header::ALLOW, HeaderValue::from_static("POST"))], error).into_response())
        }
        _ if media == Media::EventStream => {
            let answers = graphql.executor.stream(admitted, None);
            Ok(sse::respond(&graphql, answers))
        }
        OperationType::Subscription => {
            Err(ApiError::new(Code::BadUserInput, "a subscription needs a websocket, or Accept: text/event-stream"))
        }
        _ => Ok(write(&graphql.executor.run(admitted).await, media)),
    }
}
