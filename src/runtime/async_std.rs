//! The reference runtime: async-std's sockets, tasks and timers, and the machine's clocks.

use super::{Listener, Runtime, Stream};
use crate::protocol::Timestamp;
use ::async_std::net::{TcpListener, TcpStream};
use ::async_std::task;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

/// The machine that this program runs on, through async-std.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    type Stream = TcpStream;
    type Listener = Port;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    async fn listen(&self, address: &str) -> io::Result<Port> {
        let listener = TcpListener::bind(address).await?;
        let local_address = listener.local_addr()?;
        Ok(Port { listener, local_address })
    }

    async fn connect(&self, address: &str) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // Dropping a handle of async-std's detaches the task.
        drop(task::spawn(task));
    }

    fn sleep(&self, span: Duration) -> Self::Sleep {
        Box::pin(task::sleep(span))
    }

    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Timestamp::from_nanos(0).saturating_add(since_1970.unwrap_or_default())
    }

    fn uptime(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

impl Stream for TcpStream {}

/// A TCP port.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    local_address: SocketAddr,
}

impl Listener for Port {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        Ok((stream, peer))
    }

    fn local_address(&self) -> SocketAddr {
        self.local_address
    }
}
