-- What each process may do, and nothing else. Nobody gets UPDATE, DELETE or TRUNCATE on audit_logs, and nobody may name
-- timestamp or xid when inserting into it, so that neither can be forged.
REVOKE ALL ON FUNCTION ensure_partitions(integer), audit_logs_guard(regclass), audit_logs_refuse_change() FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ctap_api, ctap_worker, ctap_auditor;

GRANT SELECT ON seaql_migrations TO ctap_api, ctap_worker;
GRANT SELECT ON tenants, users, api_keys, queues, tasks, leases, audit_logs TO ctap_api;
GRANT INSERT (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds, status, priority,
              queued, is_failed, kind, queue, reference, idempotency_key, request_hash, trace_context, payload)
    ON tasks TO ctap_api;
GRANT UPDATE (updated_at, run_at, version, lease_epoch, attempt, status, queued, is_failed, finished_at, worker_id, result, error)
    ON tasks TO ctap_api;

GRANT SELECT ON queues, tasks, audit_logs TO ctap_worker;
GRANT UPDATE (updated_at, run_at, version, lease_epoch, attempt, status, queued, is_failed, finished_at, worker_id, result, error)
    ON tasks TO ctap_worker;
GRANT SELECT, INSERT, DELETE ON leases TO ctap_worker;
GRANT UPDATE (lease_until) ON leases TO ctap_worker;
GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO ctap_worker;

GRANT INSERT (tenant_id, id, action, actor, task_id, seq, lease_epoch, attempt, reason, key_id, target, request_id, trace_id, detail)
    ON audit_logs TO ctap_api, ctap_worker;

GRANT SELECT ON tenants, users, audit_logs TO ctap_auditor;
GRANT SELECT (tenant_id, id, user_id, name, created_at, expires_at, revoked_at) ON api_keys TO ctap_auditor;
