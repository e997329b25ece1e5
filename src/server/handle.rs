//! The way to a server from within its program.

use super::changes::Changes;
use super::core::Core;
use super::keyring::{Expired, Keys};
use super::lookups::Asker;
use super::permission::Permission;
use super::reload_error::ReloadError;
use super::status::{DoorKind, Status};
use super::stop::Stop;
use super::tell_error::TellError;
use super::visitor::Visitor;
use crate::access::AccessList;
use crate::config::{CLIENTS_BYTES_DEFAULT, Herd, Limits};
use crate::journal::Failed;
use crate::node::{Refusal, Rules};
use crate::protocol::{ClientId, IamAt, LogId, MaxResults, OwnedAt, Radius, ServerName};
use crate::runtime::Clock;
use std::net::SocketAddr;
use std::sync::Arc;

/// Tells, asks and follows a server from within the program that holds it. Clones speak to the same
/// server, and stay valid after it has stopped.
///
/// The server's own doors use the same verbs, so what holds for a client holds here:
/// a position that was told is as safe as the journal promises, and nothing is shown that is not.
///
/// ```
/// use herd::config::Herd;
/// use herd::protocol::{ClientId, IamAt};
/// use herd::runtime::AsyncStd;
/// use herd::server::Server;
///
/// # async_std::task::block_on(async {
/// let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
/// let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
/// let handle = server.handle();
/// handle.tell(IamAt::parse(b"IAMAT van-7 +52.52+13.405 1479413884.392014450")?).await?;
/// let newest = handle.newest(ClientId::parse(b"van-7")?).await?.expect("it was told");
/// assert_eq!(newest.at().position().coordinates().latitude, 52.52);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Handle<C: Clock> {
    core: Arc<Core<C>>,
}

impl<C: Clock> Handle<C> {
    pub(super) fn new(core: Arc<Core<C>>) -> Self {
        Self { core }
    }

    /// What the server runs on, as far as a handle knows.
    pub(super) fn machine(&self) -> &C {
        &self.core.clock
    }

    /// What the server is called.
    pub fn name(&self) -> &ServerName {
        &self.core.name
    }

    /// The clocks of the machine that the server runs on.
    pub fn clock(&self) -> &C {
        &self.core.clock
    }

    /// The identity of the server's change log. Numbers of changes mean nothing in another log, and
    /// each start of a server begins a new one.
    pub fn log_id(&self) -> LogId {
        self.core.log_id
    }

    /// Tells where a client is, as an IAMAT does. An older position than the known one is accepted
    /// and changes nothing. Returns once the position is as safe as the journal promises.
    ///
    /// # Errors
    /// When the server refuses the position, stops, or its journal has failed.
    pub async fn tell(&self, position: IamAt<'_>) -> Result<(), TellError> {
        let mut outcomes = self.tell_all([position]).await?;
        let outcome = outcomes.pop().expect("one position has one outcome");
        outcome.map_err(TellError::Refused)
    }

