//! `UUID`

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use uuid::Uuid;

/// `UUID`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UuidScalar(pub(crate) Uuid);

/// The hyphenated form, in either case; not the braced, bare and URN forms that the `uuid` crate takes as well.
pub(crate) fn parse(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// A UUID of RFC 9562 as 36 characters with hyphens, in lower case when we write it.
#[Scalar(name = "UUID", specified_by_url = "https://www.rfc-editor.org/rfc/rfc9562")]
impl ScalarType for UuidScalar {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match parse(text) {
                Some(uuid) => Ok(Self(uuid)),
                None => Err(InputValueError::custom("must be a UUID of 36 characters with hyphens")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_a_uuid() {
        let text = "0192f0c4-1111-7222-8333-444455556666";
        let uuid = Uuid::parse_str(text).expect("uuid");
        assert_eq!(parse(text), Some(uuid));
        assert_eq!(parse(&text.to_uppercase()), Some(uuid));
        for bad in [&text.replace('-', ""), &format!("{{{text}}}"), &format!("urn:uuid:{text}"), &text.replace('0', "g"), ""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
