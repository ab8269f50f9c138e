//! What a call that got no answer means. The texts are ours: the client's own name the URL, whose query may hold a secret.

use std::error::Error;
use std::io::ErrorKind;

use super::target::Refused;
use crate::outcome::Outcome;

/// Refused before any connection was made. It would be refused again.
pub(super) fn refused(refused: Refused) -> Outcome {
    Outcome::Fail { code: "TARGET_NOT_ALLOWED".into(), message: refused.to_string() }
}

/// The call broke off somewhere.
pub(super) fn outcome(error: &reqwest::Error) -> Outcome {
    if let Some(why) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return refused(*why);
    }
    let (code, message) = if error.is_connect() && error.is_timeout() {
        ("TARGET_UNREACHABLE", "the target did not accept a connection in time")
    } else if error.is_connect() {
        ("TARGET_UNREACHABLE", connect_failure(error))
    } else if error.is_builder() {
        return Outcome::Fail { code: "INVALID_PAYLOAD".into(), message: "the request cannot be built".into() };
    } else {
        ("RESPONSE_INVALID", "the connection broke off, or the answer was no valid HTTP")
    };
    Outcome::Retry { code: code.into(), message: message.into(), after: None }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source())
}

fn connect_failure(error: &reqwest::Error) -> &'static str {
    let kind = causes(error).find_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    match kind {
        Some(ErrorKind::ConnectionRefused) => "the target refused the connection",
        Some(ErrorKind::InvalidData) => "the target's TLS is not acceptable",
        _ => "the target cannot be reached or its name cannot be resolved",
    }
}
