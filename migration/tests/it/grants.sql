-- What each role may do with what is in the schema, one line per object and kind of access. Partitions have no grants.
WITH rights AS (
    SELECT a.grantee, 'table ' || c.relname AS object, a.privilege_type AS privilege, NULL AS column, 0 AS position
    FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT a.grantee, 'table ' || c.relname, a.privilege_type, t.attname, t.attnum
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN aclexplode(t.attacl) a
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT a.grantee, 'function ' || p.proname, a.privilege_type, NULL, 0
    FROM pg_proc p CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT a.grantee, 'schema public', a.privilege_type, NULL, 0
    FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a WHERE n.nspname = 'public'
)
SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END || ': ' || object || ' ' || privilege
       || coalesce(' (' || string_agg("column", ', ' ORDER BY "column" COLLATE "C") || ')', '')
FROM rights
WHERE grantee = 0 OR grantee::regrole::text IN ('ctap_api', 'ctap_worker', 'ctap_auditor')
GROUP BY grantee, object, privilege, "column" IS NULL
ORDER BY 1
