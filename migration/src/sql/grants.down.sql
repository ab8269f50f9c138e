-- The roles stay: they belong to the cluster, and another database may use them.
REVOKE ALL ON seaql_migrations, tenants, users, api_keys, queues, tasks, leases, audit_logs FROM ctap_api, ctap_worker, ctap_auditor;
REVOKE ALL ON FUNCTION ensure_partitions(integer) FROM ctap_worker;
REVOKE USAGE ON SCHEMA public FROM ctap_api, ctap_worker, ctap_auditor;
