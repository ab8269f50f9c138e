-- Attempts of one tenant that ended badly: back to pending after a delay while attempts are left, else failed for good.
-- Fence and array as in complete.sql.
WITH v AS (
    SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::boolean[], $7::bigint[], $8::uuid[])
        v(id, epoch, code, message, for_good, delay_ms, audit_id)
), u AS (
    UPDATE tasks t
    SET status = CASE WHEN v.for_good OR t.attempt >= t.max_attempts THEN 'failed' ELSE 'pending' END::task_status,
        queued = NOT (v.for_good OR t.attempt >= t.max_attempts),
        is_failed = (v.for_good OR t.attempt >= t.max_attempts),
        run_at = CASE WHEN v.for_good OR t.attempt >= t.max_attempts THEN t.run_at
                      ELSE statement_timestamp() + v.delay_ms * interval '1 millisecond' END,
        finished_at = CASE WHEN v.for_good OR t.attempt >= t.max_attempts THEN statement_timestamp() END,
        error = jsonb_build_object('code', v.code, 'message', v.message),
        worker_id = NULL, lease_epoch = t.lease_epoch + 1, version = t.version + 1, updated_at = statement_timestamp()
    FROM v
    WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND t.id = v.id AND t.lease_epoch = v.epoch AND t.worker_id = $9
    RETURNING t.id, t.queue, t.version, t.attempt, t.is_failed, t.trace_context, v.epoch, v.code, v.message, v.delay_ms, v.audit_id
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, lease_epoch, trace_id, reason, detail)
    SELECT $1, audit_id, CASE WHEN is_failed THEN 'task.failed' ELSE 'task.retry_scheduled' END, 'worker:' || $9,
           id, version, attempt, epoch, substring(trace_context FROM 4 FOR 32), code,
           jsonb_build_object('message', message)
               || CASE WHEN is_failed THEN '{}' ELSE jsonb_build_object('retry_in_ms', delay_ms) END
    FROM u WHERE (SELECT fresh_id(($8::uuid[])[1]))
)
SELECT id, epoch, is_failed, queue FROM u
