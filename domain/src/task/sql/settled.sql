-- Of attempts whose epoch has passed: which ended by this worker's own write of the same kind ($6)? The answer to that
-- commit was lost, and the worker repeats itself.
SELECT DISTINCT v.id, v.epoch
FROM unnest($2::uuid[], $3::bigint[]) v(id, epoch)
JOIN audit_logs a ON a.tenant_id = $1 AND a.task_id = v.id AND a.lease_epoch = v.epoch
WHERE a.seq IS NOT NULL AND a.actor = 'worker:' || $4 AND a.action = ANY ($6) AND a.id >= $5
