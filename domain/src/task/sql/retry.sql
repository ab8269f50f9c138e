-- An operator gives a failed or cancelled task a new life: due now, with all its attempts again.
WITH u AS (
    UPDATE tasks t
    SET status = 'pending', queued = true, is_failed = false, attempt = 0, error = NULL, finished_at = NULL,
        run_at = statement_timestamp(), version = t.version + 1, updated_at = statement_timestamp()
    WHERE t.tenant_id = $1 AND t.id = $2 AND t.status IN ('failed', 'cancelled') AND t.version = $3
    RETURNING t.*
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, key_id, request_id, trace_id, reason, detail, origin_hash)
    SELECT $1, $4, 'task.retried', $5, id, version, attempt, $6, $7, $8, $9, $10, $11 FROM u
    WHERE (SELECT fresh_id($4))
)
SELECT tenant_id, id, created_by, created_at, updated_at, run_at, version, lease_epoch, attempt, max_attempts,
       timeout_seconds, priority, queued, is_failed, status::text AS status, kind, queue, worker_id, reference,
       idempotency_key, request_hash, trace_context, payload, result, error, finished_at
FROM u
