//! The reference runtime: async-std's tasks, timers and name lookup, and the machine's clocks.
//!
//! Sockets are not async-std's: they wait in a [`SocketSet`], which a task of async-std drives.

use super::clock::Clock;
use super::happy_eyeballs::connect_to_any;
use super::net::{SocketSet, Tcp, TcpPort, Turn, Watcher};
use super::network::Net;
use super::spawn::Spawn;
use crate::protocol::Timestamp;
use ::async_std::net::ToSocketAddrs;
use ::async_std::task;
use async_global_executor::GlobalExecutorConfig;
use async_io::Async;
use futures_lite::future;
use mio::Registry;
use std::future::Future;
use std::io;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// The machine that this program runs on, through async-std.
///
/// Each value made with [`new`](Self::new) has sockets of its own, and a clone shares them. The
/// threads belong to async-std, which has one pool in a program.
///
/// async-std starts a thread for each processor, which suits a program that computes. The commands
/// of a server take less time than it takes to wake another thread, so `herd-server` runs on
/// [one](Self::on_threads) unless told otherwise.
#[derive(Clone, Debug)]
pub struct AsyncStd {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    started: Instant,
    /// None until the first socket is needed.
    sockets: Mutex<Option<Arc<SocketSet>>>,
}

impl AsyncStd {
    /// A runtime on async-std's own number of threads.
    pub fn new() -> Self {
        Self { inner: Arc::new(Inner { started: Instant::now(), sockets: Mutex::default() }) }
    }

    /// A runtime on this many threads. async-std has one pool of threads in a program, and whoever
    /// uses it first decides how many there are.
    pub fn on_threads(threads: NonZeroUsize) -> Self {
        let config = GlobalExecutorConfig::default();
        let config = config.with_min_threads(threads.get()).with_max_threads(threads.get());
        async_global_executor::init_with_config(config);
        Self::new()
    }

    /// Runs a future to its end on the runtime's threads, while the calling thread sleeps.
    ///
    /// With async-std's own `block_on` the calling thread would wait for sockets and timers on
    /// behalf of the others and wake one of them each time.
    pub fn block_on<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        future::block_on(task::spawn(future))
    }

    fn sockets(&self) -> io::Result<Arc<SocketSet>> {
        let mut sockets = self.inner.sockets.lock().expect("nothing panics while it holds the set");
        if let Some(sockets) = &*sockets {
            return Ok(Arc::clone(sockets));
        }
        let (set, watcher) = SocketSet::new()?;
        let changes = Async::new_nonblocking(watcher.registry()?)?;
        task::spawn(drive(watcher, changes));
        *sockets = Some(Arc::clone(&set));
        Ok(set)
    }
}

/// Wakes the tasks of a runtime's sockets until the runtime is gone. `changes` is readable when a
/// socket has changed; the task waits for that only when there is nothing else to do.
async fn drive(mut watcher: Watcher, changes: Async<Registry>) {
    loop {
        match watcher.turn() {
            // The woken tasks run first. What they cause is then found by the next look, without
            // waking this task through the system.
            Turn::Woke => future::yield_now().await,
            // If the wait fails, the next look comes at once and misses nothing.
            Turn::Idle => drop(changes.readable().await),
            Turn::Ended => return,
        }
    }
}

impl Default for AsyncStd {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for AsyncStd {
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn sleep(&self, span: Duration) -> Self::Sleep {
        Box::pin(task::sleep(span))
    }

    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Timestamp::from_nanos(0).saturating_add(since_1970.unwrap_or_default())
    }

    fn uptime(&self) -> Duration {
        self.inner.started.elapsed()
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

impl Net for AsyncStd {
    type Stream = Tcp;
    type Listener = TcpPort;

    async fn listen(&self, address: &str) -> io::Result<TcpPort> {
        let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
        for address in address.to_socket_addrs().await? {
            outcome = TcpPort::listen(self.sockets()?, address);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn connect(&self, address: &str) -> io::Result<Tcp> {
        let (sockets, addresses) = (self.sockets()?, address.to_socket_addrs().await?);
        connect_to_any(self, addresses, |address| Tcp::connect(Arc::clone(&sockets), address)).await
    }
}

impl Spawn for AsyncStd {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // Dropping async-std's handle detaches the task.
        drop(task::spawn(task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Listener;
    use futures_lite::{AsyncReadExt, AsyncWriteExt};

    /// Half-close is part of the protocol: a client that says no more still gets its replies.
    #[test]
    fn closing_one_direction_leaves_the_other_open() -> io::Result<()> {
        task::block_on(async {
            let runtime = AsyncStd::new();
            let port = runtime.listen("127.0.0.1:0").await?;
            let mut dialled = runtime.connect(&port.local_address().to_string()).await?;
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

    /// A socket set that belonged to the process would end with whichever runtime made it.
    #[test]
    fn a_runtime_outlives_another_one_in_the_same_process() -> io::Result<()> {
        task::block_on(async {
            let (one, other) = (AsyncStd::new(), AsyncStd::new());
            let port = one.listen("127.0.0.1:0").await?;
            let mut dialled = other.connect(&port.local_address().to_string()).await?;
            let (mut accepted, _) = port.accept().await?;
            // A connection keeps the set that it waits in, and the other runtime is not touched.
            drop((one, port));
            dialled.write_all(b"one").await?;
            let mut bytes = [0; 3];
            accepted.read_exact(&mut bytes).await?;
            drop(other);
            accepted.write_all(&bytes).await?;
            drop(accepted);
            let mut answer = String::new();
            dialled.read_to_string(&mut answer).await?;
            assert_eq!(answer, "one");
            Ok(())
        })
    }

    /// Nobody listens there, and whoever dials must hear so at once.
    #[test]
    fn a_refused_connection_is_an_error() -> io::Result<()> {
        task::block_on(async {
            let runtime = AsyncStd::new();
            let port = runtime.listen("127.0.0.1:0").await?;
            let address = port.local_address().to_string();
            drop(port);
            let kind = runtime.connect(&address).await.map(drop).map_err(|error| error.kind());
            assert_eq!(kind, Err(io::ErrorKind::ConnectionRefused));
            Ok(())
        })
    }

    /// With the backlog that is usual, 128, the system drops what a burst of clients sends first,
    /// and they try again a second later.
    #[cfg(target_os = "linux")]
    #[test]
    fn as_many_connections_wait_as_the_system_allows() -> io::Result<()> {
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn")?;
        let allowed: usize = allowed.trim().parse().expect("the system writes a number");
        task::block_on(async {
            let runtime = AsyncStd::new();
            let port = runtime.listen("127.0.0.1:0").await?;
            let address = port.local_address().to_string();
            let mut dialled = Vec::new();
            for _ in 0..allowed.min(300) {
                let connecting = runtime.connect(&address);
                let patience = Duration::from_secs(20);
                let connected = crate::runtime::timeout(&runtime, patience, connecting).await;
                dialled.push(connected.expect("the backlog has room")?);
            }
            Ok(())
        })
    }
}
