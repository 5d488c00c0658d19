//! Which servers are reached without a proxy: the list in `NO_PROXY`. The matcher of hyper-util ignores ports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The servers of a list, whose entries are separated by commas or white space:
///
/// - `*`: all servers.
/// - `example.com`, `.example.com`, `*.example.com`: the host and all hosts below it, in any case, with or without a
///   trailing dot.
/// - `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`: an address, in any spelling.
/// - `192.0.2.0/24`, `2001:db8::/32`: the addresses of a network. Names are not looked up for this.
///
/// Every entry except a network may have a port, for an IPv6 address after brackets: `example.com:8443`, `[::1]:8443`.
/// An invalid entry matches nothing.
#[derive(Debug, Clone, Default, Hash)]
pub(crate) struct NoProxy(Vec<Entry>);

#[derive(Debug, Clone, Hash)]
struct Entry {
    servers: Servers,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Servers {
    All,
    Below(String),
    Network(IpAddr, u8),
}

impl NoProxy {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self(entries.filter_map(Entry::parse).collect())
    }

    pub(super) fn matches(&self, url: &Url) -> bool {
        self.0.iter().any(|entry| entry.matches(url))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        if let Some(servers) = Servers::parse(text) {
            return Some(Self { servers, port: None });
        }
        let (servers, port) = text.rsplit_once(':')?;
        Some(Self {
            servers: Servers::parse(servers).filter(|servers| servers.may_have_a_port(text))?,
            port: Some(port.parse().ok()?),
        })
    }

    fn matches(&self, url: &Url) -> bool {
        (self.port.is_none() || self.port == url.port_or_known_default()) && self.servers.contain(url)
    }
}

impl Servers {
    fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::All);
        }
        if let Some((address, length)) = text.split_once('/') {
            let address = address_of(address)?;
            let length = length.parse().ok()?;
            return (length <= bits(address)).then_some(Self::Network(address, length));
        }
        if let Some(address) = address_of(text) {
            let address = address.to_canonical();
            return Some(Self::Network(address, bits(address)));
        }
        let name = text.strip_prefix('*').unwrap_or(text);
        let name = name.strip_prefix('.').unwrap_or(name);
        // URLs have host names in lower case and, beyond ASCII, in Punycode.
        match Host::parse(name).ok()? {
            Host::Domain(name) => Some(Self::Below(without_dot(&name).to_owned())),
            Host::Ipv4(address) => Some(Self::Network(address.into(), 32)),
            Host::Ipv6(address) => Some(Self::Network(address.into(), 128)),
        }
    }

    /// Whether a port may follow. After an IPv6 address without brackets it would be a part of the address.
    fn may_have_a_port(&self, text: &str) -> bool {
        match self {
            Self::All | Self::Below(_) => true,
            Self::Network(address, length) => {
                *length == bits(*address) && !text.contains('/') && (address.is_ipv4() || text.starts_with('['))
            }
        }
    }

    fn contain(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::All, _) => true,
            (Self::Below(name), Some(Host::Domain(host))) => {
                let host = without_dot(host);
                let above = host.strip_suffix(name.as_str());
                above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            (Self::Network(network, length), Some(Host::Ipv4(host))) => in_network(host.into(), *network, *length),
            (Self::Network(network, length), Some(Host::Ipv6(host))) => {
                let host = IpAddr::from(host);
                in_network(host, *network, *length) || in_network(host.to_canonical(), *network, *length)
            }
            _ => false,
        }
    }
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Parses an address; an IPv6 address may have brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        None => text.parse().ok(),
    }
}

fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn in_network(address: IpAddr, network: IpAddr, length: u8) -> bool {
    let (address, network, bits) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => (of_v4(address), of_v4(network), 32),
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        _ => return false,
    };
    // Ignore the bits after the prefix. `checked_shr` returns `None` if that is all of them.
    let differing = (address ^ network).checked_shr(bits - u32::from(length));
    differing.unwrap_or_default() == 0
}

