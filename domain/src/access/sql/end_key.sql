-- Lets a key end in $3 seconds, or earlier if it was to end earlier. No row comes back when it had ended already.
UPDATE api_keys
SET expires_at = greatest(created_at + interval '1 microsecond',
                          least(expires_at, statement_timestamp() + $3 * interval '1 second'))
WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > statement_timestamp()
RETURNING tenant_id, id, user_id, name, secret_hash, created_at, expires_at, revoked_at, scopes, last_used_at
