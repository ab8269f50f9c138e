//! JSON as a tree, name by name as it stands.

use std::fmt;

use entity::JsonText;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::text;

/// The tree of a stored text.
///
/// # Errors
/// It is nested more deeply than any payload or result may be.
pub fn tree(json: &JsonText) -> Result<Value, serde_json::Error> {
    Tree.deserialize(&mut serde_json::Deserializer::from_str(json.as_str()))
}

/// Longest part of a repeated key that is shown, in bytes.
const MAX_KEY_BYTES: usize = 64;

/// Reads any value; an object with the same key twice is an error. RFC 8259 leaves open which of the two counts; a store
/// that answers with what it was given may not choose.
///
/// `serde_json::Value` itself would take an object whose first key is `$serde_json::private::RawValue` (a name that anybody
/// may send) for a text to be parsed, and fail when it is none.
#[derive(Clone, Copy, Debug)]
pub struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Tree)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                let key = text::clean(&key, MAX_KEY_BYTES);
                return Err(A::Error::custom(format_args!("the key {key:?} stands twice in an object")));
            }
            object.insert(key, entries.next_value_seed(Tree)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_name_has_a_meaning_of_its_own() {
        let text = r#"{"a":[1,-1,1.5,true,null,"x"],"b":{"$serde_json::private::RawValue":"no JSON"}}"#;
        let json: JsonText = serde_json::from_str(text).unwrap();
        let value = tree(&json).unwrap();
        assert_eq!(value["a"], json!([1, -1, 1.5, true, null, "x"]));
        assert_eq!(value["b"].as_object().unwrap().len(), 1);
        assert_eq!(value["b"]["$serde_json::private::RawValue"], "no JSON");
    }
}
