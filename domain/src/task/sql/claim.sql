-- Claims up to $3 due tasks of one (tenant, queue) and writes their lease and audit rows.
-- * `prio` finds the priorities in use by a loose index scan: without it a claim would walk every *future* task of a
--   higher priority before it reaches the due ones of a lower (PostgreSQL 15 to 17 have no skip scan).
-- * `c` is MATERIALIZED and LIMITed inside and outside: under a nested-loop plan `id IN (SELECT ... LIMIT)` would be run
--   once per row and claim more than asked. Rows are pulled one by one, so no row is locked that is not claimed.
-- * The ids reach the UPDATE as an array: a join would hash the tenant's whole history.
-- * The transaction takes its number before anything is scanned (a one-time filter): readers of a feed trust that a row's id
--   is hardly older than the number (docs/adr/0007). The first lock of a row would take it too, but a scan may be long.
--   A number without a change costs no flush, and workers ask only where `ready` has seen work.
-- * A paused queue yields nothing. $5: the kinds this worker knows. $6: audit ids, one per possible row.
WITH RECURSIVE prio AS (
    (SELECT priority FROM tasks
     WHERE (SELECT pg_current_xact_id() IS NOT NULL)
       AND tenant_id = $1 AND queue = $2 AND queued
       AND NOT EXISTS (SELECT FROM queues q WHERE q.tenant_id = $1 AND q.name = $2 AND q.paused_at IS NOT NULL)
     ORDER BY priority DESC LIMIT 1)
    UNION ALL
    SELECT n.priority FROM prio p CROSS JOIN LATERAL (
        SELECT t.priority FROM tasks t
        WHERE t.tenant_id = $1 AND t.queue = $2 AND t.queued AND t.priority < p.priority
        ORDER BY t.priority DESC LIMIT 1) n
), c AS MATERIALIZED (
    SELECT d.id FROM prio p CROSS JOIN LATERAL (
        SELECT t.id FROM tasks t
        WHERE t.tenant_id = $1 AND t.queue = $2 AND t.queued AND t.priority = p.priority
          AND t.run_at <= statement_timestamp() AND t.kind = ANY ($5)
        ORDER BY t.run_at, t.id LIMIT $3 FOR UPDATE SKIP LOCKED) d
    LIMIT $3
), u AS (
    UPDATE tasks t
    SET status = 'running', queued = false, attempt = t.attempt + 1, lease_epoch = t.lease_epoch + 1,
        version = t.version + 1, worker_id = $4, updated_at = statement_timestamp()
    WHERE t.tenant_id = $1 AND t.id = ANY (ARRAY(SELECT id FROM c))
    RETURNING t.id, t.kind, t.payload, t.attempt, t.max_attempts, t.timeout_seconds, t.lease_epoch, t.version,
              t.trace_context, t.priority, t.run_at
), l AS (
    INSERT INTO leases (tenant_id, id, worker_id, lease_until, task_ids, epochs)
    SELECT $1, $7, $4, statement_timestamp() + $8 * interval '1 millisecond', array_agg(id), array_agg(lease_epoch)
    FROM u HAVING count(*) > 0
), a AS (
    INSERT INTO audit_logs (tenant_id, id, action, actor, task_id, seq, attempt, lease_epoch, trace_id)
    SELECT $1, ($6::uuid[])[row_number() OVER ()], 'task.started', 'worker:' || $4, id, version, attempt, lease_epoch,
           substring(trace_context FROM 4 FOR 32)
    FROM u WHERE (SELECT fresh_id(($6::uuid[])[1]))
)
SELECT id, kind, payload, attempt, max_attempts, timeout_seconds, lease_epoch, version, trace_context,
       (extract(epoch FROM statement_timestamp() - run_at) * 1000)::bigint AS waited_ms
FROM u ORDER BY priority DESC, run_at, id
