//! A new user of a tenant.

use entity::user;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::note::{By, note};
use super::{AccessError, rules};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;

/// Makes a user; answers with it and the audit row's id.
///
/// # Errors
/// [`AccessError::NameTaken`], `Invalid`, or the database failed.
pub async fn create_user(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    name: &str,
) -> Result<(user::Model, Uuid), AccessError> {
    rules::name("name", name)?;
    insert(tx, ids, by, tenant_id, name).await?.ok_or(AccessError::NameTaken)
}

/// The user of that name, made when missing.
///
/// # Errors
/// [`AccessError::Invalid`], or the database failed.
pub(super) async fn ensure_user(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    name: &str,
) -> Result<user::Model, AccessError> {
    rules::name("user", name)?;
    if let Some((user, _)) = insert(tx, ids, by, tenant_id, name).await? {
        return Ok(user);
    }
    let of_name = user::Entity::find().filter(user::Column::TenantId.eq(tenant_id)).filter(user::Column::Name.eq(name));
    Ok(of_name.one(tx).await?.ok_or(DbErr::RecordNotInserted)?)
}

/// None when there is one of that name.
async fn insert(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    name: &str,
) -> Result<Option<(user::Model, Uuid)>, AccessError> {
    let sql = "INSERT INTO users (tenant_id, id, name) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO NOTHING \
               RETURNING tenant_id, id, name, created_at, disabled_at";
    let Some(row) = tx.query_one_raw(statement(sql, [tenant_id.into(), ids.next().into(), name.into()])).await? else {
        return Ok(None);
    };
    let user = user::Model::from_query_result(&row, "")?;
    let audit_id = note(tx, ids, by, tenant_id, Action::UserCreated, &user.id.to_string(), json!({"name": name})).await?;
    Ok(Some((user, audit_id)))
}
