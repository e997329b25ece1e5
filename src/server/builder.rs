//! A server, from its parts.

use super::addresses::Addresses;
use super::bind_error::BindError;
use super::core::{Core, Wires};
use super::door::Door;
use super::door_record::DoorRecord;
use super::guard::Guard;
use super::http_door::HttpDoor;
use super::http_service::HttpService;
use super::kept_node::KeptNode;
use super::keyring::{Expired, Keyring, Keys};
use super::line::LineService;
use super::live_limits::LiveLimits;
use super::lookups::Lookups;
use super::peer::{ANONYMOUS_MAX, Neighbors, PeerService};
use super::rare_event::RareEvent;
use super::recorder::Recorder;
use super::refusals::report_replay;
use super::security::Plain;
use super::server::Server;
use super::status::DoorKind;
use super::stop::Stop;
use super::tasks::Tasks;
use super::tls_security::TlsSecurity;
use crate::access::AccessList;
use crate::access::protected_mode::{self, Entrance, Proof, ProtectedMode, Side};
use crate::config::{
    Address, CLIENTS_BYTES_DEFAULT, ClientAuth, Herd, Limits, LinkKind, NeighborConfig,
    ServerConfig,
};
use crate::journal::{Disk, Ephemeral, Fsync, Journal, Keeper, OnDamage, recover};
use crate::node::{AtCommands, Node, Rules};
use crate::places::{Gazetteer, Places};
use crate::protocol::{LogId, ServerName};
use crate::runtime::{Listener, Runtime};
use crate::traffic::TrafficLog;
use async_lock::Semaphore;
use std::net::SocketAddr;
use std::sync::Arc;

/// Puts a server together; everything that it knows of the world comes in here.
pub struct Builder<R: Runtime> {
    runtime: R,
    herd: Herd,
    name: ServerName,
    limits: Limits,
    anonymous_peers: usize,
    places: Arc<dyn Places>,
    traffic: Option<TrafficLog>,
    catch_up: Option<bool>,
    moved: Vec<(ServerName, SocketAddr)>,
    journal: Option<(Arc<dyn Disk>, Fsync)>,
    http: Option<Arc<dyn HttpService<R>>>,
    on_damage: OnDamage,
    on_replay: Box<dyn FnMut(u64, u64) + Send>,
    access: Option<AccessList>,
    protected_mode: ProtectedMode,
}

impl<R: Runtime> Server<R> {
    /// Begins to put the server `name` of `herd` together.
    pub fn builder(runtime: R, herd: &Herd, name: &ServerName) -> Builder<R> {
        Builder {
            runtime,
            limits: herd.limits().clone(),
            anonymous_peers: ANONYMOUS_MAX,
            herd: herd.clone(),
            name: name.clone(),
            places: Arc::new(Gazetteer),
            traffic: None,
            catch_up: None,
            moved: Vec::new(),
            journal: None,
            http: None,
            on_damage: OnDamage::default(),
            on_replay: Box::new(|_, _| {}),
            access: None,
            protected_mode: protected_mode_of(herd),
        }
    }
}

impl<R: Runtime> Builder<R> {
    /// Answers WHATSAT from this source. The default is the built-in gazetteer.
    pub fn places(mut self, places: impl Places) -> Self {
        self.places = Arc::new(places);
        self
    }

    /// Answers WHATSAT from a source that others hold as well.
    pub fn shared_places(mut self, places: Arc<dyn Places>) -> Self {
        self.places = places;
        self
    }

    /// Notes all traffic in this log. The default is no traffic log.
    pub fn traffic_log(mut self, log: TrafficLog) -> Self {
        self.traffic = Some(log);
        self
    }

    /// Writes a journal to this disk, as safe as `fsync` says. The default is to keep everything
    /// in memory only.
    pub fn journal(mut self, disk: Arc<dyn Disk>, fsync: Fsync) -> Self {
        self.journal = Some((disk, fsync));
        self
    }

    /// Serves HTTP with this at the server's `http_listen`, if it has one. [`Web`](crate::web::Web) is
    /// such a service. The default is to leave `http_listen` closed.
    pub fn http(mut self, service: impl HttpService<R>) -> Self {
        self.http = Some(Arc::new(service));
        self
    }

    /// Serves HTTP at this address, whatever the herd says.
    pub fn http_listen(mut self, address: impl Into<Address>) -> Self {
        self.herd.set_http_listen(&self.name, address.into());
        self
    }

    /// What to do about damage in the middle of the journal. The default is to refuse to start.
    pub fn on_damage(mut self, on_damage: OnDamage) -> Self {
        self.on_damage = on_damage;
        self
    }

    /// Calls `progress` with (bytes read, bytes in all) while the journal is read back.
    pub fn on_replay(mut self, progress: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.on_replay = Box::new(progress);
        self
    }

