//! With which code a socket is closed. The driver knows fewer reasons than the protocol has codes for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use axum::extract::ws::{CloseFrame, Utf8Bytes};

use crate::error::{ApiError, Code};

/// What is known about a socket's end, shared by those who may cause it.
#[derive(Clone, Debug, Default)]
pub(super) struct Closing(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    initialised: AtomicBool,
    /// 0 until there is a reason.
    code: AtomicU16,
}

/// Codes of RFC 6455 and of graphql-transport-ws. Clients give up at 1002, 1011, 4400 and 4401 and come back after the
/// others.
mod code {
    pub(super) const NORMAL: u16 = 1000;
    pub(super) const PROTOCOL_ERROR: u16 = 1002;
    pub(super) const TOO_BIG: u16 = 1009;
    pub(super) const INTERNAL: u16 = 1011;
    pub(super) const RESTART: u16 = 1012;
    pub(super) const TRY_AGAIN_LATER: u16 = 1013;
    pub(super) const BAD_MESSAGE: u16 = 4400;
    pub(super) const UNAUTHORIZED: u16 = 4401;
    pub(super) const FORBIDDEN: u16 = 4403;
    pub(super) const INIT_TIMEOUT: u16 = 4408;
    pub(super) const TOO_MANY_INITS: u16 = 4429;
}

impl Closing {
    /// The client has shown who it is.
    pub(super) fn initialised(&self) {
        self.0.initialised.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.0.initialised.load(Ordering::Relaxed)
    }

    /// The client has not shown who it is.
    pub(super) fn init_failed(&self, error: &ApiError) {
        self.because(match error.code {
            Code::Unauthenticated => code::FORBIDDEN,
            Code::Unavailable => code::TRY_AGAIN_LATER,
            _ => code::INTERNAL,
        });
    }

    /// No further message can be read.
    pub(super) fn read_failed(&self, error: &axum::Error) {
        // The websocket library's own type is not to be had through axum; its words for the limits on size are.
        let too_big = error.to_string().starts_with("Space limit exceeded");
        self.because(if too_big { code::TOO_BIG } else { code::PROTOCOL_ERROR });
    }

    /// A message is not looked at.
    pub(super) fn bad_message(&self) {
        self.because(code::BAD_MESSAGE);
    }

    /// The process stops.
    pub(super) fn restart(&self) -> CloseFrame {
        frame(code::RESTART)
    }

    /// No `connection_init` came in time.
    pub(super) fn init_timeout(&self) -> CloseFrame {
        frame(code::INIT_TIMEOUT)
    }

    /// The driver is done and gave no code.
    pub(super) fn at_end(&self) -> CloseFrame {
        frame(match self.0.code.load(Ordering::Relaxed) {
            0 => code::NORMAL,
            code => code,
        })
    }

    /// The driver closes with a code of its own.
    pub(super) fn translate(&self, driver: u16) -> CloseFrame {
        frame(match (self.0.code.load(Ordering::Relaxed), driver) {
            (0, code::PROTOCOL_ERROR) => code::BAD_MESSAGE,
            // "The handshake is not completed."
            (0, code::INTERNAL) => code::UNAUTHORIZED,
            (0, other) => other,
            (known, _) => known,
        })
    }

    fn because(&self, code: u16) {
        self.0.code.store(code, Ordering::Relaxed);
    }
}

/// Reasons are ours: the driver's may hold what the client sent, and more bytes than a close frame takes.
fn frame(code: u16) -> CloseFrame {
    let reason = match code {
        code::TOO_BIG => "Message too big",
        code::INTERNAL => "Internal server error",
        code::RESTART => "Restarting",
        code::TRY_AGAIN_LATER => "Try again later",
        code::BAD_MESSAGE => "Invalid message received",
        code::UNAUTHORIZED => "Unauthorized",
        code::FORBIDDEN => "Forbidden",
        code::INIT_TIMEOUT => "Connection initialisation timeout",
        code::TOO_MANY_INITS => "Too many initialisation requests",
        _ => "",
    };
    CloseFrame { code, reason: Utf8Bytes::from_static(reason) }
}
