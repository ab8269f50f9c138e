-- The first administrator: the user `admin` of the platform's tenant (made when missing) and a key of which only the hash is
-- known here ($1 its id, $2 its hash, $3 days it lives), with the audit rows that domain's functions write for both.
-- Ids are UUIDv7 by this database's clock: the time, then a counter that keeps them in order, then randomness.
WITH ids AS MATERIALIZED (
    SELECT n, overlay(overlay(replace(gen_random_uuid()::text, '-', '') PLACING
               lpad(to_hex(floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint), 12, '0') FROM 1)
               PLACING '7' || lpad(to_hex(n), 3, '0') FROM 13)::uuid AS id
    FROM generate_series(1, 3) n
), made AS (
    INSERT INTO users (tenant_id, id, name)
    SELECT '00000000-0000-7000-8000-000000000001', id, 'admin' FROM ids WHERE n = 1
    ON CONFLICT (tenant_id, name) DO NOTHING
    RETURNING tenant_id, id
), admin AS (
    SELECT tenant_id, id FROM made
    UNION ALL
    SELECT tenant_id, id FROM users WHERE tenant_id = '00000000-0000-7000-8000-000000000001' AND name = 'admin'
), key AS (
    INSERT INTO api_keys (tenant_id, user_id, id, name, scopes, secret_hash, expires_at)
    SELECT tenant_id, id, $1, 'first administrator', ARRAY['audit:read', 'admin', 'platform'], $2,
           statement_timestamp() + $3 * interval '1 day'
    FROM admin
    RETURNING tenant_id, user_id, id, name, scopes
)
INSERT INTO audit_logs (tenant_id, id, action, actor, target, detail)
SELECT tenant_id, (SELECT id FROM ids WHERE n = 2), 'user.created', 'system:migrate', made.id::text,
       jsonb_build_object('name', 'admin')
FROM made
UNION ALL
SELECT tenant_id, (SELECT id FROM ids WHERE n = 3), 'key.created', 'system:migrate', key.id,
       jsonb_build_object('user', user_id, 'name', name, 'scopes', scopes, 'lifetime_seconds', $3 * 86400)
FROM key
