//! A wrong configuration: one line per mistake, exit code 2, nothing started, no secret shown.

use e2e::Process;

#[tokio::test]
async fn every_mistake_is_one_line_and_no_secret_is_printed() {
    for binary in ["api", "worker"] {
        let url = "postgres://user:canary-secret@db.example/ctap?sslmode=disable";
        let variables = [
            ("DATABASE_URL", url.to_owned()),
            ("PORT", "70000".to_owned()),
            ("DATABASE_POOL", "0".to_owned()),
            ("CTAP_TYPO", "1".to_owned()),
        ];
        let mut process = Process::start(binary, &variables);
        assert_eq!(process.ended().await.code(), Some(2), "{binary}");
        testkit::until("all lines were read", async || (process.log().lines().count() >= 4).then_some(())).await;
        let log = process.log();
        for name in ["PORT", "DATABASE_POOL", "CTAP_TYPO", "sslmode"] {
            assert!(log.contains(name), "{binary}: {name}: {log}");
        }
        assert!(!log.contains("canary-secret"), "{log}");
        assert_eq!(log.lines().count(), 4, "{log}");
    }
}
