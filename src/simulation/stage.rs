//! What all parts of a run share.

use super::model::Model;
use super::trace::Trace;
use crate::runtime::sim::Crash;
use crate::server::Stop;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// The model, the trace, and the first rule that was broken.
#[derive(Debug)]
pub(super) struct Stage {
    model: Mutex<Model>,
    pub(super) trace: Trace,
    broken: Mutex<Option<String>>,
    is_over: AtomicBool,
    /// Servers that have ended because their disks failed.
    failed_disks: Mutex<Vec<usize>>,
    /// How to stop each server, as it last started.
    stops: Mutex<BTreeMap<usize, Stop>>,
    replies: AtomicU64,
    talkers: AtomicU64,
}

impl Stage {
    pub(super) fn new(model: Model, trace: Trace) -> Self {
        Self {
            model: Mutex::new(model),
            trace,
            broken: Mutex::default(),
            is_over: AtomicBool::new(false),
            failed_disks: Mutex::default(),
            stops: Mutex::default(),
            replies: AtomicU64::new(0),
            talkers: AtomicU64::new(0),
        }
    }

    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().expect("nothing panics while it holds the model")
    }

    /// Records that a rule was broken. Only the first one counts; others may be consequences.
    pub(super) fn broke(&self, rule: String) {
        self.broken.lock().expect("nothing panics while it holds a text").get_or_insert(rule);
    }

    /// The rule that was broken first, if any, as an error.
    pub(super) fn broken(&self) -> Result<(), String> {
        let broken = self.broken.lock().expect("nothing panics while it holds a text");
        broken.clone().map_or(Ok(()), Err)
    }

    /// Records that a server listens, and how to stop it.
    pub(super) fn start(&self, server: usize, stop: Stop) {
        self.model().start(server);
        self.stops.lock().expect("nothing panics while it holds a map").insert(server, stop);
    }

    /// Asks a server to stop that has started before.
    pub(super) fn request_stop(&self, server: usize) {
        self.model().ask_to_stop(server);
        let stops = self.stops.lock().expect("nothing panics while it holds a map");
        stops.get(&server).expect("it has started before").request();
    }

    /// Records that a server has ended because its disk failed.
    pub(super) fn fail_disk(&self, server: usize, now: Duration) {
        self.model().crash(server, Crash::Process, now);
        self.failed_disks.lock().expect("nothing panics while it holds a list").push(server);
    }

    /// Takes the list of servers that have ended because their disks failed.
    pub(super) fn take_failed_disks(&self) -> Vec<usize> {
        std::mem::take(&mut self.failed_disks.lock().expect("nothing panics with a list"))
    }

    /// Asks the talkers to finish.
    pub(super) fn end_load(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub(super) fn count_reply(&self) {
        self.replies.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn replies(&self) -> u64 {
        self.replies.load(Ordering::Relaxed)
    }

    pub(super) fn talker_begins(&self) {
        self.talkers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn talker_ends(&self) {
        self.talkers.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn talkers(&self) -> u64 {
        self.talkers.load(Ordering::Relaxed)
    }
}
