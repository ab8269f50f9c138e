-- Which (tenant, queue) have work, and when their next task is due: a loose scan of the claim index, first over the pairs,
-- then over the priorities of each. Its cost grows with the pairs and priorities in use, not with the tasks.
-- One of the three reads across tenants; what it finds is claimed tenant by tenant.
WITH RECURSIVE pair AS (
    (SELECT tenant_id, queue FROM tasks WHERE queued ORDER BY tenant_id, queue LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, n.queue FROM pair p CROSS JOIN LATERAL (
        SELECT t.tenant_id, t.queue FROM tasks t
        WHERE t.queued AND (t.tenant_id, t.queue) > (p.tenant_id, p.queue)
        ORDER BY t.tenant_id, t.queue LIMIT 1) n
)
SELECT p.tenant_id, p.queue, d.due_in_ms
FROM pair p CROSS JOIN LATERAL (
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
WHERE NOT EXISTS (
    SELECT FROM queues q WHERE q.tenant_id = p.tenant_id AND q.name = p.queue AND q.paused_at IS NOT NULL)
ORDER BY p.tenant_id, p.queue
LIMIT $1
