//! The task's id in a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::error::ApiError;

/// `{id}`: a UUID in its 36-character form, either case.
pub(super) struct TaskId(pub(super) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for TaskId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<TaskId, ApiError> {
        let text = Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| text);
        text.ok().as_deref().and_then(parse).map(TaskId).ok_or_else(|| ApiError::field(["id"], "must be a UUID"))
    }
}

/// `Uuid` also reads braces, URNs and no hyphens at all; one task shall have one path.
fn parse(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plain_form_is_read() {
        let id = Uuid::from_u128(0x0193_abcd_0000_7000_8000_0000_0000_0001);
        assert_eq!(parse(&id.to_string()), Some(id));
        assert_eq!(parse(&id.to_string().to_uppercase()), Some(id));
        for bad in [id.simple().to_string(), id.urn().to_string(), id.braced().to_string(), String::new(), "x".repeat(36)] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
