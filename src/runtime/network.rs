//! Connections and ports.

use futures_lite::{AsyncRead, AsyncWrite};
use std::future::Future;
use std::io;
use std::net::SocketAddr;

/// A network to connect and to listen in. Clones are handles of the same network.
pub trait Net: Clone + Send + Sync + 'static {
    /// A connection.
    type Stream: Stream;
    /// A port that accepts connections.
    type Listener: Listener<Stream = Self::Stream>;

    /// Listens on `address`, which is `host:port`. With port 0 the system chooses a free port.
    ///
    /// # Errors
    /// When the host has no address, or the port is not free.
    fn listen(&self, address: &str) -> impl Future<Output = io::Result<Self::Listener>> + Send;

    /// Connects to `address`, which is `host:port`. If the host has several addresses, they are
    /// tried until one answers.
    ///
    /// # Errors
    /// When the host has no address, or none of its addresses accepts the connection.
    fn connect(&self, address: &str) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// A connection in both directions. Dropping it ends the connection. Closing it for writing tells
/// the other side that no more bytes will come; the other direction stays open.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static {}

/// A port that accepts connections. Dropping it frees the port.
pub trait Listener: Send + Sync + 'static {
    /// The connections that it accepts.
    type Stream: Stream;

    /// Waits for the next connection and returns it with the address of the other side. Only one
    /// task may wait at a time.
    ///
    /// # Errors
    /// When the system cannot accept a connection now, for example because it has run out of file
    /// descriptors. A later attempt may succeed.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// The address that it listens on, with the real port number if the system chose the port.
    fn local_address(&self) -> SocketAddr;
}
