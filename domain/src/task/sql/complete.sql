-- Attempts of one tenant that ended well. Equality of lease_epoch is the fence: every exit from running raises it, so a
-- cancelled, rescued or already completed attempt matches no row. The worker's name only keeps out a made-up epoch. The ids also stand as an array: joined by epoch
-- alone the planner would read the tenant's whole history (its statistics say that one row has that epoch).
WITH v AS (
    SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::uuid[]) v(id, epoch, result, digest, audit_id)
), u AS (
    UPDATE tasks t
    SET status = 'done', result = v.result::jsonb, error = NULL, worker_id = NULL, lease_epoch = t.lease_epoch + 1,
        version = t.version + 1, finished_at = statement_timestamp(), updated_at = statement_timestamp()
    FROM v
    WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND t.id = v.id AND t.lease_epoch = v.epoch AND t.worker_id = $7
    RETURNING t.id, t.version, t.attempt, t.trace_context, v.epoch, v.digest, v.audit_id
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, lease_epoch, trace_id, detail)
    SELECT $1, audit_id, 'task.completed', 'worker:' || $7, id, version, attempt, epoch,
           substring(trace_context FROM 4 FOR 32), jsonb_build_object('result_sha256', digest)
    FROM u WHERE (SELECT fresh_id(($6::uuid[])[1]))
)
SELECT id, epoch FROM u
