//! Reads of one request put together: whatever its resolvers ask for at the same time is one statement, not one for each
//! row of a list.
//!
//! Made per request and without a cache: nothing is remembered, so that nothing can be stale or another tenant's.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use domain::JsonText;
use domain::entity::{api_key, audit_log, audit_origin, user};
use domain::page::{End, Order, Page};
use domain::task::{self, Head, Wanted};
use domain::{access, audit, queue};
use uuid::Uuid;

use super::allowance::{Allowance, too_large};
use super::context::{ListTurns, caller, state};
use super::rounds::Rounds;
use crate::error::ApiError;
use crate::state::AppState;

/// One request's loaders, in its data. Made when first used: by then the caller is known.
pub(super) struct Loaders {
    made: OnceLock<DataLoader<Reads>>,
    rounds: Rounds,
}

impl Loaders {
    pub(super) fn new(rounds: Rounds) -> Self {
        Self { made: OnceLock::new(), rounds }
    }
}

/// The loaders of the request.
///
/// # Errors
/// `Internal` without a state, `Unauthenticated` without a caller.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Reads>, ApiError> {
    let loaders = ctx.data_opt::<Loaders>().ok_or_else(ApiError::internal)?;
    let (state, tenant_id) = (state(ctx)?, caller(ctx)?.tenant_id);
    Ok(loaders.made.get_or_init(|| {
        let reads = Reads { state: state.clone(), tenant_id, turns: ListTurns::of(ctx), allowance: Allowance::of(ctx) };
        let rounds = loaders.rounds.clone();
        // The end of the round is waited for, no time.
        DataLoader::new(reads, move |read| rounds.at_end(read)).delay(Duration::ZERO)
    }))
}

/// What the loaders read with.
pub(crate) struct Reads {
    state: AppState,
    tenant_id: Uuid,
    turns: ListTurns,
    allowance: Allowance,
}

/// A task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TaskKey(pub(crate) Uuid);

/// A task, by the submitter's own id for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReferenceKey(pub(crate) String);

/// A long text of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextKey {
    Payload(Uuid),
    Result(Uuid),
}

/// A row of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AuditLogKey(pub(crate) Uuid);

/// A user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UserKey(pub(crate) Uuid);

/// A key, by its public part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ApiKeyKey(pub(crate) String);

/// Where an action came from, by its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OriginKey(pub(crate) Vec<u8>);

/// A queue, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct QueueKey(pub(crate) String);

/// One end of a task's trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TrailKey {
    pub(crate) task_id: Uuid,
    pub(crate) limit: u64,
    pub(crate) end: End,
}

impl Loader<TaskKey> for Reads {
    type Value = Arc<Head>;
    type Error = ApiError;

    async fn load(&self, keys: &[TaskKey]) -> Result<HashMap<TaskKey, Self::Value>, ApiError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = task::heads(&self.state.db, self.tenant_id, &ids).await?;
        Ok(rows.into_iter().map(|row| (TaskKey(row.id), Arc::new(row))).collect())
    }
}

impl Loader<ReferenceKey> for Reads {
    type Value = Arc<Head>;
    type Error = ApiError;

    async fn load(&self, keys: &[ReferenceKey]) -> Result<HashMap<ReferenceKey, Self::Value>, ApiError> {
        let references = keys.iter().map(|key| key.0.clone()).collect();
        let rows = task::by_references(&self.state.db, self.tenant_id, references).await?;
        Ok(rows.into_iter().map(|(reference, row)| (ReferenceKey(reference), Arc::new(row))).collect())
    }
}

impl Loader<TextKey> for Reads {
    type Value = JsonText;
    type Error = ApiError;

