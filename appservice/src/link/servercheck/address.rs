//! Which addresses may be asked. A name that a person gives may lead into our own network; what it leads
//! to is looked up once, looked at, and only those very addresses are connected to.
use bridge::servers::rules::Miss;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

const LOOKUP_MAX: Duration = Duration::from_secs(5);
const ADDRESSES_MAX: usize = 8;

/// The addresses of a URL's host; one that is not public spoils them all.
pub async fn of(url: &Url, allow_private: bool) -> Result<Vec<SocketAddr>, Miss> {
    let port = url.port_or_known_default().ok_or(Miss::NoSuchHost)?;
    let found: Vec<SocketAddr> = match url.host().ok_or(Miss::NoSuchHost)? {
        Host::Ipv4(ip) => vec![(ip, port).into()],
        Host::Ipv6(ip) => vec![(ip, port).into()],
        Host::Domain(name) => timeout(LOOKUP_MAX, lookup_host((name, port)))
            .await
            .map_err(|_| Miss::Slow)?
            .map_err(|_| Miss::NoSuchHost)?
            .take(ADDRESSES_MAX)
            .collect(),
    };
    if found.is_empty() {
        return Err(Miss::NoSuchHost);
    }
    if !allow_private && !found.iter().all(|address| is_public(address.ip())) {
        return Err(Miss::Private);
    }
    Ok(found)
}

/// Whether an address is one of the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Outside of all that the registry of special addresses lists.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match a {
        0 | 10 | 127 | 224.. => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => matches!((b, c), (0, 0 | 2) | (168, _) | (88, 99)),
        198 => matches!((b, c), (18 | 19, _) | (51, 100)),
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !special
}

/// Global unicast, without documentation, tunnels and what else holds another address inside.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x2002 => true,
        0x3fff => b < 0x1000,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_asked() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["1.1.1.1", "100.63.0.1", "172.32.0.1", "192.0.3.1", "2606:4700::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn odd_ways_to_write_an_address_lead_nowhere() {
        for host in ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]", "[::]"] {
            let url = Url::parse(&format!("https://{host}:8448/")).unwrap();
            assert_eq!(of(&url, false).await, Err(Miss::Private), "{host}");
        }
        let url = Url::parse("https://127.0.0.1:8448/").unwrap();
        assert!(of(&url, true).await.is_ok());
    }
}
