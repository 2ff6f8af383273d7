//! From where a token works.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// More networks than anybody keeps in mind.
const MAX: usize = 50;

/// The networks that a token works from; from everywhere, where there are none.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether it works from everywhere.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether everything in them is in the others as well.
    pub fn are_within(&self, others: &Self) -> bool {
        let inside = |network: &IpNet| others.0.iter().any(|other| other.contains(network));
        others.is_empty() || (!self.is_empty() && self.0.iter().all(inside))
    }

    /// Whether it works from this address. Who has no known address comes from none of the networks.
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        let admitted = |address: IpAddr| self.0.iter().any(|network| network.contains(&address));
        self.is_empty() || address.is_some_and(|address| admitted(address.to_canonical()))
    }
}

impl FromStr for Networks {
    type Err = InvalidNetworks;

    /// Reads addresses and networks such as `192.0.2.1` and `2001:db8::/32`, separated by commas or white space. Bits
    /// behind a network's prefix are dropped.
    fn from_str(text: &str) -> Result<Self, InvalidNetworks> {
        let words = text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        let network = |word: &str| {
            let address = || word.parse::<IpAddr>().map(IpNet::from);
            word.parse::<IpNet>().or_else(|_| address()).map_err(|_| InvalidNetworks::Form)
        };
        let mut networks: Vec<_> =
            words.map(|word| Ok(network(word)?.trunc())).collect::<Result<_, InvalidNetworks>>()?;
        networks.sort();
        networks.dedup();
        if networks.len() > MAX {
            return Err(InvalidNetworks::TooMany);
        }
        Ok(Self(networks))
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, network) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{network}")?;
        }
        Ok(())
    }
}

impl serde::Serialize for Networks {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> serde::Deserialize<'de> for Networks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words: Vec<String> = serde::Deserialize::deserialize(deserializer)?;
        words.join(",").parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text names no networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetworks {
    /// A word is neither an address nor a network.
    #[error("write addresses or networks like 192.0.2.1 or 2001:db8::/32, separated by commas")]
    Form,
    /// Too long a list.
    #[error("name at most {MAX} networks")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_without_networks_works_from_everywhere() {
        assert!(networks(" ,\n").admit(None));
        assert!(networks("").admit(Some("192.0.2.1".parse().unwrap())));
    }

    #[test]
    fn only_addresses_inside_are_admitted() {
        let office = networks("192.0.2.0/24, 2001:db8::/32 198.51.100.7");
        for inside in ["192.0.2.255", "2001:db8::1", "198.51.100.7", "::ffff:192.0.2.1"] {
            assert!(office.admit(Some(inside.parse().unwrap())), "{inside}");
        }
        for outside in ["192.0.3.0", "2001:db9::1", "198.51.100.8", "::ffff:192.0.3.1"] {
            assert!(!office.admit(Some(outside.parse().unwrap())), "{outside}");
        }
        assert!(!office.admit(None));
    }

    #[test]
    fn networks_are_within_those_that_hold_all_of_them() {
        let (office, desk) = (networks("192.0.2.0/24 2001:db8::/32"), networks("192.0.2.7"));
        assert!(desk.are_within(&office) && !office.are_within(&desk));
        assert!(office.are_within(&office) && office.are_within(&networks("")));
        assert!(!networks("").are_within(&office) && !networks("198.51.100.1").are_within(&office));
    }

    #[test]
    fn a_list_reads_back_as_it_is_written() {
        let list = networks("198.51.100.7 192.0.2.9/24,192.0.2.0/24");
        assert_eq!(list.to_string(), "192.0.2.0/24, 198.51.100.7/32");
        assert_eq!(networks(&list.to_string()), list);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["office", "192.0.2.0/33", "192.0.2", "*"] {
            assert_eq!(bad.parse::<Networks>(), Err(InvalidNetworks::Form), "{bad}");
        }
        let many: String = (0..51).map(|number| format!("192.0.2.{number} ")).collect();
        assert_eq!(many.parse::<Networks>(), Err(InvalidNetworks::TooMany));
    }
}
