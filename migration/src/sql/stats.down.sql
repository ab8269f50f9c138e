REVOKE SELECT (queue, status, change) ON task_count_changes FROM ctap_worker;
REVOKE SELECT (tenant_id, queue, status, count) ON task_counts FROM ctap_worker;
DROP TABLE worker_reports;
DROP TABLE stats_turn;
