-- NOT VALID: rows that say what happened stay.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'tenant.disabled', 'user.created', 'user.disabled', 'key.created', 'key.rotated', 'key.revoked',
    'auth.denied', 'auth.failed', 'audit.read', 'origins.erased', 'queue.paused', 'queue.resumed')) NOT VALID;
