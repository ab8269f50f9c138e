-- The trail. Appended to by the statement that changes the task, never changed. Gaplessness of seq comes from the task
-- row's lock. No foreign key to tasks (it costs a third of the drain rate): pruned tasks keep their trail.
-- timestamp and xid are only ever set by their defaults: the grants leave them out.
CREATE TABLE audit_logs (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    "timestamp" timestamptz NOT NULL DEFAULT statement_timestamp(),
    xid         bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    action      text        COLLATE "C" NOT NULL,
    actor       text        COLLATE "C" NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 160),
    task_id     uuid,
    seq         bigint,
    lease_epoch bigint,
    attempt     integer,
    reason      text        COLLATE "C" CHECK (octet_length(reason) <= 128),
    key_id      text        COLLATE "C" CHECK (octet_length(key_id) <= 64),
    target      text        COLLATE "C" CHECK (octet_length(target) <= 255),
    request_id  text        COLLATE "C" CHECK (octet_length(request_id) <= 128),
    trace_id    text        COLLATE "C" CHECK (octet_length(trace_id) <= 32),
    detail      jsonb,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_logs_action CHECK (action IN (
        'task.created', 'task.started', 'task.completed', 'task.failed', 'task.retry_scheduled', 'task.released',
        'task.rescued', 'task.cancelled', 'task.retried', 'task.result_refused',
        'tenant.created', 'user.created', 'key.created')),
    CONSTRAINT audit_logs_seq_has_task CHECK (seq IS NULL OR (task_id IS NOT NULL AND seq >= 1))
) PARTITION BY RANGE (id);

CREATE INDEX audit_logs_task ON audit_logs (task_id, seq);

-- The smallest uuid a UUIDv7 made at that time can be: its first 48 bits are the milliseconds since 1970.
CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN rpad(lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;

-- Refuses a transition whose audit id was not made just now: readers of a feed find the rows of running transactions by
-- the time in their id, so a writer that stood still between making the id and sending the statement must try again with
-- a new one. Called once per statement, and never answers false: a transition must not lose its audit row.
CREATE FUNCTION fresh_id(id uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF id IS NULL
        OR id < public.uuid_floor(statement_timestamp() - interval '5 seconds')
        OR id > public.uuid_floor(statement_timestamp() + interval '5 seconds') THEN
        RAISE EXCEPTION 'stale id' USING ERRCODE = 'serialization_failure',
            HINT = 'The audit id must be made within 5 seconds of the database clock: synchronise and try again.';
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION audit_logs_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'audit_logs is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- A statement trigger of the parent does not fire when a partition is addressed directly, so every table carries its own.
CREATE FUNCTION audit_logs_guard(relation regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_logs_refuse_change()', relation);
END $$;

CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;
SELECT audit_logs_guard('audit_logs'), audit_logs_guard('audit_logs_default');

-- Makes the partitions of this month and the next `months_ahead`, with their triggers. Cheap when there is nothing to do
-- (no lock is taken), safe when called twice at once. SECURITY DEFINER: the worker calls it and owns nothing.
-- A month whose rows already went to the default partition cannot be made any more: that is a warning, not a failure.
CREATE FUNCTION ensure_partitions(months_ahead integer DEFAULT 3) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
BEGIN
    FOR offset_months IN 0 .. least(greatest(months_ahead, 0), 24) LOOP
        month := date_trunc('month', statement_timestamp()) + make_interval(months => offset_months);
        name := 'audit_logs_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        -- A table lock, not an advisory one: only it makes this session notice what another has just created.
        LOCK TABLE public.audit_logs IN SHARE UPDATE EXCLUSIVE MODE;
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_logs FOR VALUES FROM (%L) TO (%L)',
                           name, uuid_floor(month), uuid_floor(month + interval '1 month'));
            PERFORM audit_logs_guard(('public.' || name)::regclass);
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            RAISE WARNING 'audit_logs: % not made, its rows are in audit_logs_default', name;
        END;
    END LOOP;
    RETURN made;
END $$;

SELECT ensure_partitions();
