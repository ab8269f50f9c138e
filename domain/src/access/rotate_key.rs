//! A key is followed by a new one; both work for a while, so that nobody need stop to change them.

use std::time::Duration;

use entity::api_key;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::issue_key::{IssuedKey, KeySpec, check, insert, lock_user};
use super::note::By;
use super::{AccessError, Scopes, read};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;

/// Longest time that the old key works beside the new one.
pub const MAX_OVERLAP: Duration = Duration::from_secs(30 * 86_400);

/// What the new key is to be, beyond what it has from the old one.
#[derive(Clone, Copy, Debug)]
pub struct Rotation<'a> {
    /// Part of the key's text.
    pub environment: &'a str,
    /// Of the new key: at most 366 days.
    pub lifetime: Duration,
    /// How long the old one still works: at most 30 days.
    pub overlap: Duration,
}

/// The new key, and the old one with its new end.
#[derive(Debug)]
pub struct RotatedKey {
    /// The new one; it has the old one's user, name and scopes.
    pub issued: IssuedKey,
    /// The old one.
    pub old: api_key::Model,
}

/// Makes a successor of a live key and lets the old one end after `overlap` (30 days at most, and never later than it
/// would have).
///
/// # Errors
/// [`AccessError::NotFound`] (of a key that has ended, too), `TooManyKeys` while an earlier rotation's old key still works,
/// `Disabled`, `Invalid`, or the database failed.
pub async fn rotate_key(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    key_id: &str,
    rotation: Rotation<'_>,
) -> Result<RotatedKey, AccessError> {
    let Rotation { environment, lifetime, overlap } = rotation;
    let old = read::key(tx, tenant_id, key_id).await?.ok_or(AccessError::NotFound("key"))?;
    let spec = KeySpec { name: &old.name, environment, scopes: Scopes::known(old.scopes.iter().map(String::as_str)), lifetime };
    let seconds = check(tenant_id, &spec)?;
    let overlap_seconds = i64::try_from(overlap.as_secs()).unwrap_or(i64::MAX);
    if overlap > MAX_OVERLAP {
        return Err(AccessError::Invalid { field: "overlap", rule: "must be at most 30 days" });
    }
    lock_user(tx, tenant_id, old.user_id).await?;
    let values = [tenant_id.into(), key_id.into(), overlap_seconds.into()];
    let ended = tx.query_one_raw(statement(include_str!("sql/end_key.sql"), values)).await?;
    let ended = api_key::Model::from_query_result(&ended.ok_or(AccessError::NotFound("key"))?, "")?;
    let detail = json!({"old_key": key_id, "overlap_seconds": overlap_seconds});
    let issued = insert(tx, ids, by, tenant_id, old.user_id, &spec, seconds, Action::KeyRotated, detail).await?;
    Ok(RotatedKey { issued, old: ended })
}
