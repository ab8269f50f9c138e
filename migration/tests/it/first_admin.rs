//! The first administrator's key: its hash alone is told, and only once.

use domain::access::{ApiKey, Scope, authenticate};
use secrecy::ExposeSecret;
use sqlx::{ConnectOptions, Connection};

use crate::cluster::{Cluster, DATABASE, assert_done, once, text};

const FLAG: &str = "--first-admin-key-sha256";

fn value(key: &ApiKey) -> String {
    format!("{}:{}", key.id(), key.hash().map(|byte| format!("{byte:02x}")).concat())
}

/// The one line of a refusal; a run that began has lines about the migrations before it.
fn refusal(output: &std::process::Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = said.lines().filter(|line| !line.contains("\"INFO\"")).collect();
    assert_eq!((output.status.code(), lines.len()), (Some(code), 1), "{said}");
    lines[0].to_owned()
}

#[tokio::test]
async fn the_key_lets_its_maker_in_and_the_trail_says_where_it_came_from() {
    let cluster = Cluster::start().await;
    let key = ApiKey::generate("prod");
    assert_done(&cluster.migrate(&[], &[FLAG, &value(&key), "--first-admin-key-days", "30"]).await);
    let pool = sqlx::PgPool::connect_with(cluster.superuser(DATABASE)).await.unwrap();
    let db = sea_orm::SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    let who = authenticate(&db, key.secret().expose_secret()).await.unwrap().expect("it is good");
    assert_eq!((who.tenant_name.as_str(), who.user_name.as_str()), ("platform", "admin"));
    assert_eq!(who.scopes.iter().collect::<Vec<_>>(), [Scope::AuditRead, Scope::Admin, Scope::Platform]);
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    let life = "SELECT (expires_at - created_at)::text FROM api_keys";
    assert_eq!(text(&mut admin, life).await, "30 days");
    let trail = "SELECT string_agg(concat_ws(' ', action, actor, target = u.id::text OR target = k.id, detail - 'user'), E'\\n' ORDER BY a.id)
                 FROM audit_logs a, users u, api_keys k";
    let expected = "user.created system:migrate t {\"name\": \"admin\"}\n\
                    key.created system:migrate t {\"name\": \"first administrator\", \
                    \"scopes\": [\"audit:read\", \"admin\", \"platform\"], \"lifetime_seconds\": 2592000}";
    assert_eq!(text(&mut admin, trail).await, expected);
    let ids = "SELECT bool_and(fresh_id(id) AND substr(id::text, 15, 1) = '7' AND substr(id::text, 20, 1) ~ '[89ab]')::text
               FROM (SELECT id FROM audit_logs UNION ALL SELECT id FROM users) v";
    assert_eq!(text(&mut admin, ids).await, "true");
    assert_eq!(text(&mut admin, "SELECT tableoid::regclass::text FROM audit_logs LIMIT 1").await[..13], *"audit_logs_20");

    // The same again does nothing, by flag and by variable, whatever became of the key.
    for revoke in ["SELECT 1", "UPDATE api_keys SET revoked_at = now()"] {
        once(cluster.superuser(DATABASE), revoke).await.unwrap();
        assert_done(&cluster.migrate(&[], &[&format!("{FLAG}={}", value(&key))]).await);
        assert_done(&cluster.migrate(&[("FIRST_ADMIN_KEY_SHA256", &value(&key))], &[]).await);
    }
    assert_eq!(text(&mut admin, "SELECT count(*)::text FROM audit_logs").await, "2");
    assert_eq!(text(&mut admin, "SELECT count(revoked_at)::text FROM api_keys").await, "1");
    admin.close().await.unwrap();
    db.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn a_second_administrator_is_refused_while_the_first_has_a_key() {
    let cluster = Cluster::start().await;
    let (first, second) = (ApiKey::generate("prod"), ApiKey::generate("prod"));
    assert_done(&cluster.migrate(&[("FIRST_ADMIN_KEY_SHA256", &value(&first))], &[]).await);
    let said = refusal(&cluster.migrate(&[], &[FLAG, &value(&second)]).await, 1);
    assert!(said.contains("is there already, with the key ") && said.contains(first.id()), "{said}");
    // Another secret under the first one's id.
    let forged = format!("{}:{}", first.id(), "00".repeat(32));
    let said = refusal(&cluster.migrate(&[], &[FLAG, &forged]).await, 1);
    assert!(said.contains("another key has the id") && !said.contains("000000000000"), "{said}");
    // When the first is no more, there is a way in again, for the same user.
    once(cluster.superuser(DATABASE), "UPDATE api_keys SET revoked_at = now()").await.unwrap();
    assert_done(&cluster.migrate(&[], &[FLAG, &value(&second)]).await);
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    assert_eq!(text(&mut admin, "SELECT concat(count(DISTINCT user_id), count(*)) FROM api_keys").await, "12");
    once(cluster.superuser(DATABASE), "UPDATE api_keys SET revoked_at = now(); UPDATE users SET disabled_at = now()")
        .await
        .unwrap();
    let said = refusal(&cluster.migrate(&[], &[FLAG, &value(&ApiKey::generate("prod"))]).await, 1);
    assert!(said.contains("user admin of the platform's tenant is disabled"), "{said}");
    admin.close().await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn a_malformed_value_ends_the_start_before_anything_is_done() {
    let cluster = Cluster::start().await;
    let key = ApiKey::generate("canary");
    let pasted = key.secret().expose_secret();
    for (variables, arguments, begins) in [
        (vec![], vec![FLAG, pasted], "--first-admin-key-sha256: must be <id>:<64 hexadecimal digits>"),
        (vec![("FIRST_ADMIN_KEY_SHA256", pasted)], vec![], "FIRST_ADMIN_KEY_SHA256: must be <id>:<64 hexadecimal digits>"),
        (vec![("FIRST_ADMIN_KEY_SHA256", "")], vec![], "FIRST_ADMIN_KEY_SHA256: is set but empty"),
        (vec![], vec![pasted], "migrate takes no arguments but"),
        (vec![], vec![FLAG], "--first-admin-key-sha256: needs a value"),
        (vec![], vec![FLAG, "x", "--first-admin-key-days", "canary"], "--first-admin-key-days: must be"),
        (vec![("API_DB_PASSWORD", "canary-short")], vec![], "API_DB_PASSWORD: must be 16 to 256 printable ASCII"),
        (vec![("WORKER_DB_PASSWORD", "canary-not-ascii-é-é")], vec![], "WORKER_DB_PASSWORD: must be 16 to 256 printable ASCII"),
        (vec![("AUDITOR_DB_CONNECTIONS", "0")], vec![], "AUDITOR_DB_CONNECTIONS: must be a whole number"),
    ] {
        let said = refusal(&cluster.migrate(&variables, &arguments).await, 2);
        assert!(said.starts_with(begins) && !said.contains("canary"), "{said}");
    }
    let help = cluster.migrate(&[], &["--help"]).await;
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains(FLAG));
    let mut admin = cluster.superuser(DATABASE).connect().await.unwrap();
    assert_eq!(text(&mut admin, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'").await, "0");
    admin.close().await.unwrap();
    cluster.stop().await;
}
