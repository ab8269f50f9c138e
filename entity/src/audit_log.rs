//! One line of the append-only trail.

use sea_orm::entity::prelude::*;

/// One audit row. `timestamp` and `xid` are only ever set by the database.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    /// Owner of the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// UUIDv7, made by the writer; picks the month's partition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Database clock of the statement that wrote it.
    pub timestamp: DateTimeUtc,
    /// The writing transaction; with `id` it gives the commit order.
    pub xid: i64,
    /// What happened; one of a fixed list.
    pub action: String,
    /// Who did it: `user:<id>`, `worker:<name>`, `system:<part>`.
    pub actor: String,
    /// The task it is about, if any.
    pub task_id: Option<Uuid>,
    /// For transitions only: 1..n per task without a gap, the version the task had afterwards.
    pub seq: Option<i64>,
    /// The attempt it is about.
    pub attempt: Option<i32>,
    /// The fence value the writer held.
    pub lease_epoch: Option<i64>,
    /// Machine-readable why.
    pub reason: Option<String>,
    /// The API key that was used.
    pub key_id: Option<String>,
    /// What a row without a task is about.
    pub target: Option<String>,
    /// The request it belongs to.
    pub request_id: Option<String>,
    /// W3C trace id of the request or of the task.
    pub trace_id: Option<String>,
    /// Changed fields; of payload and result only the SHA-256.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub detail: Option<Json>,
    /// Where it came from: names a row of `audit_origins`, unless that was erased.
    pub origin_hash: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