    /// Uses these limits instead of the herd's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets at most `count` connections, 1 or more, be on the peer port before it is known which neighbor
    /// they belong to. The default is 64. As many again may be about to end.
    pub fn anonymous_peers(mut self, count: usize) -> Self {
        self.anonymous_peers = count.max(1);
        self
    }

    /// Lets clients do only what this list grants the tokens that they show. The default is that
    /// everybody may do everything. A program that embeds the server needs no token.
    pub fn access(mut self, list: AccessList) -> Self {
        self.access = Some(list);
        self
    }

    /// Whether the server refuses to listen beyond this machine for people who prove nothing, whatever
    /// the herd says.
    pub fn protected_mode(mut self, mode: ProtectedMode) -> Self {
        self.protected_mode = mode;
        self
    }

    /// Dials the neighbor `name` at `address`, whatever the herd says: for servers of one program
    /// whose ports the system chooses. A name that is no neighbor's is ignored.
    ///
    /// A server that is bound already can be [told](super::Handle::move_neighbor) as well.
    pub fn neighbor_at(mut self, name: &ServerName, address: SocketAddr) -> Self {
        self.moved.push((name.clone(), address));
        self
    }

    /// Asks neighbors only for what comes from now on, whatever the herd's configuration says.
    pub fn without_catch_up(mut self) -> Self {
        self.catch_up = Some(false);
        self
    }

    /// How many connections there can be at each of the doors for neighbors at a time. A connection that
    /// has lost its place to a newer one is about to end, and there are no more of these than of those in
    /// places.
    fn peers_max(&self, config: &ServerConfig) -> usize {
        let follows = |neighbor: &&NeighborConfig| neighbor.link() == LinkKind::Follow;
        config.neighbors().iter().filter(follows).count() + 2 * self.anonymous_at_a_door(config)
    }

    /// The doors for neighbors share the places for connections that have not said whose they are.
    fn anonymous_at_a_door(&self, config: &ServerConfig) -> usize {
        let doors = ports(config).iter().filter(|(door, _)| !door.serves_clients()).count();
        (self.anonymous_peers / doors.max(1)).max(1)
    }

    /// Reads the journal back, if there is one, and takes the server's ports. It answers once it
    /// [runs](Server::run).
    ///
    /// # Errors
    /// When the herd has no server of that name, the journal or a file for TLS cannot be used, a port is
    /// not free, or protected mode does not let it listen there.
    pub async fn bind(mut self) -> Result<Server<R>, BindError> {
        let Some(config) = self.herd.server(&self.name).cloned() else {
            return Err(BindError::NoSuchServer { name: self.name });
        };
        self.check_literal_addresses(&config)?;
        let keys = Keys::read(&self.herd, &config, Expired::Taken, &self.runtime);
        let of_tls = |source| BindError::Tls { name: self.name.clone(), source };
        let keyring = Arc::new(Keyring::new(keys.map_err(of_tls)?));
        // The ports come last: who can connect is answered soon.
        let mut node = self.node(&config);
        let keeper = self.recover(&mut node).await?;
        let runtime = self.runtime.clone();
        let mut listeners = Vec::new();
        for (door, address) in ports(&config).into_iter().chain(self.http_port(&config)) {
            listeners.push((door, listen(&runtime, &config, door, address).await?));
        }
        let records: Vec<_> = listeners
            .iter()
            .map(|(door, listener)| self.record(&config, *door, listener))
            .collect();
        let open: Vec<_> = records.iter().map(|door| (door.kind, door.address)).collect();
        self.check_exposure(&open)?;
        self.warn_of_plain_tokens(&open);
        let advertised = advertised(&config, &records);
        let neighbors = self.neighbors(&config);
        let anonymous_peers = self.anonymous_at_a_door(&config);
        let behind = Behind { anonymous_peers, http: self.http.clone() };
        let kept = KeptNode::new(node, keeper);
        let core = Arc::new(self.core(kept, neighbors, keyring, records.clone(), advertised));
        let shared = client_slots(&core);
        let doors = records.into_iter().zip(listeners).map(|(record, (_, listener))| {
            let slots = match record.kind.speaks_lines() {
                true => Arc::clone(&shared),
                false => Arc::new(Semaphore::new(record.connections_max)),
            };
            door(&runtime, &core, &behind, record, slots, listener)
        });
        let doors = doors.collect();
        Ok(Server::new(runtime, core, doors))
    }

