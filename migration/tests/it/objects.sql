WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = 'public')
SELECT 'relation ' || relname || ' ' || relkind::text || ' ' || coalesce(relacl::text, '') || ' ' || coalesce(reloptions::text, '')
FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours) AND relkind <> 't'
UNION ALL
SELECT 'column ' || c.relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
       || coalesce(pg_get_expr(adbin, adrelid), '') || ' ' || coalesce(attacl::text, '')
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
WHERE c.relnamespace IN (SELECT oid FROM ours) AND c.relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace IN (SELECT oid FROM ours)
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid
WHERE c.relnamespace IN (SELECT oid FROM ours) AND NOT tgisinternal
UNION ALL
SELECT 'function ' || pg_get_functiondef(oid) || ' ' || coalesce(proacl::text, '')
FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours) AND prokind = 'f'
UNION ALL
SELECT 'enum ' || typname || ' ' || (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) FROM pg_type t
WHERE typnamespace IN (SELECT oid FROM ours) AND typtype = 'e'
ORDER BY 1
