//! The health routes, on a port of their own: a worker serves nothing else.

use std::io;

use boot::health::{Readiness, router_with};
use domain::schema;
use sea_orm::DatabaseConnection;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Serves until the set is dropped. Not ready once `stop` is cancelled.
///
/// # Errors
/// The socket has no address.
pub(crate) fn serve(tcp: TcpListener, db: DatabaseConnection, stop: CancellationToken) -> io::Result<JoinSet<()>> {
    let readiness = Readiness::default();
    let router = router_with(readiness.clone(), move || {
        let db = db.clone();
        async move { ready(&db).await }
    });
    tracing::info!(address = %tcp.local_addr()?, "listening");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        if let Err(error) = axum::serve(tcp, router).await {
            tracing::error!(%error, "health routes ended");
        }
    });
    tasks.spawn(async move {
        stop.cancelled().await;
        readiness.drain();
    });
    Ok(tasks)
}

async fn ready(db: &DatabaseConnection) -> Result<(), String> {
    match schema::is_current(db).await {
        Ok(true) => Ok(()),
        Ok(false) => Err("migrations are missing".into()),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err("the database does not answer".into())
        }
    }
}
