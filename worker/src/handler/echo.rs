//! `echo`: answers with its payload.

use async_trait::async_trait;
use domain::kind;

use super::{Attempt, Handler};
use crate::outcome::Outcome;

/// See the module.
pub(super) struct Echo;

#[async_trait]
impl Handler for Echo {
    fn kind(&self) -> &'static str {
        kind::echo::KIND.name
    }

    async fn run(&self, attempt: Attempt) -> Outcome {
        Outcome::Done(attempt.payload)
    }
}
