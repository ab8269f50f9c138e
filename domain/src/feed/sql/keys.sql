-- The first $7 changes of a slice ($2 to $3) behind the position ($4, $5) and not behind transaction $6, in commit order.
-- Keys alone, and as two arrays: thousands of rows, each with its own description, would take ten times the memory.
SELECT coalesce(array_agg(xid ORDER BY xid, id), '{}') AS xids, coalesce(array_agg(id ORDER BY xid, id), '{}') AS ids
FROM (
    SELECT xid, id FROM audit_logs
    WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND seq IS NOT NULL
      AND xid BETWEEN $4 AND $6 AND (xid, id) > ($4, $5)
    ORDER BY xid, id LIMIT $7
) k
