//! The reference runtime: async-std's sockets, tasks and timers, and the machine's clocks.

use super::{Listener, Runtime, Stream};
use crate::protocol::Timestamp;
use ::async_std::net::{TcpListener, TcpStream};
use ::async_std::task;
use futures_lite::{AsyncRead, AsyncWrite};
use std::future::Future;
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

/// The machine that this program runs on, through async-std.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    type Stream = Tcp;
    type Listener = Port;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    async fn listen(&self, address: &str) -> io::Result<Port> {
        let listener = TcpListener::bind(address).await?;
        let local_address = listener.local_addr()?;
        Ok(Port { listener, local_address })
    }

    async fn connect(&self, address: &str) -> io::Result<Tcp> {
        Tcp::new(TcpStream::connect(address).await?)
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

/// A TCP connection. Small replies go out at once (`TCP_NODELAY`).
#[derive(Clone, Debug)]
pub struct Tcp(TcpStream);

impl Tcp {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }
}

impl Stream for Tcp {}

impl AsyncRead for Tcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    /// async-std's own closing does nothing until the last handle is dropped, so the other side
    /// would wait for the end of input for ever.
    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown(Shutdown::Write))
    }
}

/// A TCP port.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    local_address: SocketAddr,
}

impl Listener for Port {
    type Stream = Tcp;

    async fn accept(&self) -> io::Result<(Tcp, SocketAddr)> {
        let (stream, peer) = self.listener.accept().await?;
        Ok((Tcp::new(stream)?, peer))
    }

    fn local_address(&self) -> SocketAddr {
        self.local_address
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::{AsyncReadExt, AsyncWriteExt};

    /// Half-close is part of the protocol: a client that says no more still gets its replies.
    #[test]
    fn closing_one_direction_leaves_the_other_open() -> io::Result<()> {
        task::block_on(async {
            let port = AsyncStd.listen("127.0.0.1:0").await?;
            let mut dialled = AsyncStd.connect(&port.local_address().to_string()).await?;
            let (mut accepted, _) = port.accept().await?;
            dialled.write_all(b"question").await?;
            dialled.close().await?;
            let (mut question, mut answer) = (String::new(), String::new());
            accepted.read_to_string(&mut question).await?;
            accepted.write_all(b"answer").await?;
            accepted.close().await?;
            dialled.read_to_string(&mut answer).await?;
            assert_eq!((question.as_str(), answer.as_str()), ("question", "answer"));
            Ok(())
        })
    }
}
