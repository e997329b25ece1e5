//! One machine of a simulated world.

use super::disk::SimDisk;
use super::event::NetworkEvent;
use super::ids::MachineId;
use super::port::SimPort;
use super::sleep::SimSleep;
use super::stream::SimStream;
use super::world::World;
use crate::protocol::Timestamp;
use crate::runtime::clock::Clock;
use crate::runtime::network::Net;
use crate::runtime::spawn::Spawn;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A machine of a [`Sim`](super::Sim), and the [`Runtime`](crate::runtime::Runtime) of what runs on
/// it. Clones are handles of the same machine.
///
/// The tasks that it [spawns](Spawn::spawn) end when the machine crashes.
#[derive(Clone)]
pub struct Machine {
    pub(super) world: Arc<World>,
    pub(super) id: MachineId,
}

impl Machine {
    /// Its name, which is also its host name for [`Net::connect`] and [`Net::listen`].
    pub fn name(&self) -> String {
        self.world.with(|state| state.machine(self.id).name.clone())
    }

    /// Sets its wall clock this many nanoseconds ahead of the right time; behind it if negative.
    pub fn set_clock_ahead(&self, nanoseconds: i64) {
        self.world.with(|state| state.machine_mut(self.id).clock_ahead_ns = nanoseconds);
    }

    /// Its disk. What it keeps when the machine crashes is described at [`SimDisk`].
    pub fn disk(&self) -> SimDisk {
        SimDisk::new(Arc::clone(&self.world), self.id)
    }

    /// Lets this many more operations of its disk succeed and all later ones fail. With None, all
    /// succeed.
    pub fn fail_disk_after(&self, operations: Option<u64>) {
        self.world.with(|state| state.machine_mut(self.id).files.fail_after(operations));
    }

    /// Whether its disk fails, now or after some more operations.
    pub fn is_disk_failing(&self) -> bool {
        self.world.with(|state| state.machine(self.id).files.is_failing())
    }

    /// How many of its tasks have not ended.
    pub fn tasks(&self) -> usize {
        self.world.executor.count(self.id)
    }

    /// How many connections it has an end of, including those whose last bytes are on their way.
    pub fn connections(&self) -> usize {
        self.world.with(|state| state.network.connections_of(self.id))
    }

    /// Waits as long as one segment takes from `from` to `to`, and then while nothing gets through
    /// between them.
    async fn travel(&self, from: MachineId, to: MachineId) {
        let span = self.world.with(|state| state.network.delay(&mut state.timeline, from, to));
        SimSleep::new(Arc::clone(&self.world), span).await;
        loop {
            let unblocked = self.world.unblocked.listen();
            if self.world.with(|state| state.network.carries(from, to)) {
                return;
            }
            unblocked.await;
        }
    }

    fn dial(&self, address: &str, to: SocketAddr) -> io::Result<SimStream> {
        let dialled = self.world.with(|state| {
            let dialled = state.network.dial(&mut state.timeline, self.id, to);
            let from = state.machine(self.id).name.clone();
            match (&dialled, state.network.owner(to)) {
                (Ok(end), Some(owner)) => {
                    let to = state.machine(owner).name.clone();
                    let connection = end.connection;
                    state.observe(NetworkEvent::Connected { connection, from: &from, to: &to });
                }
                _ => state.observe(NetworkEvent::Refused { from: &from, address }),
            }
            dialled
        });
        dialled.map(|end| SimStream::new(Arc::clone(&self.world), end))
    }
}

impl Clock for Machine {
    type Sleep = SimSleep;

    fn sleep(&self, span: Duration) -> SimSleep {
        SimSleep::new(Arc::clone(&self.world), span)
    }

    fn now(&self) -> Timestamp {
        self.world.with(|state| state.wall_clock(self.id))
    }

    fn uptime(&self) -> Duration {
        self.world.with(|state| state.timeline.clock)
    }

    fn random(&self) -> u64 {
        self.world.with(|state| state.timeline.chance.number())
    }
}

impl Net for Machine {
    type Stream = SimStream;
    type Listener = SimPort;

    async fn listen(&self, address: &str) -> io::Result<SimPort> {
        let address = self.world.with(|state| {
            let address = state.resolve(address)?;
            state.network.listen(self.id, address)
        })?;
        Ok(SimPort::new(Arc::clone(&self.world), address))
    }

    async fn connect(&self, address: &str) -> io::Result<SimStream> {
        let to = self.world.with(|state| state.resolve(address))?;
        let Some(owner) = self.world.with(|state| state.network.owner(to)) else {
            return self.dial(address, to);
        };
        self.travel(self.id, owner).await;
        let stream = self.dial(address, to);
        self.travel(owner, self.id).await;
        stream
    }
}

impl Spawn for Machine {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.world.executor.spawn(self.id, Box::pin(task));
    }
}
