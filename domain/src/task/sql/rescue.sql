-- Takes back what a dead worker held: the tasks of one expired lease that still carry the lease's epochs. Those with
-- attempts left are pending again at once, the others failed for good (a task that kills its workers ends here).
-- SKIP LOCKED: a heartbeat or another rescuer that holds the lease wins. $3: audit ids, one per possible row.
WITH l AS MATERIALIZED (
    SELECT task_ids, epochs, worker_id FROM leases
    WHERE tenant_id = $1 AND id = $2 AND lease_until < statement_timestamp()
    FOR UPDATE SKIP LOCKED
), v AS MATERIALIZED (
    SELECT v.id, v.epoch, l.worker_id, ($3::uuid[])[v.nth] AS audit_id
    FROM l CROSS JOIN LATERAL unnest(l.task_ids, l.epochs) WITH ORDINALITY v(id, epoch, nth)
    ORDER BY v.id
), u AS (
    UPDATE tasks t
    SET status = CASE WHEN t.attempt >= t.max_attempts THEN 'failed' ELSE 'pending' END::task_status,
        queued = t.attempt < t.max_attempts,
        is_failed = t.attempt >= t.max_attempts,
        finished_at = CASE WHEN t.attempt >= t.max_attempts THEN statement_timestamp() END,
        error = jsonb_build_object('code', 'WORKER_LOST', 'message', 'the lease ran out while a worker held the task'),
        worker_id = NULL, lease_epoch = t.lease_epoch + 1, version = t.version + 1, updated_at = statement_timestamp()
    FROM v
    WHERE t.tenant_id = $1 AND t.id = ANY (ARRAY(SELECT id FROM v)) AND t.id = v.id AND t.lease_epoch = v.epoch
    RETURNING t.id, t.queue, t.version, t.attempt, t.is_failed, t.trace_context, v.epoch, v.worker_id, v.audit_id
), d AS (
    DELETE FROM leases WHERE tenant_id = $1 AND id = $2 AND EXISTS (SELECT FROM l)
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, lease_epoch, trace_id, reason, detail)
    SELECT $1, audit_id, CASE WHEN is_failed THEN 'task.failed' ELSE 'task.rescued' END, 'system:rescuer',
           id, version, attempt, epoch, substring(trace_context FROM 4 FOR 32), 'WORKER_LOST',
           jsonb_build_object('worker', worker_id)
    FROM u WHERE (SELECT fresh_id(($3::uuid[])[1]))
)
-- One row at least when the lease was taken, also when none of its tasks was still held.
SELECT u.id, u.is_failed, u.queue FROM l LEFT JOIN u ON true
