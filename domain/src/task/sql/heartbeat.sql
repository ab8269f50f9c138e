-- Extends every lease a worker still has, in one statement, and tells which those are. Rows are locked in key order, so
-- that it cannot deadlock with the worker's own completions. A lease that ran out but was not rescued yet is extended.
WITH l AS MATERIALIZED (
    SELECT l.tenant_id, l.id FROM leases l
    JOIN unnest($2::uuid[], $3::uuid[]) v(tenant_id, id) ON l.tenant_id = v.tenant_id AND l.id = v.id
    WHERE l.worker_id = $1
    ORDER BY l.tenant_id, l.id FOR UPDATE OF l
)
UPDATE leases x SET lease_until = statement_timestamp() + $4 * interval '1 millisecond'
FROM l WHERE x.tenant_id = l.tenant_id AND x.id = l.id
RETURNING x.tenant_id, x.id
