-- NOT VALID: rows that say what happened stay.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'user.created', 'key.created', 'queue.paused', 'queue.resumed')) NOT VALID;

REVOKE INSERT (id, name, max_open_tasks), UPDATE (disabled_at) ON tenants FROM ctap_api;
REVOKE INSERT (tenant_id, id, name), UPDATE (disabled_at) ON users FROM ctap_api;
REVOKE INSERT (tenant_id, id, user_id, name, scopes, secret_hash, expires_at), UPDATE (expires_at, revoked_at, last_used_at)
    ON api_keys FROM ctap_api;

ALTER TABLE audit_logs DROP COLUMN origin_hash;
DROP TABLE audit_origins;
ALTER TABLE tenants DROP COLUMN max_open_tasks;
DROP INDEX api_keys_of_user;
ALTER TABLE api_keys DROP COLUMN scopes, DROP COLUMN last_used_at;
