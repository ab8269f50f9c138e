//! `Cursor`

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// `Cursor`.
#[derive(Clone, Debug)]
pub(crate) struct Cursor(pub(crate) String);

/// A place in a list or in a stream of changes. Opaque: take it from an answer, hand it back unchanged. A cursor is good
/// for the list, the filter and the order it came from.
#[Scalar(specified_by_url = "https://relay.dev/graphql/connections.htm#sec-Cursor")]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
