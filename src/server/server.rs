//! A whole server.

use super::acceptor::accept;
use super::connection::Connection;
use super::dialer::keep_talking;
use super::feed::Feed;
use super::follower::Follower;
use super::peer_link::PeerLink;
use super::pusher::Pusher;
use super::session::Session;
use super::shared::Shared;
use super::stop::Stop;
use super::tasks::Tasks;
use crate::journal::JournalError;
use crate::protocol::ServerName;
use crate::runtime::{self, Listener, Runtime};
use crate::traffic::Purpose;
use async_lock::Semaphore;
use futures_lite::{FutureExt, future};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a server that was asked to stop takes to answer what it has received.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Of that time, so much is kept for telling neighbors the last changes.
const LAST_CHANGES: Duration = Duration::from_secs(1);

/// Connections on the peer port beyond one for each neighbor: room for reconnections, and for
/// strangers until they are refused.
const SPARE_PEER_CONNECTIONS: usize = 64;

/// A server that holds its ports.
///
/// ```no_run
/// use herd::config::Herd;
/// use herd::runtime::AsyncStd;
/// use herd::server::Server;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::builder(AsyncStd::new(), &Herd::default_herd(), &"Alford".parse()?).bind().await?;
/// println!("{} answers on {}", server.name(), server.client_address());
/// server.run().await?;
/// # Ok(())
/// # }
/// ```
pub struct Server<R: Runtime> {
    shared: Arc<Shared<R>>,
    clients: R::Listener,
    peers: R::Listener,
}

impl<R: Runtime> Server<R> {
    pub(super) fn new(shared: Arc<Shared<R>>, clients: R::Listener, peers: R::Listener) -> Self {
        Self { shared, clients, peers }
    }

    /// What the server is called.
    pub fn name(&self) -> &ServerName {
        &self.shared.name
    }

    /// Where clients reach it.
    pub fn client_address(&self) -> SocketAddr {
        self.clients.local_address()
    }

    /// Where neighbors reach it.
    pub fn peer_address(&self) -> SocketAddr {
        self.peers.local_address()
    }

    /// A way to ask it to stop.
    pub fn stop(&self) -> Stop {
        self.shared.stop.clone()
    }

    /// Serves clients and talks with neighbors until the server is asked to stop and has answered
    /// what it had received, or [`STOP_TIMEOUT`] has passed after that.
    ///
    /// # Errors
    /// When the journal fails. The server stops then without another reply; what it acknowledged
    /// before is as safe as was promised.
    pub async fn run(self) -> Result<(), JournalError> {
        let Self { shared, clients, peers } = self;
        // Should this future be dropped, the tasks that it started must end as well.
        let _force_at_drop = ForceAtDrop(shared.stop.clone());
        let (sessions, links) = (Tasks::default(), Tasks::default());
        log::info!(
            server:% = shared.name,
            clients:% = clients.local_address(),
            peers:% = peers.local_address();
            "started"
        );
        let maintaining = Tasks::default();
        maintain_journal(&shared, &maintaining);
        dial_neighbors(&shared, &links);
        let accepting = future::zip(
            accept_clients(&shared, clients, sessions.clone()),
            accept_peers(&shared, peers, links.clone()),
        );
        let accepting = async {
            accepting.await;
        };
        let journal_failed = journal_failure(&shared);
        let accepting = async {
            accepting.or(shared.stop.requested()).await;
            None
        };
        if let Some(error) = accepting.or(journal_failed).await {
            return Err(error);
        }
        log::info!(server:% = shared.name; "stopping");
        let runtime = &shared.runtime;
        runtime::timeout(runtime, STOP_TIMEOUT - LAST_CHANGES, sessions.all_ended()).await;
        shared.stop.note_drained();
        runtime::timeout(runtime, LAST_CHANGES, links.all_ended()).await;
        maintaining.all_ended().await;
        if let Some(journal) = &shared.journal
            && journal.sync().await.is_err()
        {
            return Err(journal.failure().await);
        }
        log::info!(server:% = shared.name; "stopped");
        Ok(())
    }
}

/// Starts the task that looks after the journal. What goes wrong there is the journal's failure.
fn maintain_journal<R: Runtime>(shared: &Arc<Shared<R>>, maintaining: &Tasks) {
    let (shared, at_work) = (Arc::clone(shared), maintaining.begin());
    shared.runtime.clone().spawn(async move {
        let _ = shared.maintain_journal().await;
        drop(at_work);
    });
}

/// Completes when the journal fails, if there is one.
async fn journal_failure<R: Runtime>(shared: &Shared<R>) -> Option<JournalError> {
    match &shared.journal {
        Some(journal) => Some(journal.failure().await),
        None => future::pending().await,
    }
}

/// Starts a task for each neighbor.
fn dial_neighbors<R: Runtime>(shared: &Arc<Shared<R>>, links: &Tasks) {
    for index in 0..shared.neighbors.len() {
        let (shared, at_work) = (Arc::clone(shared), links.begin());
        shared.runtime.clone().spawn(async move {
            let follower = Follower::new(Arc::clone(&shared), index);
            keep_talking(Arc::clone(&shared), &shared.neighbors[index], follower).await;
            drop(at_work);
        });
    }
    for index in 0..shared.pushed.len() {
        let (shared, at_work) = (Arc::clone(shared), links.begin());
        shared.runtime.clone().spawn(async move {
            let neighbor = &shared.pushed[index];
            let pusher = Pusher::new(Arc::clone(&shared), neighbor);
            keep_talking(Arc::clone(&shared), neighbor, pusher).await;
            drop(at_work);
        });
    }
}

async fn accept_clients<R: Runtime>(
    shared: &Arc<Shared<R>>,
    listener: R::Listener,
    sessions: Tasks,
) {
    let slots = Arc::new(Semaphore::new(shared.limits.connections));
    accept(shared, listener, slots, |stream, address, slot| {
        let (shared, at_work) = (Arc::clone(shared), sessions.begin());
        shared.runtime.clone().spawn(async move {
            let connection =
                Connection::new(Arc::clone(&shared), stream, Purpose::Client, &address);
            let session = Session::new(Arc::clone(&shared), connection);
            if let Err(error) = session.run().await {
                log::debug!(server:% = shared.name, client:% = address, error:%; "a client is gone");
            }
            drop((slot, at_work));
        });
    })
    .await;
}

async fn accept_peers<R: Runtime>(shared: &Arc<Shared<R>>, listener: R::Listener, links: Tasks) {
    let slots = Arc::new(Semaphore::new(shared.neighbors.len() + SPARE_PEER_CONNECTIONS));
    accept(shared, listener, slots, |stream, address, slot| {
        let (shared, at_work) = (Arc::clone(shared), links.begin());
        shared.runtime.clone().spawn(async move {
            let link = PeerLink::new(Arc::clone(&shared), stream, Purpose::Feed, &address);
            Feed::new(Arc::clone(&shared), link).run().await;
            drop((slot, at_work));
        });
    })
    .await;
}

/// Ends a server's tasks when its run is dropped.
struct ForceAtDrop(Stop);

impl Drop for ForceAtDrop {
    fn drop(&mut self) {
        self.0.force();
    }
}
