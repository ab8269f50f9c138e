-- Whose key is it, and may it be used now? The only read that starts without a tenant: the key's id leads to it.
SELECT k.tenant_id, t.name AS tenant_name, k.user_id, u.name AS user_name, k.secret_hash,
       (k.revoked_at IS NULL AND k.expires_at > statement_timestamp()
        AND u.disabled_at IS NULL AND t.disabled_at IS NULL) AS usable
FROM api_keys k
JOIN tenants t ON t.id = k.tenant_id
JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
WHERE k.id = $1
