-- Finished tasks may be deleted (scripts/deploy/prune.sql), and that is on record like everything that happens to a task.
-- NOT VALID: every row there is fits, because the old list is part of the new one; new rows are checked all the same.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'tenant.disabled', 'user.created', 'user.disabled', 'key.created', 'key.rotated', 'key.revoked',
    'auth.denied', 'auth.failed', 'audit.read', 'origins.erased', 'queue.paused', 'queue.resumed', 'tasks.pruned')) NOT VALID;
