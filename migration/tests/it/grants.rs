//! What each role can and cannot do. Roles of the processes, under which every other test of this workspace works too.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TryGetable};
use testkit::{Role, TestDb};

/// The grants, as they are to be: who changes one changes this list, and the table in docs/ARCHITECTURE.md.
const GRANTS: &str = include_str!("grants.txt");

/// For every role.
const ALL: &[&str] = &[
    "INSERT INTO audit_logs (tenant_id, id, action, actor, timestamp) SELECT id, id, 'key.created', 'x', now() FROM tenants",
    "INSERT INTO audit_logs (tenant_id, id, action, actor, xid) SELECT id, id, 'key.created', 'x', 1 FROM tenants",
    "UPDATE audit_logs SET actor = 'x'",
    "DELETE FROM audit_logs",
    "TRUNCATE audit_logs",
    "SELECT * FROM audit_logs_default",
    "INSERT INTO audit_logs_default (tenant_id, id, action, actor) SELECT id, id, 'key.created', 'x' FROM tenants",
    "UPDATE audit_logs_default SET actor = 'x'",
    "DELETE FROM audit_logs_default",
    "TRUNCATE audit_logs_default",
    "DROP TABLE audit_logs_default",
    "ALTER TABLE audit_logs DETACH PARTITION audit_logs_default",
    "ALTER TABLE audit_logs DISABLE TRIGGER append_only",
    "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
    "ALTER TABLE audit_logs ALTER COLUMN timestamp DROP DEFAULT",
    "ALTER TABLE tasks OWNER TO CURRENT_USER",
    "CREATE TRIGGER loot BEFORE INSERT ON audit_logs EXECUTE FUNCTION audit_logs_refuse_change()",
    "DROP TRIGGER append_only ON audit_logs",
    "CREATE OR REPLACE FUNCTION fresh_id(id uuid) RETURNS boolean LANGUAGE sql RETURN true",
    "DROP FUNCTION fresh_id(uuid)",
    "SELECT audit_logs_guard('tasks')",
    "SET session_replication_role = replica",
    "CREATE TABLE loot (a int)",
    "CREATE FUNCTION loot() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA loot",
    "DELETE FROM tasks",
    "TRUNCATE tasks",
    "UPDATE tasks SET tenant_id = tenant_id",
    "UPDATE tasks SET payload = '{}'",
    "INSERT INTO task_counts SELECT * FROM task_counts",
    "UPDATE task_counts SET count = 0",
    "INSERT INTO task_count_changes SELECT * FROM task_count_changes",
    "DELETE FROM task_count_changes",
    "DELETE FROM tenants",
    "UPDATE tenants SET name = name",
    "DELETE FROM users",
    "DELETE FROM api_keys",
    "UPDATE api_keys SET scopes = scopes",
    "UPDATE api_keys SET secret_hash = secret_hash",
    "DELETE FROM queues",
    "UPDATE queues SET name = 'x'",
    "UPDATE audit_origins SET address = ''",
    "UPDATE seaql_migrations SET version = version",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('postgresql.conf')",
    "COPY tenants TO PROGRAM 'cat'",
];

const API: &[&str] = &[
    "INSERT INTO tasks (tenant_id, id, created_at) SELECT id, id, now() FROM tenants",
    "UPDATE tasks SET result = '{}'",
    "INSERT INTO leases SELECT * FROM leases",
    "UPDATE leases SET lease_until = now()",
    "DELETE FROM leases",
    "INSERT INTO tenants (id, name, created_at) SELECT id, name, now() FROM tenants",
    "INSERT INTO api_keys SELECT * FROM api_keys",
    "UPDATE users SET name = name",
    "SELECT ensure_partitions()",
    "SELECT * FROM worker_reports",
    "INSERT INTO stats_turn (taken_at) VALUES (now())",
];

const WORKER: &[&str] = &[
    "INSERT INTO tasks SELECT * FROM tasks",
    "INSERT INTO tasks (tenant_id, id) SELECT gen_random_uuid(), gen_random_uuid()",
    "SELECT idempotency_key FROM tasks",
    "SELECT detail FROM audit_logs",
    "SELECT key_id FROM audit_logs",
    "SELECT * FROM task_counts",
    "SELECT * FROM api_keys",
    "SELECT * FROM users",
    "SELECT * FROM tenants",
    "SELECT * FROM audit_origins",
    "INSERT INTO audit_origins SELECT * FROM audit_origins",
    "UPDATE leases SET worker_id = 'x'",
    "UPDATE queues SET paused_at = now()",
    "INSERT INTO queues SELECT * FROM queues",
    "UPDATE worker_reports SET worker_id = 'x'",
    "DELETE FROM stats_turn",
];

const AUDITOR: &[&str] = &[
    "SELECT secret_hash FROM api_keys",
    "SELECT * FROM api_keys",
    "SELECT payload FROM tasks",
    "SELECT * FROM leases",
    "SELECT * FROM queues",
    "INSERT INTO audit_logs (tenant_id, id, action, actor) SELECT id, id, 'audit.read', 'x' FROM tenants",
    "UPDATE tenants SET disabled_at = now()",
    "UPDATE api_keys SET revoked_at = now()",
    "DELETE FROM audit_origins",
    "SELECT ensure_partitions()",
    "SELECT fold_task_counts(gen_random_uuid())",
];

async fn refused(connection: &DatabaseConnection, role: &str, attack: &str) {
    let error = connection.execute_unprepared(attack).await.expect_err(attack).to_string();
    assert!(error.contains("permission denied") || error.contains("must be "), "{role}: {attack}: {error}");
}

#[tokio::test]
async fn each_role_is_refused_what_it_has_no_business_with() {
    let db = TestDb::new().await;
    let auditor = boot::pool::connect(&db.config(Role::Auditor, 1), "test").await.unwrap();
    for (connection, role, own) in [(&db.api, "api", API), (&db.worker, "worker", WORKER), (&auditor, "auditor", AUDITOR)] {
        for attack in ALL.iter().chain(own) {
            refused(connection, role, attack).await;
        }
    }
    let reads = "SELECT * FROM audit_logs; SELECT name FROM tenants; SELECT name FROM users; SELECT id FROM api_keys; \
                 SELECT uuid_floor(now())";
    auditor.execute_unprepared(reads).await.unwrap();
}

#[tokio::test]
async fn the_grants_are_those_that_are_written_down() {
    let db = TestDb::new().await;
    let rows = db.owner.query_all_raw(Statement::from_string(DbBackend::Postgres, include_str!("grants.sql"))).await.unwrap();
    let lines: Vec<_> = rows.iter().map(|row| String::try_get_by_index(row, 0).unwrap()).collect();
    assert!(!lines.iter().any(|line| line.starts_with("PUBLIC")), "{lines:#?}");
    assert_eq!(lines.join("\n"), GRANTS.trim_end(), "if it is meant to be so, write it into tests/it/grants.txt");
}
