-- Removes leases whose last task is finished. Locked in key order, as in heartbeat.sql.
DELETE FROM leases x USING (
    SELECT id FROM leases WHERE tenant_id = $1 AND id = ANY ($2) AND worker_id = $3 ORDER BY id FOR UPDATE
) l
WHERE x.tenant_id = $1 AND x.id = l.id
