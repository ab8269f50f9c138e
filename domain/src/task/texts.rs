//! The long texts of tasks: read when they are asked for, a few at a time, and no more than were allowed.

use std::collections::HashMap;

use entity::JsonText;
use entity::task::{Column, Entity};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

/// Which of the long texts are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The handler's input.
    pub payload: bool,
    /// Its output.
    pub result: bool,
}

/// A task's long texts, as far as they were asked for.
#[derive(Clone, Debug, Default, PartialEq, FromQueryResult)]
pub struct Texts {
    /// The handler's input; every task has one.
    pub payload: Option<JsonText>,
    /// Its output, once done.
    pub result: Option<JsonText>,
}

impl Wanted {
    /// Both.
    pub const ALL: Wanted = Wanted { payload: true, result: true };
}

impl Texts {
    /// How long they are together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        [&self.payload, &self.result].into_iter().flatten().map(|text| text.as_str().len()).sum()
    }
}

/// Tasks whose texts are read by one statement. What it brings is held twice for a moment: 9 MiB if all are of the longest.
const AT_ONCE: usize = 32;

/// The long texts of those of the ids that are there; `None` when they have more than `most` bytes together.
///
/// # Errors
/// The database failed.
pub async fn texts<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    ids: &[Uuid],
    wanted: Wanted,
    most: usize,
) -> Result<Option<HashMap<Uuid, Texts>>, DbErr> {
    let found = beginning(db, tenant_id, ids, wanted, most).await?;
    let found = (found.len() == ids.len()).then(|| ids.iter().copied().zip(found));
    Ok(found.map(|found| found.filter(|(_, texts)| *texts != Texts::default()).collect()))
}

/// The long texts of as many of the ids, from the first, as have at most `most` bytes together, but of one at least. (How long
/// they are is not known before they are read: a stored length is that of the compressed value.)
pub(super) async fn beginning<C: ConnectionTrait>(
    db: &C,
    tenant_id: Uuid,
    ids: &[Uuid],
    wanted: Wanted,
    most: usize,
) -> Result<Vec<Texts>, DbErr> {
    let (mut texts, mut bytes) = (Vec::new(), 0);
    for ids in ids.chunks(AT_ONCE) {
        let mut found = some(db, tenant_id, ids, wanted).await?;
        for id in ids {
            // A task that is gone has none.
            let one = found.remove(id).unwrap_or_default();
            bytes += one.bytes();
            if bytes > most && !texts.is_empty() {
                return Ok(texts);
            }
            texts.push(one);
        }
    }
    Ok(texts)
}

async fn some<C: ConnectionTrait>(db: &C, tenant_id: Uuid, ids: &[Uuid], wanted: Wanted) -> Result<HashMap<Uuid, Texts>, DbErr> {
    let columns = [(wanted.payload, Column::Payload), (wanted.result, Column::Result)];
    let columns = columns.into_iter().filter_map(|(wanted, column)| wanted.then_some(column));
    let query = Entity::find().select_only().column(Column::Id).columns(columns);
    let query = query.filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.is_in(ids.iter().copied()));
    let rows = db.query_all(&QueryTrait::into_query(query)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "id")?, Texts::from_query_result(row, "")?))).collect()
}
