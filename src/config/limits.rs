//! The limits of a server, and their defaults.

use serde::de::{Deserialize, Deserializer, Error};
use std::time::Duration;

/// How far the time of a position may be ahead of its receive time by default: ten minutes.
pub(super) const MAX_AHEAD_DEFAULT: Duration = Duration::from_secs(600);

/// The bytes of memory that clients may need by default: 4 GiB.
pub const CLIENTS_BYTES_DEFAULT: u64 = 4 << 30;

/// The limits of one server: the table `[limits]` of a herd.toml, the same for all its servers.
///
/// ```
/// use herd::config::Limits;
/// use std::time::Duration;
///
/// let limits = Limits { heartbeat: Duration::from_millis(100), ..Limits::default() };
/// assert_eq!(limits.connections, 10_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The number of clients that a server knows (`clients`). At the limit, it refuses positions of
    /// new clients, but still takes those that its neighbors accepted, so that all servers agree.
    #[serde(deserialize_with = "at_least_one")]
    pub clients: usize,
    /// The bytes of memory that clients may need (`clients_bytes`): their records, the free places
    /// between them, and their share of the table. At the limit, the server refuses positions of new
    /// clients, but still takes those that its neighbors accepted. None means
    /// [`CLIENTS_BYTES_DEFAULT`], unless the program that starts the server knows better:
    /// `herd-server` takes half of the memory.
    #[serde(deserialize_with = "bytes")]
    pub clients_bytes: Option<u64>,
    /// The number of simultaneous client connections (`connections`).
    #[serde(deserialize_with = "at_least_one")]
    pub connections: usize,
    /// The number of simultaneous connections to the door `http_listen` (`http_connections`), apart
    /// from `connections`.
    #[serde(deserialize_with = "at_least_one")]
    pub http_connections: usize,
    /// The number of simultaneous connections of one address (`connections_per_address`), on each
    /// port, and never more than all together. An IPv6 network of 64 bits counts as one address.
    /// Further connections are closed at once.
    #[serde(deserialize_with = "at_least_one")]
    pub connections_per_address: usize,
    /// How long a client may send nothing while no reply is pending, before it is disconnected.
    /// None means forever (`idle_seconds`, where 0 means None).
    #[serde(rename = "idle_seconds", deserialize_with = "seconds_or_never")]
    pub idle: Option<Duration>,
    /// The server stops reading from a client that has this many unread reply bytes
    /// (`unsent_bytes`).
    #[serde(deserialize_with = "at_least_one")]
    pub unsent_bytes: usize,
    /// The number of unread reply bytes of all clients together (`total_unsent_bytes`). Commands that
    /// were read and cannot be answered yet count as well. At the limit, the server stops reading
    /// from every client that has 16 KiB of unread replies; from half of it on, it reads at most
    /// 4 KiB at once.
    #[serde(deserialize_with = "at_least_one")]
    pub total_unsent_bytes: usize,
    /// How long a client may read none of the replies that wait for it, before it is disconnected
    /// (`stall_seconds`).
    #[serde(rename = "stall_seconds", deserialize_with = "seconds")]
    pub stall: Duration,
    /// How long a client may take to finish a line that it has started (`line_seconds`).
    #[serde(rename = "line_seconds", deserialize_with = "seconds")]
    pub line: Duration,
    /// How far the receive time in a neighbor's AT line may be ahead of this server's clock
    /// (`clock_tolerance_seconds`). A line beyond it is refused for now, and the neighbor is asked
    /// for it again later.
    #[serde(rename = "clock_tolerance_seconds", deserialize_with = "seconds")]
    pub clock_tolerance: Duration,
    /// The size of a batch of changes for a follower, in bytes (`follow_batch_bytes`).
    #[serde(deserialize_with = "at_least_one")]
    pub follow_batch_bytes: usize,
    /// How long a feed waits after a batch before it sends the next one (`follow_batch_pause_ms`, 0
    /// by default). A batch that leaves changes behind is followed by the next one at once. A pause
    /// saves messages and delays changes. It can be two heartbeats at most, because the neighbor
    /// hears nothing meanwhile, and takes a link for dead after three.
    #[serde(rename = "follow_batch_pause_ms", deserialize_with = "milliseconds_or_none")]
    pub follow_batch_pause: Duration,
    /// How often an idle feed sends a heartbeat (`heartbeat_ms`).
    #[serde(rename = "heartbeat_ms", deserialize_with = "milliseconds")]
    pub heartbeat: Duration,
    /// How many WHATSATs of one connection may wait for places at the same time
    /// (`lookups_per_connection`).
    #[serde(deserialize_with = "at_least_one")]
    pub lookups_per_connection: usize,
    /// How many WHATSATs of all connections together may wait for places at the same time
    /// (`total_lookups`). At the limit, the server stops reading from every client that has one
    /// waiting.
    #[serde(deserialize_with = "at_least_one")]
    pub total_lookups: usize,
    /// The commands a second of all connections with the same token (`commands_per_token`), unless
    /// the token's entry has a rate of its own. 0, the default, is no limit. Beyond it, the server
    /// reads more slowly from those connections.
    pub commands_per_token: u32,
    /// The commands a second of all connections of one address (`commands_per_address`); an IPv6
    /// network of 64 bits counts as one address. 0, the default, is no limit. Beyond it, the server
    /// reads more slowly from those connections.
    pub commands_per_address: u32,
    /// The clients a second that connections with the same token may introduce
    /// (`new_clients_per_token`). 0, the default, is no limit. Beyond it, the server reads more slowly
    /// from those connections.
    pub new_clients_per_token: u32,
    /// The clients a second that connections of one address may introduce
    /// (`new_clients_per_address`). 0, the default, is no limit. Beyond it, the server reads more
    /// slowly from those connections.
    pub new_clients_per_address: u32,
    /// The WHATSATs a day with the same token that may go to a remote source of places
    /// (`remote_lookups_per_token`). 0, the default, is no limit. Further ones are answered with
    /// `OVER_QUERY_LIMIT`.
    pub remote_lookups_per_token: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 10_000_000,
            clients_bytes: None,
            connections: 10_000,
            http_connections: 2_000,
            connections_per_address: 5_000,
            idle: Some(Duration::from_secs(300)),
            unsent_bytes: 1024 * 1024,
            total_unsent_bytes: 64 * 1024 * 1024,
            stall: Duration::from_secs(30),
            line: Duration::from_secs(30),
            clock_tolerance: Duration::from_secs(60),
            follow_batch_bytes: 64 * 1024,
            follow_batch_pause: Duration::ZERO,
            heartbeat: Duration::from_millis(1000),
            lookups_per_connection: 16,
            total_lookups: 1024,
            commands_per_token: 0,
            commands_per_address: 0,
            new_clients_per_token: 0,
            new_clients_per_address: 0,
            remote_lookups_per_token: 0,
        }
    }
}

