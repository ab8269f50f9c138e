//! The client's address: that of the connection, or what our own proxies say it is.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The address at the other end of the connection, in a request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// With `hops` proxies of ours in front, each has appended the address it was called from: the client's stands that many
/// places from the right. What stands further left, the client may have made up. Without a readable address there, it is
/// the connection's.
pub(crate) fn client(headers: &HeaderMap, peer: IpAddr, hops: usize) -> IpAddr {
    if hops == 0 {
        return peer.to_canonical();
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let named = listed.len().checked_sub(hops).and_then(|at| listed[at].parse::<IpAddr>().ok());
    named.unwrap_or(peer).to_canonical()
}

/// What limits are kept by: an IPv6 client has a whole /64 of addresses to choose from.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_say_counts() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let read = |lines: &[&str], hops| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            client(&headers, peer, hops).to_string()
        };
        let made_up = ["6.6.6.6, 192.0.2.1"];
        assert_eq!(read(&made_up, 0), "10.0.0.1");
        assert_eq!(read(&made_up, 1), "192.0.2.1");
        assert_eq!(read(&["6.6.6.6", "192.0.2.1, 192.0.2.9"], 2), "192.0.2.1");
        assert_eq!(read(&made_up, 3), "10.0.0.1");
        assert_eq!(read(&["nonsense"], 1), "10.0.0.1");
        assert_eq!(read(&["::ffff:192.0.2.1"], 1), "192.0.2.1");
    }

    #[test]
    fn an_ipv6_client_is_known_by_its_network() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
