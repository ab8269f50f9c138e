//! GraphQL over websocket and server-sent events: the protocols, and the stream of changes.

mod by_filter;
mod by_id;
mod cursors;
mod events;
mod limits;
mod protocol;
mod socket;
mod tenants;

pub(crate) use socket::Socket;
