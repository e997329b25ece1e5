//! The node, and what makes its changes safe.

use crate::journal::{Failed, Keeper};
use crate::node::Node;
use event_listener::{Event, EventListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What the server knows, shared by all its tasks.
///
/// A task that changes the node [commits](Self::commit) before it tells anybody. A task that follows
/// the log listens for [news](Self::news), and tells nothing beyond [`covered`](Self::covered).
#[derive(Debug)]
pub(super) struct KeptNode {
    node: Mutex<Node>,
    keeper: Arc<dyn Keeper>,
    /// All changes up to this number are covered, and those who follow have been woken.
    committed: AtomicU64,
    /// Raised when there is more to follow.
    news: Event,
}

impl KeptNode {
    pub(super) fn new(node: Node, keeper: Arc<dyn Keeper>) -> Self {
        Self { node: Mutex::new(node), keeper, committed: AtomicU64::new(0), news: Event::new() }
    }

    /// The node, for as long as the guard lives. Nobody awaits anything meanwhile, which the
    /// compiler checks: the guard cannot be in a future that moves between threads.
    pub(super) fn node(&self) -> MutexGuard<'_, Node> {
        self.node.lock().expect("a panic never leaves the node half changed")
    }

    /// Makes everything that the node knows as safe as the keeper promises, then wakes those who
    /// follow the log. What a reply promises is true after this.
    ///
    /// # Errors
    /// When the keeper has failed: nothing may be acknowledged any more.
    pub(super) async fn commit(&self) -> Result<(), Failed> {
        let number = self.node().log().last_number();
        // Acquire pairs with the release below: whoever sees the number also sees that it is covered.
        if number <= self.committed.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.keeper.covered() < number {
            self.keeper.cover(number, &self.node).await?;
        }
        // Only the task that moves the number on wakes the followers, and only after it is covered:
        // a follower that is woken too early would find nothing and sleep again.
        if self.committed.fetch_max(number, Ordering::AcqRel) < number {
            self.news.notify(usize::MAX);
        }
        Ok(())
    }

    /// The number up to which those who follow the log may be told.
    pub(super) fn covered(&self) -> u64 {
        self.keeper.covered()
    }

    /// Completes when there may be more to follow. Listen first and look at the log then, or news
    /// in between is missed.
    pub(super) fn news(&self) -> EventListener {
        self.news.listen()
    }

    /// Has everybody who follows the log look again.
    pub(super) fn wake_followers(&self) {
        self.news.notify(usize::MAX);
    }

    /// What makes changes safe.
    pub(super) fn keeper(&self) -> &dyn Keeper {
        &*self.keeper
    }

    /// Does what the keeper needs about once a second.
    pub(super) async fn maintain(&self) -> Result<(), Failed> {
        self.keeper.maintain(&self.node).await
    }

    /// Makes everything as safe as the keeper can, at the end of an orderly stop.
    pub(super) async fn finish(&self) -> Result<(), Failed> {
        self.keeper.finish(&self.node).await
    }
}
