//! GraphQL over websocket: the protocol, and the stream of changes.

mod by_filter;
mod by_id;
mod cursors;
mod limits;
mod protocol;
mod socket;
mod tenants;

pub(crate) use socket::Socket;
