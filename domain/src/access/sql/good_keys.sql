-- Of these keys those that may be used now.
SELECT k.tenant_id, k.id
FROM unnest($1::uuid[], $2::text[]) v(tenant_id, id)
JOIN api_keys k ON k.tenant_id = v.tenant_id AND k.id = v.id
JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
JOIN tenants t ON t.id = k.tenant_id
WHERE k.revoked_at IS NULL AND k.expires_at > statement_timestamp() AND u.disabled_at IS NULL AND t.disabled_at IS NULL
