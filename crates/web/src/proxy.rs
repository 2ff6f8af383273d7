//! Reverse proxies: the path prefix under which they show us, and the client address that trusted ones report.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use http::HeaderMap;
use ipnet::IpNet;

use crate::path_token::replace_path;

/// Removes the prefix from the path. Paths without it stay as they are: some proxies strip it themselves.
pub(crate) fn strip_prefix(request: &mut Request, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    let whole = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match whole.strip_prefix(prefix) {
        Some(rest) if rest.starts_with('/') => {
            let rest = rest.to_owned();
            replace_path(request, &rest);
        }
        Some("") => replace_path(request, "/"),
        _ => {}
    }
}

/// The client's address: the peer's own, unless the peer is a trusted proxy. Then the rightmost address in
/// `X-Forwarded-For` that is not itself a trusted proxy: everything to the left of it anybody could have written. `None`
/// where that one cannot be read: the address of a proxy must not count for a client's.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if trusted.is_empty() || !is_trusted(&peer) {
        return Some(peer);
    }
    let reported = headers.get_all("x-forwarded-for").iter().rev().map(http::HeaderValue::as_bytes);
    let mut client = peer;
    for entry in reported.flat_map(|value| value.rsplit(|byte| *byte == b',')) {
        client = reported_address(entry)?.to_canonical();
        if !is_trusted(&client) {
            break;
        }
    }
    Some(client)
}

/// One entry: an address, with or without a port.
fn reported_address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: impl AsRef<[u8]>) -> String {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            http::HeaderValue::from_bytes(forwarded.as_ref()).unwrap(),
        )]);
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let client = client_address(peer.parse().unwrap(), &headers, &trusted);
        client.map_or_else(|| "nobody knows".to_owned(), |address| address.to_string())
    }

    #[test]
    fn the_prefix_goes_and_other_paths_stay() {
        let stripped = |path: &str| {
            let mut request = Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
            strip_prefix(&mut request, "/packages");
            request.uri().to_string()
        };
        assert_eq!(stripped("/packages/main/noarch/repodata.json?x=1"), "/main/noarch/repodata.json?x=1");
        assert_eq!(stripped("/packages"), "/");
        assert_eq!(stripped("/packagesque/simple/"), "/packagesque/simple/");
        assert_eq!(stripped("/main/noarch/repodata.json"), "/main/noarch/repodata.json");
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        assert_eq!(client("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(client("10.0.0.1", "198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn a_forged_left_part_is_ignored() {
        assert_eq!(client("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(client("10.0.0.1", b"\xff, 198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn an_address_may_come_with_its_port() {
        for (forwarded, address) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("198.51.100.7:4711, 10.0.0.2:80", "198.51.100.7"),
        ] {
            assert_eq!(client("10.0.0.1", forwarded), address, "{forwarded}");
        }
    }

    #[test]
    fn what_cannot_be_read_does_not_make_the_proxy_the_client() {
        for forwarded in [
            &b"1.2.3.4, nonsense"[..],
            b"198.51.100.7\xff",
            b"\xff, 10.0.0.2",
            b"",
            b"198.51.100.7,",
            b"unknown",
        ] {
            assert_eq!(client("10.0.0.1", forwarded), "nobody knows", "{forwarded:?}");
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let peer = "10.0.0.1".parse().unwrap();
        assert_eq!(
            client_address(peer, &HeaderMap::new(), &trusted),
            Some(peer),
            "the proxy asks for itself"
        );
    }
}
