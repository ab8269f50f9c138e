//! `JSON`

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};

/// `JSON`.
#[derive(Clone, Debug)]
pub(crate) struct Json(pub(crate) serde_json::Value);

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        // Fails for nothing that serde_json can hold.
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
