//! `ctap key create`.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::json;
use testkit::{EmptyDb, TestDb};

use crate::dev::{Api, Dev, ctap, output, refusal};
use crate::home::Home;

#[tokio::test]
async fn a_key_made_beside_a_running_dev_works_at_once_and_sees_its_own_tenant_only() {
    let home = Home::new();
    let dev = Dev::start(&home).await;
    let api = Api::of(&home);
    let data_dir = home.data_dir();
    let data_dir = data_dir.to_str().expect("a plain path");
    // What `dev` itself does not heed leads away from it no more here.
    let elsewhere = [("PGHOST", "127.0.0.1"), ("PGPORT", "1"), ("PGUSER", "nobody"), ("PGDATABASE", "none")];
    let mut command = ctap(create("acme", "prod").into_iter().chain(["--data-dir", data_dir]));
    command.envs(elsewhere);
    let created = output(command);
    let words = String::from_utf8(created.stderr).unwrap();
    assert!(created.status.success() && words.contains("acme") && words.contains("90 days"), "{words}");
    let printed = String::from_utf8(created.stdout).unwrap();
    let key = printed.trim_end();
    assert!(key.starts_with("ctap_prod_") && printed.lines().count() == 1, "only the key stands on stdout");
    assert!(!words.contains(key));

    let body = json!({ "kind": "echo", "payload": {} });
    let sent = api.request(Method::POST, "/v1/tasks", key).json(&body).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::ACCEPTED);
    let task: serde_json::Value = sent.json().await.unwrap();
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(api.request(Method::GET, &path, key).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(api.get(&path).await.0, StatusCode::NOT_FOUND);

    // DATABASE_URL does lead away.
    let other = TestDb::new().await;
    let mut command = ctap(create("acme", "prod").into_iter().chain(["--data-dir", data_dir]));
    command.env("DATABASE_URL", other.url().expose_secret());
    assert!(output(command).status.success());
    assert_eq!(keys(&other).await, 1);
    dev.stop().await;
}

#[tokio::test]
async fn where_no_dev_runs_the_standard_variables_name_the_database() {
    let (home, database) = (Home::new(), TestDb::new().await);
    let data_dir = home.data_dir();
    let url = reqwest::Url::parse(database.url().expose_secret()).unwrap();
    let mut command = ctap(create("acme", "dev").into_iter().chain(["--data-dir", data_dir.to_str().unwrap()]));
    command.env("PGHOST", url.host_str().unwrap()).env("PGPORT", url.port().unwrap().to_string());
    command.env("PGUSER", url.username()).env("PGPASSWORD", url.password().unwrap());
    command.env("PGDATABASE", url.path().trim_start_matches('/'));
    let created = output(command);
    assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
    assert_eq!(keys(&database).await, 1);
}

#[tokio::test]
async fn a_bad_flag_is_named_with_its_rule_and_makes_nothing() {
    let database = TestDb::new().await;
    for (flag, value, rule) in [
        ("--tenant", "Acme", "a-z 0-9 -"),
        ("--tenant", "", "1 to 63"),
        ("--user", "", "1 to 128 bytes"),
        ("--name", "a\nb", "control characters"),
        ("--environment", "Production", "lower-case letters"),
        ("--expires-days", "0", "from 1 to 366"),
        ("--expires-days", "-3", "from 1 to 366"),
        ("--expires-days", "367", "from 1 to 366"),
    ] {
        let mut arguments = create("acme", "dev").to_vec();
        match arguments.iter().position(|argument| *argument == flag) {
            Some(at) => arguments[at + 1] = value,
            None => arguments.extend([flag, value]),
        }
        let mut command = ctap(arguments);
        command.env("DATABASE_URL", database.url().expose_secret());
        let line = refusal(&output(command), 2);
        assert!(line.contains(flag) && line.contains(rule), "{flag} {value:?}: {line}");
    }
    assert_eq!(keys(&database).await, 0);

    let mut command = ctap(create("acme", "dev"));
    command.env("DATABASE_URL", database.url().expose_secret());
    assert!(output(command).status.success());
    assert_eq!(keys(&database).await, 1);
    database.assert_invariants().await;
}

#[tokio::test]
async fn without_a_database_or_without_its_schema_it_says_what_to_do() {
    let home = Home::new();
    let data_dir = home.data_dir();
    let line = refusal(&output(ctap(create("acme", "dev").into_iter().chain(["--data-dir", data_dir.to_str().unwrap()]))), 2);
    assert!(["DATABASE_URL", "ctap dev", "PGHOST"].iter().all(|way| line.contains(way)), "{line}");

    let database = EmptyDb::new().await;
    let mut command = ctap(create("acme", "dev"));
    command.env("DATABASE_URL", database.url().expose_secret());
    let line = refusal(&output(command), 1);
    assert!(line.contains("run `migrate` first"), "{line}");
}

fn create<'a>(tenant: &'a str, environment: &'a str) -> [&'a str; 10] {
    ["key", "create", "--tenant", tenant, "--user", "jo", "--name", "ci", "--environment", environment]
}

async fn keys(database: &TestDb) -> usize {
    use sea_orm::ConnectionTrait as _;
    let rows = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, "SELECT 1 FROM api_keys");
    database.owner.query_all_raw(rows).await.expect("rows").len()
}

/// What a command that went well printed on stdout and said on stderr.
fn done(command: std::process::Command) -> (String, String) {
    let output = output(command);
    let (printed, said) = (String::from_utf8(output.stdout).expect("UTF-8"), String::from_utf8(output.stderr).expect("UTF-8"));
    assert!(output.status.success(), "{said}");
    (printed, said)
}

