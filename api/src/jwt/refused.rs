//! Why a token is refused.

use jsonwebtoken::errors::{Error, ErrorKind};

/// The reason, for the log and the trail. It names parts of a token, never what stands in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Longer than any token we take.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url (without padding), the first two of which are JSON objects without repeated names.
    #[error("the token is malformed")]
    Malformed,
    /// The header has a member that we do not take, or one of a wrong kind.
    #[error("the token's header has a refused {0:?}")]
    Header(&'static str),
    /// An algorithm that we do not take, or not the one of the key.
    #[error("the token's algorithm is refused")]
    Algorithm,
    /// The issuer has no such key, or the token names none where there are several.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// The signature is not by that key.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim is missing, of a wrong kind, or says something that we do not take.
    #[error("the token's claim {0:?} is refused")]
    Claims(&'static str),
    /// It was valid once.
    #[error("the token has expired")]
    Expired,
    /// It will be valid later.
    #[error("the token is not valid yet")]
    NotYet,
    /// The issuer's keys cannot be fetched, and none are held. Not the client's fault: it may try again.
    #[error("the issuer's keys cannot be fetched")]
    Unavailable,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        match error.kind() {
            ErrorKind::InvalidSignature => Refused::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::MissingAlgorithm => Refused::Algorithm,
            ErrorKind::ExpiredSignature => Refused::Expired,
            ErrorKind::ImmatureSignature => Refused::NotYet,
            ErrorKind::InvalidIssuer => Refused::Claims("iss"),
            ErrorKind::InvalidAudience => Refused::Claims("aud"),
            ErrorKind::InvalidSubject => Refused::Claims("sub"),
            ErrorKind::MissingRequiredClaim(name) | ErrorKind::InvalidClaimFormat(name) => Refused::Claims(registered(name)),
            _ => Refused::Malformed,
        }
    }
}

fn registered(name: &str) -> &'static str {
    ["iss", "sub", "aud", "exp", "nbf"].into_iter().find(|known| *known == name).unwrap_or("other")
}
