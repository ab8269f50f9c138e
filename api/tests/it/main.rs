//! Tests of the API over real sockets, on a real PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod auth;
mod cors;
mod graphiql;
mod graphql;
mod guard;
mod hub;
mod internal;
mod jwt;
mod large_bodies;
mod lists;
mod patience;
mod rest;
mod schema;
mod stale_ids;
mod stop;
mod subscription;
mod support;
mod worker;
