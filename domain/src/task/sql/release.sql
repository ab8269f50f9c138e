-- Attempts of one tenant that a draining worker gives back: claimable at once, and the attempt is not charged.
-- Fence and array as in complete.sql. The audit row names the attempt that was taken back.
WITH v AS (
    SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[]) v(id, epoch, audit_id)
), u AS (
    UPDATE tasks t
    SET status = 'pending', queued = true, attempt = t.attempt - 1, worker_id = NULL, lease_epoch = t.lease_epoch + 1,
        version = t.version + 1, updated_at = statement_timestamp()
    FROM v
    WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND t.id = v.id AND t.lease_epoch = v.epoch AND t.worker_id = $5
    RETURNING t.id, t.queue, t.version, t.attempt + 1 AS attempt, t.trace_context, v.epoch, v.audit_id
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, lease_epoch, trace_id, reason)
    SELECT $1, audit_id, 'task.released', 'worker:' || $5, id, version, attempt, epoch,
           substring(trace_context FROM 4 FOR 32), $6
    FROM u WHERE (SELECT fresh_id(($4::uuid[])[1]))
)
SELECT id, epoch, queue FROM u
