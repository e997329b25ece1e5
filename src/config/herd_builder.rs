//! A herd that a program describes in code, without a herd.toml.

use super::address::Address;
use super::config_error::ConfigError;
use super::herd::Herd;
use super::herd_file::{HerdFile, NeighborEntry, ServerEntry};
use super::limits::Limits;
use super::tls_config::{PeerTlsConfig, TlsConfig};
use std::collections::BTreeMap;
use std::time::Duration;
use toml::Spanned;

/// Describes a herd, server by server. The rules are those of a herd.toml, and
/// [`build`](Self::build) checks them.
///
/// ```
/// use herd::config::{Address, Herd};
///
/// let anywhere: Address = "127.0.0.1:0".parse()?;
/// let herd = Herd::builder()
///     .server("Goloman", anywhere.clone())
///     .server("Hands", anywhere)
///     .link("Goloman", "Hands")
///     .build()?;
/// assert_eq!(herd.servers().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With port 0 the system chooses a server's ports when it is bound. Its neighbors learn them
/// through [`neighbor_at`](crate::server::Builder::neighbor_at), or, where a server is bound
/// already, through [`move_neighbor`](crate::server::Handle::move_neighbor).
#[derive(Debug, Default)]
pub struct HerdBuilder {
    servers: Vec<(String, ServerEntry)>,
    limits: Limits,
    protection: Protection,
    tls: Option<TlsConfig>,
    peer_tls: Option<PeerTlsConfig>,
    /// The first mistake.
    mistake: Option<ConfigError>,
}

/// Whether protected mode is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Protection {
    #[default]
    On,
    Off,
}

impl Herd {
    /// Starts to describe a herd in code.
    pub fn builder() -> HerdBuilder {
        HerdBuilder::default()
    }
}

impl HerdBuilder {
    /// Adds a server that listens for clients at `listen`. It listens for neighbors at the same
    /// host, [`PEER_PORT_OFFSET`](super::PEER_PORT_OFFSET) ports higher; if the port is 0, the
    /// system chooses both.
    pub fn server(mut self, name: &str, listen: impl Into<Address>) -> Self {
        if self.servers.iter().any(|(known, _)| known == name) {
            self.note(format!("two servers have the name {name}"));
        }
        self.servers.push((name.to_owned(), ServerEntry::new(spanned(&listen.into()))));
        self
    }

    /// Makes a server listen for its neighbors at `address`.
    pub fn peer_listen(self, server: &str, address: impl Into<Address>) -> Self {
        let address = spanned(&address.into());
        self.change(server, |entry| entry.peer_listen = Some(address))
    }

    /// Makes a server listen for HTTP at `address`.
    pub fn http_listen(self, server: &str, address: impl Into<Address>) -> Self {
        let address = spanned(&address.into());
        self.change(server, |entry| entry.http_listen = Some(address))
    }

    /// Makes a server listen for clients over TLS at `address`, beside its other address. The files
    /// for it come with [`tls`](Self::tls).
    pub fn tls_listen(self, server: &str, address: impl Into<Address>) -> Self {
        let address = spanned(&address.into());
        self.change(server, |entry| entry.tls_listen = Some(address))
    }

    /// Makes a server listen for its neighbors over TLS at `address`, and only there unless
    /// [`peer_listen`](Self::peer_listen) says more. The files for it come with
    /// [`peer_tls`](Self::peer_tls).
    pub fn peer_tls_listen(self, server: &str, address: impl Into<Address>) -> Self {
        let address = spanned(&address.into());
        self.change(server, |entry| entry.peer_tls_listen = Some(address))
    }

    /// Makes a server listen for clients over TLS only.
    pub fn only_tls(self, server: &str) -> Self {
        self.change(server, |entry| entry.listen = None)
    }