    /// Where HTTP is spoken, if there is something to speak it: over TLS if the herd has the files.
    fn http_port<'a>(&self, config: &'a ServerConfig) -> Option<(DoorKind, &'a Address)> {
        self.http.as_ref()?;
        let kind = if self.herd.tls().is_some() { DoorKind::HttpTls } else { DoorKind::Http };
        Some((kind, config.http_listen()?))
    }

    fn record(&self, config: &ServerConfig, door: DoorKind, listener: &R::Listener) -> DoorRecord {
        let mut per_address_max = self.limits.connections_per_address;
        let connections_max = match door {
            DoorKind::Line | DoorKind::LineTls => self.limits.connections,
            DoorKind::Peer | DoorKind::PeerTls => self.peers_max(config),
            DoorKind::Http | DoorKind::HttpTls => {
                // No one address gets more than half of the few slots that this door has.
                per_address_max = per_address_max.min(self.limits.http_connections.div_ceil(2));
                self.limits.http_connections
            }
        };
        DoorRecord::new(door, listener.local_address(), connections_max, per_address_max)
    }

    /// Checks what can be checked before the journal is read, which may take long: addresses that are
    /// written as such.
    fn check_literal_addresses(&self, config: &ServerConfig) -> Result<(), BindError> {
        let literal = ports(config).into_iter().filter_map(|(door, address)| {
            let ip = address.host().parse().ok()?;
            Some((door, SocketAddr::new(ip, address.port())))
        });
        self.check_exposure(&literal.collect::<Vec<_>>())
    }

    /// Refuses to be open to strangers, where protected mode is on.
    fn check_exposure(&self, doors: &[(DoorKind, SocketAddr)]) -> Result<(), BindError> {
        let entrance = |&(door, address): &(DoorKind, SocketAddr)| Entrance {
            side: if door.serves_clients() { Side::Clients } else { Side::Neighbors },
            address,
            proof: self.proof_at(door),
        };
        let entrances: Vec<_> = doors.iter().map(entrance).collect();
        let checked = protected_mode::check(self.protected_mode, &entrances);
        checked.map_err(|source| BindError::Exposed { name: self.name.clone(), source })
    }

    /// What those who come in through a door must show.
    fn proof_at(&self, door: DoorKind) -> Proof {
        let client_auth = self.herd.tls().map(|tls| tls.client_auth);
        match door {
            DoorKind::PeerTls => Proof::Certificate,
            DoorKind::Peer => Proof::Nothing,
            DoorKind::LineTls if client_auth == Some(ClientAuth::Yes) => Proof::Certificate,
            DoorKind::Line | DoorKind::LineTls if self.access.is_some() => Proof::Token,
            DoorKind::HttpTls if client_auth == Some(ClientAuth::Yes) => Proof::Certificate,
            DoorKind::Http | DoorKind::HttpTls if self.access.is_some() => Proof::Token,
            DoorKind::Line | DoorKind::LineTls | DoorKind::Http | DoorKind::HttpTls => {
                Proof::Nothing
            }
        }
    }

    /// Tells an operator of tokens that whoever is on the way could read.
    fn warn_of_plain_tokens(&self, doors: &[(DoorKind, SocketAddr)]) {
        let is_readable = |door: &&(DoorKind, SocketAddr)| {
            matches!(door.0, DoorKind::Line | DoorKind::Http)
                && !door.1.ip().to_canonical().is_loopback()
        };
        if let Some((_, clients)) = doors.iter().find(is_readable).filter(|_| self.access.is_some())
        {
            log::warn!(server:% = self.name, clients:%; "tokens come in unencrypted: whoever is on the way can read them");
        }
    }

    fn node(&self, config: &ServerConfig) -> Node {
        let at_commands =
            if config.accept_at() { AtCommands::TakenIn } else { AtCommands::Invalid };
        let hash_seed = self.runtime.random();
        let rules = Rules {
            at_commands,
            max_ahead: config.max_ahead(),
            clock_tolerance: self.limits.clock_tolerance,
            clients_max: self.limits.clients,
            clients_bytes_max: self.limits.clients_bytes.unwrap_or(CLIENTS_BYTES_DEFAULT),
        };
        Node::new(config.name().clone(), rules, hash_seed)
    }

    /// Reads the journal back into `node`, if there is one.
    async fn recover(&mut self, node: &mut Node) -> Result<Arc<dyn Keeper>, BindError> {
        let Some((disk, fsync)) = self.journal.take() else { return Ok(Arc::new(Ephemeral)) };
        let recovery = recover(&*disk, &self.name, self.on_damage, node, &mut *self.on_replay)
            .await
            .map_err(|source| BindError::Journal { name: self.name.clone(), source })?;
        report_replay(&self.name, node);
        let lines = recovery.report.lines;
        if lines > 0 {
            let clients = node.log().len();
            log::info!(server:% = self.name, lines, clients; "read the journal back");
        }
        Ok(Arc::new(Journal::new(disk, self.name.clone(), fsync, recovery)))
    }

    fn neighbors(&self, config: &ServerConfig) -> Neighbors {
        let catch_up = self.catch_up.unwrap_or(config.catch_up());
        let neighbors = Neighbors::new(&self.herd, config, catch_up);
        for (name, address) in &self.moved {
            neighbors.move_to(name, &address.to_string());
        }
        neighbors
    }

    fn core(
        self,
        kept: KeptNode,
        neighbors: Neighbors,
        keyring: Arc<Keyring>,
        doors: Vec<DoorRecord>,
        advertised: String,
    ) -> Core<R> {
        let clock = self.runtime;
        let recorder = Recorder::new(self.traffic, {
            let clock = clock.clone();
            move || clock.now()
        });
        Core {
            name: self.name,
            log_id: LogId::new(clock.random()),
            advertised,
            limits: LiveLimits::new(self.limits),
            guard: self.access.map(|list| Arc::new(Guard::new(list))),
            addresses: Addresses::default(),
            kept,
            lookups: Lookups::new(clock.clone(), self.places),
            neighbors,
            wires: Wires { buffers: Arc::default(), recorder: Arc::new(recorder) },
            allowance: Arc::default(),
            foreign_protocol: RareEvent::default(),
            doors,
            keyring,
            stop: Stop::default(),
            visits: Tasks::default(),
            began: clock.uptime(),
            clock,
        }
    }
}

