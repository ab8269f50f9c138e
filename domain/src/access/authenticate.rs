//! From what a client presents to who it is.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{ApiKey, Scopes};
use crate::sql::statement;

/// Who the credentials belong to, and what they may be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant.
    pub tenant_id: Uuid,
    /// Its name.
    pub tenant_name: String,
    /// The user.
    pub user_id: Uuid,
    /// Their name.
    pub user_name: String,
    /// The key that was used; `jwt:` and the token's id for a token.
    pub key_id: String,
    /// What they may be used for.
    pub scopes: Scopes,
    /// From when on they are refused.
    pub ends_at: DateTime<Utc>,
}

/// Credentials that were refused, as far as it is known whose they are. The client learns nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The key's tenant, when there is such a key.
    pub tenant_id: Option<Uuid>,
    /// The public part of a key, when it has the form of one.
    pub key_id: Option<String>,
    /// `malformed`, `unknown`, `wrong_secret`, `revoked`, `expired`, `user_disabled`, `tenant_disabled`, or why a token
    /// was refused.
    pub reason: &'static str,
}

#[derive(FromQueryResult)]
struct Row {
    tenant_id: Uuid,
    tenant_name: String,
    user_id: Uuid,
    user_name: String,
    secret_hash: Vec<u8>,
    scopes: Vec<String>,
    expires_at: DateTime<Utc>,
    refusal: Option<String>,
}

/// Checks an API key. Junk is refused without a look into the database.
///
/// # Errors
/// The database failed.
pub async fn authenticate<C: ConnectionTrait>(db: &C, presented: &str) -> Result<Result<Principal, Refusal>, DbErr> {
    let Ok(key) = ApiKey::parse(presented) else {
        return Ok(Err(Refusal { tenant_id: None, key_id: None, reason: "malformed" }));
    };
    let rows = db.query_all_raw(statement(include_str!("sql/authenticate.sql"), [key.id().into()])).await?;
    let hash = key.hash();
    let refused = |tenant_id, reason| Refusal { tenant_id, key_id: Some(key.id().to_owned()), reason };
    let mut outcome = Err(refused(None, "unknown"));
    // Ids are random and long; should two tenants ever share one, the hash decides. Every row is compared in full.
    for row in &rows {
        let row = Row::from_query_result(row, "")?;
        let is_right = bool::from(row.secret_hash.as_slice().ct_eq(&hash));
        match (is_right, row.refusal.as_deref()) {
            (true, None) => outcome = Ok(principal(row, &key)),
            (true, Some(refusal)) => outcome = Err(refused(Some(row.tenant_id), known(refusal))),
            (false, _) if outcome.as_ref().is_err_and(|refusal| refusal.tenant_id.is_none()) => {
                outcome = Err(refused(Some(row.tenant_id), "wrong_secret"));
            }
            (false, _) => {}
        }
    }
    Ok(outcome)
}

fn principal(row: Row, key: &ApiKey) -> Principal {
    Principal {
        tenant_id: row.tenant_id,
        tenant_name: row.tenant_name,
        user_id: row.user_id,
        user_name: row.user_name,
        key_id: key.id().to_owned(),
        scopes: Scopes::known(row.scopes.iter().map(String::as_str)),
        ends_at: row.expires_at,
    }
}

fn known(refusal: &str) -> &'static str {
    ["revoked", "expired", "user_disabled", "tenant_disabled"].into_iter().find(|one| *one == refusal).unwrap_or("refused")
}
