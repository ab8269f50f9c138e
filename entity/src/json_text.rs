//! A JSON value as its text.

use std::fmt;
use std::sync::Arc;

use sea_orm::FromJsonQueryResult;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value that costs its bytes: as a tree of values it would take up to ninety times as much. Without white space,
/// so that it is as long as its rules count it. Cheap to clone.
#[derive(Clone, FromJsonQueryResult)]
pub struct JsonText(Arc<RawValue>);

impl JsonText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<RawValue> = Deserialize::deserialize(deserializer)?;
        let text = RawValue::from_string(without_space(text.get())).map_err(D::Error::custom)?;
        Ok(JsonText(text.into()))
    }
}

/// Leaves out what PostgreSQL puts behind each comma and colon.
fn without_space(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut inside, mut escaped) = (false, false);
    const ENDS: [char; 6] = ['"', '\\', ' ', '\t', '\n', '\r'];
    for part in json.split_inclusive(ENDS) {
        let (text, end) = part.split_at(part.len() - usize::from(part.ends_with(ENDS)));
        escaped &= text.is_empty();
        out.push_str(text);
        match end {
            "\"" => inside ^= !escaped,
            " " | "\t" | "\n" | "\r" if !inside => continue,
            _ => {}
        }
        escaped = end == "\\" && !escaped;
        out.push_str(end);
    }
    out
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &JsonText) -> bool {
        self.as_str() == other.as_str()
    }
}

impl PartialEq<Value> for JsonText {
    fn eq(&self, other: &Value) -> bool {
        serde_json::from_str::<Value>(self.as_str()).is_ok_and(|value| value == *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_left_out_but_in_strings() {
        for (given, kept) in [
            (r#"{"a": 0, "b": [1, "x y"]}"#, r#"{"a":0,"b":[1,"x y"]}"#),
            (r#"{"a \" , b": "\\", "c": " \\\" "}"#, r#"{"a \" , b":"\\","c":" \\\" "}"#),
            (r#" [ "\\n : ", "ä \u0020" ] "#, r#"["\\n : ","ä \u0020"]"#),
            (" 1.0 ", "1.0"),
            (r#""""#, r#""""#),
            ("\"\\\"\"", "\"\\\"\""),
        ] {
            let text: JsonText = serde_json::from_str(given).unwrap();
            assert_eq!(text.as_str(), kept);
            assert_eq!(serde_json::to_string(&text).unwrap(), kept);
            assert_eq!(text, serde_json::from_str::<Value>(given).unwrap());
        }
    }
}
