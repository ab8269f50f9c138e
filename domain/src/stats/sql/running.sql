-- How many tasks are under a lease. One of the reads across tenants; the table holds running batches only. Not all that a lease
-- was made for: it stays until the last of them has ended. The LIMIT makes it a look per task and never a join with all tasks.
SELECT count(*) AS running
FROM leases l CROSS JOIN LATERAL unnest(l.task_ids, l.epochs) v(id, epoch) CROSS JOIN LATERAL (
    SELECT FROM tasks t
    WHERE t.tenant_id = l.tenant_id AND t.id = v.id AND t.lease_epoch = v.epoch AND t.status = 'running' LIMIT 1) r
