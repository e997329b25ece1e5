//! Counting what servers tell each other.

use super::at_line::AtLine;
use crate::runtime::sim::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Counts the AT lines that servers send to servers. Clones count into the same number.
#[derive(Clone, Debug, Default)]
pub(super) struct Flood {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    servers: BTreeSet<String>,
    /// The beginning of the line that is being written, by connection and writer.
    begun: BTreeMap<(u64, bool), Vec<u8>>,
    lines: u64,
}

/// What every line that counts begins with.
const AT: &[u8] = b"AT ";

impl Flood {
    /// Counts what these machines send to each other.
    pub(super) fn among(servers: &[String]) -> Self {
        let flood = Self::default();
        flood.inner().servers = servers.iter().cloned().collect();
        flood
    }

    /// How many lines were begun so far.
    pub(super) fn lines(&self) -> u64 {
        self.inner().lines
    }

    /// Sees what happens in the network, and shows `told` every whole line that a server tells.
    pub(super) fn see(&self, event: Event<'_>, told: impl FnMut(&str, AtLine)) {
        if let Event::Sent { connection, from, to, bytes } = event {
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
