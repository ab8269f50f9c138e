-- Who may use the platform. Every later table carries tenant_id in its primary key and in every unique index, so that a
-- key of one tenant can never tell another whether something exists, and so that the tables can be distributed by tenant.
CREATE TABLE tenants (
    id          uuid        PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    disabled_at timestamptz,
    name        text        COLLATE "C" NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);

-- Owns what belongs to no tenant (a refused login with an unknown key, say): tenant_id is NOT NULL everywhere.
INSERT INTO tenants (id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'platform');

CREATE TABLE users (
    tenant_id   uuid        NOT NULL REFERENCES tenants (id),
    id          uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    disabled_at timestamptz,
    name        text        COLLATE "C" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 128),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE api_keys (
    tenant_id   uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at  timestamptz NOT NULL,
    revoked_at  timestamptz,
    id          text        COLLATE "C" NOT NULL CHECK (id ~ '^[0-9A-Za-z]{12}$'),
    name        text        COLLATE "C" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 128),
    secret_hash bytea       NOT NULL CHECK (octet_length(secret_hash) = 32),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days')
);

-- A login knows the key's id and not yet the tenant. Not unique on purpose (see above): the hash decides.
CREATE INDEX api_keys_by_id ON api_keys (id);
