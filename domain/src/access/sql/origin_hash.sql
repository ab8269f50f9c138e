-- The hash under which a tenant knows an address and client; a new row, with the salt that is offered, when it does not.
-- No row comes back when another transaction has just made it: the snapshot of this statement does not show that.
WITH made AS (
    INSERT INTO audit_origins (tenant_id, hash, salt, address, user_agent)
    SELECT $1, $2, $3, $4, $5
    WHERE NOT EXISTS (SELECT FROM audit_origins WHERE tenant_id = $1 AND address = $4 AND user_agent = $5)
    ON CONFLICT DO NOTHING
    RETURNING hash
)
SELECT hash FROM audit_origins WHERE tenant_id = $1 AND address = $4 AND user_agent = $5
UNION ALL SELECT hash FROM made
LIMIT 1
