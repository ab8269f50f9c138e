//! What a database error means for the statement that met it.

use sea_orm::{DbErr, RuntimeErr};

/// Whether the error lies in the data that was sent, so that the same data would fail again: SQLSTATE classes 22 (data
/// exception), 23 (integrity constraint violation) and 54 (program limit exceeded).
pub(crate) fn is_about_data(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(|e| e.code()).unwrap_or_default();
    ["22", "23", "54"].iter().any(|class| code.starts_with(class))
}

/// Ends a statement that the database does not answer: a dead connection may stay silent for minutes.
pub(crate) async fn within<T>(limit: std::time::Duration, run: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    match tokio::time::timeout(limit, run).await {
        Ok(result) => result,
        Err(_) => Err(DbErr::Custom(format!("no answer within {} ms", limit.as_millis()))),
    }
}
