//! What each role cannot do.

use sea_orm::ConnectionTrait;
use testkit::{Role, TestDb};

#[tokio::test]
async fn each_role_is_refused_what_it_has_no_business_with() {
    let db = TestDb::new().await;
    let auditor = boot::pool::connect(&db.config(Role::Auditor, 1), "test").await.unwrap();
    let cases: &[(&_, &str, &[&str])] = &[
        (
            &db.api,
            "api",
            &[
                "DELETE FROM tasks",
                "INSERT INTO tasks (tenant_id, id, created_at) SELECT id, id, now() FROM tenants",
                "UPDATE tasks SET payload = '{}'",
                "UPDATE tasks SET tenant_id = tenant_id",
                "INSERT INTO leases SELECT * FROM leases",
                "UPDATE leases SET lease_until = now()",
                "INSERT INTO api_keys SELECT * FROM api_keys",
                "UPDATE api_keys SET expires_at = now()",
                "INSERT INTO tenants SELECT * FROM tenants",
                "SELECT ensure_partitions()",
                "UPDATE queues SET name = 'x'",
                "DELETE FROM queues",
                "INSERT INTO task_counts SELECT * FROM task_counts",
                "UPDATE task_counts SET count = 0",
                "DELETE FROM task_count_changes",
                "CREATE TABLE loot (a int)",
                "UPDATE seaql_migrations SET version = version",
            ],
        ),
        (
            &db.worker,
            "worker",
            &[
                "INSERT INTO tasks SELECT * FROM tasks",
                "DELETE FROM tasks",
                "UPDATE tasks SET payload = '{}'",
                "SELECT * FROM api_keys",
                "SELECT * FROM users",
                "UPDATE leases SET worker_id = 'x'",
                "UPDATE queues SET paused_at = now()",
                "INSERT INTO task_count_changes SELECT * FROM task_count_changes",
                "DELETE FROM task_count_changes",
                "CREATE TABLE loot (a int)",
            ],
        ),
        (
            &auditor,
            "auditor",
            &[
                "SELECT payload FROM tasks",
                "SELECT secret_hash FROM api_keys",
                "UPDATE audit_logs SET actor = ''",
                "DELETE FROM tenants",
            ],
        ),
    ];
    for (connection, role, attacks) in cases {
        for attack in *attacks {
            let error = connection.execute_unprepared(attack).await.expect_err(attack).to_string();
            assert!(error.contains("permission denied"), "{role}: {attack}: {error}");
        }
    }
    auditor.execute_unprepared("SELECT * FROM audit_logs; SELECT name FROM tenants").await.unwrap();
}
