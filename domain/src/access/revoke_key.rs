//! A key is taken back: refused from now on, everywhere within seconds.

use entity::api_key;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use uuid::Uuid;

use super::note::{By, note};
use super::{AccessError, read};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;

/// Takes a key back. The audit row's id; none when it was revoked before, and nothing was done.
///
/// # Errors
/// [`AccessError::NotFound`], or the database failed.
pub async fn revoke_key(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    key_id: &str,
) -> Result<(api_key::Model, Option<Uuid>), AccessError> {
    let sql = "UPDATE api_keys SET revoked_at = statement_timestamp() WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL";
    let revoked = tx.execute_raw(statement(sql, [tenant_id.into(), key_id.into()])).await?.rows_affected() > 0;
    let key = read::key(tx, tenant_id, key_id).await?.ok_or(AccessError::NotFound("key"))?;
    let audit_id = if revoked {
        let detail = json!({"user": key.user_id, "name": key.name});
        Some(note(tx, ids, by, tenant_id, Action::KeyRevoked, key_id, detail).await?)
    } else {
        None
    };
    Ok((key, audit_id))
}
