//! A new API key, and the tenant and user it needs.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TryGetable};
use serde_json::json;
use uuid::Uuid;

use super::ApiKey;
use crate::IdClock;
use crate::audit::{self, Action};
use crate::sql::statement;

/// Who the key is for.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// Made when missing: 1 to 63 characters of `a-z 0-9 -`.
    pub tenant: &'a str,
    /// Made when missing: 1 to 128 bytes.
    pub user: &'a str,
    /// What the key is for, in its owner's words: 1 to 128 bytes.
    pub name: &'a str,
    /// `dev`, `prod`: part of the key's text.
    pub environment: &'a str,
    /// At most 366 days.
    pub lifetime: Duration,
    /// Who makes it, for the trail (`system:cli`).
    pub actor: &'a str,
}

/// A new key.
#[derive(Debug)]
pub struct CreatedKey {
    /// To be shown once; only its hash is stored.
    pub key: ApiKey,
    /// Its tenant.
    pub tenant_id: Uuid,
    /// Its user.
    pub user_id: Uuid,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// A field breaks a rule.
    #[error("{field}: {rule}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// The database failed; nothing was made.
    #[error("database error")]
    Database(#[from] DbErr),
}

/// Makes a key and whatever of tenant and user is missing, each with its audit row.
///
/// # Errors
/// [`CreateKeyError`]; nothing is made then once the transaction is rolled back.
pub async fn create_key(tx: &DatabaseTransaction, ids: &IdClock, new: NewKey<'_>) -> Result<CreatedKey, CreateKeyError> {
    check(&new)?;
    let tenant_id = ensure_tenant(tx, ids, &new).await?;
    let user_id = ensure_user(tx, ids, &new, tenant_id).await?;
    let key = ApiKey::generate(new.environment);
    let seconds = i64::try_from(new.lifetime.as_secs()).unwrap_or(i64::MAX);
    tx.execute_raw(statement(
        "INSERT INTO api_keys (tenant_id, id, user_id, name, secret_hash, expires_at) \
         VALUES ($1, $2, $3, $4, $5, statement_timestamp() + $6 * interval '1 second')",
        [tenant_id.into(), key.id().into(), user_id.into(), new.name.into(), key.hash().to_vec().into(), seconds.into()],
    ))
    .await?;
    let detail = json!({"user": user_id, "name": new.name, "lifetime_seconds": seconds});
    note(tx, ids, &new, tenant_id, Action::KeyCreated, key.id(), detail).await?;
    Ok(CreatedKey { key, tenant_id, user_id })
}

fn check(new: &NewKey<'_>) -> Result<(), CreateKeyError> {
    let broken = |field, rule| Err(CreateKeyError::Invalid { field, rule });
    let slug = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let name_ok = |text: &str| (1..=128).contains(&text.len()) && !text.chars().any(char::is_control);
    if !(1..=63).contains(&new.tenant.len())
        || !new.tenant.bytes().all(|b| slug(b) || b == b'-')
        || !new.tenant.bytes().next().is_some_and(slug)
    {
        return broken("tenant", "must be 1 to 63 characters of a-z 0-9 - and begin with a letter or digit");
    }
    if !name_ok(new.user) {
        return broken("user", "must be 1 to 128 bytes without control characters");
    }
    if !name_ok(new.name) {
        return broken("name", "must be 1 to 128 bytes without control characters");
    }
    if !(2..=8).contains(&new.environment.len()) || !new.environment.bytes().all(|b| b.is_ascii_lowercase()) {
        return broken("environment", "must be 2 to 8 lower-case letters");
    }
    if new.lifetime.is_zero() || new.lifetime > Duration::from_secs(366 * 86_400) {
        return broken("lifetime", "must be longer than nothing and at most 366 days");
    }
    Ok(())
}

async fn ensure_tenant(tx: &DatabaseTransaction, ids: &IdClock, new: &NewKey<'_>) -> Result<Uuid, DbErr> {
    let id = ids.next();
    let insert = "INSERT INTO tenants (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id";
    if tx.query_one_raw(statement(insert, [id.into(), new.tenant.into()])).await?.is_some() {
        note(tx, ids, new, id, Action::TenantCreated, new.tenant, json!({})).await?;
        return Ok(id);
    }
    existing(tx, "SELECT id FROM tenants WHERE name = $1", [new.tenant.into()]).await
}

async fn ensure_user(tx: &DatabaseTransaction, ids: &IdClock, new: &NewKey<'_>, tenant_id: Uuid) -> Result<Uuid, DbErr> {
    let id = ids.next();
    let insert =
        "INSERT INTO users (tenant_id, id, name) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id";
    if tx.query_one_raw(statement(insert, [tenant_id.into(), id.into(), new.user.into()])).await?.is_some() {
        note(tx, ids, new, tenant_id, Action::UserCreated, &id.to_string(), json!({"name": new.user})).await?;
        return Ok(id);
    }
    existing(tx, "SELECT id FROM users WHERE tenant_id = $1 AND name = $2", [tenant_id.into(), new.user.into()]).await
}

async fn existing<const N: usize>(tx: &DatabaseTransaction, sql: &str, values: [sea_orm::Value; N]) -> Result<Uuid, DbErr> {
    let row = tx.query_one_raw(statement(sql, values)).await?.ok_or(DbErr::RecordNotInserted)?;
    Ok(Uuid::try_get_by(&row, "id")?)
}

async fn note(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    new: &NewKey<'_>,
    tenant_id: Uuid,
    action: Action,
    target: &str,
    detail: serde_json::Value,
) -> Result<(), DbErr> {
    let row = audit::Row {
        tenant_id,
        id: ids.next(),
        action,
        actor: new.actor,
        task_id: None,
        attempt: None,
        lease_epoch: None,
        reason: None,
        target: Some(target),
        detail: Some(detail),
    };
    audit::append(tx, row).await
}
