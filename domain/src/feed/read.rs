//! Changes with all they say, by position or by key.

use entity::audit_log::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Horizon, ID_BEFORE_XID, Position};
use crate::ids;

/// The tenant's transitions after `after` and below `horizon`, in commit order, at most `limit`. Looks at every row since
/// the position's time: for a reader who is not far behind.
///
/// # Errors
/// The database failed.
pub async fn read<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    after: Position,
    horizon: Horizon,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Id.gte(ids::floor(after.since - ID_BEFORE_XID)))
        .filter(Column::Xid.gte(after.xid))
        .filter(Column::Xid.lt(horizon.xmin))
        .filter(Expr::cust_with_values("(xid, id) > ($1, $2)", [sea_orm::Value::from(after.xid), after.id.into()]))
        .filter(Column::Seq.is_not_null())
        .order_by_asc(Column::Xid)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// The rows with these ids, in commit order. One whose partition was dropped in the meantime is not among them.
pub(super) async fn rows<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else { return Ok(Vec::new()) };
    let mut rows = Entity::find()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Expr::cust_with_values("id = ANY ($1)", [ids.to_vec()]))
        // They pick the partitions also where the plan does not know the ids.
        .filter(Column::Id.between(*first, *last))
        .all(db)
        .await?;
    rows.sort_unstable_by_key(|row| (row.xid, row.id));
    Ok(rows)
}
