//! A new tenant, with the first user who can let others in.

use entity::{tenant, user};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::issue_key::{IssuedKey, KeySpec, issue_key};
use super::note::{By, note};
use super::{AccessError, create_user, rules};
use crate::IdClock;
use crate::audit::{Action, PLATFORM_TENANT};
use crate::sql::statement;

/// A new tenant and its first user, who has a key.
#[derive(Debug)]
pub struct CreatedTenant {
    /// The tenant.
    pub tenant: tenant::Model,
    /// Its first user.
    pub user: user::Model,
    /// That user's key.
    pub issued: IssuedKey,
    /// The row in the platform's trail. (The tenant's own begins with rows that say the same.)
    pub audit_id: Uuid,
}

/// Makes a tenant, its first user and their key.
///
/// # Errors
/// [`AccessError::NameTaken`], `Invalid`, or the database failed.
pub async fn create_tenant(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    name: &str,
    max_open_tasks: Option<i64>,
    user: &str,
    key: KeySpec<'_>,
) -> Result<CreatedTenant, AccessError> {
    rules::tenant_name("name", name)?;
    rules::name("user", user)?;
    if max_open_tasks.is_some_and(i64::is_negative) {
        return Err(AccessError::Invalid { field: "maxOpenTasks", rule: "must not be negative" });
    }
    let tenant = insert(tx, ids, name, max_open_tasks).await?.ok_or(AccessError::NameTaken)?;
    let detail = || json!({"name": name, "max_open_tasks": max_open_tasks});
    note(tx, ids, by, tenant.id, Action::TenantCreated, name, detail()).await?;
    let audit_id = note(tx, ids, by, PLATFORM_TENANT, Action::TenantCreated, &tenant.id.to_string(), detail()).await?;
    let (user, _) = create_user(tx, ids, by, tenant.id, user).await?;
    let issued = issue_key(tx, ids, by, tenant.id, user.id, key).await?;
    Ok(CreatedTenant { tenant, user, issued, audit_id })
}

/// None when there is one of that name.
pub(super) async fn insert(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    name: &str,
    max_open_tasks: Option<i64>,
) -> Result<Option<tenant::Model>, DbErr> {
    let sql = "INSERT INTO tenants (id, name, max_open_tasks) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING \
               RETURNING id, name, created_at, disabled_at, max_open_tasks";
    let row = tx.query_one_raw(statement(sql, [ids.next().into(), name.into(), max_open_tasks.into()])).await?;
    row.map(|row| tenant::Model::from_query_result(&row, "")).transpose()
}
