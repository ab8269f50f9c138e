//! The health routes.

use testkit::{Role, TestDb, until};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::config;

#[tokio::test]
async fn a_worker_is_ready_with_its_database_and_gone_after_its_drain() {
    let db = TestDb::new().await;
    let config = config(&db);
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/health", tcp.local_addr().unwrap());
    let connection = boot::pool::connect(&config.database, "worker under test").await.unwrap();
    let listener = db.listener_pool(Role::Worker).await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(worker::run(config, worker::Metrics::default(), connection, listener, tcp, stop.clone()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["live", "ready"] {
        let answer = until("an answer", async || client.get(format!("{url}/{path}")).send().await.ok()).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    stop.cancel();
    task.await.unwrap().unwrap();
    assert!(client.get(format!("{url}/live")).send().await.is_err());
}
