//! Name resolution that refuses private addresses. It sits where the client connects: the addresses that were checked are
//! the ones that are connected to, so a name that resolves differently the next time (rebinding) gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::target::{self, Refused};

/// Finds the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of `name`, in the order to be tried.
    ///
    /// # Errors
    /// The name cannot be resolved (now).
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A lookup whose answers are checked.
pub(super) struct Guarded {
    lookup: Arc<dyn Lookup>,
    allow_private: bool,
}

impl Guarded {
    pub(super) fn new(lookup: impl Lookup, allow_private: bool) -> Guarded {
        Guarded { lookup: Arc::new(lookup), allow_private }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allow_private) = (Arc::clone(&self.lookup), self.allow_private);
        Box::pin(async move {
            if !allow_private {
                target::check_name(name.as_str())?;
            }
            let found = lookup.addresses(name.as_str()).await?;
            if !allow_private {
                check_all(&found)?;
            }
            // Port 0: the client puts the URL's own in its place.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// One refused address refuses the name: whoever mixes public with private ones has a reason to.
fn check_all(addresses: &[IpAddr]) -> Result<(), Refused> {
    addresses.iter().try_for_each(|address| target::check_address(*address))
}

#[cfg(test)]
mod tests;
