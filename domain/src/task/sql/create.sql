-- One new task and its audit row. ON CONFLICT DO NOTHING covers both unique keys (idempotency key and reference): no row
-- comes back, and the caller reads which of the two it was. Nothing is written then.
-- greatest passes over NULL: no time, like a past one, means now. An old time would go before tasks that have waited longer.
-- The transaction takes its number first (a one-time filter), as in claim.sql: what holds one of the keys is waited for before
-- a row is written, and each wait may last as long as a lock may.
-- fresh_id, here and in every transition: raises when the audit id was not made just now (see the migration).
WITH t AS (
    INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds,
                       status, priority, queued, is_failed, kind, queue, reference, idempotency_key, request_hash,
                       trace_context, payload)
    SELECT $1, $2, $3, greatest($4::timestamptz, statement_timestamp()), 1, 0, 0, $5, $6,
           'pending', $7, true, false, $8, $9, $10, $11, $12, $13, $14
    WHERE (SELECT pg_current_xact_id() IS NOT NULL)
    ON CONFLICT DO NOTHING
    RETURNING *
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, key_id, request_id, trace_id, detail, origin_hash)
    SELECT t.tenant_id, $15, 'task.created', $16, t.id, t.version, $17, $18, $19, $20, $21 FROM t
    WHERE (SELECT fresh_id($15))
)
SELECT tenant_id, id, created_by, created_at, updated_at, run_at, version, lease_epoch, attempt, max_attempts,
       timeout_seconds, priority, queued, is_failed, status::text AS status, kind, queue, worker_id, reference,
       idempotency_key, request_hash, trace_context, payload, result, error, finished_at
FROM t
