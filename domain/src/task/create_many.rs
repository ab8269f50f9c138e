//! create -> pending, for many tasks at once: all of them or none.

use std::collections::HashMap;

use chrono::SecondsFormat;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, FromQueryResult};
use uuid::Uuid;

use super::batch::{Batched, Role};
use super::create::detail;
use super::{Created, Head, Submission, TaskError, read};
use crate::IdClock;
use crate::audit::{Audited as _, Caller};
use crate::sql::statement;

/// A task of a batch that cannot be made.
#[derive(Debug)]
pub struct RefusedTask {
    /// Where it stands in the request.
    pub index: usize,
    /// [`TaskError::IdempotencyKeyReused`] or [`TaskError::ReferenceTaken`].
    pub error: TaskError,
}

/// Why a batch was not written. The transaction must be rolled back: some of its rows may stand in it.
#[derive(Debug, thiserror::Error)]
pub enum CreateManyError {
    /// These tasks contradict others: of the batch, or made before.
    #[error("{} tasks of the batch are refused", .0.len())]
    Refused(Vec<RefusedTask>),
    /// The database failed.
    #[error("database error")]
    Database(#[from] DbErr),
}

/// Writes new pending tasks and their `task.created` rows, all or none; answers in the order of the request.
///
/// A task whose idempotency key was used before for the same request, in this batch or earlier, answers with the first one.
/// Ids rise in the order of the request, so tasks of one priority without a `run_at` are claimed in it.
///
/// # Errors
/// [`CreateManyError`].
pub async fn create_many(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    batch: &Batched,
) -> Result<Vec<Created<Head>>, CreateManyError> {
    let hashes: Vec<_> = batch.0.iter().map(|new| new.idempotency_key.is_some().then(|| new.request_hash())).collect();
    let mut roles = batch.roles(&hashes);
    refuse(&mut roles)?;
    take_turn(tx, caller.tenant_id, &batch.0).await?;
    let new: Vec<_> = (0..roles.len()).filter(|index| matches!(roles[*index], Role::New)).collect();
    let mut created = insert(tx, ids, caller, &batch.0, &hashes, new).await?;
    find_the_others(tx, caller.tenant_id, &batch.0, &hashes, &mut roles, &mut created).await?;
    refuse(&mut roles)?;
    let mut answer: Vec<Created<Head>> = Vec::with_capacity(roles.len());
    for (index, role) in roles.iter().enumerate() {
        answer.push(match role {
            Role::RepeatOf(first) => Created { task: answer[*first].task.clone(), audit_id: None },
            // What stood in the way is gone again (pruned in this moment): the caller may simply repeat.
            _ => created.remove(&index).ok_or(DbErr::RecordNotInserted)?,
        });
    }
    Ok(answer)
}

fn refuse(roles: &mut [Role]) -> Result<(), CreateManyError> {
    let refused = roles.iter_mut().enumerate().filter_map(|(index, role)| match std::mem::replace(role, Role::New) {
        Role::Refused(error) => Some(RefusedTask { index, error }),
        other => {
            *role = other;
            None
        }
    });
    let refused: Vec<_> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(CreateManyError::Refused(refused)) }
}

/// Batches with keys alone go in the order of their keys, those with references alone in the order of these: neither kind
/// can make two wait for each other. A batch with both has no such order, so it has the tenant to itself. (A single create
/// holds nothing while it waits.) Held until the transaction ends.
async fn take_turn(tx: &DatabaseTransaction, tenant_id: Uuid, batch: &[Submission]) -> Result<(), DbErr> {
    let keys = batch.iter().any(|new| new.idempotency_key.is_some());
    let references = batch.iter().any(|new| new.reference.is_some());
    let lock = match (keys, references) {
        (false, false) => return Ok(()),
        (true, true) => "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        _ => "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))",
    };
    tx.execute_raw(statement(lock, [format!("ctap batch {tenant_id}").into()])).await.map(drop)
}

