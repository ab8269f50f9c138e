-- How many tasks a tenant has, by queue, kind and status, kept by the statements that change them. Counting the tasks
-- themselves takes a scan of the tenant's history: no index may name what completion changes, and an index scan of two
-- million rows is no less. docs/adr/0012 has the alternatives and their figures.
--
-- The hot path only appends: one row per statement and changed number, so no two transactions wait for the same counter.
-- fold_task_counts adds them up behind their backs; a reader adds the two tables, and is exact at its snapshot.
CREATE TABLE task_counts (
    tenant_id uuid        NOT NULL,
    count     bigint      NOT NULL,
    status    task_status NOT NULL,
    queue     text        COLLATE "C" NOT NULL,
    kind      text        COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, queue, kind, status)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);

CREATE TABLE task_count_changes (
    tenant_id uuid        NOT NULL,
    change    bigint      NOT NULL,
    status    task_status NOT NULL,
    queue     text        COLLATE "C" NOT NULL,
    kind      text        COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE INDEX task_count_changes_tenant ON task_count_changes (tenant_id);

-- Triggers and not a part of each transition: processes of an older version, pruning and repairs by hand count as well.
-- SECURITY DEFINER: nobody may write the counts but by changing tasks.
CREATE FUNCTION tasks_count_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.task_count_changes (tenant_id, queue, kind, status, change)
    SELECT tenant_id, queue, kind, status, count(*) FROM now_there GROUP BY tenant_id, queue, kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION tasks_count_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.task_count_changes (tenant_id, queue, kind, status, change)
    SELECT tenant_id, queue, kind, status, sum(change)
    FROM (SELECT tenant_id, queue, kind, status, 1 AS change FROM now_there
          UNION ALL SELECT tenant_id, queue, kind, status, -1 FROM was_there) v
    GROUP BY tenant_id, queue, kind, status HAVING sum(change) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION tasks_count_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.task_count_changes (tenant_id, queue, kind, status, change)
    SELECT tenant_id, queue, kind, status, -count(*) FROM was_there GROUP BY tenant_id, queue, kind, status;
    RETURN NULL;
END $$;

CREATE TRIGGER count_inserted AFTER INSERT ON tasks REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_count_inserted();
CREATE TRIGGER count_updated AFTER UPDATE ON tasks REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_count_updated();
CREATE TRIGGER count_deleted AFTER DELETE ON tasks REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_count_deleted();

-- What is there already. Nothing comes between it and the triggers: they were made in this transaction and hold the table.
INSERT INTO task_counts (tenant_id, queue, kind, status, count)
SELECT tenant_id, queue, kind, status, count(*) FROM tasks GROUP BY tenant_id, queue, kind, status;

-- Adds one tenant's changes to its counts; answers how many rows they were. Whoever comes second while one is at it goes
-- away: the next pass is a second later. Counters are kept at 0: a queue that is idle now and then keeps its rows.
CREATE FUNCTION fold_task_counts(of_tenant uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ctap counts ' || of_tenant, 0)) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM public.task_count_changes WHERE tenant_id = of_tenant RETURNING queue, kind, status, change
    ), added AS (
        INSERT INTO public.task_counts (tenant_id, queue, kind, status, count)
        SELECT of_tenant, queue, kind, status, sum(change) FROM gone GROUP BY queue, kind, status
        ON CONFLICT (tenant_id, queue, kind, status) DO UPDATE SET count = task_counts.count + excluded.count
        WHERE excluded.count <> 0
    )
    SELECT count(*) INTO folded FROM gone;
    RETURN folded;
END $$;

REVOKE ALL ON FUNCTION tasks_count_inserted(), tasks_count_updated(), tasks_count_deleted(), fold_task_counts(uuid) FROM PUBLIC;
GRANT SELECT ON task_counts, task_count_changes TO ctap_api, ctap_worker;
GRANT EXECUTE ON FUNCTION fold_task_counts(uuid) TO ctap_api, ctap_worker;
