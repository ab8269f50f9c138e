//! Which credentials that were good are not any more: what open websockets are asked about every few seconds.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr, TryGetable};
use uuid::Uuid;

use crate::sql::statement;

/// Those of the keys, each with its tenant, that may still be used.
///
/// # Errors
/// The database failed.
pub async fn good_keys<C: ConnectionTrait>(db: &C, keys: &[(Uuid, String)]) -> Result<HashSet<(Uuid, String)>, DbErr> {
    let (tenants, ids): (Vec<_>, Vec<_>) = keys.iter().cloned().unzip();
    let rows = db.query_all_raw(statement(include_str!("sql/good_keys.sql"), [tenants.into(), ids.into()])).await?;
    rows.iter().map(|row| Ok((Uuid::try_get_by(row, "tenant_id")?, String::try_get_by(row, "id")?))).collect()
}

/// Those of the users, each with its tenant, who are not disabled, nor is their tenant.
///
/// # Errors
/// The database failed.
pub async fn good_users<C: ConnectionTrait>(db: &C, users: &[(Uuid, Uuid)]) -> Result<HashSet<(Uuid, Uuid)>, DbErr> {
    let (tenants, ids): (Vec<_>, Vec<_>) = users.iter().copied().unzip();
    let rows = db.query_all_raw(statement(include_str!("sql/good_users.sql"), [tenants.into(), ids.into()])).await?;
    rows.iter().map(|row| Ok((Uuid::try_get_by(row, "tenant_id")?, Uuid::try_get_by(row, "id")?))).collect()
}

/// Says that the keys were used, to the minute: a key that was used within the last one is left as it is.
///
/// # Errors
/// The database failed.
pub async fn keys_were_used<C: ConnectionTrait>(db: &C, keys: &[(Uuid, String)]) -> Result<(), DbErr> {
    let (tenants, ids): (Vec<_>, Vec<_>) = keys.iter().cloned().unzip();
    db.execute_raw(statement(include_str!("sql/keys_were_used.sql"), [tenants.into(), ids.into()])).await.map(drop)
}
