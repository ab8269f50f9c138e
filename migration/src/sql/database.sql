-- The database is closed to who is none of ours, and what an earlier build made as its login becomes ctap_owner's.
-- Only the owner of the database may do the first; later runs may come from any member of ctap_owner.
DO $$
BEGIN
    IF pg_has_role(current_user, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')
        AND pg_has_role(current_user, (SELECT nspowner FROM pg_namespace WHERE nspname = 'public'), 'USAGE') THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO ctap_owner, ctap_api, ctap_worker, ctap_auditor, %I',
                       current_database(), session_user);
        -- Once: a member of ctap_owner grants as ctap_owner, who cannot do so to himself.
        IF NOT has_schema_privilege('ctap_owner', 'public', 'CREATE WITH GRANT OPTION') THEN
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            GRANT USAGE, CREATE ON SCHEMA public TO ctap_owner WITH GRANT OPTION;
        END IF;
    ELSIF NOT has_schema_privilege('ctap_owner', 'public', 'CREATE') THEN
        RAISE EXCEPTION 'ctap_owner may not create in the schema public and % may not allow it: run migrate once as the owner of '
            'the database %', session_user, current_database() USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

DO $$
DECLARE
    item record;
    is_ours boolean;
BEGIN
    IF to_regclass('public.seaql_migrations') IS NULL
        OR (SELECT relowner FROM pg_class WHERE oid = to_regclass('public.seaql_migrations')) = 'ctap_owner'::regrole THEN
        RETURN;
    END IF;
    SELECT count(*) = 0 OR bool_or(version = 'm20261123_000001_tenants') INTO is_ours FROM public.seaql_migrations;
    -- Another program's list, which SeaORM named alike: what follows will say so.
    IF NOT is_ours THEN
        RETURN;
    END IF;
    -- By name: what else there is in this schema is somebody else's. Nothing needs to be added here, since what later
    -- migrations make is made as ctap_owner.
    FOR item IN
        SELECT 'TABLE' AS kind, oid::regclass::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relowner <> 'ctap_owner'::regrole
          AND (relname IN ('seaql_migrations', 'tenants', 'users', 'api_keys', 'queues', 'tasks', 'leases', 'audit_logs',
                           'task_counts', 'task_count_changes', 'audit_origins')
               OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('public.audit_logs')))
        UNION ALL
        SELECT 'FUNCTION', oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner <> 'ctap_owner'::regrole
          AND proname IN ('uuid_floor', 'fresh_id', 'audit_logs_refuse_change', 'audit_logs_guard', 'ensure_partitions',
                          'tasks_count_inserted', 'tasks_count_updated', 'tasks_count_deleted', 'fold_task_counts')
        UNION ALL
        SELECT 'TYPE', oid::regtype::text FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typname = 'task_status' AND typowner <> 'ctap_owner'::regrole
        ORDER BY 1, 2
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO ctap_owner', item.kind, item.name);
    END LOOP;
END $$;
