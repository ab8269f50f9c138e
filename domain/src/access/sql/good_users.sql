-- Of these users those who may use their tokens now.
SELECT u.tenant_id, u.id
FROM unnest($1::uuid[], $2::uuid[]) v(tenant_id, id)
JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.id
JOIN tenants t ON t.id = u.tenant_id
WHERE u.disabled_at IS NULL AND t.disabled_at IS NULL
