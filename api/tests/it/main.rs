//! Tests of the API over real sockets, on a real PostgreSQL.

mod support;
