-- Whose key is it, and may it be used now? The only read that starts without a tenant: the key's id leads to it.
-- `refusal` says what is wrong with the key whatever its secret; the caller compares the secret, in constant time, first.
SELECT k.tenant_id, t.name AS tenant_name, k.user_id, u.name AS user_name, k.secret_hash, k.scopes, k.expires_at,
       CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
            WHEN k.expires_at <= statement_timestamp() THEN 'expired'
            WHEN u.disabled_at IS NOT NULL THEN 'user_disabled'
            WHEN t.disabled_at IS NOT NULL THEN 'tenant_disabled' END AS refusal
FROM api_keys k
JOIN tenants t ON t.id = k.tenant_id
JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
WHERE k.id = $1
