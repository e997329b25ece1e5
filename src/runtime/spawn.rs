//! Tasks.

use std::future::Future;

/// Runs tasks. Clones are handles of the same executor.
pub trait Spawn: Clone + Send + Sync + 'static {
    /// Starts a task, which runs in the background until it completes.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
}
