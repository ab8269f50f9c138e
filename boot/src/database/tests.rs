use super::*;

const CANARY: &str = "canary-hunter2";

fn read(pairs: &[(&str, &str)]) -> Result<DatabaseConfig, ConfigError> {
    let mut env = Env::from_pairs(pairs.iter().copied());
    let config = DatabaseConfig::read(&mut env, 8);
    env.finish(config)
}

fn mistake(pairs: &[(&str, &str)]) -> String {
    let error = read(pairs).unwrap_err().to_string();
    assert!(!error.contains("canary"), "{error}");
    error
}

#[test]
fn a_url_names_everything() {
    let config = read(&[
        ("DATABASE_URL", "postgres://us%40er:p%2Fw+x@db.example:6000/da%20ta?sslmode=verify-full&sslrootcert=/ca.pem"),
        ("DATABASE_POOL", "20"),
        ("DATABASE_ROLE", "ctap_api"),
    ])
    .unwrap();
    let options = config.pg_options("api");
    assert_eq!(options.get_host(), "db.example");
    assert_eq!(options.get_port(), 6000);
    assert_eq!(options.get_username(), "us@er");
    assert_eq!(options.get_database(), Some("da ta"));
    assert_eq!(options.get_application_name(), Some("api"));
    assert!(options.get_options().unwrap().ends_with("-c role=ctap_api"));
    assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
    assert_eq!(config.password.as_ref().unwrap().expose_secret(), "p/w+x");
    assert_eq!(config.pool_size(), 20);
}

#[test]
fn the_standard_variables_name_a_socket_folder() {
    let config = read(&[
        ("PGHOST", "/cloudsql/project:region:ctap"),
        ("PGUSER", "api"),
        ("PGPASSWORD", CANARY),
        ("PGDATABASE", "ctap"),
        ("PGSSLMODE", "disable"),
    ])
    .unwrap();
    let options = config.pg_options("api");
    assert_eq!(options.get_socket().unwrap().to_str(), Some("/cloudsql/project:region:ctap"));
    assert_eq!(options.get_port(), 5432);
    assert_eq!(config.pool_size(), 8);
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn a_url_may_name_a_socket_in_three_ways() {
    for url in [
        "postgres://api:pw@%2Fcloudsql%2Fname/ctap",
        "postgres://api:pw@/ctap?host=/cloudsql/name",
        "postgresql:///ctap?host=/cloudsql/name&user=api&password=pw",
    ] {
        let config = read(&[("DATABASE_URL", url)]).unwrap();
        assert_eq!(config.pg_options("x").get_socket().unwrap().to_str(), Some("/cloudsql/name"), "{url}");
        assert_eq!(config.user, "api");
        assert_eq!(config.password.as_ref().unwrap().expose_secret(), "pw");
    }
}

#[test]
fn what_a_url_leaves_out_comes_from_the_variables() {
    let pairs = [("DATABASE_URL", "postgres://api@localhost/ctap"), ("PGPASSWORD", "pw"), ("PGPORT", "6001"), ("PGUSER", "no")];
    let config = read(&pairs).unwrap();
    assert_eq!((config.user.as_str(), config.port), ("api", 6001));
    assert_eq!(config.password.unwrap().expose_secret(), "pw");
}

#[test]
fn over_a_network_the_server_must_prove_who_it_is() {
    for mode in ["", "disable", "allow", "prefer", "require", "verify-ca"] {
        let mode = if mode.is_empty() { String::new() } else { format!("?sslmode={mode}") };
        let url = format!("postgres://u:{CANARY}@10.0.0.3/ctap{mode}");
        assert!(mistake(&[("DATABASE_URL", &url)]).starts_with("PGSSLMODE: must be verify-full"), "{mode}");
    }
    assert!(mistake(&[("DATABASE_URL", "postgres://u@localhost.evil.example/ctap")]).starts_with("PGSSLMODE"));
    for host in ["localhost", "127.0.0.1", "[::1]", "%2Ftmp"] {
        let url = format!("postgres://u:p@{host}/ctap?sslmode=disable");
        assert!(read(&[("DATABASE_URL", &url)]).is_ok(), "{host}");
    }
    for host in ["10.0.0.3", "0.0.0.0", "[::ffff:127.0.0.1]", "db.example"] {
        assert!(read(&[("DATABASE_URL", &format!("postgres://u:p@{host}/ctap?sslmode=verify-full"))]).is_ok(), "{host}");
        assert!(read(&[("PGHOST", host), ("PGUSER", "u"), ("PGDATABASE", "ctap"), ("PGSSLMODE", "require")]).is_err(), "{host}");
    }
    assert!(read(&[("PGHOST", "db.example"), ("PGUSER", "u"), ("PGDATABASE", "ctap"), ("PGSSLMODE", "verify-full")]).is_ok());
}

#[test]
fn a_mistake_is_one_line_without_the_value() {
    let wrong_urls = [
        "canary",
        "mysql://u:canary@localhost/ctap",
        "postgres://u:can/ary-canary@localhost/ctap",
        "postgres://u:12/canary@localhost/ctap",
        "postgres://u:12#canary@localhost/ctap",
        "postgres://u:12?canary@localhost/ctap",
        "postgres://u:p@localhost/ctap?passwd=canary",
        "postgres://u:p@localhost/ctap?sslmode=canary",
        "postgres://u:p@localhost:70000/ctap",
        "postgres://u:p@localhost/ctap?port=0",
        "postgres://u:%zzcanary@localhost/ctap",
        "postgres://u:%00canary@localhost/ctap",
    ];
    for url in wrong_urls {
        let line = mistake(&[("DATABASE_URL", url)]);
        assert!(line.starts_with("DATABASE_URL: ") && line.lines().count() == 1, "{url} gave {line}");
    }
    assert!(mistake(&[]).starts_with("DATABASE_URL: must name a host"));
    assert!(mistake(&[("PGHOST", "localhost")]).starts_with("PGUSER: is required"));
    for (name, value) in [
        ("DATABASE_POOL", "0"),
        ("DATABASE_POOL", "501"),
        ("DATABASE_ROLE", "ctap_api -c x=canary"),
        ("DATABASE_ROLE", "Admin"),
        ("DATABASE_CONNECT_SECONDS", "0"),
        ("PGSSLMODE", "canary"),
        ("PGPORT", "70000"),
        ("PGPASSWORD", ""),
        ("PGPASSWORD", "canary\n"),
    ] {
        let line = mistake(&[("DATABASE_URL", "postgres://u@localhost/ctap"), (name, value)]);
        assert!(line.starts_with(&format!("{name}: ")) && line.lines().count() == 1, "{line}");
    }
}

#[test]
fn a_url_given_by_code_is_checked_alike() {
    let url = SecretString::from("postgres://u:p@127.0.0.1:6000/ctap");
    let config = DatabaseConfig::from_url(url.clone(), Some("ctap_worker"), 4).unwrap();
    assert_eq!((config.pool_size(), config.role.as_deref()), (4, Some("ctap_worker")));
    assert_eq!(config.with_role(None).unwrap().role, None);
    assert!(DatabaseConfig::from_url(url.clone(), Some("x;y"), 4).is_err());
    assert!(DatabaseConfig::from_url(url, None, 0).is_err());
}