    /// Sets the files with which servers speak TLS with clients.
    pub fn tls(mut self, config: TlsConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// Sets the files with which servers speak TLS with each other.
    pub fn peer_tls(mut self, config: PeerTlsConfig) -> Self {
        self.peer_tls = Some(config);
        self
    }

    /// Links two servers: each follows the other.
    pub fn link(self, one: &str, other: &str) -> Self {
        self.neighbor(one, NeighborEntry { name: other.to_owned(), push: false })
    }

    /// Makes a server push AT lines to the client port of another server that cannot do more.
    pub fn push(self, server: &str, to: &str) -> Self {
        self.neighbor(server, NeighborEntry { name: to.to_owned(), push: true })
    }

    /// Makes a server accept AT lines on its client port.
    pub fn accept_at(self, server: &str) -> Self {
        self.change(server, |entry| entry.accept_at = true)
    }

    /// Makes a server ask its neighbors only for new changes, not for those that it missed.
    pub fn without_catch_up(self, server: &str) -> Self {
        self.change(server, |entry| entry.catch_up = Some(false))
    }

    /// Sets how far the time of a position may be ahead of a server's clock, in whole seconds.
    pub fn max_ahead(self, server: &str, span: Duration) -> Self {
        self.change(server, |entry| entry.max_ahead = Some(span.as_secs()))
    }

    /// Sets the limits of all servers.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets servers listen beyond their own machine for people who prove nothing: something else, such
    /// as a firewall, keeps strangers away.
    pub fn without_protected_mode(mut self) -> Self {
        self.protection = Protection::Off;
        self
    }

    /// Checks the description and returns the herd.
    ///
    /// # Errors
    /// The first mistake: an invalid or unknown name, a name or address that two servers have,
    /// contradictory links, or no server at all.
    pub fn build(self) -> Result<Herd, ConfigError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if self.servers.is_empty() {
            return Err(ConfigError::of_whole("no servers: add one"));
        }
        let place = |(place, (name, entry))| (Spanned::new(place..place, name), entry);
        let Self { servers, limits, tls, peer_tls, protection, .. } = self;
        let servers: BTreeMap<_, _> = servers.into_iter().enumerate().map(place).collect();
        let protected_mode = protection == Protection::On;
        let file = HerdFile { servers, limits, access: None, protected_mode, tls, peer_tls };
        Herd::from_file("", file).map_err(ConfigError::without_line)
    }

    fn neighbor(self, server: &str, neighbor: NeighborEntry) -> Self {
        let known = self.change(&neighbor.name, |_| {});
        known.change(server, |entry| entry.neighbors.push(Spanned::new(0..0, neighbor)))
    }

    fn change(mut self, server: &str, change: impl FnOnce(&mut ServerEntry)) -> Self {
        match self.servers.iter_mut().find(|(name, _)| name == server) {
            Some((_, entry)) => change(entry),
            None => self.note(format!("no server has the name {server}: add it first")),
        }
        self
    }

    fn note(&mut self, mistake: String) {
        self.mistake.get_or_insert(ConfigError::of_whole(mistake));
    }
}

fn spanned(address: &Address) -> Spanned<String> {
    Spanned::new(0..0, address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect("the test's addresses are good")
    }

    /// The same herd in code and in a file must be the same.
    #[test]
    fn a_herd_that_is_built_is_the_one_that_is_read() {
        let built = Herd::builder()
            .server("B", address("h:2"))
            .server("A", address("h:1"))
            .server("C", address("h:3"))
            .peer_listen("C", address("g:4"))
            .accept_at("C")
            .without_catch_up("A")
            .max_ahead("A", Duration::from_secs(5))
            .link("A", "B")
            .push("B", "C")
            .limits(Limits { connections: 3, ..Limits::default() })
            .without_protected_mode()
            .build();
        let read = Herd::from_toml(
            "protected_mode = false\n[servers.B]\nlisten = \"h:2\"\nneighbors = [{ name = \"C\", push = true }]\n\
             [servers.A]\nlisten = \"h:1\"\nneighbors = [\"B\"]\ncatch_up = false\nmax_ahead = 5\n\
             [servers.C]\nlisten = \"h:3\"\npeer_listen = \"g:4\"\naccept_at = true\n\
             [limits]\nconnections = 3\n",
        );
        assert_eq!(built, read);
        assert_eq!(built.map(|herd| herd.first().name().to_string()), Ok("B".to_owned()));
    }

    /// A mistake in code has no line, but it still says how to fix it.
    #[test]
    fn mistakes_are_named() {
        let a = || Herd::builder().server("A", address("h:1"));
        let message = |builder: HerdBuilder| builder.build().expect_err("it is wrong").to_string();
        assert_eq!(message(Herd::builder()), "no servers: add one");
        assert_eq!(message(a().server("A", address("h:2"))), "two servers have the name A");
        assert_eq!(message(a().accept_at("B")), "no server has the name B: add it first");
        assert_eq!(message(a().link("A", "B")), "no server has the name B: add it first");
        assert_eq!(
            message(a().server("B", address("h:1"))),
            "address h:1 of B is an address of A already: choose another port"
        );
        assert_eq!(message(a().link("A", "A")), "A is its own neighbor: take it out of the list");
    }

    /// Two servers in one program can both let the system choose their ports.
    #[test]
    fn a_socket_address_is_an_address() {
        let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let herd = Herd::builder().server("A", anywhere).server("B", anywhere).link("A", "B");
        let herd = herd.build().expect("two servers may both have port 0");
        assert_eq!(
            herd.first().peer_listen().map(Address::to_string).as_deref(),
            Some("127.0.0.1:0")
        );
        let of_six = Address::from(std::net::SocketAddr::from(([0u16, 0, 0, 0, 0, 0, 0, 1], 5)));
        assert_eq!(of_six, address("[::1]:5"));
    }
}
