//! Where actions came from, apart from the trail so that it can be erased.

use sea_orm::entity::prelude::*;

/// One address and client of one tenant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_origins")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// SHA-256 of salt, address, a zero byte and user agent; what `audit_logs.origin_hash` says.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// 32 random bytes.
    pub salt: Vec<u8>,
    /// The client's IP address.
    pub address: String,
    /// What the client calls itself; empty when it does not say.
    pub user_agent: String,
    /// When it was seen first.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
