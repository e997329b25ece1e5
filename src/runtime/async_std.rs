//! The reference runtime: async-std's tasks, timers and names, and the machine's clocks.
//!
//! Sockets are async-std's only until they are connected; then they wait in a [`ReadySet`].

use super::ready_set::ReadySet;
use super::tcp::Tcp;
use super::{Listener, Runtime};
use crate::protocol::Timestamp;
use ::async_std::net::ToSocketAddrs;
use ::async_std::task;
use async_global_executor::GlobalExecutorConfig;
use async_io::Async;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

/// The machine that this program runs on, through async-std.
///
/// async-std starts a thread for each processor, which suits a program that computes. A server's
/// commands cost less than waking another thread does: `herd-server` runs
/// [on one](Self::on_threads), where what many clients say at once also reaches the neighbors at
/// once.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl AsyncStd {
    /// This machine, on as many threads as async-std starts by itself.
    pub fn new() -> Self {
        Self
    }

    /// The runtime on so many threads. They are this whole program's, and the first to ask for
    /// something of async-std decides how many there are.
    pub fn on_threads(threads: NonZeroUsize) -> Self {
        let config = GlobalExecutorConfig::default();
        let config = config.with_min_threads(threads.get()).with_max_threads(threads.get());
        async_global_executor::init_with_config(config);
        Self
    }

    /// Runs a future to its end on the runtime's threads, while this one sleeps.
    ///
    /// async-std's own `block_on` would have this thread wait for sockets and timers on behalf of
    /// the others, and wake one of them each time.
    pub fn block_on<T: Send + 'static>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        futures_lite::future::block_on(task::spawn(future))
    }
}

impl Runtime for AsyncStd {
    type Stream = Tcp;
    type Listener = Port;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    async fn listen(&self, address: &str) -> io::Result<Port> {
        first_of(address, async |address| {
            let listener = Async::<TcpListener>::bind(address)?;
            let local_address = listener.get_ref().local_addr()?;
            Ok(Port { listener, local_address })
        })
        .await
    }

    async fn connect(&self, address: &str) -> io::Result<Tcp> {
        first_of(address, async |address| {
            watched(Async::<TcpStream>::connect(address).await?.into_inner()?)
        })
        .await
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

/// The first good outcome of `attempt` over all addresses that `address` stands for.
async fn first_of<T>(
    address: &str,
    attempt: impl AsyncFn(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in address.to_socket_addrs().await? {
        outcome = attempt(address).await;
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn watched(stream: TcpStream) -> io::Result<Tcp> {
    Tcp::new(stream, ReadySet::of_this_process(|wake_all| drop(task::spawn(wake_all)))?)
}

/// A TCP port.
#[derive(Debug)]
pub struct Port {
    listener: Async<TcpListener>,
    local_address: SocketAddr,
}

impl Listener for Port {
    type Stream = Tcp;

    async fn accept(&self) -> io::Result<(Tcp, SocketAddr)> {
        let (stream, peer) = self.listener.read_with(TcpListener::accept).await?;
        Ok((watched(stream)?, peer))
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
            let port = AsyncStd::new().listen("127.0.0.1:0").await?;
            let mut dialled = AsyncStd::new().connect(&port.local_address().to_string()).await?;
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
