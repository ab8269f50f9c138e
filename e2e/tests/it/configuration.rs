//! A wrong configuration (row 46 of the bad-input table): one line per mistake, exit code 2, nothing started, no value shown.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use e2e::Process;

const ALL: [&str; 3] = ["api", "worker", "migrate"];
const LISTENING: [&str; 2] = ["api", "worker"];
/// Nothing listens there: who came so far as to connect would say so.
const URL: (&str, &str) = ("DATABASE_URL", "postgres://user:canary-secret@127.0.0.1:1/ctap");

/// Starts the binary; all it says before it ends with code 2.
async fn refusal(binary: &str, variables: &[(&str, &OsStr)]) -> Vec<String> {
    let mut process = Process::start(binary, variables);
    let status = process.ended().await;
    let said = process.all().await;
    assert_eq!(status.code(), Some(2), "{binary}: {said}");
    assert!(!said.contains("canary"), "{binary}: {said}");
    assert!(!said.contains("listening") && !said.contains("database is not ready"), "{binary}: {said}");
    said.lines().map(str::to_owned).collect()
}

/// Asserts that these variables are one mistake, which begins so.
async fn one_line(binaries: &[&str], variables: &[(&str, &str)], begins: &str) {
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsStr::new(value))).collect();
    for binary in binaries {
        let said = refusal(binary, &variables).await;
        assert!(said.len() == 1 && said[0].starts_with(begins), "{binary}: {variables:?}: {said:?}");
    }
}

#[tokio::test]
async fn a_missing_database_is_said_in_one_line() {
    one_line(&ALL, &[], "DATABASE_URL: must name a host").await;
    one_line(&ALL, &[("PGHOST", "127.0.0.1"), ("PGDATABASE", "ctap")], "PGUSER: is required").await;
}

#[tokio::test]
async fn empty_blank_padded_and_undecodable_values_are_mistakes() {
    for (value, rule) in [
        (OsString::new(), "is set but empty"),
        (OsString::from(" \t "), "is set but blank"),
        (OsString::from("canary-secret\n"), "begins or ends with white space"),
        (OsStr::from_bytes(b"canary\xff").to_owned(), "is not valid UTF-8"),
    ] {
        for (binaries, name) in [
            (ALL.as_slice(), "PGPASSWORD"),
            (&ALL, "DATABASE_ROLE"),
            (&ALL, "DATABASE_POOL"),
            (&LISTENING, "PORT"),
            (&["migrate"], "API_DB_PASSWORD"),
            (&["migrate"], "FIRST_ADMIN_KEY_SHA256"),
        ] {
            for binary in binaries {
                let said = refusal(binary, &[(URL.0, OsStr::new(URL.1)), (name, &value)]).await;
                assert!(said.len() == 1 && said[0].starts_with(&format!("{name}: {rule}")), "{binary}: {value:?}: {said:?}");
            }
        }
    }
}

#[tokio::test]
async fn numbers_out_of_range_and_unknown_names_are_mistakes() {
    for (binaries, name, value, rule) in [
        (LISTENING.as_slice(), "PORT", "70000", "must be a whole number from 0 to 65535"),
        (&LISTENING, "PORT", "canary", "must be a whole number from 0 to 65535"),
        (&LISTENING, "BIND_ADDRESS", "canary", "must be an IPv4 or IPv6 address"),
        (&ALL, "DATABASE_POOL", "0", "must be a whole number from 1 to 500"),
        (&ALL, "DATABASE_ROLE", "canary; DROP", "must be 1 to 63 of a-z"),
        (&ALL, "PGPORT", "70000", "must be a whole number from 1 to 65535"),
        (&ALL, "CTAP_DATABASE_URL", "canary", "is not a variable of this program"),
        (&["migrate"], "API_DB_PASSWORD", "canary", "must be 16 to 256 printable ASCII characters"),
        (&["migrate"], "WORKER_DB_CONNECTIONS", "0", "must be a whole number from 1 to 10000"),
        (&["migrate"], "FIRST_ADMIN_KEY_SHA256", "canary", "must be <id>:<64 hexadecimal digits>"),
    ] {
        one_line(binaries, &[URL, (name, value)], &format!("{name}: {rule}")).await;
    }
}

#[tokio::test]
async fn over_a_network_nothing_but_verify_full_will_do() {
    for mode in ["", "?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca"] {
        let url = format!("postgres://user:canary-secret@db.example/ctap{mode}");
        one_line(&ALL, &[("DATABASE_URL", &url)], "PGSSLMODE: must be verify-full").await;
    }
    let parts = [("PGHOST", "10.0.0.3"), ("PGUSER", "user"), ("PGDATABASE", "ctap"), ("PGSSLMODE", "require")];
    one_line(&ALL, &parts, "PGSSLMODE: must be verify-full").await;
    one_line(&ALL, &[("DATABASE_URL", "postgres://u:canary@127.0.0.1/ctap?sslmode=canary")], "DATABASE_URL: has an sslmode")
        .await;
}

#[tokio::test]
async fn every_mistake_is_one_line_and_all_are_told_at_once() {
    let variables = [
        ("DATABASE_URL", "postgres://user:canary-secret@db.example/ctap?sslmode=disable"),
        ("PORT", "70000"),
        ("DATABASE_POOL", "0"),
        ("CTAP_TYPO", "1"),
    ];
    for binary in LISTENING {
        let mut said = refusal(binary, &variables.map(|(name, value)| (name, OsStr::new(value)))).await;
        said.sort();
        let names: Vec<_> = said.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(names, ["CTAP_TYPO", "DATABASE_POOL", "PGSSLMODE", "PORT"], "{said:?}");
    }
}
