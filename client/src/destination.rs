//! Which server is meant.

use crate::client_error::{ClientError, Problem};
use herd::config::{Address, Herd, InvalidAddress, ServerConfig, Transport};
use herd::protocol::{InvalidServerName, ServerName};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// What begins the address of a server that is spoken to over TLS.
const TLS_SCHEME: &str = "tls://";

/// A server as a user names it: `Alford`, `127.0.0.1:12000` or `tls://a.example:12443`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One of the herd.
    Name(ServerName),
    /// Whatever listens there.
    Address(Address),
    /// Whatever listens there and speaks TLS.
    TlsAddress(Address),
}

impl Target {
    /// Finds the server in `herd`. An address needs not be in it, and has its server's name when it
    /// is. A server that the herd has by name is spoken to over TLS only if it listens for nothing
    /// else.
    ///
    /// # Errors
    /// When the herd has no server of that name.
    pub fn resolve(&self, herd: &Herd) -> Result<Destination, UnknownServer> {
        match self {
            Target::Name(name) => Ok(Destination::of_config(config(herd, name)?)),
            Target::Address(address) => Ok(Destination::at(address, Transport::Plain, herd)),
            Target::TlsAddress(address) => Ok(Destination::at(address, Transport::Tls, herd)),
        }
    }

    /// The same, but the server is spoken to over TLS.
    ///
    /// # Errors
    /// When the herd has no server of that name, or that one does not listen for TLS.
    pub fn resolve_over_tls(&self, herd: &Herd) -> Result<Destination, UnknownServer> {
        match self {
            Target::Name(name) => {
                let address = config(herd, name)?.tls_listen().cloned();
                let lacks = || UnknownServer { name: name.clone(), lacks: Lacks::TlsPort };
                let (name, transport) = (Some(name.clone()), Transport::Tls);
                Ok(Destination { name, address: address.ok_or_else(lacks)?, transport })
            }
            Target::Address(address) | Target::TlsAddress(address) => {
                Ok(Destination::at(address, Transport::Tls, herd))
            }
        }
    }
}

fn config<'h>(herd: &'h Herd, name: &ServerName) -> Result<&'h ServerConfig, UnknownServer> {
    herd.server(name).ok_or_else(|| {
        let known = herd.servers().map(|server| server.name().clone()).collect();
        UnknownServer { name: name.clone(), lacks: Lacks::Entry { known } }
    })
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        if let Some(address) = text.strip_prefix(TLS_SCHEME) {
            return address.parse().map(Target::TlsAddress).map_err(InvalidTarget::Address);
        }
        // A name never holds a colon, and an address always does.
        if text.contains(':') {
            text.parse().map(Target::Address).map_err(InvalidTarget::Address)
        } else {
            text.parse().map(Target::Name).map_err(InvalidTarget::Name)
        }
    }
}

/// A server that can be connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    name: Option<ServerName>,
    address: Address,
    transport: Transport,
}

impl Destination {
    /// The server that a client asks when nobody says which.
    pub fn first_of(herd: &Herd) -> Self {
        Self::of_config(herd.first())
    }

    fn of_config(config: &ServerConfig) -> Self {
        let (address, transport) = match (config.listen(), config.tls_listen()) {
            (Some(address), _) => (address, Transport::Plain),
            (None, Some(address)) => (address, Transport::Tls),
            (None, None) => unreachable!("a herd's servers have an address for clients"),
        };
        Self { name: Some(config.name().clone()), address: address.clone(), transport }
    }

    fn at(address: &Address, transport: Transport, herd: &Herd) -> Self {
        let is_it = |server: &&ServerConfig| {
            let listens = match transport {
                Transport::Plain => server.listen(),
                Transport::Tls => server.tls_listen(),
            };
            listens == Some(address)
        };
        let name = herd.servers().find(is_it).map(|server| server.name().clone());
        Self { name, address: address.clone(), transport }
    }

    /// Its name, when the herd knows it.
    pub fn name(&self) -> Option<&ServerName> {
        self.name.as_ref()
    }

    /// Where it waits for clients.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How it is spoken to.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The error of a client of this server, with what to do about it where something can be done.
    pub fn explain(&self, error: &ClientError) -> String {
        match (error.problem(), &self.name) {
            (Problem::Unreachable(_), Some(name)) => {
                format!("{error}; is herd-server {name} running?")
            }
            (Problem::Unreachable(_), None) => format!("{error}; is a herd-server running there?"),
            _ => error.to_string(),
        }
    }
}

