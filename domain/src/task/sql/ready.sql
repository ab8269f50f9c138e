-- Which (tenant, queue) have work, and when their next task is due: a loose scan of the claim index, first over the pairs
-- behind ($2, $3), then over the priorities of each. Its cost grows with the pairs and priorities looked at, not with the
-- tasks; the LIMIT stops the recursion, so a page costs the same however many pairs there are. Pages are read until one is
-- not full: were the scan to end after so many pairs, one tenant's thousand queues would hide everybody else's.
-- One of the reads across tenants; what it finds is claimed tenant by tenant.
WITH RECURSIVE pair AS (
    (SELECT tenant_id, queue FROM tasks WHERE queued AND (tenant_id, queue) > ($2::uuid, $3::text)
     ORDER BY tenant_id, queue LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, n.queue FROM pair p CROSS JOIN LATERAL (
        SELECT t.tenant_id, t.queue FROM tasks t
        WHERE t.queued AND (t.tenant_id, t.queue) > (p.tenant_id, p.queue)
        ORDER BY t.tenant_id, t.queue LIMIT 1) n
), page AS MATERIALIZED (
    SELECT tenant_id, queue FROM pair LIMIT $1
)
SELECT p.tenant_id, p.queue, d.due_in_ms,
       EXISTS (SELECT FROM queues q WHERE q.tenant_id = p.tenant_id AND q.name = p.queue AND q.paused_at IS NOT NULL) AS paused
FROM page p CROSS JOIN LATERAL (
    WITH RECURSIVE prio AS (
        (SELECT t.priority, t.run_at FROM tasks t
         WHERE t.tenant_id = p.tenant_id AND t.queue = p.queue AND t.queued
         ORDER BY t.priority DESC, t.run_at LIMIT 1)
        UNION ALL
        SELECT n.priority, n.run_at FROM prio o CROSS JOIN LATERAL (
            SELECT t.priority, t.run_at FROM tasks t
            WHERE t.tenant_id = p.tenant_id AND t.queue = p.queue AND t.queued AND t.priority < o.priority
            ORDER BY t.priority DESC, t.run_at LIMIT 1) n
    )
    SELECT greatest(0, ceil(extract(epoch FROM min(run_at) - statement_timestamp()) * 1000))::bigint AS due_in_ms FROM prio
) d
ORDER BY p.tenant_id, p.queue
