-- Where the counters, with what was not yet added to them, say another number than the tasks themselves. Reads everything.
SELECT format('tenant %s, queue %s, kind %s, %s: %s counted, %s there', tenant_id, queue, kind, status,
              coalesce(counted.count, 0), coalesce(there.count, 0))
FROM (SELECT tenant_id, queue, kind, status, sum(count) AS count
      FROM (SELECT tenant_id, queue, kind, status, count FROM task_counts
            UNION ALL SELECT tenant_id, queue, kind, status, change FROM task_count_changes) v
      GROUP BY tenant_id, queue, kind, status) counted
FULL JOIN (SELECT tenant_id, queue, kind, status, count(*) AS count FROM tasks GROUP BY tenant_id, queue, kind, status) there
    USING (tenant_id, queue, kind, status)
WHERE coalesce(counted.count, 0) <> coalesce(there.count, 0)
