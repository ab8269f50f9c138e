-- What stands in the way of a first administrator's key ($1 its id, $2 its hash).
SELECT (SELECT secret_hash = $2 FROM api_keys WHERE tenant_id = p.id AND id = $1) AS is_same,
       (SELECT k.id FROM api_keys k JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
        WHERE k.tenant_id = p.id AND k.id <> $1 AND k.scopes && ARRAY['admin', 'platform']
          AND k.revoked_at IS NULL AND k.expires_at > statement_timestamp() AND u.disabled_at IS NULL
        ORDER BY k.created_at LIMIT 1) AS other,
       EXISTS (SELECT FROM users WHERE tenant_id = p.id AND name = 'admin' AND disabled_at IS NOT NULL) AS is_disabled
FROM tenants p WHERE p.id = '00000000-0000-7000-8000-000000000001'
