//! Following the change log from within the program.

use super::kept_node::KeptNode;
use super::stop::StopWatch;
use crate::node;
use crate::protocol::OwnedAt;
use event_listener::EventListener;
use std::future::{self, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

/// The most changes in one batch.
pub const BATCH_CHANGES_MAX: usize = 1024;

/// What changes are read from: a server, without its types.
pub(super) trait Followed: Send + Sync {
    fn kept(&self) -> &KeptNode;
    fn watch_stop(&self) -> StopWatch;
}

/// One change of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number, from 1 on. Numbers grow, and are left out where a client has moved again since.
    pub number: u64,
    /// What the server knows of the client now.
    pub at: OwnedAt,
}

/// The change log, followed from a number on. Nothing is shown before the journal's policy has
/// covered it. It costs the server a number, however slowly the batches are taken.
pub struct Changes {
    server: Arc<dyn Followed>,
    number: u64,
    stop: StopWatch,
    news: Option<EventListener>,
}

impl Changes {
    pub(super) fn new(server: Arc<dyn Followed>, number: u64) -> Self {
        let stop = server.watch_stop();
        Self { server, number, stop, news: None }
    }

    /// Everything up to this number was shown: where to [follow](super::Handle::follow) from later,
    /// in the same log.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Waits for the next changes, oldest first: at least one, at most 1,024. None once the server
    /// has stopped and everything was shown.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Vec<Change>> {
        while self.wait().await {
            let batch = self.ready();
            // A client that was the only one to show may have moved on meanwhile.
            if !batch.is_empty() {
                return Some(batch);
            }
        }
        None
    }

    /// Waits as [`next`](Self::next) does, and appends the lines of at most `max` changes, each
    /// with its LF, which saves an allocation for each. Returns how many there are.
    pub(super) async fn next_lines(&mut self, max: usize, lines: &mut Vec<u8>) -> Option<usize> {
        while self.wait().await {
            let count = self.show(max, |change| lines.extend_from_slice(change.line));
            if count > 0 {
                return Some(count);
            }
        }
        None
    }

    /// Waits until there is a change to show; false once the server has stopped and everything was
    /// shown.
    ///
    /// Dropping the future loses nothing.
    pub async fn wait(&mut self) -> bool {
        future::poll_fn(|cx| {
            loop {
                // Listen before looking: what comes in between wakes this task again.
                let news = self.news.get_or_insert_with(|| self.server.kept().news());
                let is_awaited = Pin::new(news).poll(cx).is_pending();
                if !is_awaited {
                    // A listener that has heard must not be polled again, not even by the next call.
                    self.news = None;
                }
                if self.has_more() {
                    return Poll::Ready(true);
                }
                if self.stop.poll_drained(cx).is_ready() {
                    return Poll::Ready(false);
                }
                if is_awaited {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Whether there are changes that may be shown now.
    fn has_more(&self) -> bool {
        let kept = self.server.kept();
        let covered = kept.covered();
        let node = kept.node();
        // A number beyond the newest one is of another log, in which it means nothing.
        let is_of_this_log = self.number <= node.log().last_number();
        let number = if is_of_this_log { self.number } else { 0 };
        node.log().changes_after(number).next().is_some_and(|change| change.number <= covered)
    }

    /// The next changes that are here already, oldest first: at most 1,024, and none when everything
    /// was shown. It never waits.
    pub fn ready(&mut self) -> Vec<Change> {
        let mut batch = Vec::new();
        let copy = |change: node::Change<'_>| {
            batch.push(Change { number: change.number, at: OwnedAt::of_log(change.line) });
        };
        self.show(BATCH_CHANGES_MAX, copy);
        batch
    }

    /// Shows the changes that may be shown now, at most `max`, and returns how many there are.
    fn show(&mut self, max: usize, mut each: impl FnMut(node::Change<'_>)) -> usize {
        let kept = self.server.kept();
        let covered = kept.covered();
        let node = kept.node();
        // A number beyond the newest one is of another log, in which it means nothing.
        if self.number > node.log().last_number() {
            self.number = 0;
        }
        let covered_changes = node.log().changes_after(self.number);
        let covered_changes = covered_changes.take_while(|change| change.number <= covered);
        let mut count = 0;
        for change in covered_changes.take(max) {
            self.number = change.number;
            count += 1;
            each(change);
        }
        count
    }
}
