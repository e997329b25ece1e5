//! The ground the servers stand on: network, tasks, time and chance, as one trait.
//!
//! This room owns every contact with an async runtime, a clock or a source of randomness. The rest
//! of the library is generic over [`Runtime`] and names none, so that the very same servers run on
//! async-std, in a simulated world, and on whatever comes after async-std.

mod async_std;
#[cfg(test)]
mod manual_time;
mod ready_set;
#[cfg(feature = "sim")]
pub mod sim;
mod tcp;

pub use self::async_std::AsyncStd;
#[cfg(test)]
pub(crate) use self::manual_time::ManualTime;

use crate::protocol::Timestamp;
use futures_lite::{AsyncRead, AsyncWrite};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// A world to run servers in. Clones are handles of the same world.
pub trait Runtime: Clone + Send + Sync + 'static {
    /// A connection.
    type Stream: Stream;
    /// A port that connections come in on.
    type Listener: Listener<Stream = Self::Stream>;
    /// The future that [`sleep`](Self::sleep) returns.
    type Sleep: Future<Output = ()> + Send + 'static;

    /// Listens on `address`, a `host:port`; port 0 lets the system choose.
    ///
    /// # Errors
    /// When the address cannot be resolved or is not free.
    fn listen(&self, address: &str) -> impl Future<Output = io::Result<Self::Listener>> + Send;

    /// Connects to `address`, a `host:port`, trying each address that the host has.
    ///
    /// # Errors
    /// When the host cannot be resolved or nobody answers there.
    fn connect(&self, address: &str) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Starts a task that runs until it ends by itself.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    /// Waits for so long.
    fn sleep(&self, span: Duration) -> Self::Sleep;

    /// The wall clock: what positions are stamped with. It may jump.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment, for measuring spans. It never goes back.
    fn uptime(&self) -> Duration;

    /// A random number, each equally likely.
    fn random(&self) -> u64;
}

/// A bidirectional connection. Clones are handles of the same connection; it is cut when the last
/// one is dropped, and closing one for writing tells the other side that no more will come.
pub trait Stream: AsyncRead + AsyncWrite + Clone + Send + Sync + Unpin + 'static {}

/// A port that connections come in on; dropping it frees the port.
pub trait Listener: Send + Sync + 'static {
    /// The connection type.
    type Stream: Stream;

    /// Waits for the next connection, and says where it comes from.
    ///
    /// # Errors
    /// When one could not be accepted; the next attempt may succeed.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// The address that it listens on, with the port that the system chose.
    fn local_address(&self) -> SocketAddr;
}

/// Waits for `future` for at most `span`; None when that was too short.
pub async fn timeout<R: Runtime, T>(
    runtime: &R,
    span: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    futures_lite::future::or(async { Some(future.await) }, async {
        runtime.sleep(span).await;
        None
    })
    .await
}
