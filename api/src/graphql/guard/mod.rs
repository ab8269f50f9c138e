//! What a document may ask of us, checked before anything walks it.
//!
//! The parser recurses without a limit into nested literals (the process would abort), and nearly everything behind it
//! walks fragments as often as they are spread (seconds of CPU for a kilobyte of text). So the text is scanned before it is
//! parsed, and the parsed document is measured, each in linear time, before it is validated.

mod measure;
mod scan;

use async_graphql::{Request, ServerError};

use super::errors::{coded, parse_failed};
use crate::error::Code;

/// Longest document, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Deepest nesting of brackets of any kind.
const MAX_NESTING: usize = 50;
/// Most tokens.
const MAX_TOKENS: usize = 4_000;
/// Most selections, each fragment counted as often as it is spread.
const MAX_SELECTIONS: u64 = 1_000;
/// Deepest nesting of selection sets, fragments included.
pub(super) const MAX_HEIGHT: usize = 32;
/// Most fields at the root of an operation.
const MAX_ROOT_FIELDS: u64 = 20;
/// Most aliases in a document.
const MAX_ALIASES: usize = 30;

/// Why a document is not looked at further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// More than [`MAX_BYTES`].
    #[error("the document is longer than {MAX_BYTES} bytes")]
    Bytes,
    /// Deeper than [`MAX_NESTING`].
    #[error("the document is nested more than {MAX_NESTING} brackets deep")]
    Nesting,
    /// More than [`MAX_TOKENS`].
    #[error("the document has more than {MAX_TOKENS} tokens")]
    Tokens,
    /// A block string without its end: the specification knows no other reading of it, the parser does.
    #[error("a block string does not end")]
    OpenBlockString,
    /// More than [`MAX_SELECTIONS`].
    #[error("the document selects more than {MAX_SELECTIONS} fields once its fragments are expanded")]
    Selections,
    /// Deeper than [`MAX_HEIGHT`].
    #[error("the document selects more than {MAX_HEIGHT} levels deep")]
    Height,
    /// More than [`MAX_ROOT_FIELDS`].
    #[error("an operation has more than {MAX_ROOT_FIELDS} fields at its root")]
    RootFields,
    /// More than [`MAX_ALIASES`].
    #[error("the document has more than {MAX_ALIASES} aliases")]
    Aliases,
    /// A fragment spreads itself, directly or through others.
    #[error("a fragment spreads itself")]
    FragmentCycle,
    /// GraphQL allows a subscription one field.
    #[error("a subscription must select exactly one field")]
    SubscriptionFields,
}

impl Refused {
    fn code(self) -> Code {
        match self {
            Self::Bytes => Code::QueryTooLarge,
            Self::Nesting | Self::Height => Code::QueryTooDeep,
            Self::Tokens | Self::Selections | Self::RootFields | Self::Aliases => Code::QueryTooComplex,
            Self::OpenBlockString => Code::GraphqlParseFailed,
            Self::FragmentCycle | Self::SubscriptionFields => Code::GraphqlValidationFailed,
        }
    }
}

impl From<Refused> for ServerError {
    fn from(refused: Refused) -> Self {
        coded(refused.code(), refused.to_string())
    }
}

/// Lets a request through whose document is small enough, and parses it.
///
/// # Errors
/// The one error to answer with; its code is one of `QUERY_TOO_LARGE`, `QUERY_TOO_DEEP`, `QUERY_TOO_COMPLEX`,
/// `GRAPHQL_PARSE_FAILED` and `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn admit(request: &mut Request) -> Result<(), ServerError> {
    scan::scan(&request.query)?;
    let document = request.parsed_query().map_err(parse_failed)?;
    Ok(measure::measure(document)?)
}

#[cfg(test)]
mod tests;
