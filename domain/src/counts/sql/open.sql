-- How many tasks of a tenant are pending or running: the counters and what was not yet added to them, at one snapshot.
SELECT coalesce(sum(count), 0)::bigint AS open
FROM (SELECT status, count FROM task_counts WHERE tenant_id = $1
      UNION ALL SELECT status, change FROM task_count_changes WHERE tenant_id = $1) v
WHERE status IN ('pending', 'running')
