REVOKE INSERT (tenant_id, name, paused_at), UPDATE (paused_at, updated_at) ON queues FROM ctap_api;

-- NOT VALID here as well: rows that say that a queue was paused stay.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'user.created', 'key.created')) NOT VALID;
