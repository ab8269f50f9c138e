//! `http`: POSTs `payload.body` to `payload.url`.
//!
//! The target is as hostile as the submitter may make it: its address is checked where the connection is made (see
//! `target` and `resolver`), its answer is cut, and nothing of it is believed but the status and `Retry-After`.

mod address;
mod body;
mod error;
mod request;
mod resolver;
mod response;
mod retry_after;
mod target;

use std::time::Duration;

use async_trait::async_trait;
use domain::kind;
use reqwest::Client;
use reqwest::redirect::Policy;

pub use self::resolver::{Lookup, SystemLookup};
use super::{Attempt, Handler};
use crate::outcome::Outcome;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const USER_AGENT: &str = concat!("ctap-worker/", env!("CARGO_PKG_VERSION"));

/// The handler, with one connection pool for all its attempts.
#[derive(Debug)]
pub struct Http {
    client: Client,
    allow_private: bool,
}

impl Http {
    /// `allow_private`: also call addresses that are not public, any port, and without TLS. `lookup` finds addresses.
    ///
    /// # Errors
    /// TLS cannot be set up (no certificates on this machine, say).
    pub fn new(allow_private: bool, lookup: impl Lookup) -> Result<Http, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy of the environment would connect for us, and could reach what we must not.
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .dns_resolver(resolver::Guarded::new(lookup, allow_private))
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Http { client, allow_private })
    }
}

#[async_trait]
impl Handler for Http {
    fn kind(&self) -> &'static str {
        kind::http::KIND.name
    }

    async fn run(&self, attempt: Attempt) -> Outcome {
        let (url, payload) = match request::parse(&attempt) {
            Ok(parsed) => parsed,
            Err(message) => return Outcome::Fail { code: "INVALID_PAYLOAD".into(), message },
        };
        if let Err(refused) = target::check(&url, self.allow_private) {
            return error::refused(refused);
        }
        match request::build(&self.client, url, &payload, &attempt).send().await {
            Ok(answer) => response::outcome(answer).await,
            Err(error) => error::outcome(&error),
        }
    }
}
