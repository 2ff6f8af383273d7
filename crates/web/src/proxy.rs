//! Reverse proxies: the path prefix under which they show us, and the client address that trusted ones report.

use std::net::IpAddr;

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
/// `X-Forwarded-For` that is not itself a trusted proxy: everything to the left of it anybody could have written.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if trusted.is_empty() || !is_trusted(&peer) {
        return peer;
    }
    let reported = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
    let mut client = peer;
    for entry in reported.flat_map(|value| value.rsplit(',')) {
        let Ok(address) = entry.trim().parse::<IpAddr>() else { return client };
        client = address.to_canonical();
        if !is_trusted(&client) {
            return client;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &str) -> String {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-forwarded-for"),
            http::HeaderValue::try_from(forwarded).unwrap(),
        )]);
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
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
        assert_eq!(client("10.0.0.1", "1.2.3.4, nonsense"), "10.0.0.1");
    }
}
