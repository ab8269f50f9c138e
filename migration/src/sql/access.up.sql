-- What a key may do. The keys there are could do everything within their tenant, and keep that; a new key says its scopes.
ALTER TABLE api_keys
    ADD COLUMN scopes text[] COLLATE "C" NOT NULL
        DEFAULT ARRAY['tasks:read', 'tasks:write', 'tasks:operate', 'audit:read', 'admin'],
    ADD COLUMN last_used_at timestamptz,
    ADD CONSTRAINT api_keys_scopes CHECK (scopes <@ ARRAY['tasks:read', 'tasks:write', 'tasks:operate', 'tasks:work',
                                                          'audit:read', 'admin', 'platform']
                                          AND cardinality(scopes) BETWEEN 1 AND 7),
    -- Only users of the platform tenant may be given what reaches over the walls.
    ADD CONSTRAINT api_keys_platform CHECK (NOT 'platform' = ANY (scopes)
                                            OR tenant_id = '00000000-0000-7000-8000-000000000001');
ALTER TABLE api_keys ALTER COLUMN scopes DROP DEFAULT;

-- Of a user's live keys, for the rule that there are at most two of one name (a rotation's old and new one).
CREATE INDEX api_keys_of_user ON api_keys (tenant_id, user_id, id);

-- How many tasks of a tenant may be pending or running; NULL is the default of the API's settings.
ALTER TABLE tenants ADD COLUMN max_open_tasks bigint CHECK (max_open_tasks >= 0);

-- Where actions came from. The trail holds only the salted hash, so that a person's address can be erased and the trail
-- still verifies. One row per tenant, address and client, not per action: its salt is random, so that the hash of an
-- address cannot be found by trying all addresses once the row is gone.
CREATE TABLE audit_origins (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    salt       bytea       NOT NULL CHECK (octet_length(salt) = 32),
    address    text        COLLATE "C" NOT NULL CHECK (octet_length(address) BETWEEN 1 AND 45),
    user_agent text        COLLATE "C" NOT NULL CHECK (octet_length(user_agent) <= 255),
    PRIMARY KEY (tenant_id, hash),
    UNIQUE (tenant_id, address, user_agent)
);

-- SHA-256 of salt, address, a zero byte and user agent.
ALTER TABLE audit_logs ADD COLUMN origin_hash bytea CHECK (octet_length(origin_hash) = 32);

GRANT INSERT (id, name, max_open_tasks), UPDATE (disabled_at) ON tenants TO ctap_api;
GRANT INSERT (tenant_id, id, name), UPDATE (disabled_at) ON users TO ctap_api;
GRANT INSERT (tenant_id, id, user_id, name, scopes, secret_hash, expires_at), UPDATE (expires_at, revoked_at, last_used_at)
    ON api_keys TO ctap_api;
GRANT SELECT, INSERT (tenant_id, hash, salt, address, user_agent), DELETE ON audit_origins TO ctap_api;
GRANT INSERT (origin_hash) ON audit_logs TO ctap_api, ctap_worker;
GRANT SELECT (scopes, last_used_at) ON api_keys TO ctap_auditor;
GRANT SELECT ON audit_origins TO ctap_auditor;

-- NOT VALID: every row there is fits, because the old list is part of the new one; new rows are checked all the same.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_action;
ALTER TABLE audit_logs ADD CONSTRAINT audit_logs_action CHECK (action IN (
    'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
    'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
    'tenant.created', 'tenant.disabled', 'user.created', 'user.disabled', 'key.created', 'key.rotated', 'key.revoked',
    'auth.denied', 'auth.failed', 'audit.read', 'origins.erased', 'queue.paused', 'queue.resumed')) NOT VALID;
