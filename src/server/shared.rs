//! What all tasks of one server share.

use super::buffer_pool::BufferPool;
use super::neighbor::Neighbor;
use super::stop::Stop;
use crate::config::Limits;
use crate::node::Node;
use crate::places::Places;
use crate::protocol::{LogId, ServerName};
use crate::runtime::Runtime;
use crate::traffic::{ConnectionId, TrafficLog};
use event_listener::Event;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

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
    node: Mutex<Node>,
    connections: AtomicU64,
}

/// The parts of [`Shared`] that a builder brings.
pub(super) struct Parts<R: Runtime> {
    pub(super) runtime: R,
    pub(super) name: ServerName,
    pub(super) catch_up: bool,
    pub(super) limits: Limits,
    pub(super) places: Arc<dyn Places>,
    pub(super) traffic: Option<TrafficLog>,
    pub(super) neighbors: Vec<Neighbor>,
    pub(super) pushed: Vec<Neighbor>,
    pub(super) node: Node,
}

impl<R: Runtime> Shared<R> {
    pub(super) fn new(parts: Parts<R>) -> Self {
        let Parts { runtime, name, catch_up, limits, places, traffic, neighbors, pushed, node } =
            parts;
        Self {
            log_id: LogId::new(runtime.random()),
            runtime,
            name,
            catch_up,
            limits,
            places,
            traffic,
            neighbors,
            pushed,
            buffers: Arc::default(),
            stop: Stop::default(),
            changed: Event::new(),
            node: Mutex::new(node),
            connections: AtomicU64::new(0),
        }
    }

    /// The node, for as long as the guard lives. Nobody awaits anything meanwhile.
    pub(super) fn node(&self) -> MutexGuard<'_, Node> {
        self.node.lock().expect("a panic never leaves the node half changed")
    }

    /// Takes in lines that a neighbor or a client brought, and wakes the followers if that changed
    /// anything.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Node) -> T) -> T {
        let mut node = self.node();
        let before = node.log().last_number();
        let outcome = change(&mut node);
        let changed = node.log().last_number() != before;
        drop(node);
        if changed {
            self.changed.notify(usize::MAX);
        }
        outcome
    }

    /// The number up to which neighbors may be told. Without a journal that is everything.
    pub(super) fn covered(&self) -> u64 {
        u64::MAX
    }

    pub(super) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
