-- A new key, unless the user has $8 live ones of that name; no row comes back then. The caller holds the user's row, so
-- that two at once cannot both find room.
INSERT INTO api_keys (tenant_id, id, user_id, name, scopes, secret_hash, expires_at)
SELECT $1, $2, $3, $4, $5, $6, statement_timestamp() + $7 * interval '1 second'
WHERE (SELECT count(*) FROM api_keys
       WHERE tenant_id = $1 AND user_id = $3 AND name = $4
         AND revoked_at IS NULL AND expires_at > statement_timestamp()) < $8
RETURNING tenant_id, id, user_id, name, secret_hash, created_at, expires_at, revoked_at, scopes, last_used_at