fn of_v4(address: Ipv4Addr) -> u128 {
    address.to_bits().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the URLs that a list matches.
    fn matched<'u>(list: &str, urls: &[&'u str]) -> Vec<&'u str> {
        let list = NoProxy::parse(list);
        let matched = |url: &&&str| list.matches(&Url::parse(url).unwrap());
        urls.iter().filter(matched).copied().collect()
    }

    /// Checks each list against URLs that it matches and URLs that it does not.
    fn check(table: &[(&str, &[&str], &[&str])]) {
        for (list, inside, outside) in table {
            assert_eq!(matched(list, inside), *inside, "{list:?} matches");
            assert!(matched(list, outside).is_empty(), "{list:?} does not match {outside:?}");
        }
    }

    #[test]
    fn a_star_matches_everything_and_an_empty_list_nothing() {
        let urls: &[&str] = &[
            "https://example.com",
            "http://127.0.0.1:8080",
            "http://[::1]/",
            "http://localhost",
        ];
        check(&[
            ("*", urls, &[]),
            ("a.example, *", urls, &[]),
            ("", &[], urls),
            (" , ,, ", &[], urls),
            (
                "*:8080",
                &["http://127.0.0.1:8080"],
                &["https://example.com", "http://[::1]/"],
            ),
        ]);
    }

    #[test]
    fn a_host_matches_itself_and_all_below_it() {
        let inside: &[&str] = &[
            "https://example.com",
            "https://example.com.",
            "http://EXAMPLE.com:8080/path",
            "https://api.example.com",
            "https://a.b.example.com",
        ];
        let outside: &[&str] = &[
            "https://notexample.com",
            "https://example.com.evil.test",
            "https://example.co",
            "https://com",
            "https://10.0.0.1",
        ];
        check(&[
            ("example.com", inside, outside),
            (".example.com", inside, outside),
            ("*.example.com", inside, outside),
            ("example.com.", inside, outside),
            ("ExAmPlE.CoM", inside, outside),
            ("other.test,example.com", inside, outside),
            ("other.test example.com", inside, outside),
            ("  other.test ,\texample.com\n", inside, outside),
        ]);
        check(&[
            (
                "localhost",
                &["http://localhost:3000"],
                &["http://127.0.0.1:3000", "http://[::1]:3000"],
            ),
            (
                "bücher.example",
                &["https://bücher.example", "https://www.xn--bcher-kva.example"],
                &[],
            ),
            ("my_host", &["http://my_host/"], &["http://host/"]),
        ]);
    }

    #[test]
    fn a_port_matches_only_that_port_even_if_it_is_the_default() {
        check(&[
            (
                "example.com:8443",
                &["https://example.com:8443", "http://api.example.com:8443"],
                &["https://example.com", "https://example.com:443"],
            ),
            (
                "example.com:443",
                &["https://example.com"],
                &["http://example.com", "https://example.com:444"],
            ),
            (
                ".example.com:80",
                &["http://example.com", "http://a.example.com"],
                &["https://example.com"],
            ),
            (
                "192.0.2.1:80",
                &["http://192.0.2.1"],
                &["https://192.0.2.1", "http://192.0.2.2"],
            ),
            (
                "[2001:db8::1]:8080",
                &["http://[2001:db8::1]:8080"],
                &["http://[2001:db8::1]"],
            ),
        ]);
    }

    #[test]
    fn an_address_matches_every_spelling_of_itself() {
        check(&[
            (
                "192.0.2.1",
                &["http://192.0.2.1", "https://192.0.2.1:8443"],
                &["http://192.0.2.10", "http://a.192.0.2.1.test"],
            ),
            (
                "::1",
                &["http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]"],
                &["http://[::2]"],
            ),
            ("[::1]", &["http://[::1]:8080", "https://[::1]"], &["http://[::2]"]),
            ("2001:DB8:0:0::1", &["http://[2001:db8::1]"], &["http://[2001:db8::2]"]),
            (
                "127.0.0.1",
                &["http://[::ffff:127.0.0.1]", "http://2130706433"],
                &["http://[::1]", "http://localhost"],
            ),
            ("::ffff:192.0.2.1", &["http://192.0.2.1"], &["http://192.0.2.2"]),
        ]);
    }

    #[test]
    fn a_network_matches_its_addresses_and_no_names() {
        check(&[
            (
                "10.0.0.0/8",
                &["http://10.1.2.3", "http://10.255.255.255"],
                &["http://11.0.0.1", "http://10.example"],
            ),
            ("192.0.2.77/24", &["http://192.0.2.1"], &["http://192.0.3.1"]),
            ("192.0.2.128/25", &["http://192.0.2.129"], &["http://192.0.2.127"]),
            ("192.0.2.1/32", &["http://192.0.2.1"], &["http://192.0.2.2"]),
            (
                "0.0.0.0/0",
                &["http://192.0.2.1"],
                &["http://[2001:db8::1]", "http://example.com"],
            ),
            (
                "2001:db8::/32",
                &["http://[2001:db8:1::1]"],
                &["http://[2001:db9::1]", "http://32.1.13.184"],
            ),
            ("[fd00::]/8", &["http://[fd12::1]"], &["http://[fe80::1]"]),
            ("::/0", &["http://[2001:db8::1]"], &["http://example.com"]),
        ]);
    }

    #[test]
    fn an_invalid_entry_matches_nothing() {
        let urls: &[&str] = &[
            "http://10.0.0.1:8080",
            "https://example.com",
            "http://[::1]",
            "http://[2001:db8::1]:8080",
        ];
        for list in [
            "10.0.0.0/33",
            "10.0.0.0/x",
            "10.0.0.0/8:8080",
            "2001:db8::/129",
            "example.com:",
            "example.com:x",
            "example.com:70000",
            "exa mple",
            "[::1",
            "::1]",
            "[10.0.0.1]",
            "https://example.com",
            ".",
            "*.",
            "**",
        ] {
            assert!(matched(list, urls).is_empty(), "{list:?}");
        }
    }
}
