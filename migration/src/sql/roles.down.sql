REVOKE EXECUTE ON FUNCTION uuid_floor(timestamptz) FROM ctap_auditor;
REVOKE EXECUTE ON FUNCTION uuid_floor(timestamptz), fresh_id(uuid) FROM ctap_api, ctap_worker;
GRANT EXECUTE ON FUNCTION uuid_floor(timestamptz), fresh_id(uuid) TO PUBLIC;

REVOKE SELECT ON tasks, audit_logs, task_count_changes FROM ctap_worker;
GRANT SELECT ON tasks, audit_logs, task_counts, task_count_changes TO ctap_worker;

GRANT UPDATE (result) ON tasks TO ctap_api;
