-- Resumes a queue that is paused, and says so in the trail; affects no row when it is not.
WITH q AS (
    UPDATE queues SET paused_at = NULL, updated_at = statement_timestamp()
    WHERE tenant_id = $1 AND name = $2 AND paused_at IS NOT NULL
    RETURNING name
)
INSERT INTO audit_logs (tenant_id, id, action, actor, target, key_id, request_id, trace_id, reason, origin_hash)
SELECT $1, $3, $4, $5, 'queue:' || name, $6, $7, $8, $9, $10 FROM q
WHERE (SELECT fresh_id($3))
