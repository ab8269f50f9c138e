-- One login user of a process, as the settings ctap.* of this transaction say (a DO block takes no parameters).
-- NOINHERIT, and a role that every session begins in: a session has its group's rights and none of another, also where
-- DATABASE_ROLE is not set. The limits are a second wall behind those that the processes set themselves.
DO $$
DECLARE
    login text := current_setting('ctap.login');
    team text := current_setting('ctap.group');
    setting text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
        EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', login);
    ELSIF EXISTS (SELECT FROM pg_roles WHERE rolname = login
                  AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)) THEN
        RAISE EXCEPTION '% is there and has rights over the whole cluster: it is not touched; drop it or take them away', login
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT CONNECTION LIMIT %s PASSWORD %L', login,
                   current_setting('ctap.connections')::integer, current_setting('ctap.verifier'));
    IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = to_regrole(team) AND member = to_regrole(login)) THEN
        EXECUTE format('GRANT %I TO %I', team, login);
    END IF;
    FOREACH setting IN ARRAY string_to_array(current_setting('ctap.settings'), ';') LOOP
        EXECUTE format('ALTER ROLE %I SET %s', login, setting);
    END LOOP;
    -- Not by the group: who does not inherit cannot enter by its rights.
    IF NOT has_database_privilege(login, current_database(), 'CONNECT') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), login);
    END IF;
    IF NOT has_database_privilege(login, current_database(), 'CONNECT') THEN
        RAISE EXCEPTION '% may not be let into the database %: run migrate once as its owner', login, current_database()
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