    /// Tells many positions at once, at the price of one wait for the journal. The outcomes are in
    /// the order of the positions: one that is refused does not keep the others out.
    ///
    /// # Errors
    /// When the server stops or its journal has failed. Any of the positions may be known then, and
    /// none is promised to be safe.
    pub async fn tell_all<'a>(
        &self,
        positions: impl IntoIterator<Item = IamAt<'a>>,
    ) -> Result<Vec<Result<(), Refusal>>, TellError> {
        let core = &self.core;
        // The visit is counted before the look at the stop, so that a server that stops waits for it.
        let _visit = core.visits.begin();
        if core.stop.is_requested() {
            return Err(TellError::Stopping);
        }
        let received = core.clock.now();
        let outcomes = {
            let (mut node, mut line) = (core.kept.node(), Vec::new());
            let tell = |position| {
                line.clear();
                node.tell(position, received, &mut line)
            };
            positions.into_iter().map(tell).collect()
        };
        core.kept.commit().await?;
        Ok(outcomes)
    }

    /// The newest that the server knows of a client; None for one that it has never heard of.
    ///
    /// # Errors
    /// When the journal has failed: then nobody can say whether the newest position is safe.
    pub async fn newest(&self, client: ClientId<'_>) -> Result<Option<OwnedAt>, Failed> {
        let known = self.core.kept.node().log().newest(client).map(OwnedAt::of_log);
        self.core.kept.commit().await?;
        Ok(known)
    }

    /// What a WHATSAT is answered with: the AT line, and the JSON of what is near, both as on the
    /// wire. None for a client that the server has never heard of. A source of places that fails
    /// still gives a reply, with the status `UNKNOWN_ERROR`.
    ///
    /// # Errors
    /// When the journal has failed: then nobody can say whether the newest position is safe.
    pub async fn ask(
        &self,
        client: ClientId<'_>,
        radius: Radius,
        max: MaxResults,
    ) -> Result<Option<Vec<u8>>, Failed> {
        let Some(lookup) = self.core.look_up(client, radius, max).await? else { return Ok(None) };
        Ok(Some(self.core.lookups.reply(&mut Asker::default(), lookup).await))
    }

    /// What a request of `visitor` may do, by what it has shown: the name of a token and the token, or
    /// else the certificate of its connection.
    pub fn permission(&self, visitor: &Visitor, shown: Option<(&str, &str)>) -> Permission<C> {
        Permission::judge(&self.core, visitor, shown)
    }

    /// Follows the change log from behind the number `from`; 0 is the beginning. A client that
    /// moves often appears once in each batch, with its newest line.
    pub fn follow(&self, from: u64) -> Changes {
        Changes::new(Arc::clone(&self.core) as _, from)
    }

    /// How the server is.
    pub fn status(&self) -> Status {
        self.core.status()
    }

    /// Reads the certificates and keys anew that `herd` names for this server, and uses them from now
    /// on. Links and clients whose certificates are no longer good are cut off. Doors, addresses and
    /// neighbors stay as they are. The files are read at once, which blocks for some milliseconds.
    ///
    /// # Errors
    /// When anything is wrong with a file, or a certificate has expired; then nothing changes.
    pub fn reload(&self, herd: &Herd) -> Result<(), ReloadError> {
        let core = &self.core;
        let gone = || ReloadError::NoSuchServer { name: core.name.clone() };
        let mut herd = herd.clone();
        // The door may be open because the program said so, and not the herd.
        if let Some(door) = core.doors.iter().find(|door| door.kind == DoorKind::HttpTls) {
            herd.set_http_listen(&core.name, door.address.into());
        }
        let config = herd.server(&core.name).ok_or_else(gone)?;
        let keys = Keys::read(&herd, config, Expired::Refused, &core.clock);
        let keys = keys.map_err(ReloadError::Tls)?;
        if !core.keyring.is_covered_by(&keys) {
            return Err(ReloadError::TableGone);
        }
        core.keyring.replace(keys);
        Ok(())
    }

    /// Dials the neighbor `name` at `address` from now on; whether the server has that neighbor.
    pub fn move_neighbor(&self, name: &ServerName, address: SocketAddr) -> bool {
        self.core.neighbors.move_to(name, &address.to_string())
    }

    /// The limits of this moment.
    pub fn limits(&self) -> Limits {
        (*self.core.limits.current()).clone()
    }

    /// Whether clients need tokens.
    pub fn needs_tokens(&self) -> bool {
        self.core.guard.is_some()
    }

    /// Uses these limits from now on, for connections that are open as well. `connections` and the
    /// connections that neighbors need stay as they were when the server was bound.
    pub fn set_limits(&self, limits: Limits) {
        for door in &self.core.doors {
            door.set_per_address_max(limits.connections_per_address);
        }
        {
            let mut node = self.core.kept.node();
            let rules = node.rules();
            node.set_rules(Rules {
                clients_max: limits.clients,
                clients_bytes_max: limits.clients_bytes.unwrap_or(CLIENTS_BYTES_DEFAULT),
                ..rules
            });
        }
        self.core.limits.replace(limits);
        // Feeds that wait for their next heartbeat look at the new one now.
        self.core.kept.wake_followers();
    }

    /// Grants tokens what this list says from now on, for connections that are open as well: one whose
    /// token is no longer good is closed. Whether the server has such a list at all was decided
    /// when it was [bound](super::Builder::access); returns false if it has none, and changes nothing.
    pub fn set_access(&self, list: AccessList) -> bool {
        let guard = self.core.guard.as_ref();
        guard.map(|guard| guard.exchange(list)).is_some()
    }

    /// A way to ask the server to stop.
    pub fn stop(&self) -> Stop {
        self.core.stop.clone()
    }
}
