//! The invariant check finds what it is there to find.

use domain::TaskStatus;
use sea_orm::ConnectionTrait;

use crate::stage::Stage;

async fn violations_after(spoil: &str) -> Vec<String> {
    let stage = Stage::new().await;
    for status in [TaskStatus::Done, TaskStatus::Failed, TaskStatus::Cancelled, TaskStatus::Running, TaskStatus::Pending] {
        stage.in_state(status).await;
    }
    stage.db.assert_invariants().await;
    let unguarded = "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass \
                     UNION SELECT 'audit_logs'::regclass LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', t); END LOOP; END $$";
    stage.db.owner.execute_unprepared(unguarded).await.unwrap();
    stage.db.owner.execute_unprepared(spoil).await.unwrap();
    domain::invariant::violations(&stage.db.owner).await.unwrap()
}

#[tokio::test]
async fn every_kind_of_damage_is_found() {
    for (spoil, found) in [
        ("DELETE FROM audit_logs WHERE action = 'task.started'", 3),
        ("DELETE FROM audit_logs WHERE action = 'task.completed'", 1),
        ("UPDATE tasks SET version = version + 1 WHERE status = 'done'", 1),
        ("UPDATE tasks SET attempt = attempt + 1 WHERE status = 'pending'", 1),
        ("UPDATE tasks SET status = 'pending', queued = true, finished_at = NULL WHERE status = 'cancelled'", 1),
        ("UPDATE audit_logs SET action = 'task.completed' WHERE action = 'task.failed'", 1),
        ("UPDATE audit_logs SET seq = 7 WHERE action = 'task.cancelled'", 1),
        ("DELETE FROM tasks WHERE status IN ('pending', 'running')", 2),
        ("DELETE FROM leases", 1),
    ] {
        let violations = violations_after(spoil).await;
        assert_eq!(violations.len(), found, "{spoil}: {violations:#?}");
    }
}

#[tokio::test]
async fn a_finished_task_may_be_pruned_and_keeps_its_trail() {
    assert_eq!(violations_after("DELETE FROM tasks WHERE status IN ('done', 'failed', 'cancelled')").await, [""; 0]);
}
