//! Why the guard stops looking at a document.

use async_graphql::ServerError;

use super::MAX_HEIGHT;
use crate::error::Code;
use crate::graphql::errors::coded;

/// What a document has too much of, or what is wrong with it that nothing behind the guard would notice.
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
    /// Too many selections in fragments, whether operations use them or not.
    #[error("the document's fragments select more than {0} fields once they are expanded")]
    Fragments(usize),
    /// Deeper than [`MAX_HEIGHT`].
    #[error("the document selects more than {MAX_HEIGHT} levels deep")]
    Height,
    /// Too many fields inside each other.
    #[error("the document has more than {0} fields inside each other")]
    Depth(usize),
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
    /// The schema is asked for where it is not told.
    #[error("introspection is switched off")]
    Introspection,
}

impl Refused {
    /// As clients see it.
    pub(super) fn code(self) -> Code {
        match self {
            Self::Bytes(_) => Code::QueryTooLarge,
            Self::Nesting(_) | Self::Height | Self::Depth(_) => Code::QueryTooDeep,
            Self::Tokens(_)
            | Self::Selections(_)
            | Self::Fragments(_)
            | Self::RootFields(_)
            | Self::Aliases(_)
            | Self::Directives(_) => Code::QueryTooComplex,
            Self::OpenBlockString => Code::GraphqlParseFailed,
            Self::SameField | Self::FragmentCycle | Self::SubscriptionFields => Code::GraphqlValidationFailed,
            Self::Introspection => Code::IntrospectionDisabled,
        }
    }
}

impl From<Refused> for ServerError {
    fn from(refused: Refused) -> Self {
        coded(refused.code(), refused.to_string())
    }
}
