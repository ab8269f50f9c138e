//! The API's port.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use tokio::net::TcpListener;

use crate::error::Error;

/// How many ports are tried, the wanted one included.
const TRIES: u16 = 100;

/// A listener on 127.0.0.1 at `wanted` or the next free port above it; any free one for 0.
pub(super) async fn bind(wanted: u16) -> Result<TcpListener, Error> {
    let ports = candidates(wanted);
    for port in ports.clone() {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(source) => return Err(Error::Listen { port, source }),
        }
    }
    Err(Error::NoPort { first: *ports.start(), last: *ports.end() })
}

/// The port that a listener got.
pub(super) fn of(listener: &TcpListener) -> Result<u16, Error> {
    let address = listener.local_addr().map_err(|source| Error::Listen { port: 0, source })?;
    Ok(address.port())
}

fn candidates(wanted: u16) -> RangeInclusive<u16> {
    match wanted {
        // One try: the system finds a free one.
        0 => 0..=0,
        first => first..=first.saturating_add(TRIES - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn port(wanted: u16) -> u16 {
        bind(wanted).await.unwrap().local_addr().unwrap().port()
    }

    #[tokio::test]
    async fn a_taken_port_gives_way_to_a_higher_one() {
        let taken = bind(0).await.unwrap();
        let wanted = taken.local_addr().unwrap().port();
        let got = port(wanted).await;
        assert!(candidates(wanted).contains(&got) && got != wanted, "{got} for {wanted}");
    }

    #[test]
    fn the_search_ends() {
        assert_eq!(candidates(8080), 8080..=8179);
        assert_eq!(candidates(65_530), 65_530..=65_535);
        assert_eq!(candidates(0), 0..=0);
    }
}
