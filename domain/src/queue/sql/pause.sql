-- Pauses a queue that is not paused, and says so in the trail; affects no row when it is.
WITH q AS (
    INSERT INTO queues (tenant_id, name, paused_at) VALUES ($1, $2, statement_timestamp())
    ON CONFLICT (tenant_id, name) DO UPDATE SET paused_at = statement_timestamp(), updated_at = statement_timestamp()
    WHERE queues.paused_at IS NULL
    RETURNING name
)
INSERT INTO audit_logs (tenant_id, id, action, actor, target, key_id, request_id, trace_id, reason, origin_hash)
SELECT $1, $3, $4, $5, 'queue:' || name, $6, $7, $8, $9, $10 FROM q
WHERE (SELECT fresh_id($3))
