-- One task's trail in the order in which it happened: transitions by their seq (ids of two processes made within the same
-- millisecond do not tell), rows without a seq (a refused report) after the transitions that were there when they were
-- written. A trail is small: it is ordered as a whole, then filtered and cut. $10: newest first.
WITH trail AS (
    SELECT p.*, row_number() OVER (ORDER BY place, seq IS NULL, id) AS n
    FROM (
        SELECT a.*, coalesce(seq, max(seq) OVER (ORDER BY "timestamp", id), 0) AS place
        FROM audit_logs a
        WHERE tenant_id = $1 AND task_id = $2 AND id >= $3
    ) p
)
SELECT tenant_id, id, "timestamp", xid, action, actor, task_id, seq, attempt, lease_epoch, reason, key_id, target,
       request_id, trace_id, detail
FROM trail
WHERE (cardinality($4::text[]) = 0 OR action = ANY ($4))
  AND ($5::text IS NULL OR actor = $5)
  AND ($6::timestamptz IS NULL OR "timestamp" >= $6)
  AND ($7::timestamptz IS NULL OR "timestamp" < $7)
  AND ($8::uuid IS NULL OR CASE WHEN $10 THEN n < (SELECT n FROM trail WHERE id = $8)
                                ELSE n > (SELECT n FROM trail WHERE id = $8) END)
ORDER BY CASE WHEN $10 THEN -n ELSE n END
LIMIT $9
