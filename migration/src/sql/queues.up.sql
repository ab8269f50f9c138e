-- Operators pause and resume queues through the API, and the trail says so.
GRANT INSERT (tenant_id, name, paused_at), UPDATE (paused_at, updated_at) ON queues TO ctap_api;

-- NOT VALID: every row there is fits, because the old list is part of the new one; new rows are checked all the same.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'user.created', 'key.created', 'queue.paused', 'queue.resumed')) NOT VALID;
