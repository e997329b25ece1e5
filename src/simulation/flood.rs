//! Counts the messages between servers.

use super::at_line::AtLine;
use crate::runtime::sim::NetworkEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Counts the AT lines that servers send to each other. Clones share one count.
#[derive(Clone, Debug, Default)]
pub(super) struct Flood {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    servers: BTreeSet<String>,
    /// The start of an unfinished line, by connection and direction.
    begun: BTreeMap<(u64, bool), Vec<u8>>,
    lines: u64,
}

/// The start of each line that counts.
const AT: &[u8] = b"AT ";

impl Flood {
    /// Counts what these machines send to each other from now on.
    pub(super) fn among(servers: &[String]) -> Self {
        let flood = Self::default();
        flood.inner().servers = servers.iter().cloned().collect();
        flood
    }

    /// How many lines have started so far.
    pub(super) fn lines(&self) -> u64 {
        self.inner().lines
    }

    /// Looks at a network event, and calls `told` for each whole line that a server sends.
    pub(super) fn see(&self, event: NetworkEvent<'_>, told: impl FnMut(&str, AtLine)) {
        if let NetworkEvent::Sent { connection, from, to, bytes } = event {
            self.inner().see(connection, from, to, bytes, told);
        }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics while it counts")
    }
}

impl Inner {
    fn see(
        &mut self,
        connection: u64,
        from: &str,
        to: &str,
        bytes: &[u8],
        mut told: impl FnMut(&str, AtLine),
    ) {
        if !self.servers.contains(from) || !self.servers.contains(to) {
            return;
        }
        let begun = self.begun.entry((connection, from < to)).or_default();
        for &byte in bytes {
            if byte != b'\n' {
                begun.push(byte);
                self.lines += u64::from(begun == AT);
                continue;
            }
            if let Some(line) = AtLine::parse(begun) {
                told(from, line);
            }
            begun.clear();
        }
    }
}
