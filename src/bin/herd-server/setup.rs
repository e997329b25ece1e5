//! From options to a server that is ready to be bound.

use super::descriptors::{Shares, Wanted, raise_limit};
use super::event_buffer::EventBuffer;
use super::failure::Failure;
use super::memory::usable_bytes;
use super::options::Options;
use super::places::places;
use super::replay_progress::ReplayProgress;
use super::text_file::read;
use herd::access::AccessList;
use herd::config::{CLIENTS_BYTES_DEFAULT, Herd, Limits, ServerConfig};
use herd::journal::{FileDisk, OnDamage};
use herd::protocol::ServerName;
use herd::runtime::{Clock, Runtime};
use herd::server::{Builder, Handle, Server};
use herd::traffic::{self, TrafficLog};
use herd::web::Web;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the files that the options name and configures the server, without touching any file that
/// the server writes.
///
/// # Errors
/// The first thing that is missing or wrong, and where.
pub(super) fn builder<R: Runtime>(runtime: R, options: &Options) -> Result<Builder<R>, Failure> {
    let herd = read_herd(options.herd.as_deref()).map_err(Failure::Usage)?;
    let server = require_server(&herd, &options.name).map_err(Failure::Usage)?;
    let places = places(&runtime, options).map_err(Failure::Usage)?;
    let neighbors = server.neighbors().len();
    let speaks_http = options.http.is_some() || server.http_listen().is_some();
    let wanted = Wanted {
        connections: herd.limits().connections,
        http_connections: if speaks_http { herd.limits().http_connections } else { 0 },
    };
    let shares = Shares::of(raise_limit(), neighbors, wanted)?;
    let limits = within_the_system(herd.limits(), shares);
    let mut builder = Server::builder(runtime, &herd, &options.name)
        .limits(limits)
        .anonymous_peers(shares.anonymous_peers)
        .shared_places(places)
        .http(Web::new());
    if let Some(address) = &options.http {
        builder = builder.http_listen(address.clone());
    }
    if let Some(list) = read_access(&herd).map_err(Failure::Usage)? {
        builder = builder.access(list);
    }
    Ok(if options.no_catch_up { builder.without_catch_up() } else { builder })
}

/// The limits of herd.toml, where they fit into what the system gives this process. Clients may need
/// half of the memory unless herd.toml says how much: the rest is for replies, the system's buffers and
/// other processes.
fn within_the_system(limits: &Limits, shares: Shares) -> Limits {
    let (connections, http_connections) = (shares.connections, shares.http_connections);
    let clients_bytes = clients_bytes(limits);
    log::debug!(connections, clients_bytes; "limits fitted to the system");
    Limits { connections, http_connections, clients_bytes: Some(clients_bytes), ..limits.clone() }
}

/// The bytes that clients may need: what herd.toml says, or half of the memory.
fn clients_bytes(limits: &Limits) -> u64 {
    let half_of_memory = || usable_bytes().map(|bytes| (bytes / 2).max(1));
    limits.clients_bytes.or_else(half_of_memory).unwrap_or(CLIENTS_BYTES_DEFAULT)
}

/// Makes a running server take what its files say now: its certificates, limits and tokens.
///
/// # Errors
/// The first thing that is wrong with them, and where; the server goes on as before.
pub(super) fn reload<C: Clock>(
    handle: &Handle<C>,
    options: &Options,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let herd = read_herd(options.herd.as_deref())?;
    require_server(&herd, &options.name)?;
    // Everything is read and checked before anything changes.
    let access = read_access(&herd)?;
    if access.is_some() != handle.needs_tokens() {
        return Err("[access] comes and goes only when the server is started again".into());
    }
    let (connections, clients_bytes) = (handle.limits().connections, clients_bytes(herd.limits()));
    let clients_bytes = Some(clients_bytes);
    handle.reload(&herd)?;
    handle.set_limits(Limits { connections, clients_bytes, ..herd.limits().clone() });
    if let Some(list) = access {
        handle.set_access(list);
    }
    Ok(())
}

/// Locks the data directory and opens the traffic log, unless the options say to do without. How
/// far the journal has been read is shown through `standard_error`.
///
/// # Errors
/// When another server uses the directory, or a file cannot be written.
pub(super) fn with_files<R: Runtime>(
    mut builder: Builder<R>,
    options: &Options,
    standard_error: Arc<EventBuffer>,
) -> Result<Builder<R>, Box<dyn Error + Send + Sync>> {
    if !options.ephemeral {
        let folder = data_dir(options);
        let disk = FileDisk::open(folder)?;
        let on_damage = if options.repair { OnDamage::SetAside } else { OnDamage::Refuse };
        builder = builder
            .journal(Arc::new(disk), options.fsync)
            .on_damage(on_damage)
            .on_replay(ReplayProgress::new().through(move |line| standard_error.add(line)));
    }
    if let Some(path) = traffic_log(options) {
        let log = TrafficLog::open(&path, traffic::Options::default())
            .map_err(|error| format!("cannot write the traffic log {}: {error}", path.display()))?;
        builder = builder.traffic_log(log);
    }
    Ok(builder)
}

fn read_herd(path: Option<&Path>) -> Result<Herd, Box<dyn Error + Send + Sync>> {
    let Some(path) = path else { return Ok(Herd::default_herd()) };
    let herd = Herd::from_toml(&read(path)?).map_err(|error| error.in_file(path.display()))?;
    Ok(herd.in_folder(path.parent().unwrap_or(Path::new(""))))
}

/// The tokens that the herd's clients need, if they need any.
fn read_access(herd: &Herd) -> Result<Option<AccessList>, Box<dyn Error + Send + Sync>> {
    let Some(path) = herd.access_file() else { return Ok(None) };
    let list =
        AccessList::from_toml(&read(path)?).map_err(|error| error.in_file(path.display()))?;
    if list.is_empty() {
        log::warn!("{} knows no token, so no client may do anything", path.display());
    }
    Ok(Some(list))
}

fn require_server<'h>(
    herd: &'h Herd,
    name: &ServerName,
) -> Result<&'h ServerConfig, Box<dyn Error + Send + Sync>> {
    if let Some(server) = herd.server(name) {
        return Ok(server);
    }
    let known: Vec<_> = herd.servers().map(|server| server.name().as_str()).collect();
    Err(format!("the herd has no server {name}; it has {}", known.join(", ")).into())
}

fn traffic_log(options: &Options) -> Option<PathBuf> {
    if options.no_traffic_log {
        return None;
    }
    let in_data_dir = || data_dir(options).join("traffic.ndjson");
    Some(options.traffic_log.clone().unwrap_or_else(in_data_dir))
}

fn data_dir(options: &Options) -> PathBuf {
    let default = || Path::new("herd-data").join(options.name.as_str());
    options.data_dir.clone().unwrap_or_else(default)
}
