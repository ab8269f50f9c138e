-- Leases that ran out, oldest first. One of the reads across tenants; the table holds running batches only.
SELECT tenant_id, id, worker_id, cardinality(task_ids) AS tasks
FROM leases WHERE lease_until < statement_timestamp()
ORDER BY lease_until LIMIT $1
