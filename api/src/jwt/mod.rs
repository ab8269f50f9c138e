//! JSON Web Tokens of a foreign issuer, as bearer tokens beside our own API keys (RFC 7519, 8725).
//!
//! `verify` is a fixed row of steps: `header` reads what the token says about itself and refuses whatever could lead
//! us to a key of its choosing; `key_set` or the one configured key answers with a key that has exactly one algorithm;
//! the signature is checked; only then `claims` believes what stands in the payload.

mod claims;
mod fetch;
mod header;
mod jwks;
mod key;
mod key_set;
mod name;
mod patience;
mod refused;
mod rules;
mod settings;

use std::sync::Arc;

use chrono::Utc;
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{AlgorithmFamily, decode};
use serde::de::IgnoredAny;

pub use self::claims::Verified;
use self::fetch::Fetcher;
use self::header::Header;
use self::jwks::Jwks;
use self::key::Key;
pub use self::patience::Patience;
pub use self::refused::Refused;
use self::rules::Rules;
pub use self::settings::Settings;
use self::settings::Source;

/// Longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Why no verifier could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS cannot be set up (no certificates on this machine, say).
    #[error("cannot set up the client that fetches the issuer's keys")]
    Client(#[source] reqwest::Error),
}

/// Checks tokens. Clones share one cache of keys.
#[derive(Clone, Debug)]
pub struct Jwt(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    keys: Keys,
    rules: Rules,
}

#[derive(Debug)]
enum Keys {
    Fetched(Arc<Jwks>),
    One(Arc<Key>),
}

impl Jwt {
    /// A verifier; the issuer is not asked yet, so it need not be up.
    ///
    /// # Errors
    /// There can be no client for fetching keys.
    pub fn new(settings: Settings) -> Result<Jwt, SetupError> {
        // Named here, so that a build without this backend fails to compile: without one the first token would panic.
        // An error says that it is installed already.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let Settings { source, rules, patience } = settings;
        let keys = match source {
            Source::Url(url) => {
                let fetcher = Fetcher::new(url, patience.fetch).map_err(SetupError::Client)?;
                Keys::Fetched(Arc::new(Jwks::new(fetcher, patience)))
            }
            Source::Key(key) => Keys::One(Arc::new(key)),
        };
        Ok(Jwt(Arc::new(Inner { keys, rules })))
    }

    /// Fetches the issuer's keys if there are none yet, so that the first request need not wait for them. A failure is
    /// logged, and tried again by the first request.
    pub async fn warm_up(&self) {
        if let Keys::Fetched(jwks) = &self.0.keys {
            jwks.warm_up().await;
        }
    }

    /// Who presents this token, if it is one of ours to believe.
    ///
    /// # Errors
    /// Why it is refused, for the log and the trail: a client is told the same for all reasons but
    /// [`Refused::Unavailable`], which is no fault of the token.
    pub async fn verify(&self, token: &str) -> Result<Verified, Refused> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refused::TooLong);
        }
        let (header, payload) = split(token).ok_or(Refused::Malformed)?;
        let header = Header::read(header)?;
        let key = self.key(&header).await?;
        if key.algorithm() != header.algorithm {
            return Err(Refused::Algorithm);
        }
        let rules = &self.0.rules;
        decode::<IgnoredAny>(token, key.decoding(), &rules.validation(key.algorithm()))?;
        claims::read(payload, header.key_id, rules, Utc::now())
    }

    async fn key(&self, header: &Header) -> Result<Arc<Key>, Refused> {
        match &self.0.keys {
            // With one key there is nothing to look up, whatever the token calls it.
            Keys::One(key) => Ok(Arc::clone(key)),
            // Before the look-up: a token that no fetched key could have signed must not make us fetch.
            Keys::Fetched(_) if header.algorithm.family() == AlgorithmFamily::Hmac => Err(Refused::Algorithm),
            Keys::Fetched(jwks) => jwks.find(header.key_id.as_deref()).await,
        }
    }
}

/// Whether a bearer token is to be checked here; all others are API keys, or nothing.
#[must_use]
pub fn looks_like_jwt(token: &str) -> bool {
    !token.starts_with("ctap_") && split(token).is_some()
}

/// Header and payload of a token in the compact serialization (RFC 7515, 7.1): three parts, none empty.
fn split(token: &str) -> Option<(&str, &str)> {
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(signature), None) => {
            (![header, payload, signature].contains(&"")).then_some((header, payload))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts() {
        assert!(looks_like_jwt("a.b.c"));
        for other in ["", "a", "a.b", "a.b.c.d", "a..c", ".b.c", "a.b.", "..", "ctap_dev_a.b.c"] {
            assert!(!looks_like_jwt(other), "{other}");
        }
    }
}
