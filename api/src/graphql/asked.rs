//! What a request asks for, as the record of operations has it.

use std::any::TypeId;

use async_graphql::parser::types::{DocumentOperations, OperationType};
use async_graphql::{Request, Value};

use super::socket::TRACEPARENT;
use crate::observed::Place;

/// Where an operation stands in its trace: where its request does, or below what its `extensions.traceparent` says. (A
/// websocket has no headers for each of its operations.)
pub(super) fn place(request: &Request) -> Place {
    let of_request = request.data.get(&TypeId::of::<Place>()).and_then(|place| place.downcast_ref::<Place>());
    of_request.copied().unwrap_or_else(|| {
        let parent = request.extensions.get(TRACEPARENT).and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            _ => None,
        });
        Place::below(parent)
    })
}

/// One of three.
pub(super) fn kind_of(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The name of the operation that an admitted request asks for.
pub(super) fn name_of(request: &mut Request) -> Option<Box<str>> {
    if let Some(name) = &request.operation_name {
        return Some(name.as_str().into());
    }
    match &request.parsed_query().ok()?.operations {
        DocumentOperations::Multiple(named) => named.keys().next().map(|name| name.as_str().into()),
        DocumentOperations::Single(_) => None,
    }
}
