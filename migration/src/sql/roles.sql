-- Group roles, outside the migrations because roles belong to the cluster and not to this database. Two databases of one
-- cluster may be set up at the same moment, and "create if missing" is not atomic there: who comes second finds either
-- the finished role or a unique violation, and both mean that the role is there.
-- Then the login becomes a member of ctap_owner, as which all else is done. (From PostgreSQL 16 on a login without
-- superuser rights may do that for roles that it made itself, up to 15 for all.)
DO $$
DECLARE
    wanted text;
    may_be text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ctap_owner', 'ctap_api', 'ctap_worker', 'ctap_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the role % is missing and % may not make it: give that login CREATEROLE, or make the role',
                        wanted, session_user USING ERRCODE = 'insufficient_privilege';
            END;
        END IF;
    END LOOP;
    IF NOT pg_catalog.pg_has_role(session_user, 'ctap_owner', may_be) THEN
        BEGIN
            EXECUTE format('GRANT ctap_owner TO %I', session_user);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION '% may not act as ctap_owner: run GRANT ctap_owner TO % as who made that role, or as a superuser',
                session_user, quote_ident(session_user) USING ERRCODE = 'insufficient_privilege';
        END;
    END IF;
END $$;
