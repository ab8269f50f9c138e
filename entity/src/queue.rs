//! What is set for a queue of a tenant. A queue without a row runs with the defaults.

use sea_orm::entity::prelude::*;

/// Settings of one queue.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queues")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Name of the queue, as in `tasks.queue`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Since when nothing is claimed from it.
    pub paused_at: Option<DateTimeUtc>,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
