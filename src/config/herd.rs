//! All servers of a herd.

use super::address::Address;
use super::config_error::ConfigError;
use super::dns_names;
use super::herd_file::{AccessEntry, HerdFile, ServerEntry};
use super::limits::{Limits, MAX_AHEAD_DEFAULT};
use super::links::Links;
use super::server_config::{LinkKind, PEER_PORT_OFFSET, ServerConfig};
use super::tls_config::{PeerTlsConfig, TlsConfig};
use crate::protocol::ServerName;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// The servers of a herd and their limits. All of it is complete and consistent.
///
/// ```
/// use herd::config::Herd;
///
/// let herd = Herd::from_toml(
///     r#"
///     [servers.Goloman]
///     listen = "127.0.0.1:12000"
///     neighbors = ["Hands"]
///
///     [servers.Hands]
///     listen = "127.0.0.1:12001"
///     "#,
/// )?;
/// let hands = herd.server(&"Hands".parse()?).ok_or("no Hands")?;
/// assert_eq!(hands.peer_listen().ok_or("no address")?.to_string(), "127.0.0.1:22001");
/// assert_eq!(hands.neighbors()[0].name().as_str(), "Goloman");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Herd {
    servers: BTreeMap<ServerName, ServerConfig>,
    first: ServerName,
    limits: Limits,
    access_file: Option<PathBuf>,
    is_protected: bool,
    tls: Option<TlsConfig>,
    peer_tls: Option<PeerTlsConfig>,
}

impl Herd {
    /// The herd that runs if no other is given: Alford, Ball, Hamilton, Holiday and Welsh in a
    /// ring, on ports 12000 to 12004 of this machine.
    pub fn default_herd() -> Self {
        Self::from_toml(include_str!("default_herd.toml")).expect("a test reads the default herd")
    }

    /// Reads the text of a herd.toml.
    ///
    /// # Errors
    /// The first mistake in it, with its line and how to fix it.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let file = toml::from_str(text).map_err(|error| ConfigError::of_toml(text, &error))?;
        Self::from_file(text, file)
    }

    /// Checks the parts of a file against each other. `text` is the text that they were read from.
    pub(super) fn from_file(text: &str, file: HerdFile) -> Result<Self, ConfigError> {
        file.limits.check().map_err(ConfigError::of_whole)?;
        file.tls.as_ref().map_or(Ok(()), TlsConfig::check).map_err(ConfigError::of_whole)?;
        let mut entries = named_entries(text, file.servers)?;
        entries.sort_by_key(|entry| entry.span.start);
        let links = Links::gather(text, entries.iter().map(|entry| (&entry.name, &entry.entry)))?;
        let first = entries.first().ok_or_else(empty_herd)?.name.clone();
        if file.peer_tls.is_some() {
            dns_names::check(text, entries.iter().map(|entry| (&entry.name, entry.span.clone())))?;
        }
        let mut taken = BTreeMap::new();
        let mut servers = BTreeMap::new();
        for named in entries {
            require_files(text, &named.entry, file.tls.as_ref(), file.peer_tls.as_ref())?;
            let server = server_config(text, &named, &links)?;
            let NamedEntry { name, entry, .. } = named;
            take_addresses(text, &entry, &server, &mut taken)?;
            servers.insert(name, server);
        }
        require_push_targets(&servers)?;
        let access_file = file.access.map(|access| access_file(text, access)).transpose()?;
        let HerdFile { limits, tls, peer_tls, protected_mode: is_protected, .. } = file;
        Ok(Self { servers, first, limits, access_file, is_protected, tls, peer_tls })
    }

    /// The same herd with the relative paths in it taken from `folder`: that of its herd.toml.
    pub fn in_folder(self, folder: &Path) -> Self {
        let access_file = self.access_file.map(|file| folder.join(file));
        let tls = self.tls.map(|tls| tls.in_folder(folder));
        let peer_tls = self.peer_tls.map(|tls| tls.in_folder(folder));
        Self { access_file, tls, peer_tls, ..self }
    }

    /// The server with that name.
    pub fn server(&self, name: &ServerName) -> Option<&ServerConfig> {
        self.servers.get(name)
    }

    /// The server that comes first in the file. Clients use it by default.
    pub fn first(&self) -> &ServerConfig {
        self.servers.get(&self.first).expect("the first server is one of the servers")
    }

    /// All servers, sorted by name.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &ServerConfig> {
        self.servers.values()
    }

    /// Makes a server listen for HTTP at `address`, whatever its table says. A name that no server has
    /// is ignored.
    pub fn set_http_listen(&mut self, name: &ServerName, address: Address) {
        if let Some(server) = self.servers.get_mut(name) {
            server.http_listen = Some(address);
        }
    }

    /// The limits of each server.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The file that says who may do what (`file` in the table `[access]`); None where everybody may do
    /// everything. See [`in_folder`](Self::in_folder) for a relative path.
    pub fn access_file(&self) -> Option<&Path> {
        self.access_file.as_deref()
    }

    /// Whether its servers refuse to listen beyond their own machine for people who prove nothing
    /// (`protected_mode`, by default true).
    pub fn is_protected(&self) -> bool {
        self.is_protected
    }

    /// The files with which servers speak TLS with clients (`[tls]`).
    pub fn tls(&self) -> Option<&TlsConfig> {
        self.tls.as_ref()
    }

    /// The files with which servers speak TLS with each other (`[peer_tls]`).
    pub fn peer_tls(&self) -> Option<&PeerTlsConfig> {
        self.peer_tls.as_ref()
    }
}

