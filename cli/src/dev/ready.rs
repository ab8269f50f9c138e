//! Waiting until the services take work.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio::time::{Instant, sleep};

use super::addresses::Addresses;
use crate::error::{Error, with_causes};

/// What a slow machine may take after the database is up; normally it is a fraction of a second.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// Returns when the API and the worker both say that they are ready.
pub(super) async fn wait(addresses: &Addresses) -> Result<(), Error> {
    let deadline = Instant::now() + LIMIT;
    // Proxies are for elsewhere: what we ask is in this process.
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(3)).build();
    for (service, url) in addresses.readiness() {
        loop {
            let answer = match &client {
                Ok(client) => ask(client, &url).await,
                Err(error) => Err(with_causes(error)),
            };
            match answer {
                Ok(()) => break,
                Err(reason) if Instant::now() > deadline => {
                    return Err(Error::NotReady { service, seconds: LIMIT.as_secs(), reason });
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
    Ok(())
}

async fn ask(client: &Client, url: &str) -> Result<(), String> {
    let answer = client.get(url).send().await.map_err(|error| with_causes(&error.without_url()))?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        status => Err(format!("{status}: {}", answer.text().await.unwrap_or_default())),
    }
}
