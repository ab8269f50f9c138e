-- Tenants behind $1 that have changes of counters: a loose scan of the index by tenant, whose cost grows with the tenants
-- found and not with their changes.
WITH RECURSIVE t AS (
    (SELECT tenant_id FROM task_count_changes WHERE tenant_id > $1 ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT n.tenant_id FROM t CROSS JOIN LATERAL (
        SELECT c.tenant_id FROM task_count_changes c WHERE c.tenant_id > t.tenant_id ORDER BY c.tenant_id LIMIT 1) n
)
SELECT tenant_id FROM t LIMIT $2
