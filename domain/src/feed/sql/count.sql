-- How many rows a tenant's trail has between two places, or $4 if it has more: how far a reader who is behind may look at once.
-- The order makes the planner walk the key's index where it knows how much there is; where it does not, and sorts, the
-- caller's ranges, each as long as all before it, bound what it sorts.
SELECT count(*) AS rows
FROM (SELECT FROM audit_logs WHERE tenant_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT $4) s
