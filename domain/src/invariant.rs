//! What must be true of tasks and their trail, checked by reading both. Used by tests after every scenario.

use std::collections::{BTreeMap, HashMap};

use entity::{TaskStatus, audit_log, lease, task};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, IsolationLevel,
    QueryFilter, QueryOrder, TransactionTrait, TryGetable,
};
use uuid::Uuid;

use crate::audit::Action;
use crate::sql::statement;

type Key = (Uuid, Uuid);

/// Every violation of the trail's invariants, in words; empty when all is well. Reads everything: for tests and for the
/// quiet hours. Read in one snapshot, so that it may be asked while workers are at it.
///
/// For every task: the rows with `seq` are 1..n without a gap; replaying them gives the task's status, attempt and version;
/// no task without rows; no trail without its task unless it ended in a final state; a running task is named, with its
/// epoch, by a lease of its worker; the counters of its tenant count it.
///
/// # Errors
/// The database failed.
pub async fn violations(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let tx = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    let tasks = task::Entity::find().all(&tx).await?;
    let rows = audit_log::Entity::find()
        .filter(audit_log::Column::Seq.is_not_null())
        .order_by_asc(audit_log::Column::Seq)
        .all(&tx)
        .await?;
    let leases = lease::Entity::find().all(&tx).await?;
    let mut found = miscounted(&tx).await?;
    tx.rollback().await?;
    let mut trails: BTreeMap<Key, Vec<&audit_log::Model>> = BTreeMap::new();
    for row in &rows {
        trails.entry((row.tenant_id, row.task_id.unwrap_or_default())).or_default().push(row);
    }
    let held: HashMap<(Key, i64), &str> = leases
        .iter()
        .flat_map(|l| l.task_ids.iter().zip(&l.epochs).map(|(id, epoch)| (((l.tenant_id, *id), *epoch), l.worker_id.as_str())))
        .collect();
    for task in &tasks {
        let trail = trails.remove(&(task.tenant_id, task.id)).unwrap_or_default();
        check_task(task, &trail, &mut found);
        let holder = held.get(&((task.tenant_id, task.id), task.lease_epoch)).copied();
        if task.status == TaskStatus::Running && holder != task.worker_id.as_deref() {
            found.push(format!("task {}: running by {:?} but leased to {holder:?}", task.id, task.worker_id));
        }
    }
    for ((_, id), trail) in trails {
        match replay(&trail) {
            Ok(state) if state.status.is_final() => {}
            _ => found.push(format!("task {id}: a trail of {} rows without its task, not in a final state", trail.len())),
        }
    }
    Ok(found)
}

/// Counters, with what was not yet added to them, against the tasks themselves.
async fn miscounted(tx: &DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    let rows = tx.query_all_raw(statement(include_str!("counts/sql/miscounted.sql"), [])).await?;
    rows.iter().map(|row| String::try_get_by(row, 0).map_err(DbErr::from)).collect()
}

fn check_task(task: &task::Model, trail: &[&audit_log::Model], found: &mut Vec<String>) {
    match replay(trail) {
        Err(why) => found.push(format!("task {}: {why}", task.id)),
        Ok(state) => {
            let now = State { status: task.status, attempt: task.attempt, version: task.version };
            if state != now {
                found.push(format!("task {}: replayed {state:?}, stored {now:?}", task.id));
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    status: TaskStatus,
    attempt: i32,
    version: i64,
}

/// Runs the state machine over a trail in order of seq.
fn replay(trail: &[&audit_log::Model]) -> Result<State, String> {
    let mut state: Option<State> = None;
    for (row, expected) in trail.iter().zip(1i64..) {
        let action = Action::parse(&row.action).ok_or_else(|| format!("unknown action {}", row.action))?;
        let status = action.status_after().ok_or_else(|| format!("{} carries a seq", row.action))?;
        if row.seq != Some(expected) {
            return Err(format!("seq {:?} where {expected} was due", row.seq));
        }
        let (before, attempt) = state.map_or((None, 0), |s| (Some(s.status), s.attempt));
        if !follows(action, before) {
            return Err(format!("{} at seq {expected} does not follow {before:?}", row.action));
        }
        let attempt = match action {
            Action::TaskStarted => attempt + 1,
            Action::TaskReleased => attempt - 1,
            Action::TaskRetried => 0,
            _ => attempt,
        };
        state = Some(State { status, attempt, version: expected });
    }
    state.ok_or_else(|| "no trail".into())
}

fn follows(action: Action, before: Option<TaskStatus>) -> bool {
    match action {
        Action::TaskCreated => before.is_none(),
        Action::TaskCancelled => matches!(before, Some(TaskStatus::Pending | TaskStatus::Running)),
        Action::TaskRetried => matches!(before, Some(TaskStatus::Failed | TaskStatus::Cancelled)),
        _ => before.is_some() && before == action.status_before(),
    }
}
