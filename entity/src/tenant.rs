//! A customer of the platform; every other row belongs to one.

use sea_orm::entity::prelude::*;

/// One tenant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants")]
pub struct Model {
    /// UUIDv7, or the fixed id of the platform tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique over the platform.
    pub name: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Since when its keys are refused.
    pub disabled_at: Option<DateTimeUtc>,
    /// How many tasks may be pending or running; the API's default when missing.
    pub max_open_tasks: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
