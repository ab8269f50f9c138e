-- How many tasks of a tenant there are by state, by queue and state, and by kind and state: the counters and what was
-- not yet added to them, at one snapshot. $2: so many queues and kinds, by name; a tenant may invent any number of queues.
-- The last row says how many rows were not yet added.
WITH changes AS MATERIALIZED (
    SELECT queue, kind, status, change FROM task_count_changes WHERE tenant_id = $1
), c AS MATERIALIZED (
    SELECT queue, kind, status, sum(count) AS count
    FROM (SELECT queue, kind, status, count FROM task_counts WHERE tenant_id = $1
          UNION ALL SELECT queue, kind, status, change FROM changes) v
    GROUP BY queue, kind, status HAVING sum(count) > 0
)
SELECT 'all' AS grouping, NULL AS name, status::text AS status, sum(count)::bigint AS count FROM c GROUP BY status
UNION ALL
SELECT 'queue', queue, status::text, sum(count)::bigint FROM c
WHERE queue = ANY (ARRAY(SELECT DISTINCT queue FROM c ORDER BY queue LIMIT $2)) GROUP BY queue, status
UNION ALL
SELECT 'kind', kind, status::text, sum(count)::bigint FROM c
WHERE kind = ANY (ARRAY(SELECT DISTINCT kind FROM c ORDER BY kind LIMIT $2)) GROUP BY kind, status
UNION ALL
SELECT 'unfolded', NULL, NULL, count(*) FROM changes
