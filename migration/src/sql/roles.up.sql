-- What turned out to be needed by nobody is taken back, and functions can be called by those who call them.
-- A result is the worker's to write; a retried task has none.
REVOKE UPDATE (result) ON tasks FROM ctap_api;

-- A worker looks into the trail for its own reports, whose answer was lost, and only folds the counters, by function.
REVOKE SELECT ON audit_logs, task_counts, task_count_changes FROM ctap_worker;
GRANT SELECT (tenant_id, id, action, actor, task_id, seq, lease_epoch) ON audit_logs TO ctap_worker;
GRANT SELECT (tenant_id) ON task_count_changes TO ctap_worker;

-- How a client may be let in, and what it asked not to be repeated, is nothing that running its task needs.
REVOKE SELECT ON tasks FROM ctap_worker;
GRANT SELECT (tenant_id, id, created_at, updated_at, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds,
              status, priority, queued, is_failed, kind, queue, finished_at, worker_id, trace_context, payload, result, error)
    ON tasks TO ctap_worker;

REVOKE ALL ON FUNCTION uuid_floor(timestamptz), fresh_id(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION uuid_floor(timestamptz), fresh_id(uuid) TO ctap_api, ctap_worker;
GRANT EXECUTE ON FUNCTION uuid_floor(timestamptz) TO ctap_auditor;
