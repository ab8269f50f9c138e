-- Calls off a task that is not final. The epoch rises when it leaves running, so that a late result is refused.
WITH u AS (
    UPDATE tasks t
    SET status = 'cancelled', queued = false, worker_id = NULL, version = t.version + 1,
        lease_epoch = t.lease_epoch + (t.status = 'running')::integer,
        finished_at = statement_timestamp(), updated_at = statement_timestamp()
    WHERE t.tenant_id = $1 AND t.id = $2 AND t.status IN ('pending', 'running') AND t.version = $3
    RETURNING t.*
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, key_id, request_id, trace_id, reason, detail, origin_hash)
    SELECT $1, $4, 'task.cancelled', $5, id, version, attempt, $6, $7, $8, $9, $10, $11 FROM u
    WHERE (SELECT fresh_id($4))
)
SELECT tenant_id, id, created_by, created_at, updated_at, run_at, version, lease_epoch, attempt, max_attempts,
       timeout_seconds, priority, queued, is_failed, status::text AS status, kind, queue, worker_id, reference,
       idempotency_key, request_hash, trace_context, payload, result, error, finished_at
FROM u
