//! What an audit row says about the task's state: its action alone, or its `detail.from`.

use domain::TaskStatus;
use domain::audit::Action;
use domain::entity::audit_log::Model;
use sea_orm::ActiveEnum;

/// The state after the change; `None` where the row is no transition.
pub(crate) fn after(row: &Model) -> Option<TaskStatus> {
    Action::parse(&row.action)?.status_after()
}

/// The state before the change; `None` for a creation and where the row is no transition.
pub(crate) fn before(row: &Model) -> Option<TaskStatus> {
    Action::parse(&row.action)?.status_before().or_else(|| {
        let from = row.detail.as_ref()?.get("from")?.as_str()?;
        TaskStatus::try_from_value(&from.to_owned()).ok()
    })
}
