//! Where a server listens.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// The longest host of an address, in bytes: the limit that DNS has for names (RFC 1035, section
/// 2.3.4).
pub const HOST_BYTES_MAX: usize = 253;

/// A host and a port, such as `127.0.0.1:12000`, `localhost:12000` or `[::1]:12000`.
///
/// Only the form is checked, not whether the host exists. For a server that listens, port 0 lets
/// the system choose a port.
///
/// ```
/// use herd::config::Address;
///
/// let address: Address = "[::1]:12000".parse()?;
/// assert_eq!((address.host(), address.port()), ("::1", 12000));
/// assert_eq!(address.to_string(), "[::1]:12000");
/// # Ok::<(), herd::config::InvalidAddress>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// In lower case, because DNS ignores case.
    host: String,
    port: u16,
}

impl Address {
    /// The host: a name, an IPv4 address, or an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 lets the system choose one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it stands for all addresses of a machine, such as `0.0.0.0` or `[::]`. A server can
    /// listen there, but other machines cannot dial it.
    pub fn is_wildcard(&self) -> bool {
        self.host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_unspecified())
    }

    /// Whether only its own machine can dial it, such as `127.0.0.1`, `[::1]` or `localhost`.
    pub fn is_loopback(&self) -> bool {
        let is_name = self.host == "localhost" || self.host.ends_with(".localhost");
        is_name || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }

    /// The same host with another port.
    pub(super) fn with_port(&self, port: u16) -> Self {
        Self { host: self.host.clone(), port }
    }
}

impl From<SocketAddr> for Address {
    /// The host is the IP address. The scope of an IPv6 address is lost.
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        read(text).ok_or_else(|| InvalidAddress(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Address> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').filter(|ip| ip.parse::<Ipv6Addr>().is_ok())?,
        None => Some(host).filter(|host| is_name_or_ipv4(host))?,
    };
    let digits_only = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = Some(port).filter(|_| digits_only)?.parse().ok()?;
    Some(Address { host: host.to_ascii_lowercase(), port })
}

/// A name whose last label is a number can only be an IPv4 address, so `127.0.1` is neither.
fn is_name_or_ipv4(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= HOST_BYTES_MAX && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !label.is_empty() && label.bytes().all(legal) && !label.starts_with('-')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text that is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAddress(String);

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid address {:?}: write HOST:PORT, for example \"127.0.0.1:12000\"", self.0)
    }
}

impl std::error::Error for InvalidAddress {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A wrong split of host and port would send a client to another server.
    #[test]
    fn good_addresses() {
        for (text, host, port) in [
            ("127.0.0.1:12000", "127.0.0.1", 12000),
            ("localhost:0", "localhost", 0),
            ("a-b.example_1.org:65535", "a-b.example_1.org", 65535),
            ("[::1]:80", "::1", 80),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host(), address.port()), (host, port));
            assert_eq!(address.to_string(), text);
        }
    }

    /// Two spellings of one host must not count as two addresses.
    #[test]
    fn letter_case_does_not_matter() {
        assert_eq!("LocalHost:1".parse::<Address>(), "localhost:1".parse());
    }

    /// A mistake should be reported where it was made, not when the network cannot resolve the
    /// name.
    #[test]
    fn bad_addresses() {
        for text in [
            "",
            ":",
            ":1",
            "host",
            "host:",
            "host:x",
            "host:+1",
            "host:65536",
            "::1:80",
            "[::1]",
            "[::1:80",
            "[127.0.0.1]:80",
            "[]:80",
            "127.0.1:80",
            "256.0.0.1:80",
            "two words:80",
            "a..b:80",
            "-a:80",
            "http://a:80",
            "zürich:80",
        ] {
            assert_eq!(text.parse::<Address>(), Err(InvalidAddress(text.to_owned())), "{text:?}");
        }
    }

    /// The message is what a user of a wrong `--server` or `listen` reads.
    #[test]
    fn the_error_shows_the_right_form() {
        assert_eq!(
            InvalidAddress("host".to_owned()).to_string(),
            "invalid address \"host\": write HOST:PORT, for example \"127.0.0.1:12000\""
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_printed_reads_back(text in "\\PC{0,20}|[a-z0-9.:\\[\\]-]{0,20}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