/// The longest pause between two batches, in heartbeats. A neighbor waits for three, and the third
/// is for the time that the network takes.
const PAUSE_HEARTBEATS_MAX: u32 = 2;

impl Limits {
    /// Checks the limits against each other.
    ///
    /// # Errors
    /// What contradicts what, and how to fix it.
    pub(super) fn check(&self) -> Result<(), String> {
        let (pause, heartbeat) = (self.follow_batch_pause, self.heartbeat);
        if pause > PAUSE_HEARTBEATS_MAX * heartbeat {
            return Err(format!(
                "follow_batch_pause_ms = {} is too long for heartbeat_ms = {}: neighbors would \
                 take links for dead, so write {} or less",
                pause.as_millis(),
                heartbeat.as_millis(),
                (PAUSE_HEARTBEATS_MAX * heartbeat).as_millis()
            ));
        }
        Ok(())
    }

    /// Reads limits that fit each other.
    pub(super) fn deserialize_checked<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let limits = Self::deserialize(deserializer)?;
        limits.check().map_err(D::Error::custom)?;
        Ok(limits)
    }
}

/// A server could do nothing with a limit of 0, so 0 is a mistake.
fn at_least_one<'de, D: Deserializer<'de>>(value: D) -> Result<usize, D::Error> {
    // 32 bits are enough for every limit, and sums of limits cannot overflow.
    match u32::deserialize(value)? {
        0 => Err(D::Error::custom("invalid limit 0: write 1 or more")),
        count => Ok(count as usize),
    }
}

