//! Who owns what is in the database, and who may migrate.

use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::SqlxPostgresConnector;
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{ConnectOptions, Connection};

use crate::cluster::{Cluster, DATABASE, MIGRATOR, assert_done, once, text};

/// Objects of the schema by the name of their owner, without those of anybody else.
const OWNERS: &str = "SELECT string_agg(DISTINCT owner, ' ' ORDER BY owner) FROM (
    SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname <> 'other'
    UNION ALL SELECT pg_get_userbyid(proowner)::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_userbyid(typowner)::text FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typname !~ 'other') v(owner)";

/// As builds before the role ctap_owner did: everything belongs to the login.
async fn migrate_as_before(options: PgConnectOptions) {
    let pool = PgPool::connect_with(options).await.unwrap();
    for role in ["ctap_api", "ctap_worker", "ctap_auditor"] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE ROLE {role}"))).execute(&pool).await.unwrap();
    }
    let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
    migration::Migrator::up(&db, Some(7)).await.unwrap();
    sqlx::raw_sql("CREATE TABLE other (a int)").execute(&pool).await.unwrap();
    drop(db);
    pool.close().await;
}

#[tokio::test]
async fn everything_belongs_to_the_owner_who_cannot_log_in() {
    let cluster = Cluster::start().await;
    assert_done(&cluster.migrate(&[], &[]).await);
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    assert_eq!(text(&mut admin, OWNERS).await, "ctap_owner");
    let owner = "SELECT concat(rolcanlogin, rolsuper, rolcreaterole, rolcreatedb) FROM pg_roles WHERE rolname = 'ctap_owner'";
    assert_eq!(text(&mut admin, owner).await, "ffff");
    // A second run, and one of another member that does not own the database.
    assert_done(&cluster.migrate(&[], &[]).await);
    once(cluster.superuser(DATABASE), "CREATE ROLE deputy LOGIN PASSWORD 'deputy'; GRANT ctap_owner TO deputy").await.unwrap();
    assert_done(&cluster.migrate_as("deputy", "deputy", &[], &[]).await);
    // One that is neither is told what to do.
    once(
        cluster.superuser(DATABASE),
        "CREATE ROLE stranger LOGIN PASSWORD 'stranger'; GRANT CONNECT ON DATABASE ctap TO stranger",
    )
    .await
    .unwrap();
    let output = cluster.migrate_as("stranger", "stranger", &[], &[]).await;
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("stranger may not act as ctap_owner: run GRANT ctap_owner TO stranger"), "{said}");
    cluster.stop().await;
}

#[tokio::test]
async fn the_database_may_belong_to_a_group_of_the_logins() {
    // As on Cloud SQL, whose users are members of cloudsqlsuperuser, to which databases belong.
    let cluster = Cluster::start().await;
    let group = format!(
        "CREATE ROLE cloudsqlsuperuser CREATEROLE CREATEDB; GRANT cloudsqlsuperuser TO {MIGRATOR}; \
         ALTER DATABASE {DATABASE} OWNER TO cloudsqlsuperuser"
    );
    once(cluster.superuser(DATABASE), &group).await.unwrap();
    for _ in 0..2 {
        assert_done(&cluster.migrate(&[("API_DB_PASSWORD", "0123456789abcdef")], &[]).await);
    }
    once(cluster.login("ctap_api_login", "0123456789abcdef"), "SELECT * FROM tenants").await.unwrap();
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    assert_eq!(text(&mut admin, OWNERS).await, "ctap_owner");
    admin.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn what_an_earlier_build_made_becomes_the_owners_and_nothing_else_does() {
    for as_superuser in [false, true] {
        let cluster = Cluster::start().await;
        let before = if as_superuser { cluster.superuser(DATABASE) } else { cluster.migrator() };
        migrate_as_before(before.clone()).await;
        once(before.clone(), "INSERT INTO tenants (id, name) VALUES (gen_random_uuid(), 'acme')").await.unwrap();
        assert_eq!(migration::up(before.clone()).await.unwrap(), 3);
        let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
        assert_eq!(text(&mut admin, OWNERS).await, "ctap_owner", "{as_superuser}");
        let other = text(&mut admin, "SELECT tableowner::text FROM pg_tables WHERE tablename = 'other'").await;
        assert_eq!(other, before.get_username());
        // Rights stay, and so do the owner's own.
        once(cluster.superuser(DATABASE), "SET ROLE ctap_api; SELECT name FROM tenants").await.unwrap();
        once(before, "SET ROLE ctap_owner; SELECT ensure_partitions(5); SET ROLE NONE; SELECT * FROM tenants").await.unwrap();
        assert_eq!(text(&mut admin, OWNERS).await, "ctap_owner");
        admin.close().await.unwrap();
        cluster.stop().await;
    }
}

#[tokio::test]
async fn a_list_of_migrations_that_is_not_ours_is_left_alone() {
    let cluster = Cluster::start().await;
    let foreign = "CREATE TABLE seaql_migrations (version text PRIMARY KEY, applied_at bigint NOT NULL); \
                   INSERT INTO seaql_migrations VALUES ('m20200101_000001_theirs', 1); CREATE TABLE users (a int)";
    once(cluster.migrator(), foreign).await.unwrap();
    assert_ne!(cluster.migrate(&[], &[]).await.status.code(), Some(0));
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    let owners = "SELECT string_agg(DISTINCT tableowner::text, ' ') FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(text(&mut admin, owners).await, "ctap_migrator");
    admin.close().await.unwrap();
    cluster.stop().await;
}
