//! What cancel and retry are sent: perhaps a reason, perhaps the version that is meant.

use axum::extract::{FromRequest, Request};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::OptionalJsonBody;
use super::etag;
use crate::error::{ApiError, FieldError};
use crate::service::OperatorOrder;

/// An operator's request; the version that is meant is `If-Match`.
pub(super) struct Operation(pub(super) OperatorOrder);

/// Why; may be left out, and with it the body.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Operation)]
#[expect(dead_code, reason = "describes what `Operation` reads by hand, so that every mistake is named")]
pub(super) struct OperationBody {
    /// Kept in the trail: 1 to 128 bytes without control characters.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    reason: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Operation {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Operation, ApiError> {
        let expected = etag::expected(request.headers());
        let OptionalJsonBody(body) = OptionalJsonBody::from_request(request, state).await?;
        Ok(Operation(OperatorOrder { reason: body.map(reason).transpose()?.flatten(), expected }))
    }
}

fn reason(body: Value) -> Result<Option<String>, ApiError> {
    let Value::Object(mut fields) = body else { return Err(ApiError::field([], "the body must be a JSON object")) };
    let reason = match fields.remove("reason") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err(ApiError::field(["reason"], "must be a string")),
    };
    let unknown = |name: String| FieldError { path: vec![name], rule: "is not known; known is: reason".to_owned() };
    let unknown: Vec<_> = fields.into_iter().map(|(name, _)| unknown(name)).collect();
    if unknown.is_empty() { Ok(reason) } else { Err(ApiError::invalid(unknown)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_is_text_and_nothing_else_is_known() {
        assert_eq!(reason(json!({"reason": "late"})).unwrap().as_deref(), Some("late"));
        for none in [json!({}), json!({"reason": null})] {
            assert_eq!(reason(none).unwrap(), None);
        }
        for bad in [json!({"reason": 1}), json!({"why": "x"}), json!("late"), json!(null), json!([])] {
            assert!(reason(bad.clone()).is_err(), "{bad}");
        }
    }
}
