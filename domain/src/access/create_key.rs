//! A new API key, and the tenant and user it needs: for the operator's own machine.

use std::time::Duration;

use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;
use uuid::Uuid;

use super::create_tenant::insert;
use super::create_user::ensure_user;
use super::issue_key::{KeySpec, check, issue_key};
use super::note::{By, note};
use super::{AccessError, ApiKey, Scopes, read, rules};
use crate::IdClock;
use crate::audit::Action;

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
    /// What it may be used for.
    pub scopes: Scopes,
    /// At most 366 days.
    pub lifetime: Duration,
    /// Who makes it, for the trail (`system:cli`).
    pub actor: &'static str,
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

/// Makes a key and whatever of tenant and user is missing, each with its audit row.
///
/// # Errors
/// [`AccessError`]; nothing is made then once the transaction is rolled back.
pub async fn create_key(tx: &DatabaseTransaction, ids: &IdClock, new: NewKey<'_>) -> Result<CreatedKey, AccessError> {
    rules::tenant_name("tenant", new.tenant)?;
    let by = By::System(new.actor);
    let spec = KeySpec { name: new.name, environment: new.environment, scopes: new.scopes, lifetime: new.lifetime };
    let tenant_id = ensure_tenant(tx, ids, by, new.tenant).await?;
    check(tenant_id, &spec)?;
    let user = ensure_user(tx, ids, by, tenant_id, new.user).await?;
    let issued = issue_key(tx, ids, by, tenant_id, user.id, spec).await?;
    Ok(CreatedKey { key: issued.secret, tenant_id, user_id: user.id })
}

async fn ensure_tenant(tx: &DatabaseTransaction, ids: &IdClock, by: By<'_>, name: &str) -> Result<Uuid, AccessError> {
    if let Some(tenant) = insert(tx, ids, name, None).await? {
        note(tx, ids, by, tenant.id, Action::TenantCreated, name, json!({"name": name})).await?;
        return Ok(tenant.id);
    }
    Ok(read::tenant_named(tx, name).await?.ok_or(DbErr::RecordNotInserted)?.id)
}
