//! A TCP port.

use super::readiness::Readiness;
use super::socket_set::SocketSet;
use super::tcp::Tcp;
use crate::runtime::network::Listener;
use mio::Interest;
use mio::net::TcpListener;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// How many connections may wait to be accepted. The system lowers it to its own maximum
/// (`net.core.somaxconn` on Linux); the standard library and mio ask for less than that.
const BACKLOG: i32 = i32::MAX;

/// A TCP port.
#[derive(Debug)]
pub struct TcpPort {
    listener: TcpListener,
    local_address: SocketAddr,
    sockets: Arc<SocketSet>,
    key: usize,
    readiness: Arc<Readiness>,
}

impl TcpPort {
    /// Listens on one address.
    ///
    /// # Errors
    /// When the port is not free, or the system has no file descriptors left.
    pub(in crate::runtime) fn listen(
        sockets: Arc<SocketSet>,
        address: SocketAddr,
    ) -> io::Result<Self> {
        let mut listener = TcpListener::bind(address)?;
        // Listening again changes the backlog and nothing else.
        rustix::net::listen(&listener, BACKLOG)?;
        let local_address = listener.local_addr()?;
        let (key, readiness) = sockets.add(&mut listener, Interest::READABLE)?;
        Ok(Self { listener, local_address, sockets, key, readiness })
    }
}

impl Drop for TcpPort {
    fn drop(&mut self) {
        self.sockets.remove(self.key, &mut self.listener);
    }
}

impl Listener for TcpPort {
    type Stream = Tcp;

    async fn accept(&self) -> io::Result<(Tcp, SocketAddr)> {
        let accepted = poll_fn(|cx| self.readiness.reading.poll(cx, || self.listener.accept()));
        let (stream, peer) = accepted.await?;
        Ok((Tcp::accepted(Arc::clone(&self.sockets), stream)?, peer))
    }

    fn local_address(&self) -> SocketAddr {
        self.local_address
    }
}
