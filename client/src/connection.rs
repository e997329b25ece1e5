//! The network and the clocks: the one file of the library that names the async runtime.

use async_std::future::timeout;
use async_std::io::{ReadExt, WriteExt};
use async_std::net::TcpStream;
use async_std::task;
use herd::config::Address;
use herd::protocol::Timestamp;
use herd::runtime::{AsyncStd, Clock};
use std::future::Future;
use std::io;
use std::time::Duration;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// A TCP connection with a server.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    chunk: Box<[u8]>,
}

impl Connection {
    /// Connects, trying each address that the host has.
    pub(crate) async fn open(address: &Address) -> io::Result<Self> {
        let stream = TcpStream::connect(address.to_string()).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, chunk: vec![0; CHUNK_BYTES].into() })
    }

    /// Sends all of `bytes`.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Waits for the next bytes; none mean that the server has closed the connection.
    pub(crate) async fn receive(&mut self) -> io::Result<&[u8]> {
        let length = self.stream.read(&mut self.chunk).await?;
        Ok(&self.chunk[..length])
    }
}

/// Waits for `future` for at most `span`; None when that was too short.
pub(crate) async fn within<T>(span: Duration, future: impl Future<Output = T>) -> Option<T> {
    timeout(span, future).await.ok()
}

/// Does nothing for so long.
pub(crate) async fn pause(span: Duration) {
    task::sleep(span).await;
}

/// The time of this machine's clock, to stamp a position with.
pub fn now() -> Timestamp {
    AsyncStd::new().now()
}
