//! One row per claimed batch: who may work on which attempts, and until when.

use sea_orm::entity::prelude::*;

/// One lease.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leases")]
pub struct Model {
    /// Owner of the tasks.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// UUIDv7, made by the claiming worker.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the worker process.
    pub worker_id: String,
    /// Database clock; after it the rescuer may take the tasks back.
    pub lease_until: DateTimeUtc,
    /// The claimed tasks.
    pub task_ids: Vec<Uuid>,
    /// `tasks.lease_epoch` of each, as the claim left it.
    pub epochs: Vec<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
