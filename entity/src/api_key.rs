//! An API key of a user. The secret itself is never stored, only its SHA-256.

use sea_orm::entity::prelude::*;

/// One key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The 12 public characters of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose key it is.
    pub user_id: Uuid,
    /// What it is for, in its owner's words.
    pub name: String,
    /// SHA-256 of the secret part (256 bits of entropy need no slow hash).
    pub secret_hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it stops working.
    pub expires_at: DateTimeUtc,
    /// When it was taken back.
    pub revoked_at: Option<DateTimeUtc>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