/// The name, or the address of a server without one.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => name.fmt(f),
            None if self.transport == Transport::Tls => write!(f, "{TLS_SCHEME}{}", self.address),
            None => self.address.fmt(f),
        }
    }
}

/// A text that is neither a name nor an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTarget {
    /// It has a colon, but is no address.
    Address(InvalidAddress),
    /// It has no colon, and is no name.
    Name(InvalidServerName),
}

impl fmt::Display for InvalidTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidTarget::Address(error) => error.fmt(f),
            InvalidTarget::Name(error) => error.fmt(f),
        }
    }
}

impl Error for InvalidTarget {}

/// The herd has no server of that name, or no way to it over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownServer {
    name: ServerName,
    lacks: Lacks,
}

/// What the herd does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lacks {
    /// A server of that name; it has these.
    Entry { known: Vec<ServerName> },
    /// A port of that server for TLS.
    TlsPort,
}

impl fmt::Display for UnknownServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.lacks {
            Lacks::Entry { known } => {
                let known: Vec<_> = known.iter().map(ServerName::as_str).collect();
                write!(
                    f,
                    "unknown server \"{name}\": the herd has {}; name one of them, or write \
                     HOST:PORT",
                    known.join(", ")
                )
            }
            Lacks::TlsPort => {
                write!(f, "{name} has no tls_listen in the file of the herd: write tls://HOST:PORT")
            }
        }
    }
}

impl Error for UnknownServer {}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<(String, String), String> {
        let target: Target = text.parse().map_err(|error: InvalidTarget| error.to_string())?;
        let server = target.resolve(&Herd::default_herd()).map_err(|error| error.to_string())?;
        Ok((server.to_string(), server.address().to_string()))
    }

    /// The hint "is herd-server Alford running?" needs the name also where an address was given.
    #[test]
    fn names_and_addresses_find_each_other() {
        let alford = ("Alford".to_owned(), "127.0.0.1:12000".to_owned());
        assert_eq!(resolve("Alford"), Ok(alford.clone()));
        assert_eq!(resolve("127.0.0.1:12000"), Ok(alford));
        assert_eq!(resolve("[::1]:1"), Ok(("[::1]:1".to_owned(), "[::1]:1".to_owned())));
    }

    /// Whoever asks for TLS must never speak without it.
    #[test]
    fn tls_is_asked_for_by_the_address_or_by_the_herd() {
        let herd = Herd::from_toml(
            "[tls]\ncert_file = \"c\"\nkey_file = \"k\"\n[servers.A]\nlisten = \"a:1\"\n\
             tls_listen = \"a:2\"\n[servers.B]\ntls_listen = \"b:2\"\npeer_listen = \"b:3\"\n\
             [servers.C]\nlisten = \"c:1\"\n",
        );
        let herd = herd.expect("the herd is good");
        let target = |text: &str| text.parse::<Target>().expect("the target is good");
        let shown = |it: Destination| format!("{it} {} {:?}", it.address(), it.transport());
        let plain = |text| target(text).resolve(&herd).map(shown).expect("it is there");
        let tls = |text| target(text).resolve_over_tls(&herd).map(shown);
        assert_eq!(plain("A"), "A a:1 Plain");
        assert_eq!(plain("B"), "B b:2 Tls");
        assert_eq!(plain("tls://a:2"), "A a:2 Tls");
        assert_eq!(plain("tls://x:9"), "tls://x:9 x:9 Tls");
        assert_eq!(tls("A"), Ok("A a:2 Tls".to_owned()));
        assert_eq!(tls("x:9"), Ok("tls://x:9 x:9 Tls".to_owned()));
        let lacks = tls("C").expect_err("it has none").to_string();
        let expected = "C has no tls_listen in the file of the herd: write tls://HOST:PORT";
        assert_eq!(lacks, expected);
    }

    /// A misspelt name should show the right ones.
    #[test]
    fn what_cannot_be_found_is_explained() {
        assert_eq!(
            resolve("Alfred"),
            Err("unknown server \"Alfred\": the herd has Alford, Ball, Hamilton, Holiday, Welsh; \
                 name one of them, or write HOST:PORT"
                .to_owned())
        );
        assert_eq!(
            resolve("Alford:"),
            Err("invalid address \"Alford:\": write HOST:PORT, for example \"127.0.0.1:12000\""
                .to_owned())
        );
        assert_eq!(
            resolve("two words"),
            Err("invalid server name \"two words\": 1 to 64 letters, digits, '-', '_' and '.', \
                 beginning with a letter or a digit"
                .to_owned())
        );
    }
}
