-- Group roles, outside the migrations because roles belong to the cluster and not to this database. Two databases of one
-- cluster may be set up at the same moment, and "create if missing" is not atomic there: who comes second finds either
-- the finished role or a unique violation, and both mean that the role is there.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ctap_api', 'ctap_worker', 'ctap_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END $$;
