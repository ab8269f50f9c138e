//! A new key for a user there is.

use std::time::Duration;

use entity::{api_key, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::note::{By, note};
use super::{AccessError, ApiKey, Scopes, rules};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;

/// Live keys of one name that a user may have: the old and the new one of a rotation.
const LIVE_KEYS: i64 = 2;

/// What the key is to be.
#[derive(Clone, Debug)]
pub struct KeySpec<'a> {
    /// What it is for, in its owner's words: 1 to 128 bytes.
    pub name: &'a str,
    /// `dev`, `prod`: part of the key's text.
    pub environment: &'a str,
    /// What it may be used for.
    pub scopes: Scopes,
    /// At most 366 days.
    pub lifetime: Duration,
}

/// A new key.
#[derive(Debug)]
pub struct IssuedKey {
    /// To be shown once; only its hash is stored.
    pub secret: ApiKey,
    /// What is stored of it.
    pub key: api_key::Model,
    /// The audit row that was written.
    pub audit_id: Uuid,
}

/// Makes a key. A user has at most two live keys of one name.
///
/// # Errors
/// [`AccessError::NotFound`], `Disabled`, `TooManyKeys`, `Invalid`, or the database failed.
pub async fn issue_key(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
    spec: KeySpec<'_>,
) -> Result<IssuedKey, AccessError> {
    let seconds = check(tenant_id, &spec)?;
    lock_user(tx, tenant_id, user_id).await?;
    insert(tx, ids, by, tenant_id, user_id, &spec, seconds, Action::KeyCreated, json!({})).await
}

pub(super) fn check(tenant_id: Uuid, spec: &KeySpec<'_>) -> Result<i64, AccessError> {
    rules::name("name", spec.name)?;
    rules::environment(spec.environment)?;
    rules::scopes(tenant_id, spec.scopes)?;
    rules::lifetime(spec.lifetime)
}

/// Nobody else gives this user a key, or disables them, until the transaction ends.
pub(super) async fn lock_user(tx: &DatabaseTransaction, tenant_id: Uuid, user_id: Uuid) -> Result<user::Model, AccessError> {
    let user = user::Entity::find()
        .filter(user::Column::TenantId.eq(tenant_id))
        .filter(user::Column::Id.eq(user_id))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(AccessError::NotFound("user"))?;
    if user.disabled_at.is_some() { Err(AccessError::Disabled("user")) } else { Ok(user) }
}

#[expect(clippy::too_many_arguments, reason = "what the row and its audit row say")]
pub(super) async fn insert(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
    spec: &KeySpec<'_>,
    seconds: i64,
    action: Action,
    mut detail: serde_json::Value,
) -> Result<IssuedKey, AccessError> {
    let secret = ApiKey::generate(spec.environment);
    let values = [
        tenant_id.into(),
        secret.id().into(),
        user_id.into(),
        spec.name.into(),
        spec.scopes.texts().into(),
        secret.hash().to_vec().into(),
        seconds.into(),
        LIVE_KEYS.into(),
    ];
    let row = tx.query_one_raw(statement(include_str!("sql/issue_key.sql"), values)).await?;
    let key = api_key::Model::from_query_result(&row.ok_or(AccessError::TooManyKeys)?, "")?;
    detail["user"] = user_id.to_string().into();
    detail["name"] = spec.name.into();
    detail["scopes"] = spec.scopes.texts().into();
    detail["lifetime_seconds"] = seconds.into();
    let audit_id = note(tx, ids, by, tenant_id, action, secret.id(), detail).await?;
    Ok(IssuedKey { secret, key, audit_id })
}
