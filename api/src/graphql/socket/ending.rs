//! Why a socket is closed: a code and a reason.

use std::borrow::Cow;

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::error::{ApiError, Code};

/// A close frame holds 125 bytes: the code takes two, and a margin is left.
const MAX_REASON_BYTES: usize = 120;

/// What the close frame says. Clients of graphql-transport-ws give up at 1002, 1011, 4400, 4401, 4406, 4409 and 4429, and
/// come back after the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// Of RFC 6455, 7.4, or of graphql-transport-ws.
    pub(super) code: u16,
    reason: Cow<'static, str>,
}

impl Ending {
    const fn new(code: u16, reason: &'static str) -> Ending {
        Ending { code, reason: Cow::Borrowed(reason) }
    }

    /// The client is not there any more, as far as we can tell.
    pub(super) const SILENT: Ending = Ending::new(1001, "Nothing was heard from the client");
    /// The process stops.
    pub(super) const RESTART: Ending = Ending::new(1012, "Service restart");
    /// A binary frame.
    pub(super) const BINARY: Ending = Ending::new(4400, "Messages must be text");
    /// Pings and pongs beyond what keeps a connection alive.
    pub(super) const TOO_MANY_PINGS: Ending = Ending::new(4400, "Too many pings");
    /// An operation before the acknowledgement.
    pub(super) const UNAUTHORIZED: Ending = Ending::new(4401, "Unauthorized");
    /// The credentials are not good any more.
    pub(super) const REVOKED: Ending = Ending::new(4403, "Forbidden");
    /// None of the protocols offered is ours.
    pub(super) const PROTOCOL: Ending = Ending::new(4406, "Subprotocol not acceptable");
    /// No `connection_init` in time.
    pub(super) const INIT_TIMEOUT: Ending = Ending::new(4408, "Connection initialisation timeout");
    /// A second `connection_init`.
    pub(super) const TOO_MANY_INITS: Ending = Ending::new(4429, "Too many initialisation requests");

    /// The text is no message of the protocol.
    pub(super) fn bad_message(reason: impl Into<Cow<'static, str>>) -> Ending {
        Ending { code: 4400, reason: reason.into() }
    }

    /// The id is that of an operation that runs.
    pub(super) fn duplicate(id: &str) -> Ending {
        let id = domain::text::clean(id, 80);
        Ending { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }

    /// The client has not shown who it is, or we could not find out.
    pub(super) fn init_failed(error: &ApiError) -> Ending {
        match error.code {
            Code::Unauthenticated => Ending::new(4403, "Forbidden"),
            Code::Unavailable | Code::RateLimited => Ending::new(1013, "Try again later"),
            Code::TooManyConnections => Ending::new(1013, "Too many websockets of this user"),
            _ => Ending::new(1011, "Internal server error"),
        }
    }

    /// What came cannot be read. `None` when there is nobody left to tell.
    pub(super) fn unreadable(error: &Error) -> Option<Ending> {
        match error {
            Error::Capacity(_) => Some(Ending::new(1009, "Message too big")),
            Error::Utf8(_) => Some(Ending::new(1007, "Text must be UTF-8")),
            Error::Protocol(_) => Some(Ending::new(1002, "Protocol error")),
            _ => None,
        }
    }

    /// As it is sent.
    pub(super) fn into_frame(self) -> CloseFrame {
        let end = self.reason.floor_char_boundary(MAX_REASON_BYTES);
        CloseFrame { code: CloseCode::from(self.code), reason: self.reason[..end].into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_a_close_frame_whatever_the_client_sent() {
        for reason in ["x".repeat(500), "ä".repeat(500), "𝄞".repeat(40)] {
            let frame = Ending::bad_message(reason).into_frame();
            assert!((100..=MAX_REASON_BYTES).contains(&frame.reason.len()), "{}", frame.reason);
        }
        let frame = Ending::duplicate(&"\u{1b}[31mä".repeat(40)).into_frame();
        assert!(frame.reason.len() <= MAX_REASON_BYTES && !frame.reason.contains('\u{1b}'), "{}", frame.reason);
        assert_eq!(Ending::duplicate("a-1").into_frame().reason.as_str(), "Subscriber for a-1 already exists");
    }
}
