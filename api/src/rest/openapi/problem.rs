//! The shape of every error.

use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::super::Status;
use crate::error::Code;

/// An error (RFC 9457).
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `error::problem` writes")]
pub(super) struct Problem {
    /// `urn:ctap:problem:` and the code, with hyphens.
    r#type: String,
    /// The same for every problem of a code.
    title: String,
    /// The HTTP status.
    status: u16,
    code: Code,
    /// What is wrong, for people.
    detail: String,
    /// `urn:ctap:request:` and the request's id.
    instance: String,
    /// Under which the log tells more.
    request_id: String,
    /// Which fields break which rules.
    #[schema(max_items = 20)]
    errors: Option<Vec<FieldProblem>>,
    /// The task's present state, for `TASK_STATE_CONFLICT`.
    task_status: Option<Status>,
}

/// A field that breaks a rule.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `error::problem` writes")]
pub(super) struct FieldProblem {
    /// Where it is in the request: a JSON pointer (RFC 6901).
    pointer: String,
    /// The rule.
    detail: String,
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let names = Code::ALL.iter().map(|code| Value::from(code.as_str()));
        let text = "Stable; `docs/ERRORS.md` says what each means and what to do.";
        ObjectBuilder::new().schema_type(Type::String).description(Some(text)).enum_values(Some(names)).into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }
}
