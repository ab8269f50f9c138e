//! The long texts of tasks: read when they are asked for, one by one, and no more than were allowed.

use std::collections::HashMap;
use std::pin::pin;

use entity::JsonText;
use entity::task::{Column, Entity};
use futures_util::TryStreamExt;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select, StreamTrait};
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

    pub(super) fn of(self, select: Select<Entity>) -> Select<Entity> {
        let columns = [(self.payload, Column::Payload), (self.result, Column::Result)];
        select.columns(columns.into_iter().filter_map(|(wanted, column)| wanted.then_some(column)))
    }
}

impl Texts {
    /// How long they are together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        [&self.payload, &self.result].into_iter().flatten().map(|text| text.as_str().len()).sum()
    }
}

/// The long texts of those of the ids that are there; `None` when they have more than `most` bytes together.
///
/// # Errors
/// The database failed.
pub async fn texts<C: StreamTrait>(
    db: &C,
    tenant_id: Uuid,
    ids: &[Uuid],
    wanted: Wanted,
    most: usize,
) -> Result<Option<HashMap<Uuid, Texts>>, DbErr> {
    let query = Entity::find().select_only().column(Column::Id);
    let query = wanted.of(query).filter(Column::TenantId.eq(tenant_id)).filter(Column::Id.is_in(ids.iter().copied()));
    let read =
        bounded(db, query, most, |row| Ok((row.try_get::<Uuid>("", "id")?, Texts::from_query_result(row, "")?)), |one| &one.1);
    let (found, cut) = read.await?;
    Ok((!cut).then(|| found.into_iter().collect()))
}

/// Reads rows one by one until their texts have more than `most` bytes, and tells whether any were left out. What is left
/// out is never held: the driver reads on and lets it go.
pub(super) async fn bounded<C: StreamTrait, T>(
    db: &C,
    query: Select<Entity>,
    most: usize,
    read: impl Fn(&sea_orm::QueryResult) -> Result<T, DbErr>,
    texts: impl Fn(&T) -> &Texts,
) -> Result<(Vec<T>, bool), DbErr> {
    let mut rows = pin!(db.stream(&sea_orm::QueryTrait::into_query(query)).await?);
    let (mut found, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        let one = read(&row)?;
        bytes += texts(&one).bytes();
        // One is always answered: a page without any would lead nowhere.
        if bytes > most && !found.is_empty() {
            return Ok((found, true));
        }
        found.push(one);
    }
    Ok((found, false))
}