    async fn load(&self, keys: &[TextKey]) -> Result<HashMap<TextKey, Self::Value>, ApiError> {
        let mut wanted = Wanted::default();
        for key in keys {
            match key {
                TextKey::Payload(_) => wanted.payload = true,
                TextKey::Result(_) => wanted.result = true,
            }
        }
        let ids: BTreeSet<_> = keys.iter().map(|(TextKey::Payload(id) | TextKey::Result(id))| *id).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        self.allowance.turn(&self.state.lists, u64::try_from(ids.len()).unwrap_or(u64::MAX)).await;
        let texts = task::texts(&self.state.db, self.tenant_id, &ids, wanted, self.allowance.unread()).await?;
        let texts = texts.ok_or_else(too_large)?;
        self.allowance.read(texts.values().map(task::Texts::bytes).sum())?;
        let found = texts.into_iter().flat_map(|(id, texts)| {
            let payload = texts.payload.map(|text| (TextKey::Payload(id), text));
            payload.into_iter().chain(texts.result.map(|text| (TextKey::Result(id), text)))
        });
        Ok(found.collect())
    }
}

impl Loader<AuditLogKey> for Reads {
    type Value = audit_log::Model;
    type Error = ApiError;

    async fn load(&self, keys: &[AuditLogKey]) -> Result<HashMap<AuditLogKey, Self::Value>, ApiError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = audit::get_many(&self.state.db, self.tenant_id, &ids).await?;
        Ok(rows.into_iter().map(|row| (AuditLogKey(row.id), row)).collect())
    }
}

impl Loader<UserKey> for Reads {
    type Value = user::Model;
    type Error = ApiError;

    async fn load(&self, keys: &[UserKey]) -> Result<HashMap<UserKey, Self::Value>, ApiError> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = access::users(&self.state.db, self.tenant_id, &ids).await?;
        Ok(rows.into_iter().map(|row| (UserKey(row.id), row)).collect())
    }
}

impl Loader<ApiKeyKey> for Reads {
    type Value = api_key::Model;
    type Error = ApiError;

    async fn load(&self, keys: &[ApiKeyKey]) -> Result<HashMap<ApiKeyKey, Self::Value>, ApiError> {
        // PostgreSQL has no text with U+0000, and no key such an id.
        let ids: Vec<_> = keys.iter().map(|key| &key.0).filter(|id| !id.contains('\0')).cloned().collect();
        let rows = access::keys_of_ids(&self.state.db, self.tenant_id, &ids).await?;
        Ok(rows.into_iter().map(|row| (ApiKeyKey(row.id.clone()), row)).collect())
    }
}

impl Loader<OriginKey> for Reads {
    type Value = audit_origin::Model;
    type Error = ApiError;

    async fn load(&self, keys: &[OriginKey]) -> Result<HashMap<OriginKey, Self::Value>, ApiError> {
        let hashes: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = access::origins(&self.state.db, self.tenant_id, &hashes).await?;
        Ok(rows.into_iter().map(|row| (OriginKey(row.hash.clone()), row)).collect())
    }
}

impl Loader<QueueKey> for Reads {
    type Value = queue::Queue;
    type Error = ApiError;

    async fn load(&self, keys: &[QueueKey]) -> Result<HashMap<QueueKey, Self::Value>, ApiError> {
        // PostgreSQL has no text with U+0000, and no queue such a name.
        let names: Vec<_> = keys.iter().map(|key| &key.0).filter(|name| !name.contains('\0')).cloned().collect();
        let queues = queue::list(&self.state.db, self.tenant_id, Some(&names), names.len()).await?;
        Ok(queues.into_iter().map(|queue| (QueueKey(queue.name.clone()), queue)).collect())
    }
}

impl Loader<TrailKey> for Reads {
    type Value = Vec<audit_log::Model>;
    type Error = ApiError;

    /// A statement for each length and end that is asked for: as many as the document has fields, whatever the list's length.
    async fn load(&self, keys: &[TrailKey]) -> Result<HashMap<TrailKey, Self::Value>, ApiError> {
        let mut alike: HashMap<(u64, End), Vec<Uuid>> = HashMap::new();
        for key in keys {
            alike.entry((key.limit, key.end)).or_default().push(key.task_id);
        }
        let mut found = HashMap::new();
        for ((limit, end), task_ids) in alike {
            let page = Page { limit, end, order: Order::Oldest, ..Page::default() };
            let read = self.state.lists.begin(self.turns.take().await).await?;
            let trails = audit::trails(read.db(), self.tenant_id, &task_ids, page).await?;
            found.extend(trails.into_iter().map(|(task_id, rows)| (TrailKey { task_id, limit, end }, rows)));
        }
        Ok(found)
    }
}
