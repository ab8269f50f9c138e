//! What a document may ask of us, checked before anything walks it.
//!
//! The parser recurses without a limit into nested literals (the process would abort), and nearly everything behind it
//! walks fragments as often as they are spread (seconds of CPU for a kilobyte of text). So the text is scanned before it is
//! parsed, and the parsed document is measured, each in linear time, before it is validated. Depth in fields and cost are
//! the engine's to check: it knows the types, and it walks no more than was admitted here.

mod measure;
mod objects;
mod operation;
mod scan;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError};

use super::errors::{coded, parse_failed};
use crate::config::GraphqlLimits;
use crate::error::Code;

/// Deepest nesting of selection sets, fragments included: a bound of recursion, beyond what any limit of depth admits.
pub(super) const MAX_HEIGHT: usize = 32;

/// Why a document is not looked at further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Too long a text.
    #[error("the document is longer than {0} bytes")]
    Bytes(usize),
    /// Too deep a text.
    #[error("the document is nested more than {0} brackets deep")]
    Nesting(usize),
    /// Too many tokens.
    #[error("the document has more than {0} tokens")]
    Tokens(usize),
    /// A block string without its end: the specification knows no other reading of it, the parser does.
    #[error("a block string does not end")]
    OpenBlockString,
    /// An input object names a field twice (specification, 5.6.3); the parser would keep one of the two.
    #[error("an input object has two fields of the same name")]
    SameField,
    /// Too many selections.
    #[error("the document selects more than {0} fields once its fragments are expanded")]
    Selections(usize),
    /// Deeper than [`MAX_HEIGHT`].
    #[error("the document selects more than {MAX_HEIGHT} levels deep")]
    Height,
    /// Too many fields at the root.
    #[error("an operation has more than {0} fields at its root")]
    RootFields(usize),
    /// Too many aliases.
    #[error("the document has more than {0} aliases")]
    Aliases(usize),
    /// Too many directives.
    #[error("the document has more than {0} directives")]
    Directives(usize),
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
            Self::Bytes(_) => Code::QueryTooLarge,
            Self::Nesting(_) | Self::Height => Code::QueryTooDeep,
            Self::Tokens(_) | Self::Selections(_) | Self::RootFields(_) | Self::Aliases(_) | Self::Directives(_) => {
                Code::QueryTooComplex
            }
            Self::OpenBlockString => Code::GraphqlParseFailed,
            Self::SameField | Self::FragmentCycle | Self::SubscriptionFields => Code::GraphqlValidationFailed,
        }
    }
}

impl From<Refused> for ServerError {
    fn from(refused: Refused) -> Self {
        coded(refused.code(), refused.to_string())
    }
}

/// Lets a request through whose document is small enough and whose operation is clear, parses it, and says what it is.
///
/// # Errors
/// The one error to answer with; its code is one of `QUERY_TOO_LARGE`, `QUERY_TOO_DEEP`, `QUERY_TOO_COMPLEX`,
/// `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED` and `BAD_USER_INPUT`.
pub(super) fn admit(request: &mut Request, limits: &GraphqlLimits) -> Result<OperationType, ServerError> {
    scan::scan(&request.query, limits)?;
    let document = request.parsed_query().map_err(parse_failed)?.clone();
    measure::measure(&document, limits)?;
    operation::check(&document, request)
}

#[cfg(test)]
mod tests;
