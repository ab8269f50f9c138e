//! ctap's API: GraphQL with subscriptions, the REST facade, authentication.
//!
//! Both faces do four things: read the caller, parse, call one function of `domain`, map the result. What they share is
//! [`service`] (writes), [`hub`] (live changes), [`error`] (public codes) and [`caller`] (who asks).

mod accept;
pub mod access;
pub mod caller;
pub mod config;
mod counters;
pub mod cursor;
pub mod error;
mod graphiql;
pub mod graphql;
mod health;
pub mod hub;
mod json;
pub mod jwt;
mod limits;
pub mod lists;
pub mod live;
mod metrics;
mod observed;
pub mod origins;
pub mod request_id;
mod rest;
mod server;
pub mod service;
pub mod state;
mod time;

pub use self::config::{Config, Settings};
pub use self::live::Live;
pub use self::metrics::Metrics;
pub use self::rest::openapi::document as openapi;
pub use self::server::{ServeError, serve};
pub use self::state::AppState;
