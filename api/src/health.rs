//! When this process may take requests.

use sea_orm::DatabaseConnection;

/// Whether the database answers and has the schema this build needs. The text is for `/health/ready`: no database's own words.
pub(crate) async fn ready(db: DatabaseConnection) -> Result<(), String> {
    match domain::schema::is_current(&db).await {
        Ok(true) => Ok(()),
        Ok(false) => Err("migrations are missing".into()),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Err("the database does not answer".into())
        }
    }
}
