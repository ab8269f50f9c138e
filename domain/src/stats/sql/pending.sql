-- How many tasks of these pairs ($1 tenants, $2 queues) may be claimed now, and when the first of them was due.
-- * A loose scan over the priorities of each pair (as in task/sql/ready.sql), whose first and last entries say whether all of
--   its tasks are due. Then nothing is counted: it is what the kept counts say.
-- * Of other pairs the due tasks are counted, as many at most as is their share of $3; if there are more, the tasks of later
--   are, and the rest is due. Only where both are more is the answer too low: the share.
-- * The ORDER BYs under the LIMITs keep to the claim index, whatever the planner believes of a table it knows nothing of.
-- * now(), not statement_timestamp(): the pages of pairs are read in one transaction, at one snapshot and one time.
-- One of the reads across tenants.
WITH pair AS MATERIALIZED (
    SELECT p.tenant_id, p.queue, d.*
    FROM unnest($1::uuid[], $2::text[]) p(tenant_id, queue) CROSS JOIN LATERAL (
        WITH RECURSIVE prio AS (
            (SELECT t.priority, t.run_at FROM tasks t
             WHERE t.tenant_id = p.tenant_id AND t.queue = p.queue AND t.queued
             ORDER BY t.priority DESC, t.run_at LIMIT 1)
            UNION ALL
            SELECT n.priority, n.run_at FROM prio o CROSS JOIN LATERAL (
                SELECT t.priority, t.run_at FROM tasks t
                WHERE t.tenant_id = p.tenant_id AND t.queue = p.queue AND t.queued AND t.priority < o.priority
                ORDER BY t.priority DESC, t.run_at LIMIT 1) n
        )
        SELECT array_agg(priority) AS priorities, min(run_at) AS first_at, max(l.last_at) AS last_at
        FROM prio CROSS JOIN LATERAL (
            SELECT t.run_at AS last_at FROM tasks t
            WHERE t.tenant_id = p.tenant_id AND t.queue = p.queue AND t.queued AND t.priority = prio.priority
            ORDER BY t.priority, t.run_at DESC LIMIT 1) l
    ) d
    WHERE d.first_at <= now()
), kept AS MATERIALIZED (
    SELECT tenant_id, queue, sum(count)::bigint AS count
    FROM (SELECT tenant_id, queue, count FROM task_counts WHERE tenant_id = ANY ($1) AND status = 'pending'
          UNION ALL
          SELECT tenant_id, queue, change FROM task_count_changes WHERE tenant_id = ANY ($1) AND status = 'pending') v
    GROUP BY tenant_id, queue
), asked AS MATERIALIZED (
    SELECT pair.*, kept.count, $3::bigint / greatest(1, count(*) FILTER (WHERE last_at > now()) OVER ()) AS share
    FROM pair LEFT JOIN kept USING (tenant_id, queue)
)
SELECT coalesce(sum(CASE WHEN last_at <= now() THEN asked.count WHEN due.count < share OR later.count = share THEN due.count
                         ELSE asked.count - later.count END), 0)::bigint AS pending,
       coalesce(extract(epoch FROM now() - min(first_at)), 0)::double precision AS oldest_seconds
FROM asked CROSS JOIN LATERAL (
    SELECT count(*) FROM (
        SELECT FROM unnest(priorities) p(priority) CROSS JOIN LATERAL (
            SELECT FROM tasks t
            WHERE t.tenant_id = asked.tenant_id AND t.queue = asked.queue AND t.queued AND t.priority = p.priority
              AND t.run_at <= now() AND asked.last_at > now()
            ORDER BY t.run_at LIMIT asked.share) r LIMIT asked.share) n
) due CROSS JOIN LATERAL (
    SELECT count(*) FROM (
        SELECT FROM unnest(priorities) p(priority) CROSS JOIN LATERAL (
            SELECT FROM tasks t
            WHERE t.tenant_id = asked.tenant_id AND t.queue = asked.queue AND t.queued AND t.priority = p.priority
              AND t.run_at > now() AND due.count = asked.share
            ORDER BY t.run_at LIMIT asked.share) r LIMIT asked.share) n
) later
