//! Where in a payload a claim of ours stands.

use std::str::FromStr;

use serde_json::{Map, Value};

const MAX_BYTES: usize = 256;

/// A claim's name. One that begins with `/` is a JSON pointer (RFC 6901) to a nested claim; any other is the name of a
/// claim of the payload itself, also with slashes inside (namespaced claims are URLs).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Own(String),
    Nested { claim: String, rest: String },
}

/// The name is empty, too long, has control characters, or is no JSON pointer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoName;

impl Name {
    /// The claim, if the payload has it.
    pub(super) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        match self {
            Name::Own(name) => claims.get(name),
            Name::Nested { claim, rest } => claims.get(claim)?.pointer(rest),
        }
    }
}

impl FromStr for Name {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Name, NoName> {
        if text.is_empty() || text.len() > MAX_BYTES || text.contains(char::is_control) {
            return Err(NoName);
        }
        let Some(pointer) = text.strip_prefix('/') else { return Ok(Name::Own(text.to_owned())) };
        let escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        if pointer.split('/').any(str::is_empty) || !escaped {
            return Err(NoName);
        }
        let (first, _) = pointer.split_once('/').unwrap_or((pointer, ""));
        let rest = pointer[first.len()..].to_owned();
        Ok(Name::Nested { claim: first.replace("~1", "/").replace("~0", "~"), rest })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_finds_its_claim() {
        let claims = json!({"tenant": 1, "https://ctap.example/tenant": 2, "org": {"id": 3, "a/b": [4]}, "x/y": {"z": 5}});
        let Value::Object(claims) = claims else { panic!() };
        let find = |name: &str| name.parse::<Name>().unwrap().find(&claims).cloned();
        for (name, value) in [
            ("tenant", 1),
            ("/tenant", 1),
            ("https://ctap.example/tenant", 2),
            ("/org/id", 3),
            ("/org/a~1b/0", 4),
            ("/x~1y/z", 5),
        ] {
            assert_eq!(find(name), Some(json!(value)), "{name}");
        }
        for name in ["org/id", "Tenant", "/org/name", "/tenant/id", "/org/a~1b/1"] {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_none() {
        for text in ["", "/", "//a", "/a/", "/a~2", "/a~", "a\nb", &"x".repeat(257)] {
            assert_eq!(text.parse::<Name>(), Err(NoName), "{text}");
        }
    }
}
