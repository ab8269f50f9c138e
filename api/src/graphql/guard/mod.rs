//! What a document may ask of us, checked before anything walks it.
//!
//! The parser recurses without a limit into nested literals (the process would abort), and nearly everything behind it
//! walks fragments as often as they are spread (seconds of CPU for a kilobyte of text). So the text is scanned before it is
//! parsed, and the parsed document is measured, each in linear time, before it is validated. Cost is the engine's to check:
//! it knows the types, and it walks no more than was admitted here.

mod measure;
mod objects;
mod operation;
mod refused;
mod scan;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, ServerError};

use self::refused::Refused;
use super::errors::parse_failed;
use crate::config::GraphqlLimits;
use crate::error::{ApiError, Code};

/// Deepest nesting of selection sets, fragments included: a bound of recursion, beyond what any limit of depth admits.
pub(super) const MAX_HEIGHT: usize = 32;

/// What is admitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    pub(super) limits: GraphqlLimits,
    /// Whether the schema may be asked for.
    pub(super) introspection: bool,
}

impl Default for Guard {
    fn default() -> Guard {
        Guard { limits: GraphqlLimits::default(), introspection: true }
    }
}

/// Why a request is not executed.
#[derive(Debug)]
pub(super) enum Rejected {
    /// A limit or a rule of ours, whatever the document means.
    Refused(Code, ServerError),
    /// It is no GraphQL, or its variables are not those that it declares.
    Invalid(ServerError),
}

impl Rejected {
    pub(super) fn error(self) -> ServerError {
        match self {
            Self::Refused(_, error) | Self::Invalid(error) => error,
        }
    }
}

impl From<Refused> for Rejected {
    fn from(refused: Refused) -> Self {
        match refused.code() {
            Code::GraphqlParseFailed => Self::Invalid(refused.into()),
            code => Self::Refused(code, refused.into()),
        }
    }
}

/// How much the guard did: what it does is linear in these, and each is bounded by a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes of the text that were looked at.
    pub bytes: usize,
    /// Tokens found in them.
    pub tokens: usize,
    /// Selections of the document that were measured, each once.
    pub selections: usize,
}

impl Guard {
    /// Lets a request through whose document is small enough, whose operation is clear and whose required variables are
    /// there; parses it, and says what it is.
    pub(super) fn admit(&self, request: &mut Request) -> Result<OperationType, Rejected> {
        let document = self.examine(&request.query, &mut Work::default())?;
        // Some clients send an empty name for none; the engine would look for it.
        request.operation_name.take_if(|name| name.is_empty());
        let operation = operation::check(&document, request)?;
        // What is executed is what was measured; nothing parses the text again.
        request.set_parsed_query(document);
        Ok(operation)
    }

    fn examine(&self, text: &str, work: &mut Work) -> Result<ExecutableDocument, Rejected> {
        scan::scan(text, &self.limits, work)?;
        let document = parse_query(text).map_err(|error| Rejected::Invalid(parse_failed(error.into())))?;
        measure::measure(&document, self, work)?;
        Ok(document)
    }
}

/// What the guard thinks of a document under the default limits, and how much work that was. For measurements: requests
/// are admitted by the handlers themselves.
///
/// # Errors
/// The public code of the refusal.
pub fn examine(text: &str) -> (Result<(), String>, Work) {
    let mut work = Work::default();
    let verdict = Guard::default().examine(text, &mut work).map(drop).map_err(|rejected| {
        let code = rejected.error().extensions.as_ref().and_then(|e| e.get("code").map(ToString::to_string));
        code.unwrap_or_default().trim_matches('"').to_owned()
    });
    (verdict, work)
}

impl From<ApiError> for Rejected {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.code, ServerError::from(&error))
    }
}

#[cfg(test)]
mod tests;