fn on<'a>(database: &TestDb, arguments: impl IntoIterator<Item = &'a str>) -> std::process::Command {
    let mut command = ctap(arguments);
    command.env("DATABASE_URL", database.url().expose_secret());
    command
}

#[tokio::test]
async fn a_key_for_the_first_administrator_is_printed_and_its_hash_alone_is_stored() {
    let (printed, said) = done(ctap(["key", "new"]));
    let key = printed.trim_end();
    assert!(key.starts_with("ctap_prod_") && printed.lines().count() == 1, "only the key stands on stdout");
    let (id, hash) = said.strip_prefix("migrate --first-admin-key-sha256 ").unwrap().trim_end().split_once(':').unwrap();
    assert_eq!((id, hash.len(), said.lines().count()), (key.split('_').nth(2).unwrap(), 64, 1));
    assert!(!said.contains(key));
    assert_ne!(done(ctap(["key", "new"])).0, printed);
    assert!(done(ctap(["key", "new", "--environment", "dev"])).0.starts_with("ctap_dev_"));
    let line = refusal(&output(ctap(["key", "new", "--environment", "Production"])), 2);
    assert!(line.contains("--environment") && line.contains("lower-case letters"), "{line}");
    // What `migrate` takes is what was printed: the key lets its holder in.
    let database = TestDb::new().await;
    let admin = migration::FirstAdmin::parse(&format!("{id}:{hash}"), 90).unwrap();
    let plan = migration::Plan { first_admin: Some(admin), ..migration::Plan::default() };
    assert!(migration::run(database.url().expose_secret().parse().unwrap(), &plan).await.unwrap().made_admin);
    let who = domain::access::authenticate(&database.api, key).await.unwrap().expect("it is good");
    assert_eq!((who.tenant_name.as_str(), who.user_name.as_str()), ("platform", "admin"));
}

#[tokio::test]
async fn a_key_has_the_scopes_that_are_asked_for() {
    use domain::access::{Scope, Scopes, authenticate};
    let database = TestDb::new().await;
    let scopes = async |arguments: Vec<&str>| {
        let (key, _) = done(on(&database, arguments));
        authenticate(&database.api, key.trim_end()).await.unwrap().expect("it is good").scopes
    };
    assert_eq!(scopes(create("acme", "dev").to_vec()).await, Scopes::TENANT);
    let two = [Scope::TasksRead, Scope::TasksWrite].into_iter().collect();
    let with = |tenant, list| create(tenant, "dev").into_iter().chain(["--scopes", list]).collect::<Vec<_>>();
    assert_eq!(scopes(with("acme", "tasks:write,tasks:read")).await, two);
    let platform = [Scope::Admin, Scope::Platform].into_iter().collect();
    assert_eq!(scopes(with("platform", "platform,admin")).await, platform);
    for (tenant, list, rule) in [
        ("acme", "platform", "must not name platform"),
        ("acme", "root", "must be of tasks:read"),
        ("acme", "", "must be of tasks:read"),
        ("acme", "tasks:read, admin", "must be of tasks:read"),
    ] {
        let line = refusal(&output(on(&database, with(tenant, list))), 2);
        assert!(line.contains("--scopes") && line.contains(rule), "{list}: {line}");
    }
    assert_eq!(keys(&database).await, 3);
}

#[tokio::test]
async fn keys_are_listed_and_revoked_and_the_trail_says_so() {
    use sea_orm::ConnectionTrait as _;
    let database = TestDb::new().await;
    let acme = database.tenant("acme").await;
    let other = database.tenant("other").await;
    let (key, _) = done(on(&database, create("acme", "dev")));
    let id = key.split('_').nth(2).unwrap();
    let (listed, _) = done(on(&database, ["key", "list", "--tenant", "acme"]));
    let lines: Vec<Vec<_>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 3, "{listed}");
    assert_eq!((lines[0][0], lines[0].len()), ("ID", 7));
    assert_eq!((lines[1][0], lines[1][1], lines[1][4], lines[1][5]), (id, "live", "never", "jo, ci"));
    assert_eq!(lines[1][6], "tasks:read,tasks:write,tasks:operate,tasks:work,audit:read,admin");
    assert!(!listed.contains(key.trim_end()) && !listed.contains(&other.key_id));

    // Another tenant's key is no key of this one.
    for (tenant, key_id, rule) in [
        ("acme", other.key_id.as_str(), "--key-id: the tenant \"acme\" has no such key"),
        ("nobody", id, "--tenant: there is no tenant \"nobody\""),
    ] {
        let line = refusal(&output(on(&database, ["key", "revoke", "--tenant", tenant, "--key-id", key_id])), 2);
        assert!(line.contains(rule), "{line}");
    }
    for end in ["was revoked\n", "was revoked before, and nothing was done\n"] {
        let (printed, said) = done(on(&database, ["key", "revoke", "--tenant", "acme", "--key-id", id]));
        assert!(printed.is_empty() && said.ends_with(end), "{said}");
    }
    let refused = domain::access::authenticate(&database.api, key.trim_end()).await.unwrap().unwrap_err();
    assert_eq!(refused.reason, "revoked");
    let (listed, _) = done(on(&database, ["key", "list", "--tenant", "acme"]));
    assert!(listed.contains(&format!("{id}\trevoked\t")) && listed.contains(&format!("{}\tlive\t", acme.key_id)), "{listed}");
    let trail = format!("SELECT actor FROM audit_logs WHERE action = 'key.revoked' AND target = '{id}'");
    let rows = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, trail);
    let rows = database.owner.query_all_raw(rows).await.unwrap();
    let actors: Vec<String> = rows.iter().map(|row| sea_orm::TryGetable::try_get_by_index(row, 0).unwrap()).collect();
    assert_eq!(actors, ["system:cli"]);
    database.assert_invariants().await;
}
