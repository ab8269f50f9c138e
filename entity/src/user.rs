//! A person or a service of a tenant: the actor of the audit trail. (The specification's optional `users`.)

use sea_orm::entity::prelude::*;

/// One user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique within the tenant.
    pub name: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Since when its keys are refused.
    pub disabled_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