struct NamedEntry {
    name: ServerName,
    /// Where the name is in the file, in bytes.
    span: Range<usize>,
    entry: ServerEntry,
}

fn named_entries(
    text: &str,
    entries: BTreeMap<Spanned<String>, ServerEntry>,
) -> Result<Vec<NamedEntry>, ConfigError> {
    let named = entries.into_iter().map(|(name, entry)| {
        let parsed = name.get_ref().parse();
        let parsed = parsed.map_err(|error: crate::protocol::InvalidServerName| {
            ConfigError::at(text, name.span(), error.to_string())
        });
        Ok(NamedEntry { name: parsed?, span: name.span(), entry })
    });
    named.collect()
}

fn access_file(text: &str, access: AccessEntry) -> Result<PathBuf, ConfigError> {
    match access.file.get_ref().as_os_str().is_empty() {
        false => Ok(access.file.into_inner()),
        true => {
            Err(ConfigError::at(text, access.file.span(), "the path of the access file is empty"))
        }
    }
}

fn empty_herd() -> ConfigError {
    ConfigError::of_whole("no servers: write a table [servers.NAME] with listen = \"HOST:PORT\"")
}

/// Checks that each address for TLS has the table with the files for it.
fn require_files(
    text: &str,
    entry: &ServerEntry,
    tls: Option<&TlsConfig>,
    peer_tls: Option<&PeerTlsConfig>,
) -> Result<(), ConfigError> {
    if let Some(written) = entry.tls_listen.as_ref().filter(|_| tls.is_none()) {
        let message = "tls_listen needs a table [tls] with cert_file and key_file";
        return Err(ConfigError::at(text, written.span(), message));
    }
    if let Some(written) = entry.peer_tls_listen.as_ref().filter(|_| peer_tls.is_none()) {
        let message =
            "peer_tls_listen needs a table [peer_tls] with cert_file, key_file and ca_file";
        return Err(ConfigError::at(text, written.span(), message));
    }
    Ok(())
}

/// Checks that each server that AT lines are pushed to has a port that takes them.
fn require_push_targets(servers: &BTreeMap<ServerName, ServerConfig>) -> Result<(), ConfigError> {
    for server in servers.values() {
        let pushes = server.neighbors().iter().filter(|n| n.link() == LinkKind::Push);
        for name in pushes.map(|neighbor| neighbor.name()) {
            if servers[name].listen().is_none() {
                return Err(ConfigError::of_whole(format!(
                    "{server} pushes to {name}, which has no listen = \"HOST:PORT\"",
                    server = server.name()
                )));
            }
        }
    }
    Ok(())
}

