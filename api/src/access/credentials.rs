//! From credentials to who shows them: an API key, or a token of a configured issuer.
//!
//! What was found good is believed for a moment, by its hash; what was refused is looked at again each time.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use domain::IdClock;
use domain::access::{self, Principal, Refusal, Scopes, TokenUser};
use domain::text::clean;
use moka::future::Cache;
use sea_orm::{DatabaseConnection, DbErr};
use sha2::{Digest, Sha256};

use super::TOKEN_PREFIX;
use crate::config::Tokens;
use crate::jwt::{Jwt, Refused, looks_like_jwt};

/// How long credentials are believed. With the time between two looks at open sessions this bounds how late a revocation
/// takes effect: 5 s.
pub(crate) const BELIEVED: Duration = Duration::from_secs(3);
/// Credentials that are believed at a time.
const MOST: u64 = 10_000;
/// Longest credentials that are looked at: a token of 8 KiB.
const MAX_BYTES: usize = 8 * 1024;
/// What the trail keeps of a token's own id: with its prefix it must fit into 64 bytes.
const MAX_NAME_BYTES: usize = 56;
/// Of a longer one the last of them are the beginning of its SHA-256, so that those that begin alike are told apart.
const DIGEST_DIGITS: usize = 16;

/// Why credentials were not accepted.
#[derive(Clone, Debug)]
pub(super) enum Unaccepted {
    /// They are not good.
    Refused(Refusal),
    /// The issuer's keys cannot be had at the moment.
    NoKeys,
    /// Whether they are good could not be found out.
    Unknown(Arc<DbErr>),
}

/// Looks at credentials. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    tokens: Tokens,
    believed: Cache<[u8; 32], Arc<Principal>>,
}

impl Credentials {
    pub(super) fn new(tokens: Tokens) -> Credentials {
        Credentials { tokens, believed: Cache::builder().max_capacity(MOST).time_to_live(BELIEVED).build() }
    }

    /// Who they belong to, if that is known already.
    pub(super) async fn believed(&self, presented: &str) -> Option<Arc<Principal>> {
        let principal = self.believed.get(&hash(presented)).await?;
        (principal.ends_at > Utc::now()).then_some(principal)
    }

    /// Forgets all that is believed.
    pub(super) fn forget(&self) {
        self.believed.invalidate_all();
    }

    /// Who they belong to. The same credentials, shown many times at once, are looked up once.
    pub(super) async fn look_up(
        &self,
        db: &DatabaseConnection,
        ids: &IdClock,
        presented: &str,
    ) -> Result<Arc<Principal>, Unaccepted> {
        if presented.len() > MAX_BYTES {
            return Err(Unaccepted::Refused(Refusal { tenant_id: None, key_id: None, reason: "malformed" }));
        }
        let look = async {
            let found = match &self.tokens.0 {
                Some(jwt) if looks_like_jwt(presented) => token(db, ids, jwt, presented).await?,
                _ => access::authenticate(db, presented).await.map_err(unknown)?,
            };
            found.map(Arc::new).map_err(Unaccepted::Refused)
        };
        self.believed.try_get_with(hash(presented), look).await.map_err(|unaccepted| Unaccepted::clone(&unaccepted))
    }
}

/// The user of a token. What the token says is believed once its signature is; that the user may come in, the database says.
async fn token(
    db: &DatabaseConnection,
    ids: &IdClock,
    jwt: &Jwt,
    presented: &str,
) -> Result<Result<Principal, Refusal>, Unaccepted> {
    let verified = match jwt.verify(presented).await {
        Ok(verified) => verified,
        Err(Refused::Unavailable) => return Err(Unaccepted::NoKeys),
        Err(refused) => {
            tracing::info!(%refused, "a token was refused");
            return Ok(Err(Refusal { tenant_id: None, key_id: None, reason: "token" }));
        }
    };
    // Of what names the token in the trail the shortest that leads to it at its issuer.
    let name = verified.token_id.as_deref().or(verified.key_id.as_deref()).unwrap_or(&verified.subject);
    let user = TokenUser {
        tenant: &verified.tenant,
        user: &verified.user,
        scopes: Scopes::known(verified.scopes.iter().map(String::as_str)),
        token_id: format!("{TOKEN_PREFIX}{}", short(name)),
        ends_at: verified.expires_at,
    };
    access::token_user(db, ids, user).await.map_err(unknown)
}

/// A token's name as the trail has it.
fn short(name: &str) -> String {
    if name.len() <= MAX_NAME_BYTES {
        return clean(name, MAX_NAME_BYTES);
    }
    let digest: String = hash(name).iter().take(DIGEST_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    format!("{}~{digest}", clean(name, MAX_NAME_BYTES - DIGEST_DIGITS - 1))
}

fn unknown(error: DbErr) -> Unaccepted {
    Unaccepted::Unknown(Arc::new(error))
}

fn hash(presented: &str) -> [u8; 32] {
    Sha256::digest(presented).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens_fit_into_the_trail_and_long_ones_that_begin_alike_are_told_apart() {
        let long = |end: &str| short(&format!("{}{end}", "x".repeat(250)));
        assert_eq!(short(&"x".repeat(MAX_NAME_BYTES)), "x".repeat(MAX_NAME_BYTES));
        assert_eq!(long("1").len(), MAX_NAME_BYTES);
        assert_ne!(long("1"), long("2"));
        assert_eq!(long("1"), long("1"));
        assert!(short(&"ä".repeat(100)).len() <= MAX_NAME_BYTES);
    }
}
