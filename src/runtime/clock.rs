//! Time and chance.

use crate::protocol::Timestamp;
use std::future::Future;
use std::time::Duration;

/// A machine's clocks and its source of random numbers. Clones read the same clocks.
pub trait Clock: Clone + Send + Sync + 'static {
    /// The future that [`sleep`](Self::sleep) returns.
    type Sleep: Future<Output = ()> + Send + 'static;

    /// Completes once `span` has passed.
    fn sleep(&self, span: Duration) -> Self::Sleep;

    /// The wall clock, which positions are stamped with. It may jump in either direction.
    fn now(&self) -> Timestamp;

    /// The time since a fixed moment in the past, for measuring spans. It never goes back.
    fn uptime(&self) -> Duration;

    /// A random number; all values are equally likely.
    fn random(&self) -> u64;
}
