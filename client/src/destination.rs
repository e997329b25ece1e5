//! Which server is meant.

use crate::client_error::{ClientError, Problem};
use herd::config::{Address, Herd, InvalidAddress};
use herd::protocol::{InvalidServerName, ServerName};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A server as a user names it: `Alford` or `127.0.0.1:12000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One of the herd.
    Name(ServerName),
    /// Whatever listens there.
    Address(Address),
}

impl Target {
    /// Finds the server in `herd`. An address needs not be in it, and has its server's name when it
    /// is.
    ///
    /// # Errors
    /// When the herd has no server of that name.
    pub fn resolve(&self, herd: &Herd) -> Result<Destination, UnknownServer> {
        match self {
            Target::Name(name) => herd.server(name).map(Destination::of_config).ok_or_else(|| {
                let known = herd.servers().map(|server| server.name().clone()).collect();
                UnknownServer { name: name.clone(), known }
            }),
            Target::Address(address) => {
                let owner = herd.servers().find(|server| server.listen() == address);
                let name = owner.map(|server| server.name().clone());
                Ok(Destination { name, address: address.clone() })
            }
        }
    }
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
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
}

impl Destination {
    /// The server that a client asks when nobody says which.
    pub fn first_of(herd: &Herd) -> Self {
        Self::of_config(herd.first())
    }

    fn of_config(config: &herd::config::ServerConfig) -> Self {
        Self { name: Some(config.name().clone()), address: config.listen().clone() }
    }

    /// Its name, when the herd knows it.
    pub fn name(&self) -> Option<&ServerName> {
        self.name.as_ref()
    }

    /// Where it waits for clients.
    pub fn address(&self) -> &Address {
        &self.address
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

/// The herd has no server of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownServer {
    name: ServerName,
    known: Vec<ServerName>,
}

impl fmt::Display for UnknownServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = self.known.iter().map(ServerName::as_str).collect();
        write!(
            f,
            "unknown server \"{}\": the herd has {}; name one of them, or write HOST:PORT",
            self.name,
            known.join(", ")
        )
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
