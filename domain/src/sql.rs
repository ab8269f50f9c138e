//! One way to run the statements that live in `.sql` files.

use sea_orm::{DbBackend, Statement, Value};

/// A PostgreSQL statement with its parameters `$1..$n`.
pub(crate) fn statement<I>(sql: &str, values: I) -> Statement
where
    I: IntoIterator<Item = Value>,
{
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// A batch's length as the INT8 that PostgreSQL's LIMIT takes.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
