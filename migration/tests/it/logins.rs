//! Login users: made by `migrate`, which is given their passwords, by a login that is no superuser.

use sqlx::{ConnectOptions, Connection};

use crate::cluster::{Cluster, assert_done, once, run, text};

const OLD: &str = "canary-old 'pass\"word";
const NEW: &str = "canary-new\\password$1";

/// Name, group, password's variable.
const LOGINS: [(&str, &str, &str); 3] = [
    ("ctap_api_login", "ctap_api", "API_DB_PASSWORD"),
    ("ctap_worker_login", "ctap_worker", "WORKER_DB_PASSWORD"),
    ("ctap_auditor_login", "ctap_auditor", "AUDITOR_DB_PASSWORD"),
];

fn variables(password: &str) -> Vec<(&'static str, &str)> {
    LOGINS.iter().map(|(_, _, variable)| (*variable, password)).chain([("AUDITOR_DB_CONNECTIONS", "2")]).collect()
}

#[tokio::test]
async fn passwords_become_verifiers_that_let_their_logins_in_and_rotate() {
    let cluster = Cluster::start().await;
    assert_done(&cluster.migrate(&variables(OLD), &[]).await);
    for (login, group, _) in LOGINS {
        let mut session = cluster.login(login, OLD).connect().await.unwrap();
        assert_eq!(text(&mut session, "SELECT current_user::text").await, group);
        assert_eq!(text(&mut session, "SHOW search_path").await, "pg_catalog, public, pg_temp");
        for limit in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
            assert_ne!(text(&mut session, &format!("SHOW {limit}")).await, "0", "{login} {limit}");
        }
        let read_only = text(&mut session, "SHOW default_transaction_read_only").await;
        assert_eq!(read_only == "on", group == "ctap_auditor", "{login}");
        run(&mut session, "SELECT count(id) FROM audit_logs").await.unwrap();
        session.close().await.unwrap();
    }

    let mut admin = cluster.superuser("ctap").connect().await.unwrap();
    let verifiers = "SELECT string_agg(rolpassword, ' ' ORDER BY rolname) FROM pg_authid WHERE rolname LIKE 'ctap\\_%\\_login'";
    let before = text(&mut admin, verifiers).await;
    let form = "SELECT bool_and(rolpassword ~ '^SCRAM-SHA-256\\$4096:[A-Za-z0-9+/]{22}==\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$')::text \
                FROM pg_authid WHERE rolname LIKE 'ctap\\_%\\_login'";
    assert_eq!(text(&mut admin, form).await, "true");
    let salts =
        "SELECT count(DISTINCT split_part(rolpassword, '$', 2))::text FROM pg_authid WHERE rolname LIKE 'ctap\\_%\\_login'";
    assert_eq!(text(&mut admin, salts).await, "3");

    assert_done(&cluster.migrate(&variables(NEW), &[]).await);
    assert_ne!(text(&mut admin, verifiers).await, before);
    for (login, ..) in LOGINS {
        once(cluster.login(login, NEW), "SELECT 1").await.unwrap();
        let refused = once(cluster.login(login, OLD), "SELECT 1").await.unwrap_err().to_string();
        assert!(refused.contains("password authentication failed"), "{refused}");
    }
    // Who is not named keeps what it has.
    assert_done(&cluster.migrate(&[], &[]).await);
    once(cluster.login("ctap_api_login", NEW), "SELECT 1").await.unwrap();

    let log = cluster.log();
    assert!(log.contains("ALTER ROLE") || log.contains("set_config"), "statements are logged");
    assert!(!log.contains("canary"), "no statement has a password");
    cluster.stop().await;
}