/// Inserts those of the indexes; answers with what came to be, by index.
async fn insert(
    tx: &DatabaseTransaction,
    ids: &IdClock,
    caller: &Caller,
    batch: &[Submission],
    hashes: &[Option<Vec<u8>>],
    new: Vec<usize>,
) -> Result<HashMap<usize, Created<Head>>, DbErr> {
    // Made after the turn was waited for: an id must not be old.
    let task_ids: HashMap<_, _> = new.iter().map(|index| (*index, ids.next())).collect();
    let mut order = new;
    order.sort_by_key(|index| (&batch[*index].idempotency_key, &batch[*index].reference, *index));
    let audit_ids: HashMap<_, _> = order.iter().map(|index| (task_ids[index], (*index, ids.next()))).collect();
    let rows = || order.iter().map(|index| &batch[*index]);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let payloads: Vec<_> = rows().map(|r| r.payload.to_string()).collect();
    let details: Vec<_> = rows().zip(&payloads).map(|(r, payload)| detail(r, payload).to_string()).collect();
    let made = tx
        .query_all_raw(statement(
            include_str!("sql/create_many.sql"),
            [
                caller.tenant_id.into(),
                order.iter().map(|index| task_ids[index]).collect::<Vec<_>>().into(),
                rows()
                    .map(|r| r.run_at.map_or(String::new(), |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
                    .collect::<Vec<_>>()
                    .into(),
                rows().map(|r| r.max_attempts).collect::<Vec<_>>().into(),
                rows().map(|r| r.timeout_seconds).collect::<Vec<_>>().into(),
                rows().map(|r| r.priority).collect::<Vec<_>>().into(),
                rows().map(|r| r.kind.name.to_owned()).collect::<Vec<_>>().into(),
                rows().map(|r| r.queue.clone()).collect::<Vec<_>>().into(),
                rows().map(|r| text(&r.reference)).collect::<Vec<_>>().into(),
                rows().map(|r| text(&r.idempotency_key)).collect::<Vec<_>>().into(),
                order.iter().map(|index| hashes[*index].as_ref().map_or(String::new(), hex::encode)).collect::<Vec<_>>().into(),
                payloads.into(),
                order.iter().map(|index| audit_ids[&task_ids[index]].1).collect::<Vec<_>>().into(),
                details.into(),
                caller.user_id.into(),
                caller.traceparent().into(),
                caller.actor().into(),
                caller.key_id.clone().into(),
                caller.request_id.clone().into(),
                caller.trace_id().into(),
                caller.origin_hash.clone().into(),
            ],
        ))
        .await
        .audited()?;
    let made = made.iter().map(|row| Head::from_query_result(row, "")).map(|task| {
        let task = task?;
        let (index, audit_id) = *audit_ids.get(&task.id).ok_or(DbErr::RecordNotInserted)?;
        Ok((index, Created { task, audit_id: Some(audit_id) }))
    });
    made.collect()
}

/// What stood in the way of the tasks that were not made: the first task of their key, or a contradiction.
async fn find_the_others(
    tx: &DatabaseTransaction,
    tenant_id: Uuid,
    batch: &[Submission],
    hashes: &[Option<Vec<u8>>],
    roles: &mut [Role],
    created: &mut HashMap<usize, Created<Head>>,
) -> Result<(), DbErr> {
    let missing: Vec<_> =
        (0..batch.len()).filter(|index| matches!(roles[*index], Role::New) && !created.contains_key(index)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let of = |text: fn(&Submission) -> &Option<String>| missing.iter().filter_map(|i| text(&batch[*i]).clone()).collect();
    let by_key = read::by_idempotency_keys(tx, tenant_id, of(|new| &new.idempotency_key)).await?;
    let by_reference = read::by_references(tx, tenant_id, of(|new| &new.reference)).await?;
    for index in missing {
        let new = &batch[index];
        if let Some(first) = new.idempotency_key.as_ref().and_then(|key| by_key.get(key)) {
            if first.request_hash == hashes[index] {
                created.insert(index, Created { task: first.clone(), audit_id: None });
            } else {
                roles[index] = Role::Refused(TaskError::IdempotencyKeyReused);
            }
        } else if new.reference.as_ref().is_some_and(|reference| by_reference.contains_key(reference)) {
            roles[index] = Role::Refused(TaskError::ReferenceTaken);
        }
    }
    Ok(())
}
