//! Connections that wait for their next request.

use super::http_connection::HttpConnection;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// The most connections that wait, to all hosts together. Beyond it the oldest is closed.
pub const IDLE_CONNECTIONS_MAX: usize = 32;

/// How long a connection may wait, 50 s: servers close what waits for a minute or more.
pub const IDLE_SPAN_MAX: Duration = Duration::from_secs(50);

/// The connections to each origin (scheme, host and port) that have nothing to do.
///
/// Nobody watches a connection that waits: whether the server has closed it shows when it is taken.
/// Those that waited too long go whenever one is taken or kept.
#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    origin: String,
    connection: HttpConnection,
    since: Duration,
}

impl Pool {
    /// Takes the connection that waited shortest and is still open. `now` is the runtime's uptime.
    pub(super) async fn take(&self, origin: &str, now: Duration) -> Option<HttpConnection> {
        while let Some(mut connection) = self.take_any(origin, now) {
            if connection.is_open().await {
                return Some(connection);
            }
        }
        None
    }

    fn take_any(&self, origin: &str, now: Duration) -> Option<HttpConnection> {
        let mut idle = self.lock();
        idle.retain(|idle| now.saturating_sub(idle.since) < IDLE_SPAN_MAX);
        let place = idle.iter().rposition(|idle| idle.origin == origin)?;
        Some(idle.remove(place).connection)
    }

    /// Keeps a connection for later, if it is still open.
    pub(super) async fn keep(&self, origin: String, mut connection: HttpConnection, now: Duration) {
        if !connection.is_open().await {
            return;
        }
        let mut idle = self.lock();
        idle.retain(|idle| now.saturating_sub(idle.since) < IDLE_SPAN_MAX);
        if idle.len() == IDLE_CONNECTIONS_MAX {
            idle.remove(0);
        }
        idle.push(Idle { origin, connection, since: now });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().expect("nothing panics while it holds the lock")
    }
}
