-- The last transaction that has a change between two places. Up to it nothing is missing in a slice that goes on far enough
-- behind $3.
SELECT max(xid) AS xid FROM audit_logs WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND seq IS NOT NULL
