CREATE TYPE task_status AS ENUM ('pending', 'running', 'done', 'failed', 'cancelled');

-- What is set for a queue; a queue without a row runs with the defaults.
CREATE TABLE queues (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    paused_at  timestamptz,
    name       text        COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    PRIMARY KEY (tenant_id, name)
);

-- Fixed-width NOT NULL columns first. fillfactor 60 leaves room for the new row version on the same page: completion is
-- then a heap-only update, because no index and no index predicate names a column that completion changes. That is why
-- `queued` and `is_failed` exist beside `status`: a predicate on `status` would end heap-only updates.
CREATE TABLE tasks (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    created_by      uuid        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    run_at          timestamptz NOT NULL,
    version         bigint      NOT NULL CHECK (version >= 1),
    lease_epoch     bigint      NOT NULL CHECK (lease_epoch >= 0),
    attempt         integer     NOT NULL,
    max_attempts    integer     NOT NULL CHECK (max_attempts BETWEEN 1 AND 100),
    timeout_seconds integer     NOT NULL CHECK (timeout_seconds BETWEEN 1 AND 86400),
    status          task_status NOT NULL,
    priority        smallint    NOT NULL CHECK (priority BETWEEN -100 AND 100),
    queued          boolean     NOT NULL,
    is_failed       boolean     NOT NULL,
    kind            text        COLLATE "C" NOT NULL CHECK (octet_length(kind) BETWEEN 1 AND 63),
    queue           text        COLLATE "C" NOT NULL CHECK (octet_length(queue) BETWEEN 1 AND 63),
    finished_at     timestamptz,
    worker_id       text        COLLATE "C" CHECK (octet_length(worker_id) BETWEEN 1 AND 128),
    reference       text        COLLATE "C" CHECK (octet_length(reference) BETWEEN 1 AND 255),
    idempotency_key text        COLLATE "C" CHECK (octet_length(idempotency_key) BETWEEN 1 AND 255),
    request_hash    bytea       CHECK (octet_length(request_hash) = 32),
    trace_context   text        COLLATE "C" CHECK (octet_length(trace_context) BETWEEN 1 AND 255),
    payload         jsonb       NOT NULL,
    result          jsonb,
    error           jsonb,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tasks_attempt_range CHECK (attempt BETWEEN 0 AND max_attempts),
    CONSTRAINT tasks_queued_is_pending CHECK (queued = (status = 'pending')),
    CONSTRAINT tasks_is_failed_is_failed CHECK (is_failed = (status = 'failed')),
    CONSTRAINT tasks_running_has_worker CHECK ((status = 'running') = (worker_id IS NOT NULL)),
    CONSTRAINT tasks_running_has_attempt CHECK (status <> 'running' OR attempt >= 1),
    CONSTRAINT tasks_final_has_end CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CONSTRAINT tasks_result_when_done CHECK (result IS NULL OR status = 'done'),
    CONSTRAINT tasks_failed_has_error CHECK (status <> 'failed' OR error IS NOT NULL),
    CONSTRAINT tasks_key_has_hash CHECK ((idempotency_key IS NULL) = (request_hash IS NULL))
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX tasks_claim ON tasks (tenant_id, queue, priority DESC, run_at, id) WHERE queued;
CREATE INDEX tasks_failed ON tasks (tenant_id, id) WHERE is_failed;
CREATE UNIQUE INDEX tasks_idempotency_key ON tasks (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX tasks_reference ON tasks (tenant_id, reference) WHERE reference IS NOT NULL;

-- One row per claimed batch. The rescuer and the "running" filter read only this small table: an index on the tasks'
-- own lease end would cost a tenth of the drain rate. No index names lease_until, so a heartbeat is heap-only.
CREATE TABLE leases (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    lease_until timestamptz NOT NULL,
    worker_id   text        COLLATE "C" NOT NULL CHECK (octet_length(worker_id) BETWEEN 1 AND 128),
    task_ids    uuid[]      NOT NULL,
    epochs      bigint[]    NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT leases_one_epoch_per_task CHECK (cardinality(task_ids) > 0 AND cardinality(task_ids) = cardinality(epochs))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
