//! A whole server.

use super::core::Core;
use super::door::Door;
use super::expiry::Expiry;
use super::handle::Handle;
use super::peer::dial_all;
use super::refusals::{self, Refusals};
use super::status::DoorKind;
use super::stop::Stop;
use super::tasks::Tasks;
use crate::journal::JournalError;
use crate::protocol::ServerName;
use crate::runtime::{self, Runtime};
use futures_lite::{FutureExt, future};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// The longest that a server that was asked to stop takes to answer what it has received.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The part of that time that is kept for telling neighbors the last changes.
const LAST_CHANGES: Duration = Duration::from_secs(1);

/// How often the journal is looked after.
const MAINTENANCE_PERIOD: Duration = Duration::from_secs(1);

/// How many of these pass between two looks at the ends of certificates.
const PERIODS_A_LOOK: u32 = 60;

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
    runtime: R,
    core: Arc<Core<R>>,
    doors: Vec<Door<R>>,
}

impl<R: Runtime> Server<R> {
    pub(super) fn new(runtime: R, core: Arc<Core<R>>, doors: Vec<Door<R>>) -> Self {
        Self { runtime, core, doors }
    }

    /// What the server is called.
    pub fn name(&self) -> &ServerName {
        &self.core.name
    }

    /// A way to tell, ask and follow the server from within this program.
    pub fn handle(&self) -> Handle<R> {
        Handle::new(Arc::clone(&self.core))
    }

    /// Where clients reach it: over TLS only if there is no other way in for them.
    pub fn client_address(&self) -> SocketAddr {
        self.address(DoorKind::serves_clients)
    }

    /// Where neighbors reach it: over TLS only if there is no other way in for them.
    pub fn peer_address(&self) -> SocketAddr {
        self.address(|kind| !kind.serves_clients())
    }

    /// Where a door of that kind listens, if the server has one.
    pub fn door_address(&self, kind: DoorKind) -> Option<SocketAddr> {
        let door = self.core.doors.iter().find(|door| door.kind == kind);
        door.map(|door| door.address)
    }

    fn address(&self, wanted: impl Fn(DoorKind) -> bool) -> SocketAddr {
        let door = self.core.doors.iter().find(|door| wanted(door.kind));
        door.expect("a server has doors for clients and for neighbors").address
    }

    /// A way to ask it to stop.
    pub fn stop(&self) -> Stop {
        self.core.stop.clone()
    }

    /// Serves clients and talks with neighbors until the server is asked to stop and has answered
    /// what it had received, or [`STOP_TIMEOUT`] has passed after that.
    ///
    /// # Errors
    /// When the journal fails. The server stops then without another reply; what it acknowledged
    /// before is as safe as was promised.
    pub async fn run(self) -> Result<(), JournalError> {
        let (clients, peers) = (self.client_address(), self.peer_address());
        let Self { runtime, core, doors } = self;
        // Should this future be dropped, the tasks that it started must end as well.
        let _force_at_drop = ForceAtDrop(core.stop.clone());
        let (maintaining, links) = (Tasks::default(), Tasks::default());
        log::info!(server:% = core.name, clients:%, peers:%; "started");
        maintain(&runtime, &core, &maintaining);
        dial_all(&runtime, &core, &links);
        let stopped = async {
            open(&runtime, &core, doors).or(core.stop.requested()).await;
            None
        };
        let failed = async { Some(core.kept.keeper().failure().await) };
        if let Some(error) = stopped.or(failed).await {
            return Err(error);
        }
        log::info!(server:% = core.name; "stopping");
        drain(&runtime, &core, &links).await;
        maintaining.all_ended().await;
        if core.kept.finish().await.is_err() {
            return Err(core.kept.keeper().failure().await);
        }
        log::info!(server:% = core.name; "stopped");
        Ok(())
    }
}

/// Lets connections in through all doors, until the future is dropped.
async fn open<R: Runtime>(runtime: &R, core: &Core<R>, doors: Vec<Door<R>>) {
    let accept = |door: Door<R>| {
        let (runtime, server) = (runtime.clone(), core.name.clone());
        Box::pin(async move { door.accept(&runtime, &server).await })
    };
    let mut accepting: Vec<_> = doors.into_iter().map(accept).collect();
    let never: Infallible = future::poll_fn(|cx| {
        accepting.iter_mut().for_each(|door| {
            let _ = door.as_mut().poll(cx);
        });
        Poll::Pending
    })
    .await;
    match never {}
}

/// Starts the task that looks after the journal. What goes wrong there is the journal's failure.
fn maintain<R: Runtime>(runtime: &R, core: &Arc<Core<R>>, maintaining: &Tasks) {
    let (core, at_work) = (Arc::clone(core), maintaining.begin());
    runtime.spawn(async move {
        let (mut refusals, mut expiry) = (Refusals::default(), Expiry::default());
        expiry.report(&core);
        for period in 1_u32.. {
            core.clock.sleep(MAINTENANCE_PERIOD).or(core.stop.requested()).await;
            if core.stop.is_requested() {
                refusals::report(&core);
            } else {
                refusals.report_if_due(&core);
            }
            if period.is_multiple_of(PERIODS_A_LOOK) {
                expiry.report(&core);
            }
            if core.kept.maintain().await.is_err() || core.stop.is_requested() {
                break;
            }
        }
        drop(at_work);
    });
}

/// Lets clients get their last replies, then neighbors the last changes, each for a bounded time.
/// In the other order, what was acknowledged last would be known to nobody else.
async fn drain<R: Runtime>(runtime: &R, core: &Core<R>, links: &Tasks) {
    let (clients, peers): (Vec<_>, Vec<_>) =
        core.doors.iter().partition(|door| door.kind.serves_clients());
    let clients_gone = async {
        for door in clients {
            door.connections.all_ended().await;
        }
        core.visits.all_ended().await;
    };
    runtime::timeout(runtime, STOP_TIMEOUT - LAST_CHANGES, clients_gone).await;
    core.stop.note_drained();
    let neighbors_gone = async {
        for door in peers {
            door.connections.all_ended().await;
        }
        links.all_ended().await;
    };
    runtime::timeout(runtime, LAST_CHANGES, neighbors_gone).await;
}

/// Ends a server's tasks when its run is dropped.
struct ForceAtDrop(Stop);

impl Drop for ForceAtDrop {
    fn drop(&mut self) {
        self.0.force();
    }
}
