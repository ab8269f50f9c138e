//! A user is disabled: none of their credentials is good any more. Their name stays theirs, as the trail has it.

use entity::user;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use super::AccessError;
use super::note::{By, note};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;

/// Disables a user. The audit row's id; none when they were disabled before, and nothing was done.
///
/// # Errors
/// [`AccessError::NotFound`], `Oneself`, or the database failed.
pub async fn disable_user(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    user_id: Uuid,
) -> Result<(user::Model, Option<Uuid>), AccessError> {
    if matches!(by, By::Caller(caller) if caller.tenant_id == tenant_id && caller.user_id == user_id) {
        return Err(AccessError::Oneself);
    }
    let sql = "UPDATE users SET disabled_at = statement_timestamp() WHERE tenant_id = $1 AND id = $2 AND disabled_at IS NULL";
    let disabled = tx.execute_raw(statement(sql, [tenant_id.into(), user_id.into()])).await?.rows_affected() > 0;
    let user = user::Entity::find_by_id((tenant_id, user_id)).one(tx).await?.ok_or(AccessError::NotFound("user"))?;
    let audit_id = if disabled {
        let detail = json!({"name": user.name});
        Some(note(tx, ids, by, tenant_id, Action::UserDisabled, &user_id.to_string(), detail).await?)
    } else {
        None
    };
    Ok((user, audit_id))
}
