-- For one line of numbers from all workers (docs/adr/0023). Both tables are about processes and never about a tenant, so no
-- tenant stands in their keys.

-- When a worker last took the turn to write the line; one row, made by the first who does.
CREATE TABLE stats_turn (
    one      boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
    taken_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What each worker process counted since it started, and how much of that a line has told. No index names what reports change:
-- they are heap-only. Each row belongs to its worker but for the columns `..._logged`, which belong to whose turn it is.
CREATE TABLE worker_reports (
    seen_at        timestamptz NOT NULL,
    done           bigint      NOT NULL,
    retried        bigint      NOT NULL,
    failed         bigint      NOT NULL,
    rescued        bigint      NOT NULL,
    done_logged    bigint      NOT NULL,
    retried_logged bigint      NOT NULL,
    failed_logged  bigint      NOT NULL,
    rescued_logged bigint      NOT NULL,
    worker_id      text        COLLATE "C" NOT NULL PRIMARY KEY CHECK (octet_length(worker_id) BETWEEN 1 AND 128)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

GRANT SELECT, INSERT (taken_at), UPDATE (taken_at) ON stats_turn TO ctap_worker;
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at, done, retried, failed, rescued,
                                      done_logged, retried_logged, failed_logged, rescued_logged)
    ON worker_reports TO ctap_worker;

-- How many tasks of a queue are pending: who counts those that are due need not count two million of them.
GRANT SELECT (tenant_id, queue, status, count) ON task_counts TO ctap_worker;
GRANT SELECT (queue, status, change) ON task_count_changes TO ctap_worker;
