//! Asking the issuer for its keys.

use std::fmt;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

use super::key_set::{KeySet, NoSet};

/// Longest set that is read.
const MAX_BYTES: usize = 256 * 1024;
const USER_AGENT: &str = concat!("ctap-api/", env!("CARGO_PKG_VERSION"));

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the request failed")]
    Request(#[source] reqwest::Error),
    #[error("the answer has the status {0}")]
    Status(StatusCode),
    #[error("the answer is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("the answer cannot be used: {0}")]
    NoSet(#[from] NoSet),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> FetchError {
        FetchError::Request(error.without_url())
    }
}

/// Fetches from one address.
pub(super) struct Fetcher {
    client: Client,
    url: Url,
}

/// Of the address only the host: a query may hold a secret.
impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// `timeout` is for everything, from connecting to the last byte.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(super) fn new(url: Url, timeout: Duration) -> Result<Fetcher, reqwest::Error> {
        let client = Client::builder()
            // Keys come from the configured address or not at all.
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(timeout)
            // A connection kept for the ten minutes between two fetches is closed by then, and only fails the next.
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Fetcher { client, url })
    }

    /// The issuer's present keys.
    pub(super) async fn fetch(&self) -> Result<KeySet, FetchError> {
        let request = self.client.get(self.url.clone()).header(ACCEPT, "application/jwk-set+json, application/json");
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if text.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLong);
            }
            text.extend_from_slice(&chunk);
        }
        Ok(KeySet::read(&text)?)
    }
}