#[tokio::test]
async fn a_login_can_be_nothing_but_its_group() {
    let cluster = Cluster::start().await;
    assert_done(&cluster.migrate(&variables(OLD), &[]).await);
    for (login, group, _) in LOGINS {
        let others = LOGINS.iter().map(|(_, group, _)| *group).chain(["ctap_owner", "ctap_migrator", "postgres"]);
        let stepping = others.filter(|other| *other != group).map(|other| format!("SET ROLE {other}"));
        let itself =
            ["SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS", "REPLICATION", "CONNECTION LIMIT -1", "VALID UNTIL 'infinity'"]
                .map(|what| format!("ALTER ROLE {login} {what}"));
        let rest = [
            "SELECT rolpassword FROM pg_authid".to_owned(),
            "ALTER ROLE ctap_owner LOGIN".to_owned(),
            "CREATE ROLE loot".to_owned(),
            "CREATE DATABASE loot".to_owned(),
            "CREATE SCHEMA loot".to_owned(),
            "CREATE TABLE public.loot (a int)".to_owned(),
            "CREATE TEMPORARY TABLE loot (a int)".to_owned(),
            "CREATE FUNCTION public.loot() RETURNS int LANGUAGE sql RETURN 1".to_owned(),
            "CREATE EXTENSION dblink".to_owned(),
            "COPY tenants TO PROGRAM 'cat'".to_owned(),
            format!("GRANT ctap_owner TO {login}"),
        ];
        // As the group's role, in which a session begins, and as the login itself.
        for first in ["", "SET ROLE NONE"] {
            let mut session = cluster.login(login, OLD).connect().await.unwrap();
            run(&mut session, first).await.unwrap();
            for attack in stepping.clone().chain(itself.clone()).chain(rest.clone()) {
                let error = run(&mut session, &attack).await.expect_err(&attack).to_string();
                let is_refused = ["permission denied", "must ", "read-only"].iter().any(|word| error.contains(word));
                assert!(is_refused, "{login}: {first}: {attack}: {error}");
            }
            session.close().await.unwrap();
        }
        let mut session = cluster.login(login, OLD).connect().await.unwrap();
        run(&mut session, "SET ROLE NONE").await.unwrap();
        let error = run(&mut session, "SELECT * FROM public.tenants").await.expect_err("it inherits nothing").to_string();
        assert!(error.contains("permission denied"), "{error}");
        session.close().await.unwrap();
    }
    cluster.stop().await;
}

#[tokio::test]
async fn a_login_has_only_so_many_connections() {
    let cluster = Cluster::start().await;
    assert_done(&cluster.migrate(&variables(OLD), &[]).await);
    let options = cluster.login("ctap_auditor_login", OLD);
    let held = [options.connect().await.unwrap(), options.connect().await.unwrap()];
    let refused = options.connect().await.expect_err("the third").to_string();
    assert!(refused.contains("too many connections for role"), "{refused}");
    drop(held);
    cluster.stop().await;
}

#[tokio::test]
async fn nobody_else_gets_into_the_database_or_its_schema() {
    let cluster = Cluster::start().await;
    assert_done(&cluster.migrate(&[], &[]).await);
    once(cluster.superuser("postgres"), "CREATE ROLE stranger LOGIN PASSWORD 'stranger'").await.unwrap();
    let error = once(cluster.login("stranger", "stranger"), "SELECT 1").await.unwrap_err().to_string();
    assert!(error.contains("permission denied for database"), "{error}");
    once(cluster.superuser("ctap"), "GRANT CONNECT ON DATABASE ctap TO stranger").await.unwrap();
    let error = once(cluster.login("stranger", "stranger"), "SELECT * FROM public.tenants").await.unwrap_err().to_string();
    assert!(error.contains("permission denied for schema public"), "{error}");
    cluster.stop().await;
}

#[tokio::test]
async fn a_login_of_that_name_with_rights_over_the_cluster_is_not_touched() {
    let cluster = Cluster::start().await;
    once(cluster.superuser("postgres"), "CREATE ROLE ctap_api_login LOGIN CREATEDB PASSWORD 'mine'").await.unwrap();
    let output = cluster.migrate(&variables(OLD), &[]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ctap_api_login is there and has rights") && !said.contains("canary"), "{said}");
    once(cluster.login("ctap_api_login", "mine").database("postgres"), "SELECT 1").await.unwrap();
    cluster.stop().await;
}