/// The addresses that a server listens on, those without TLS first.
fn ports(config: &ServerConfig) -> Vec<(DoorKind, &Address)> {
    let all = [
        (DoorKind::Line, config.listen()),
        (DoorKind::LineTls, config.tls_listen()),
        (DoorKind::Peer, config.peer_listen()),
        (DoorKind::PeerTls, config.peer_tls_listen()),
    ];
    all.into_iter().filter_map(|(door, address)| Some((door, address?))).collect()
}

async fn listen<R: Runtime>(
    runtime: &R,
    config: &ServerConfig,
    door: DoorKind,
    address: &Address,
) -> Result<R::Listener, BindError> {
    let address = address.to_string();
    runtime.listen(&address).await.map_err(|source| {
        let name = config.name().clone();
        BindError::Listen { name, door, address, source }
    })
}

fn protected_mode_of(herd: &Herd) -> ProtectedMode {
    if herd.is_protected() { ProtectedMode::On } else { ProtectedMode::Off }
}

/// The address at which neighbors dial a server. The default is the address that was bound: the
/// system may have chosen its port.
fn advertised(config: &ServerConfig, doors: &[DoorRecord]) -> String {
    let is_dialled = |door: &&DoorRecord| {
        !door.kind.serves_clients() && door.kind.transport() == config.dialled_over()
    };
    match (config.advertise(), doors.iter().find(is_dialled)) {
        (address, Some(door)) if address.port() == 0 => door.address.to_string(),
        (address, _) => address.to_string(),
    }
}

/// What the services behind the doors are made with.
struct Behind<R: Runtime> {
    anonymous_peers: usize,
    http: Option<Arc<dyn HttpService<R>>>,
}

/// The slots that all doors for clients share. A door that waits for a connection holds one, so each
/// further door adds one.
fn client_slots<R: Runtime>(core: &Core<R>) -> Arc<Semaphore> {
    let doors = core.doors.iter().filter(|door| door.kind.speaks_lines()).count();
    Arc::new(Semaphore::new(core.limits.current().connections + doors.saturating_sub(1)))
}

/// A door, with what secures it and what is spoken behind it.
fn door<R: Runtime>(
    runtime: &R,
    core: &Arc<Core<R>>,
    behind: &Behind<R>,
    record: DoorRecord,
    slots: Arc<Semaphore>,
    listener: R::Listener,
) -> Door<R> {
    let keyring = &core.keyring;
    let line = || LineService(Arc::clone(core));
    let peer = || PeerService::new(Arc::clone(core), behind.anonymous_peers);
    let http = |record: &DoorRecord| {
        let service = behind.http.clone().expect("the port is taken only for a service");
        HttpDoor::new(Arc::clone(core), record.address, service)
    };
    let of_clients = || TlsSecurity::for_clients(runtime, keyring);
    match record.kind {
        DoorKind::Line => Door::new(runtime, record, slots, listener, Plain, line()),
        DoorKind::LineTls => Door::new(runtime, record, slots, listener, of_clients(), line()),
        DoorKind::Peer => Door::new(runtime, record, slots, listener, Plain, peer()),
        DoorKind::PeerTls => {
            let security = TlsSecurity::for_peers(runtime, keyring);
            Door::new(runtime, record, slots, listener, security, peer())
        }
        DoorKind::Http => {
            let service = http(&record);
            Door::new(runtime, record, slots, listener, Plain, service)
        }
        DoorKind::HttpTls => {
            let service = http(&record);
            Door::new(runtime, record, slots, listener, of_clients(), service)
        }
    }
}
