-- Trails of tasks, each in the order in which it happened and cut by itself: transitions by their seq (ids of two processes
-- made within the same millisecond do not tell), rows without a seq (a refused report) after the transitions that were
-- there when they were written. A trail is small: it is ordered as a whole, then filtered and cut. LATERAL, so that each
-- task is one look into the index by task and, with the floor of its ids, into the partitions since its creation.
-- $9 and $10: above and below the rows with these ids. $12: from the end.
SELECT t.*
FROM unnest($2::uuid[], $3::uuid[]) AS k (task_id, floor)
CROSS JOIN LATERAL (
    WITH trail AS (
        SELECT p.*, row_number() OVER (ORDER BY place, seq IS NULL, id) AS n
        FROM (
            SELECT a.tenant_id, a.id, a."timestamp", a.xid, a.action, a.actor, a.task_id, a.seq, a.lease_epoch, a.attempt,
                   a.reason, a.key_id, a.target, a.request_id, a.trace_id, a.detail, a.origin_hash,
                   coalesce(a.seq, max(a.seq) OVER (ORDER BY a."timestamp", a.id), 0) AS place
            FROM audit_logs a
            WHERE a.tenant_id = $1 AND a.task_id = k.task_id AND a.id >= k.floor
        ) p
    )
    SELECT * FROM trail
    WHERE ($4::text[] IS NULL OR action = ANY ($4))
      AND ($5::text[] IS NULL OR actor = ANY ($5))
      AND ($6::timestamptz[] IS NULL OR "timestamp" = ANY ($6))
      AND ($7::timestamptz IS NULL OR "timestamp" >= $7)
      AND ($8::timestamptz IS NULL OR "timestamp" <= $8)
      AND ($9::uuid IS NULL OR n > (SELECT n FROM trail WHERE id = $9))
      AND ($10::uuid IS NULL OR n < (SELECT n FROM trail WHERE id = $10))
    ORDER BY CASE WHEN $12 THEN -n ELSE n END
    LIMIT $11
) t
ORDER BY t.task_id, CASE WHEN $12 THEN -n ELSE n END
