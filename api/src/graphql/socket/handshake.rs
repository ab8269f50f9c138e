//! From a GET request to a websocket (RFC 6455, 4.2).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use crate::error::{ApiError, Code};

/// The only protocol that is spoken.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";

/// A handshake that may succeed.
pub(super) struct Handshake {
    /// Answers with 101.
    pub(super) response: Response,
    /// The connection, once the answer is written.
    pub(super) connection: OnUpgrade,
    /// Whether the client speaks our protocol. If not, its first offer was accepted for the time it takes to say no:
    /// a browser shows a close code to its page, but not the status of an upgrade that was refused.
    pub(super) spoken: bool,
}

/// Reads the upgrade's headers.
///
/// # Errors
/// `UpgradeRequired`: it is none; `BadUserInput`: it offers no protocol at all.
pub(super) fn handshake(mut request: Request) -> Result<Handshake, ApiError> {
    let mut response = create_response_with_body(&request, Body::empty)
        .map_err(|_| ApiError::new(Code::UpgradeRequired, "this is no websocket handshake (RFC 6455, 4.2.1)"))?;
    let offer =
        offer(request.headers()).ok_or_else(|| ApiError::field(["Sec-WebSocket-Protocol"], format!("must offer {PROTOCOL}")))?;
    let spoken = offer == PROTOCOL;
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, offer);
    Ok(Handshake { response, connection: hyper::upgrade::on(&mut request), spoken })
}

/// Our protocol if it is among those offered, wherever it stands; else the first.
fn offer(headers: &HeaderMap) -> Option<HeaderValue> {
    let headers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let offers = headers.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).map(str::trim);
    let offers: Vec<_> = offers.filter(|offer| !offer.is_empty()).collect();
    if offers.contains(&PROTOCOL) {
        return Some(HeaderValue::from_static(PROTOCOL));
    }
    offers.first().and_then(|offer| HeaderValue::from_str(offer).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: &[&'static str]) -> Option<HeaderValue> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(value));
        }
        offer(&headers)
    }

    #[test]
    fn our_protocol_is_preferred_wherever_it_stands() {
        for values in
            [&["graphql-transport-ws"][..], &["graphql-ws, graphql-transport-ws"], &["soap", "a,graphql-transport-ws ,b"]]
        {
            assert_eq!(chosen(values).unwrap(), PROTOCOL, "{values:?}");
        }
        assert_eq!(chosen(&["graphql-ws, soap"]).unwrap(), "graphql-ws");
        for none in [&[][..], &[""], &[" , "]] {
            assert_eq!(chosen(none), None, "{none:?}");
        }
    }
}
