-- The first $3 queues of a tenant by name, those of $2 unless it is NULL, each with how many tasks are in which state: the
-- counters and what was not yet added to them, at one snapshot. A counter that went back to 0 still tells that the queue
-- is there.
WITH c AS MATERIALIZED (
    SELECT queue, status, sum(count) AS count
    FROM (SELECT queue, status, count FROM task_counts
          WHERE tenant_id = $1 AND ($2::text[] IS NULL OR queue = ANY ($2))
          UNION ALL
          SELECT queue, status, change FROM task_count_changes
          WHERE tenant_id = $1 AND ($2::text[] IS NULL OR queue = ANY ($2))) v
    GROUP BY queue, status
), page AS (
    SELECT name FROM (
        SELECT queue AS name FROM c
        UNION SELECT name FROM queues WHERE tenant_id = $1 AND ($2::text[] IS NULL OR name = ANY ($2))) v
    ORDER BY name LIMIT $3
)
SELECT p.name, q.paused_at, c.status::text AS status, c.count::bigint AS count
FROM page p
LEFT JOIN queues q ON q.tenant_id = $1 AND q.name = p.name
LEFT JOIN c ON c.queue = p.name AND c.count > 0
ORDER BY p.name, c.status
