//! Where actions come from. The trail has a salted hash of it; address and client stand beside the trail, where they can be
//! erased.

use entity::audit_origin::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, TryGetable};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::note::{By, note};
use crate::IdClock;
use crate::audit::Action;
use crate::sql::statement;
use crate::text;

/// Longest user agent that is kept, in bytes.
const MAX_USER_AGENT_BYTES: usize = 255;

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    address: String,
    user_agent: String,
}

impl Origin {
    /// What the client calls itself is cleaned of control characters and cut to 255 bytes.
    #[must_use]
    pub fn new(address: std::net::IpAddr, user_agent: &str) -> Self {
        let user_agent = text::clean(user_agent, MAX_USER_AGENT_BYTES).replace(['\n', '\t'], " ");
        Self { address: address.to_canonical().to_string(), user_agent }
    }

    /// The same address, whatever the client calls itself.
    #[must_use]
    pub fn without_user_agent(&self) -> Self {
        Self { address: self.address.clone(), user_agent: String::new() }
    }

    /// The client's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    fn hash(&self, salt: &[u8]) -> Vec<u8> {
        let digest = Sha256::new().chain_update(salt).chain_update(&self.address).chain_update([0]);
        digest.chain_update(&self.user_agent).finalize().to_vec()
    }
}

/// The hash that the trail has for this origin; the origin is kept when it is new to the tenant.
///
/// # Errors
/// The database failed.
pub async fn origin_hash<C: ConnectionTrait>(db: &C, tenant_id: Uuid, origin: &Origin) -> Result<Vec<u8>, DbErr> {
    let salt = rand::random::<[u8; 32]>();
    let values = [
        tenant_id.into(),
        origin.hash(&salt).into(),
        salt.to_vec().into(),
        origin.address.as_str().into(),
        origin.user_agent.as_str().into(),
    ];
    let row = db.query_one_raw(statement(include_str!("sql/origin_hash.sql"), values.clone())).await?;
    // Another process was quicker: by now its row can be seen.
    let row = match row {
        Some(row) => Some(row),
        None => db.query_one_raw(statement(include_str!("sql/origin_hash.sql"), values)).await?,
    };
    Vec::try_get_by(&row.ok_or(DbErr::RecordNotInserted)?, "hash").map_err(Into::into)
}

/// Those of the origins that are there, in no order.
///
/// # Errors
/// The database failed.
pub async fn origins<C: ConnectionTrait>(db: &C, tenant_id: Uuid, hashes: &[Vec<u8>]) -> Result<Vec<Model>, DbErr> {
    let of_tenant = Entity::find().filter(Column::TenantId.eq(tenant_id));
    of_tenant.filter(Column::Hash.is_in(hashes.iter().cloned())).all(db).await
}

/// Erases all that is kept about an address. The trail keeps its hashes, and says how many origins are gone, not which.
/// The audit row's id; none when there was nothing to erase.
///
/// # Errors
/// The database failed.
pub async fn erase_origins(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    by: By<'_>,
    tenant_id: Uuid,
    address: std::net::IpAddr,
) -> Result<(u64, Option<Uuid>), DbErr> {
    let of_tenant = Entity::delete_many().filter(Column::TenantId.eq(tenant_id));
    let erased = of_tenant.filter(Column::Address.eq(address.to_canonical().to_string())).exec(tx).await?.rows_affected;
    let audit_id = match erased {
        0 => None,
        _ => Some(note(tx, ids, by, tenant_id, Action::OriginsErased, "origins", json!({"count": erased})).await?),
    };
    Ok((erased, audit_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_cleaned_and_hashed_with_its_salt() {
        let origin = Origin::new("::ffff:192.0.2.7".parse().unwrap(), "curl/8\r\nx: y");
        assert_eq!(origin.address(), "192.0.2.7");
        assert!(!origin.user_agent.contains('\n'));
        assert_ne!(origin.hash(&[1; 32]), origin.hash(&[2; 32]));
        assert_eq!(origin.hash(&[1; 32]).len(), 32);
        assert_eq!(Origin::new("::1".parse().unwrap(), &"x".repeat(300)).user_agent.len(), 255);
    }
}
