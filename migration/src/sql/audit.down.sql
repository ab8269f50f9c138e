DROP TABLE audit_logs;
DROP FUNCTION ensure_partitions(integer);
DROP FUNCTION audit_logs_guard(regclass);
DROP FUNCTION audit_logs_refuse_change();
DROP FUNCTION fresh_id(uuid);
DROP FUNCTION uuid_floor(timestamptz);
