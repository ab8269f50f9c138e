//! A tenant is disabled: none of its users' credentials is good any more. Its tasks and its trail stay; what runs goes on.

use entity::tenant;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use super::AccessError;
use super::note::{By, note};
use crate::IdClock;
use crate::audit::{Action, PLATFORM_TENANT};
use crate::sql::statement;

/// Disables a tenant. The id of the row in the platform's trail; none when it was disabled before, and nothing was done.
///
/// # Errors
/// [`AccessError::NotFound`], `Oneself` for the platform's own tenant, or the database failed.
pub async fn disable_tenant(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
) -> Result<(tenant::Model, Option<Uuid>), AccessError> {
    if tenant_id == PLATFORM_TENANT {
        return Err(AccessError::Oneself);
    }
    let sql = "UPDATE tenants SET disabled_at = statement_timestamp() WHERE id = $1 AND disabled_at IS NULL";
    let disabled = tx.execute_raw(statement(sql, [tenant_id.into()])).await?.rows_affected() > 0;
    let tenant = tenant::Entity::find_by_id(tenant_id).one(tx).await?.ok_or(AccessError::NotFound("tenant"))?;
    let audit_id = if disabled {
        let detail = || json!({"name": tenant.name});
        note(tx, ids, by, tenant_id, Action::TenantDisabled, &tenant.name, detail()).await?;
        Some(note(tx, ids, by, PLATFORM_TENANT, Action::TenantDisabled, &tenant_id.to_string(), detail()).await?)
    } else {
        None
    };
    Ok((tenant, audit_id))
}
