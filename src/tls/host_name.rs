//! The name that the other side must prove.

use rustls::pki_types::ServerName;
use std::fmt;
use std::str::FromStr;

/// What a certificate must be for when a host is dialled: a DNS name or an IP address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostName(ServerName<'static>);

impl HostName {
    pub(super) fn as_server_name(&self) -> &ServerName<'static> {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = InvalidHostName;

    /// An IPv6 address may be in brackets, as in a URL; in a certificate it is not.
    fn from_str(host: &str) -> Result<Self, InvalidHostName> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        name.map(Self).map_err(|_| InvalidHostName(host.to_owned()))
    }
}

/// A text that is neither a DNS name nor an IP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHostName(String);

impl fmt::Display for InvalidHostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be in a certificate", self.0)
    }
}

impl std::error::Error for InvalidHostName {}