fn server_config(
    text: &str,
    named: &NamedEntry,
    links: &Links<'_>,
) -> Result<ServerConfig, ConfigError> {
    let NamedEntry { name, span, entry } = named;
    let missing = |message: String| Err(ConfigError::at(text, span.clone(), message));
    let read = |written: &Option<Spanned<String>>| {
        written.as_ref().map(|written| address(text, written)).transpose()
    };
    let (listen, tls_listen) = (read(&entry.listen)?, read(&entry.tls_listen)?);
    let http_listen = read(&entry.http_listen)?;
    if listen.is_none() && tls_listen.is_none() {
        return missing(format!(
            "{name} has no address for clients: write listen = \"HOST:PORT\" or tls_listen"
        ));
    }
    let (given, peer_tls_listen) = (read(&entry.peer_listen)?, read(&entry.peer_tls_listen)?);
    let peer_listen = match (given, &peer_tls_listen, &entry.listen, &listen) {
        (Some(given), ..) => Some(given),
        (None, Some(_), ..) => None,
        (None, None, Some(written), Some(listen)) => Some(peer_address(text, written, listen)?),
        _ => {
            return missing(format!(
                "{name} has no address for neighbors: write peer_tls_listen = \"HOST:PORT\" or \
                 peer_listen"
            ));
        }
    };
    let advertise =
        entry.advertise.as_ref().map(|written| advertised(text, written)).transpose()?;
    Ok(ServerConfig {
        name: name.clone(),
        advertise,
        listen,
        tls_listen,
        peer_listen,
        peer_tls_listen,
        http_listen,
        neighbors: links.of(name),
        accept_at: entry.accept_at,
        catch_up: entry.catch_up.unwrap_or(true),
        max_ahead: entry.max_ahead.map_or(MAX_AHEAD_DEFAULT, Duration::from_secs),
    })
}

fn address(text: &str, written: &Spanned<String>) -> Result<Address, ConfigError> {
    let parsed = written.get_ref().parse();
    parsed.map_err(|error: super::address::InvalidAddress| {
        ConfigError::at(text, written.span(), error.to_string())
    })
}

/// An address that others can dial.
fn advertised(text: &str, written: &Spanned<String>) -> Result<Address, ConfigError> {
    let address = address(text, written)?;
    if address.is_wildcard() || address.port() == 0 {
        let message =
            format!("nobody can dial {address}: write the address that neighbors dial, HOST:PORT");
        return Err(ConfigError::at(text, written.span(), message));
    }
    Ok(address)
}

fn peer_address(
    text: &str,
    written: &Spanned<String>,
    listen: &Address,
) -> Result<Address, ConfigError> {
    if listen.port() == 0 {
        return Ok(listen.clone());
    }
    match listen.port().checked_add(PEER_PORT_OFFSET) {
        Some(port) => Ok(listen.with_port(port)),
        None => Err(ConfigError::at(
            text,
            written.span(),
            format!(
                "no port {PEER_PORT_OFFSET} above {}: write the address for neighbors as \
                 peer_listen = \"HOST:PORT\"",
                listen.port()
            ),
        )),
    }
}

