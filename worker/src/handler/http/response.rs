//! What an answer means.

use reqwest::{Response, StatusCode};
use serde_json::json;

use super::{body, error, retry_after};
use crate::outcome::Outcome;

/// Of the body of a refusal.
const EXCERPT_BYTES: usize = 200;

/// 2xx is done; 408, 425, 429 and 5xx come again; everything else will not get better (a redirect neither: following it
/// would be another target than the one that was submitted).
pub(super) async fn outcome(response: Response) -> Outcome {
    let status = response.status();
    if status.is_success() {
        return match body::read_whole(response).await {
            Ok(body) => Outcome::Done(json!({"status": status.as_u16(), "body": body.text, "truncated": body.truncated})),
            Err(error) => error::outcome(&error),
        };
    }
    let after = retry_after::of(response.headers());
    let message = match body::read(response, EXCERPT_BYTES).await {
        Ok(body) if !body.text.trim().is_empty() => format!("HTTP {}: {}", status.as_u16(), body.text.trim()),
        _ => format!("HTTP {}", status.as_u16()),
    };
    if comes_again(status) {
        Outcome::Retry { code: "HTTP_STATUS".into(), message, after }
    } else {
        Outcome::Fail { code: "HTTP_STATUS".into(), message }
    }
}

fn comes_again(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let again: Vec<_> = (100..=599).filter(|code| comes_again(StatusCode::from_u16(*code).unwrap())).collect();
        assert_eq!(again[..3], [408, 425, 429]);
        assert_eq!(again[3..], (500..=599).collect::<Vec<_>>());
    }
}