fn bytes<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    match u64::deserialize(value)? {
        0 => Err(D::Error::custom("invalid limit 0: write 1 or more")),
        count => Ok(Some(count)),
    }
}

fn seconds_or_never<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Duration>, D::Error> {
    let seconds = u32::deserialize(value)?;
    Ok((seconds > 0).then_some(Duration::from_secs(seconds.into())))
}

fn seconds<'de, D: Deserializer<'de>>(value: D) -> Result<Duration, D::Error> {
    at_least_one(value).map(|seconds| Duration::from_secs(seconds as u64))
}

fn milliseconds_or_none<'de, D: Deserializer<'de>>(value: D) -> Result<Duration, D::Error> {
    u32::deserialize(value).map(|milliseconds| Duration::from_millis(milliseconds.into()))
}

fn milliseconds<'de, D: Deserializer<'de>>(value: D) -> Result<Duration, D::Error> {
    at_least_one(value).map(|milliseconds| Duration::from_millis(milliseconds as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody would notice a key that sets the wrong limit until that limit is reached.
    #[test]
    fn each_key_sets_its_own_limit() {
        let limits: Limits = toml::from_str(
            "clients = 8\nclients_bytes = 5000000000\nconnections = 1\nhttp_connections = 20\nconnections_per_address = 13\nidle_seconds = 2\nunsent_bytes = 3\nstall_seconds = 4\n\
             clock_tolerance_seconds = 14\nfollow_batch_bytes = 5\nfollow_batch_pause_ms = 9\nline_seconds = 10\ntotal_unsent_bytes = 11\ntotal_lookups = 12\nheartbeat_ms = 6\nlookups_per_connection = 7\n\
             commands_per_token = 15\ncommands_per_address = 16\nnew_clients_per_token = 17\nnew_clients_per_address = 18\nremote_lookups_per_token = 19\n",
        )
        .unwrap();
        let expected = Limits {
            clients: 8,
            clients_bytes: Some(5_000_000_000),
            connections: 1,
            http_connections: 20,
            connections_per_address: 13,
            idle: Some(Duration::from_secs(2)),
            unsent_bytes: 3,
            total_unsent_bytes: 11,
            stall: Duration::from_secs(4),
            line: Duration::from_secs(10),
            clock_tolerance: Duration::from_secs(14),
            follow_batch_bytes: 5,
            follow_batch_pause: Duration::from_millis(9),
            heartbeat: Duration::from_millis(6),
            lookups_per_connection: 7,
            total_lookups: 12,
            commands_per_token: 15,
            commands_per_address: 16,
            new_clients_per_token: 17,
            new_clients_per_address: 18,
            remote_lookups_per_token: 19,
        };
        assert_eq!(limits, expected);
    }

    /// The defaults are promised in the documentation; 0 idle seconds must not mean "at once".
    #[test]
    fn what_is_not_said_has_its_default_and_no_idle_time_is_never() {
        assert_eq!(toml::from_str::<Limits>(""), Ok(Limits::default()));
        let limits = toml::from_str::<Limits>("idle_seconds = 0");
        assert_eq!(limits, Ok(Limits { idle: None, ..Limits::default() }));
    }
}
