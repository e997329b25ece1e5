//! What all tasks of one server share.

use super::buffer_pool::BufferPool;
use super::neighbor::Neighbor;
use super::stop::Stop;
use crate::config::Limits;
use crate::journal::{Failed, Journal};
use crate::node::Node;
use crate::places::Places;
use crate::protocol::{LogId, ServerName};
use crate::runtime::Runtime;
use crate::traffic::{ConnectionId, TrafficLog};
use event_listener::Event;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// How often the journal is looked after.
const MAINTENANCE_PERIOD: Duration = Duration::from_secs(1);

/// One server's state and means.
pub(super) struct Shared<R: Runtime> {
    pub(super) runtime: R,
    pub(super) name: ServerName,
    pub(super) log_id: LogId,
    pub(super) catch_up: bool,
    pub(super) limits: Limits,
    pub(super) places: Arc<dyn Places>,
    pub(super) traffic: Option<TrafficLog>,
    /// The neighbors that follow this server and are followed.
    pub(super) neighbors: Vec<Neighbor>,
    /// The neighbors that know nothing but `AT` on the client port.
    pub(super) pushed: Vec<Neighbor>,
    pub(super) buffers: Arc<BufferPool>,
    pub(super) stop: Stop,
    /// Raised when the log has grown, for everybody who follows it.
    pub(super) changed: Event,
    /// None keeps everything in memory only.
    pub(super) journal: Option<Journal>,
    pub(super) node: Mutex<Node>,
    /// All changes up to this number are covered, and those who follow have been woken.
    pub(super) committed: AtomicU64,
    /// How many connections there have been.
    pub(super) connections: AtomicU64,
}

impl<R: Runtime> Shared<R> {
    /// The node, for as long as the guard lives. Nobody awaits anything meanwhile.
    pub(super) fn node(&self) -> MutexGuard<'_, Node> {
        self.node.lock().expect("a panic never leaves the node half changed")
    }

    /// Makes everything that the node knows as safe as the journal's policy promises, and then lets
    /// those know who follow the log. What a reply promises is true after this.
    ///
    /// # Errors
    /// When the journal has failed: nothing may be acknowledged any more.
    pub(super) async fn commit(&self) -> Result<(), Failed> {
        let number = self.node().log().last_number();
        if number <= self.committed.load(Ordering::Acquire) {
            return Ok(());
        }
        if let Some(journal) = &self.journal {
            journal.cover(number, &self.node).await?;
        }
        if self.committed.fetch_max(number, Ordering::AcqRel) < number {
            self.changed.notify(usize::MAX);
        }
        Ok(())
    }

    /// The number up to which neighbors may be told.
    pub(super) fn covered(&self) -> u64 {
        self.journal.as_ref().map_or(u64::MAX, Journal::covered)
    }

    /// Does what the journal needs about every second, until the server stops.
    pub(super) async fn maintain_journal(&self) -> Result<(), Failed> {
        let Some(journal) = &self.journal else { return Ok(()) };
        while !self.stop.is_requested() {
            let pause = self.runtime.sleep(MAINTENANCE_PERIOD);
            futures_lite::future::or(pause, self.stop.requested()).await;
            journal.maintain(&self.node).await?;
        }
        Ok(())
    }

    pub(super) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
