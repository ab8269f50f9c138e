-- Many new tasks of one tenant and their audit rows, in one statement. Rows go in the order in which the arrays name
-- them, and the caller sorts those by key or by reference: of two batches with the same keys one waits at the first that
-- they share, so they never wait for each other. ($2 are the ids in that order, which is not the order of the request.)
-- ON CONFLICT DO NOTHING as in create.sql: the caller reads what stood in the way of the rows that did not come back.
-- A past time means now, as there.
-- The transaction's number comes first, as in create.sql: here each of many keys may be waited for.
-- '' stands for NULL where an empty text is not allowed anyway: the driver's arrays hold no NULL.
WITH v AS (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[], $6::smallint[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::text[])
        WITH ORDINALITY v(id, run_at, max_attempts, timeout_seconds, priority, kind, queue, reference, idempotency_key,
                          request_hash, payload, audit_id, detail, position)
), t AS (
    INSERT INTO tasks (tenant_id, id, created_by, run_at, version, lease_epoch, attempt, max_attempts, timeout_seconds,
                       status, priority, queued, is_failed, kind, queue, reference, idempotency_key, request_hash,
                       trace_context, payload)
    SELECT $1, id, $15, greatest(nullif(run_at, '')::timestamptz, statement_timestamp()), 1, 0, 0, max_attempts,
           timeout_seconds, 'pending', priority, true, false, kind, queue, nullif(reference, ''),
           nullif(idempotency_key, ''), decode(nullif(request_hash, ''), 'hex'), $16, payload::jsonb
    FROM v WHERE (SELECT pg_current_xact_id() IS NOT NULL) ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING *
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, key_id, request_id, trace_id, detail, origin_hash)
    SELECT t.tenant_id, v.audit_id, 'task.created', $17, t.id, t.version, $18, $19, $20, v.detail::jsonb, $21
    FROM t JOIN v USING (id)
    WHERE (SELECT fresh_id(($13::uuid[])[1]))
)
SELECT tenant_id, id, created_by, created_at, updated_at, run_at, version, lease_epoch, attempt, max_attempts,
       timeout_seconds, priority, queued, is_failed, status::text AS status, kind, queue, worker_id, reference,
       idempotency_key, request_hash, trace_context, error, finished_at
FROM t
