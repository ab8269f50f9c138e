//! The audit row of a change of tenants, users and keys.

use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::Value;
use uuid::Uuid;

use crate::IdClock;
use crate::audit::{self, Action, Caller};

/// Who makes a change: a caller of the API, or a part of the system.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// Somebody who was authenticated.
    Caller(&'a Caller),
    /// `system:cli`, `system:jwt`.
    System(&'static str),
}

impl By<'_> {
    /// As it stands in `audit_logs.actor`.
    fn actor(&self) -> String {
        match self {
            By::Caller(caller) => caller.actor(),
            By::System(name) => (*name).to_owned(),
        }
    }
}

/// Appends it; answers with its id.
pub(super) async fn note(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    action: Action,
    target: &str,
    detail: Value,
) -> Result<Uuid, DbErr> {
    let id = ids.next();
    let actor = by.actor();
    let row = audit::Row { target: Some(target), detail: Some(detail), ..audit::Row::new(tenant_id, id, action, &actor) };
    let row = match by {
        By::Caller(caller) => row.asked_by(caller),
        By::System(_) => row,
    };
    audit::append(tx, row).await?;
    Ok(id)
}
