//! Which addresses the server may be made to ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// On the public internet.
    Public,
    /// In a network of its own: this machine, RFC 1918, RFC 4193, or behind a carrier's translation (RFC 6598).
    Private,
    /// Nowhere that an issuer could stand: link-local addresses and others where clouds tell machines their secrets, multicast,
    /// documentation, tunnels and what is reserved.
    Nowhere,
}

/// Where an address is. One that carries an IPv4 address (mapped, or NAT64) is where that is.
pub fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Place {
    match address.octets() {
        // What a cloud's machines ask for their secrets, although it stands among private addresses.
        [100, 100, 100, 200] => Place::Nowhere,
        [127 | 10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Place::Private,
        // This network, link-local, protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] => {
            Place::Nowhere
        }
        [198, 51, 100, _] | [203, 0, 113, _] | [224..=255, ..] => Place::Nowhere,
        _ => Place::Public,
    }
}

fn v6(address: Ipv6Addr) -> Place {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return v4(mapped);
    }
    match address.segments() {
        // Metadata services again: fd00:ec2::254 and fd20:ce::254.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => Place::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Place::Private,
        // NAT64 (RFC 6052): the translator connects to the address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        // Protocol assignments with Teredo, documentation, 6to4.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            Place::Nowhere
        }
        [0x2000..=0x3fff, ..] => Place::Public,
        _ => Place::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Place {
        place(text.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_public() {
        for address in [
            "140.82.112.3",
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "2606:50c0:8000::153",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(of(address), Place::Public, "{address}");
        }
    }

    #[test]
    fn ssrf_into_private_networks() {
        for address in [
            "127.0.0.1",
            "127.255.0.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            assert_eq!(of(address), Place::Private, "{address}");
        }
    }

    #[test]
    fn ssrf_to_metadata_services_and_tunnels() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "100.100.100.200",
            "::ffff:100.100.100.200",
            "64:ff9b::100.100.100.200",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fe80::1",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "::a9fe:a9fe",
            "255.255.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "ff02::1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "2001::1",
            "2001:db8::1",
            "2002:a9fe:a9fe::1",
            "fec0::1",
            "3fff::1",
        ] {
            assert_eq!(of(address), Place::Nowhere, "{address}");
        }
    }
}