/// Reserves the addresses of `server`, so that no other server can have them.
fn take_addresses(
    text: &str,
    entry: &ServerEntry,
    server: &ServerConfig,
    taken: &mut BTreeMap<(Address, Option<String>), ServerName>,
) -> Result<(), ConfigError> {
    let sides = [
        (&server.listen, &entry.listen),
        (&server.tls_listen, &entry.tls_listen),
        // Without an address of its own, the one for neighbors comes from the one for clients.
        (
            &server.peer_listen,
            if entry.peer_listen.is_some() { &entry.peer_listen } else { &entry.listen },
        ),
        (&server.peer_tls_listen, &entry.peer_tls_listen),
        (&server.http_listen, &entry.http_listen),
    ];
    let written = sides
        .into_iter()
        .filter_map(|(address, written)| Some((address.as_ref()?, written.as_ref()?.span())));
    for (address, span) in written.filter(|(address, _)| address.port() != 0) {
        // Servers on different machines may listen on the same wildcard address.
        let machine = server.advertise.as_ref().filter(|_| address.is_wildcard());
        let key = (address.clone(), machine.map(|dialled| dialled.host().to_owned()));
        if let Some(owner) = taken.insert(key, server.name.clone()) {
            let message = format!(
                "address {address} of {} is an address of {owner} already: choose another port",
                server.name
            );
            return Err(ConfigError::at(text, span, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One line for a server, so that a test can compare a whole herd.
    fn summary(server: &ServerConfig) -> String {
        let kind = |link| if link == LinkKind::Push { " (push)" } else { "" };
        let neighbors = server.neighbors().iter();
        let neighbors: Vec<_> =
            neighbors.map(|n| format!("{}{}", n.name(), kind(n.link()))).collect();
        let text = |address: Option<&Address>| address.map_or("-".to_owned(), Address::to_string);
        format!(
            "{} {} {} {}",
            server.name(),
            text(server.listen()),
            text(server.peer_listen()),
            neighbors.join("+")
        )
    }

    fn summaries(text: &str) -> Vec<String> {
        Herd::from_toml(text).unwrap().servers().map(summary).collect()
    }

    fn error(text: &str) -> String {
        Herd::from_toml(text).unwrap_err().to_string()
    }

    /// Machines that share one herd.toml with 0.0.0.0 in it would otherwise dial themselves.
    #[test]
    fn neighbors_dial_the_advertised_address() {
        let one = |rest: &str| format!("[servers.A]\nlisten = \"0.0.0.0:1\"\n{rest}\n");
        let dialled = |rest: &str| {
            let herd = Herd::from_toml(&one(rest)).unwrap();
            herd.first().advertise().to_string()
        };
        assert_eq!(dialled("advertise = \"a.example:9\""), "a.example:9");
        assert_eq!(dialled("peer_listen = \"10.0.0.1:5\""), "10.0.0.1:5");
        for address in ["0.0.0.0:9", "[::]:9", "a.example:0"] {
            assert_eq!(
                error(&one(&format!("advertise = {address:?}"))),
                format!(
                    "line 3: nobody can dial {address}: write the address that neighbors dial, \
                     HOST:PORT"
                )
            );
        }
    }

    const FILES: &str = "[tls]\ncert_file = \"c\"\nkey_file = \"/k\"\n\
                         [peer_tls]\ncert_file = \"c\"\nkey_file = \"k\"\nca_file = \"a\"\n";

    /// A herd changes over to TLS port by port, so each port must be there or not, as it is written.
    #[test]
    fn ports_for_tls_stand_beside_the_others_or_instead_of_them() {
        let ports = |table: &str| {
            let herd = Herd::from_toml(&format!("{FILES}[servers.A]\n{table}")).unwrap();
            let server = herd.first();
            let all = [
                server.listen(),
                server.tls_listen(),
                server.peer_listen(),
                server.peer_tls_listen(),
                Some(server.advertise()),
            ];
            let text =
                |address: Option<&Address>| address.map_or("-".to_owned(), Address::to_string);
            format!("{} {:?}", all.map(text).join(" "), server.dialled_over())
        };
        let (listen, tls) = ("listen = \"h:1\"\n", "tls_listen = \"h:2\"\n");
        let (peer, peer_tls) = ("peer_listen = \"h:3\"\n", "peer_tls_listen = \"h:4\"\n");
        let all = |parts: &[&str]| ports(&parts.concat());
        assert_eq!(all(&[listen]), "h:1 - h:10001 - h:10001 Plain");
        assert_eq!(all(&[listen, tls]), "h:1 h:2 h:10001 - h:10001 Plain");
        assert_eq!(all(&[listen, peer_tls]), "h:1 - - h:4 h:4 Tls");
        assert_eq!(all(&[listen, peer, peer_tls]), "h:1 - h:3 h:4 h:4 Tls");
        assert_eq!(all(&[tls, peer]), "- h:2 h:3 - h:3 Plain");
        let advertise = "advertise = \"a.example:9\"\n";
        assert_eq!(all(&[tls, peer_tls, advertise]), "- h:2 - h:4 a.example:9 Tls");
    }

    /// The server runs in another folder than the one in which its files are.
    #[test]
    fn relative_paths_are_taken_from_the_folder_of_the_file() {
        let herd = Herd::from_toml(&format!("{FILES}[servers.A]\nlisten = \"h:1\"\n")).unwrap();
        let herd = herd.in_folder(Path::new("/etc/herd"));
        let (tls, peer_tls) = (herd.tls().unwrap(), herd.peer_tls().unwrap());
        let paths = [&tls.cert_file, &tls.key_file, &peer_tls.key_file, &peer_tls.ca_file];
        assert_eq!(paths, ["/etc/herd/c", "/k", "/etc/herd/k", "/etc/herd/a"].map(Path::new));
    }

    /// A mistake about TLS that is found only by the first handshake is found too late.
    #[test]
    fn mistakes_about_tls_are_named() {
        let a = "[servers.A]\nlisten = \"h:1\"\n";
        let tls = "[tls]\ncert_file = \"c\"\nkey_file = \"k\"\n";
        let named = |name: &str| format!("{FILES}[servers.\"{name}\"]\nlisten = \"h:1\"\n");
        let no_dns_name = |name: &str| {
            format!(
                "line 8: with [peer_tls], a server's name must be a DNS name, which {name} is not: \
                 no label may be empty, longer than 63 bytes or end in '-', and the last one must \
                 not be a number"
            )
        };
        for name in ["1", "127.0.0.1", "a..b", "a-", "0x1f"] {
            assert_eq!(error(&named(name)), no_dns_name(name));
        }
        for (text, message) in [
            (
                format!("{a}tls_listen = \"h:2\"\n"),
                "line 3: tls_listen needs a table [tls] with cert_file and key_file",
            ),
            (
                format!("{a}peer_tls_listen = \"h:2\"\n{tls}"),
                "line 3: peer_tls_listen needs a table [peer_tls] with cert_file, key_file and \
                 ca_file",
            ),
            (
                format!("{tls}[servers.A]\ntls_listen = \"h:2\"\n"),
                "line 4: A has no address for neighbors: write peer_tls_listen = \"HOST:PORT\" or \
                 peer_listen",
            ),
            (
                format!("{a}{tls}client_auth = \"yes\"\n"),
                "line 3: client_auth needs ca_file = \"FILE\": the authorities whose certificates \
                 clients show",
            ),
            (
                format!("{a}{tls}ca_file = \"a\"\n"),
                "line 3: ca_file has no use while client_auth is \"no\": write client_auth = \
                 \"optional\" or \"yes\", or leave ca_file out",
            ),
            (
                "[servers.A]\n".to_owned(),
                "line 1: A has no address for clients: write listen = \"HOST:PORT\" or tls_listen",
            ),
            (
                format!("{FILES}{a}[servers.a]\nlisten = \"h:2\"\n"),
                "line 10: with [peer_tls], a and A are the same name, since certificates ignore \
                 case: rename one of them",
            ),
            (
                format!("{FILES}{a}tls_listen = \"h:1\"\n"),
                "line 10: address h:1 of A is an address of A already: choose another port",
            ),
            (
                format!(
                    "{FILES}{a}neighbors = [{{ name = \"B\", push = true }}]\n[servers.B]\n\
                     tls_listen = \"h:2\"\npeer_tls_listen = \"h:3\"\n"
                ),
                "A pushes to B, which has no listen = \"HOST:PORT\"",
            ),
        ] {
            assert_eq!(error(&text), message, "{text}");
        }
    }

    /// One herd.toml for all machines would otherwise need another port on each.
    #[test]
    fn machines_that_are_dialled_by_other_names_may_share_a_wildcard_address() {
        let herd = |advertised: [&str; 2]| {
            let [one, other] = advertised.map(|it| format!("listen = \"0.0.0.0:1\"\n{it}\n"));
            Herd::from_toml(&format!("[servers.A]\n{one}[servers.B]\n{other}"))
        };
        let at = ["advertise = \"a.example:5\"", "advertise = \"b.example:5\""];
        assert!(herd(at).is_ok());
        let message =
            "line 5: address 0.0.0.0:1 of B is an address of A already: choose another port";
        for same in [[at[0], at[0]], ["", ""]] {
            assert_eq!(herd(same).map_err(|error| error.to_string()), Err(message.to_owned()));
        }
    }

    /// A longer pause makes neighbors drop the link again and again.
    #[test]
    fn a_pause_longer_than_two_heartbeats_is_refused() {
        let limits = |pause| {
            format!(
                "[servers.A]\nlisten = \"a:1\"\n[limits]\nheartbeat_ms = 500\n\
                 follow_batch_pause_ms = {pause}\n"
            )
        };
        assert!(Herd::from_toml(&limits(1000)).is_ok());
        assert_eq!(
            error(&limits(1001)),
            "line 3: follow_batch_pause_ms = 1001 is too long for heartbeat_ms = 500: neighbors \
             would take links for dead, so write 1000 or less"
        );
    }

    /// Clients, scripts and documentation rely on these very addresses.
    #[test]
    fn the_default_herd_is_the_table_of_the_protocol() {
        let herd = Herd::default_herd();
        let servers: Vec<_> = herd.servers().map(summary).collect();
        assert_eq!(
            servers,
            [
                "Alford 127.0.0.1:12000 127.0.0.1:22000 Hamilton+Welsh",
                "Ball 127.0.0.1:12001 127.0.0.1:22001 Holiday+Welsh",
                "Hamilton 127.0.0.1:12002 127.0.0.1:22002 Alford+Holiday",
                "Holiday 127.0.0.1:12003 127.0.0.1:22003 Ball+Hamilton",
                "Welsh 127.0.0.1:12004 127.0.0.1:22004 Alford+Ball",
            ]
        );
        assert_eq!(herd.first().name().as_str(), "Alford");
        assert_eq!(*herd.limits(), Limits::default());
    }

    /// A server without any settings must behave as documented.
    #[test]
    fn everything_but_the_address_has_a_default() {
        let herd = Herd::from_toml("[servers.A]\nlisten = \"localhost:0\"").unwrap();
        let server = herd.first();
        assert_eq!(summary(server), "A localhost:0 localhost:0 ");
        assert_eq!((server.accept_at(), server.catch_up()), (false, true));
        assert_eq!(server.max_ahead(), Duration::from_secs(600));
    }

    /// Each key must set what it is named for.
    #[test]
    fn everything_can_be_said() {
        let herd = Herd::from_toml(
            "[servers.A]\nlisten = \"[::1]:60000\"\npeer_listen = \"host:7\"\naccept_at = true\n\
             http_listen = \"host:8\"\ncatch_up = false\nmax_ahead = 5\n[limits]\nconnections = 3\n",
        )
        .unwrap();
        let server = herd.first();
        assert_eq!(summary(server), "A [::1]:60000 host:7 ");
        assert_eq!((server.accept_at(), server.catch_up()), (true, false));
        assert_eq!(server.http_listen().map(ToString::to_string).as_deref(), Some("host:8"));
        assert_eq!(server.max_ahead(), Duration::from_secs(5));
        assert_eq!(*herd.limits(), Limits { connections: 3, ..Limits::default() });
    }

    /// Nothing must be open to strangers because a key was overlooked.
    #[test]
    fn access_and_protected_mode_can_be_said_and_are_safe_by_default() {
        let server = "[servers.A]\nlisten = \"h:1\"\n";
        let herd = Herd::from_toml(server).expect("it is good");
        assert_eq!((herd.access_file(), herd.is_protected()), (None, true));
        let text = format!("protected_mode = false\n{server}[access]\nfile = \"a/access.toml\"");
        let herd = Herd::from_toml(&text).expect("it is good");
        let file = Path::new("a/access.toml");
        assert_eq!((herd.access_file(), herd.is_protected()), (Some(file), false));
        let in_folder = herd.in_folder(Path::new("/etc/herd"));
        assert_eq!(in_folder.access_file(), Some(Path::new("/etc/herd/a/access.toml")));
        for (rest, message) in [
            ("[access]", "line 3: missing field `file`"),
            ("[access]\nfile = \"\"", "line 4: the path of the access file is empty"),
            ("[access]\nflie = \"a\"", "line 4: unknown field `flie`, expected `file`"),
        ] {
            assert_eq!(error(&format!("{server}{rest}")), message);
        }
    }

    /// A client without `--server` asks the first; that must not depend on the alphabet.
    #[test]
    fn the_first_server_is_the_one_written_first() {
        let herd = Herd::from_toml("[servers.B]\nlisten = \"h:2\"\n[servers.A]\nlisten = \"h:1\"");
        assert_eq!(herd.unwrap().first().name().as_str(), "B");
    }

    /// A follow link that only one side knew would leave the other deaf.
    #[test]
    fn a_link_named_on_one_side_stands_for_both_and_a_push_does_not() {
        assert_eq!(
            summaries(
                "[servers.A]\nlisten = \"h:1\"\nneighbors = [\"B\", { name = \"C\" }]\n\
                 [servers.B]\nlisten = \"h:2\"\nneighbors = [\"A\"]\n\
                 [servers.C]\nlisten = \"h:3\"\nneighbors = [{ name = \"B\", push = true }]\n"
            ),
            ["A h:1 h:10001 B+C", "B h:2 h:10002 A", "C h:3 h:10003 A+B (push)"]
        );
    }

    /// Each mistake has its line and says what to do.
    #[test]
    fn mistakes_are_named() {
        let a = "[servers.A]\nlisten = \"h:1\"\n";
        let b = "[servers.B]\nlisten = \"h:2\"\n";
        for (text, message) in [
            (String::new(), "no servers: write a table [servers.NAME] with listen = \"HOST:PORT\""),
            (
                format!("{a}neighbors = [\n\"X\",\n]\n{b}"),
                "line 4: unknown neighbor \"X\" of A: add [servers.X], or name one of B",
            ),
            (
                format!("{a}neighbors = [\"A\"]\n"),
                "line 3: A is its own neighbor: take it out of the list",
            ),
            (
                format!("{a}neighbors = [{{ name = \"B\", push = true }}]\n{b}neighbors = [\"A\"]"),
                "line 6: A pushes to B and also follows it: write push = true where B knows only AT \
                 lines, and name the link nowhere else",
            ),
            (
                format!("{a}[servers.B]\nlisten = \"H:1\"\n"),
                "line 4: address h:1 of B is an address of A already: choose another port",
            ),
            (
                format!("{a}[servers.B]\nlisten = \"h:9\"\npeer_listen = \"h:10001\""),
                "line 5: address h:10001 of B is an address of A already: choose another port",
            ),
            (
                "[servers.A]\nlisten = \"h:1\"\npeer_listen = \"h:1\"".to_owned(),
                "line 3: address h:1 of A is an address of A already: choose another port",
            ),
            (
                format!("{a}http_listen = \"H:1\""),
                "line 3: address h:1 of A is an address of A already: choose another port",
            ),
            (
                "\n[servers.\"a b\"]\nlisten = \"h:1\"".to_owned(),
                "line 2: invalid server name \"a b\": 1 to 64 letters, digits, '-', '_' and '.', \
                 beginning with a letter or a digit",
            ),
            (
                "[servers.A]\nlisten = \"h\"".to_owned(),
                "line 2: invalid address \"h\": write HOST:PORT, for example \"127.0.0.1:12000\"",
            ),
            (
                "[servers.A]\nlisten = \"h:55536\"".to_owned(),
                "line 2: no port 10000 above 55536: write the address for neighbors as peer_listen \
                 = \"HOST:PORT\"",
            ),
            (format!("{a}[limits]\nconnections = 0\n"), "line 4: invalid limit 0: write 1 or more"),
        ] {
            assert_eq!(error(&text), message, "{text}");
        }
    }

    /// What the TOML reader or serde finds wrong is told with its line as well, in their words.
    #[test]
    fn mistakes_of_form_have_their_line() {
        let a = "[servers.A]\nlisten = \"h:1\"\n";
        for (text, line) in [
            (format!("{a}neighbors = [7]"), 3),
            (format!("{a}neighbors = [{{ name = \"B\", pusch = true }}]"), 3),
            ("[servers.A]\n".to_owned(), 1),
            (format!("{a}lisen = 1\n"), 3),
            (format!("{a}[server.B]\n"), 3),
            (format!("{a}[tls]\ncert_file = \"c\"\nkey_file = \"k\"\nclient_auth = true\n"), 6),
            (format!("{a}[tls]\ncert_file = \"c\"\nkey_file = \"k\"\nkey = 1\n"), 6),
            (format!("{a}[peer_tls]\ncert_file = \"c\"\nkey_file = \"k\"\n"), 3),
            (format!("{a}max_ahead = -1\n"), 3),
            (format!("{a}listen = \"h:2\"\n"), 3),
            ("[servers.A]\nlisten = \"h:1\n".to_owned(), 2),
        ] {
            let error = error(&text);
            assert!(error.starts_with(&format!("line {line}: ")), "{text}: {error}");
        }
        let not_neighbor = error(&format!("{a}neighbors = [7]"));
        let wanted = "a server's name or { name = \"NAME\", push = true }";
        assert!(not_neighbor.contains(wanted), "{not_neighbor}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}|(\\[servers\\.[AB]\\]\n|listen = \"[h:1]{0,4}\"\n|neighbors = \\[\"[AB]\"\\]\n){0,6}") {
            let _ = Herd::from_toml(&text);
        }
    }
}
