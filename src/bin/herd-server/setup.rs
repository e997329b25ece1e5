//! From options to a server that is ready to be bound.

use super::descriptors::connections_within;
use super::event_buffer::EventBuffer;
use super::options::Options;
use super::places::places;
use super::replay_progress::ReplayProgress;
use super::text_file::read;
use herd::config::{Herd, Limits};
use herd::journal::{FileDisk, OnDamage};
use herd::protocol::ServerName;
use herd::runtime::{Clock, Runtime};
use herd::server::{Builder, Handle, Server};
use herd::traffic::{self, TrafficLog};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads the files that the options name and configures the server, without touching any file that
/// the server writes.
///
/// # Errors
/// The first thing that is missing or wrong, and where.
pub(super) fn builder<R: Runtime>(
    runtime: R,
    options: &Options,
) -> Result<Builder<R>, Box<dyn Error + Send + Sync>> {
    let herd = read_herd(options.herd.as_deref())?;
    require_server(&herd, &options.name)?;
    let places = places(&runtime, options)?;
    let builder = Server::builder(runtime, &herd, &options.name);
    let limits = Limits {
        connections: connections_within(herd.limits().connections, builder.peer_connections_max()),
        ..herd.limits().clone()
    };
    let builder = builder.limits(limits).shared_places(places);
    Ok(if options.no_catch_up { builder.without_catch_up() } else { builder })
}

/// Makes a running server take what its files say now.
///
/// # Errors
/// The first thing that is wrong with them, and where; the server goes on as before.
pub(super) fn reload<C: Clock>(
    handle: &Handle<C>,
    herd: Option<&Path>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(handle.reload(&read_herd(herd)?)?)
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

fn require_server(herd: &Herd, name: &ServerName) -> Result<(), String> {
    if herd.server(name).is_some() {
        return Ok(());
    }
    let known: Vec<_> = herd.servers().map(|server| server.name().as_str()).collect();
    Err(format!("the herd has no server {name}; it has {}", known.join(", ")))
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
