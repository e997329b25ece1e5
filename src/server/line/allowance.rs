//! What all clients together may have waiting.

use crate::config::Limits;
use crate::server::buffer_pool::CHUNK_BYTES;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of replies that each client may have waiting even when all clients together have reached
/// their limit. Without it, clients that take nothing could keep all others from being answered.
const UNSENT_BYTES_RESERVED: usize = 16 * 1024;

/// The most bytes that are read from a client at once when all clients together have reached half of
/// their limit. Commands that were read and cannot be answered yet take memory, too.
const READ_BYTES_SCARCE: usize = 4096;

/// Lookups that each client may have under way even when all clients together have reached their
/// limit.
const LOOKUPS_RESERVED: usize = 1;

/// What all connections of clients hold together.
#[derive(Debug, Default)]
pub(in crate::server) struct Allowance {
    /// Replies that are not sent, and commands that wait for room.
    waiting_bytes: AtomicUsize,
    lookups: AtomicUsize,
}

/// What one connection holds, counted in the [`Allowance`] of all until it is dropped.
#[derive(Debug)]
pub(super) struct Holding {
    all: Arc<Allowance>,
    unsent_bytes: usize,
    /// Commands that were read and wait for room.
    command_bytes: usize,
    lookups: usize,
}

impl Holding {
    pub(super) fn new(all: Arc<Allowance>) -> Self {
        Self { all, unsent_bytes: 0, command_bytes: 0, lookups: 0 }
    }

    /// Bytes that are ready and not sent.
    pub(super) fn unsent_bytes(&self) -> usize {
        self.unsent_bytes
    }

    /// How many lookups are under way.
    pub(super) fn lookups(&self) -> usize {
        self.lookups
    }

    // Relaxed throughout: the counts bound memory and order nothing.

    pub(super) fn add_bytes(&mut self, bytes: usize) {
        self.unsent_bytes += bytes;
        self.all.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove_bytes(&mut self, bytes: usize) {
        self.unsent_bytes -= bytes;
        self.all.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Counts the commands that were read and wait for room, instead of those that did before.
    pub(super) fn set_command_bytes(&mut self, bytes: usize) {
        self.all.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.all.waiting_bytes.fetch_sub(self.command_bytes, Ordering::Relaxed);
        self.command_bytes = bytes;
    }

    /// How many bytes may be read at once.
    pub(super) fn read_bytes_max(&self, limits: &Limits) -> usize {
        let waiting = self.all.waiting_bytes.load(Ordering::Relaxed);
        if waiting < limits.total_unsent_bytes / 2 { CHUNK_BYTES } else { READ_BYTES_SCARCE }
    }

    pub(super) fn add_lookup(&mut self) {
        self.lookups += 1;
        self.all.lookups.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_lookup(&mut self) {
        self.lookups -= 1;
        self.all.lookups.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether more commands may be answered, with `bytes` of replies that are not counted yet.
    ///
    /// A client without room has something of its own waiting. So it is woken when that moves, and
    /// nobody has to wake it when others make room.
    pub(super) fn has_room(&self, bytes: usize, limits: &Limits) -> bool {
        let unsent = self.unsent_bytes() + bytes;
        let all_waiting = self.all.waiting_bytes.load(Ordering::Relaxed) + bytes;
        let all_lookups = self.all.lookups.load(Ordering::Relaxed);
        let has_bytes = unsent < limits.unsent_bytes
            && (unsent < UNSENT_BYTES_RESERVED || all_waiting < limits.total_unsent_bytes);
        let has_lookups = self.lookups < limits.lookups_per_connection
            && (self.lookups < LOOKUPS_RESERVED || all_lookups < limits.total_lookups);
        has_bytes && has_lookups
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let waiting = self.unsent_bytes + self.command_bytes;
        self.all.waiting_bytes.fetch_sub(waiting, Ordering::Relaxed);
        self.all.lookups.fetch_sub(self.lookups, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            unsent_bytes: 60_000,
            total_unsent_bytes: 100_000,
            lookups_per_connection: 3,
            total_lookups: 4,
            ..Limits::default()
        }
    }

    /// A thousand clients that never read must not cost a thousand times what one may.
    #[test]
    fn all_together_have_a_limit_and_each_has_a_share() {
        let all = Arc::default();
        let mut deaf = [(); 2].map(|()| Holding::new(Arc::clone(&all)));
        deaf[0].add_bytes(59_999);
        assert!(deaf[0].has_room(0, &limits()));
        assert!(!deaf[0].has_room(1, &limits()));
        deaf[1].add_bytes(40_001);
        assert!(!deaf[1].has_room(0, &limits()));
        let mut newcomer = Holding::new(Arc::clone(&all));
        assert!(newcomer.has_room(UNSENT_BYTES_RESERVED - 1, &limits()));
        newcomer.add_bytes(UNSENT_BYTES_RESERVED);
        assert!(!newcomer.has_room(0, &limits()));
        drop(deaf);
        assert!(newcomer.has_room(0, &limits()));
        newcomer.remove_bytes(UNSENT_BYTES_RESERVED);
        assert_eq!(
            (newcomer.unsent_bytes(), newcomer.all.waiting_bytes.load(Ordering::Relaxed)),
            (0, 0)
        );
    }

    /// A thousand clients with 64 KiB of commands each that nobody can answer yet are 64 MiB as well.
    #[test]
    fn commands_that_wait_count_and_make_reads_small() {
        let all = Arc::default();
        let mut stuck = Holding::new(Arc::clone(&all));
        let mut other = Holding::new(Arc::clone(&all));
        stuck.set_command_bytes(49_999);
        assert_eq!(other.read_bytes_max(&limits()), CHUNK_BYTES);
        stuck.set_command_bytes(50_000);
        assert_eq!(other.read_bytes_max(&limits()), READ_BYTES_SCARCE);
        other.add_bytes(50_000);
        assert!(!other.has_room(0, &limits()));
        stuck.set_command_bytes(0);
        assert!(other.has_room(0, &limits()));
        stuck.set_command_bytes(70_000);
        drop(stuck);
        assert_eq!(all.waiting_bytes.load(Ordering::Relaxed), 50_000);
    }

    /// A server with little memory may allow each client less than the usual share.
    #[test]
    fn a_small_limit_holds_as_well() {
        let limits = Limits { unsent_bytes: 10, ..limits() };
        let mut client = Holding::new(Arc::default());
        client.add_bytes(9);
        assert!(client.has_room(0, &limits));
        assert!(!client.has_room(1, &limits));
    }

    #[test]
    fn lookups_are_limited_alike() {
        let all = Arc::default();
        let mut busy = Holding::new(Arc::clone(&all));
        for _ in 0..3 {
            assert!(busy.has_room(0, &limits()));
            busy.add_lookup();
        }
        assert!(!busy.has_room(0, &limits()));
        let mut other = Holding::new(Arc::clone(&all));
        other.add_lookup();
        assert!(!other.has_room(0, &limits()));
        let newcomer = Holding::new(Arc::clone(&all));
        assert!(newcomer.has_room(0, &limits()));
        busy.remove_lookup();
        assert!(other.has_room(0, &limits()));
        drop(busy);
        assert_eq!(all.lookups.load(Ordering::Relaxed), 1);
    }
}
