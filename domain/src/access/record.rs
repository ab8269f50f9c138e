//! What the trail says of those who came to the door, and of those who read it.

use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;
use uuid::Uuid;

use super::Refusal;
use crate::IdClock;
use crate::audit::{self, Action, Caller, PLATFORM_TENANT};

/// Appends `auth.failed`: credentials were refused, `count` times since the row before. In the trail of the key's tenant
/// when there is one, else in the platform's.
///
/// # Errors
/// The database failed.
pub async fn failed(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    refusal: &Refusal,
    origin_hash: Option<&[u8]>,
    count: u64,
) -> Result<(), DbErr> {
    let row = audit::Row {
        reason: Some(refusal.reason),
        key_id: refusal.key_id.as_deref(),
        detail: Some(json!({"count": count})),
        origin_hash,
        ..audit::Row::new(refusal.tenant_id.unwrap_or(PLATFORM_TENANT), ids.next(), Action::AuthFailed, "anonymous")
    };
    audit::append(tx, row).await
}

/// Appends `auth.denied`: somebody known asked for what they may not do (`reason` is `scope`, `limit`) or for what is not
/// there for them (`not_found`), `count` times since the row before.
///
/// # Errors
/// The database failed.
pub async fn denied(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    target: &str,
    reason: &str,
    count: u64,
) -> Result<(), DbErr> {
    let actor = caller.actor();
    let row = audit::Row {
        target: Some(target),
        reason: Some(reason),
        detail: Some(json!({"count": count})),
        ..audit::Row::new(caller.tenant_id, ids.next(), Action::AuthDenied, &actor).asked_by(caller)
    };
    audit::append(tx, row).await
}

/// Appends `audit.read`: the trail is about to be read; `target` is `task:<id>` or `tenant`.
///
/// # Errors
/// The database failed: nothing must be shown then.
pub async fn audit_read(tx: &DatabaseTransaction, ids: &IdClock, caller: &Caller, target: &str) -> Result<Uuid, DbErr> {
    let (id, actor) = (ids.next(), caller.actor());
    let row = audit::Row { target: Some(target), ..audit::Row::new(caller.tenant_id, id, Action::AuditRead, &actor) };
    audit::append(tx, row.asked_by(caller)).await?;
    Ok(id)
}
