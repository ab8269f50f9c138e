//! `JSON`

use async_graphql::{InputValueResult, Scalar, ScalarType, Value};
use domain::JsonText;
use serde_json::Value as Tree;

/// `JSON`.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    /// As it came, or as it was made here.
    Tree(Tree),
    /// As it is stored: it goes into the answer as it is.
    Text(JsonText),
}

impl Json {
    /// What a client gave.
    pub(crate) fn into_tree(self) -> Tree {
        match self {
            Json::Tree(tree) => tree,
            Json::Text(text) => domain::json::tree(&text).unwrap_or_default(),
        }
    }
}

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self::Tree(tree(value)))
    }

    fn to_value(&self) -> Value {
        match self {
            // Fails for nothing that serde_json can hold.
            Json::Tree(tree) => Value::from_json(tree.clone()).unwrap_or_default(),
            // An object of one key, which the engine knows when it writes the answer.
            Json::Text(text) => async_graphql::to_value(text).unwrap_or_default(),
        }
    }
}

/// (The engine's own conversion would take a client's object for one that [`Json::Text`] makes.)
fn tree(value: Value) -> Tree {
    match value {
        Value::Null => Tree::Null,
        Value::Number(number) => Tree::Number(number),
        Value::String(text) => Tree::String(text),
        Value::Boolean(value) => Tree::Bool(value),
        Value::Binary(bytes) => bytes.to_vec().into(),
        Value::Enum(name) => Tree::String(name.to_string()),
        Value::List(items) => items.into_iter().map(tree).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name.to_string(), tree(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_stands_in_the_answer_as_it_is_and_no_name_of_a_client_has_a_meaning() {
        let text: JsonText = serde_json::from_str(r#"{"b": 1.0, "a": 100000000000000000000000}"#).unwrap();
        let answer = async_graphql::Response::new(Json::Text(text).to_value());
        assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"data":{"b":1.0,"a":100000000000000000000000}}"#);
        let given = json!({"$serde_json::private::RawValue": "[1]", "x": ["$", {"y": null}]});
        let only = json!({"$serde_json::private::RawValue": "[1]"});
        for given in [given, only] {
            let value = Value::from_json(given.clone()).unwrap();
            assert_eq!(Json::parse(value).unwrap().into_tree().to_string(), given.to_string());
        }
    }
}
