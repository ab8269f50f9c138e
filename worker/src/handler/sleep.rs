//! `sleep`: waits for `payload.milliseconds`, then answers with its payload.

use std::time::Duration;

use async_trait::async_trait;
use domain::kind;

use super::{Attempt, Handler};
use crate::outcome::Outcome;

/// See the module.
pub(super) struct Sleep;

#[async_trait]
impl Handler for Sleep {
    fn kind(&self) -> &'static str {
        kind::sleep::KIND.name
    }

    async fn run(&self, attempt: Attempt) -> Outcome {
        match serde_json::from_value::<kind::sleep::Payload>(attempt.payload.clone()) {
            Ok(payload) => {
                tokio::time::sleep(Duration::from_millis(payload.milliseconds)).await;
                Outcome::Done(attempt.payload)
            }
            Err(_) => {
                Outcome::Fail { code: "INVALID_PAYLOAD".into(), message: "payload.milliseconds must be a whole number".into() }
            }
        }
    }
}
