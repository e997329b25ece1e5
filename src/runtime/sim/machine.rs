//! One machine of a simulated world.

use super::disk::{DiskState, SimDisk};
use super::event::Event;
use super::network;
use super::port::SimPort;
use super::sleep::Sleep;
use super::stream::SimStream;
use super::world::World;
use crate::protocol::Timestamp;
use crate::runtime::Runtime;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// A machine's place among the machines of its world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MachineId(pub(super) u16);

impl MachineId {
    /// The address that its connections come from.
    pub(super) fn ip(self) -> IpAddr {
        let [high, low] = self.0.to_be_bytes();
        Ipv4Addr::new(10, 0, high, low).into()
    }
}

/// What a world knows of a machine.
pub(super) struct MachineState {
    pub(super) name: String,
    /// How far its wall clock is ahead of the right time.
    pub(super) clock_ahead_ns: i64,
    pub(super) disk: DiskState,
}

/// A machine of a [`Sim`](super::Sim), and the [`Runtime`] of what runs on it. Clones are handles
/// of the same machine.
///
/// What it [spawns](Runtime::spawn) ends when the machine crashes.
#[derive(Clone)]
pub struct Machine {
    pub(super) world: Arc<World>,
    pub(super) id: MachineId,
}

impl Machine {
    /// What it is called; also its host name for [`Runtime::connect`] and [`Runtime::listen`].
    pub fn name(&self) -> String {
        self.world.with(|state| state.machine(self.id).name.clone())
    }

    /// Sets its wall clock, so many nanoseconds ahead of the right time, or behind.
    pub fn set_clock_ahead(&self, nanoseconds: i64) {
        self.world.with(|state| state.machine_mut(self.id).clock_ahead_ns = nanoseconds);
    }

    /// Its disk, which keeps what it holds when the machine crashes, as far as disks do.
    pub fn disk(&self) -> SimDisk {
        SimDisk::new(Arc::clone(&self.world), self.id)
    }

    /// Lets its disk fail after so many more operations, and from then on; None lets it work.
    pub fn fail_disk_after(&self, operations: Option<u64>) {
        self.world.with(|state| state.machine_mut(self.id).disk.fail_after(operations));
    }

    /// Whether its disk was told to fail, now or later.
    pub fn is_disk_failing(&self) -> bool {
        self.world.with(|state| state.machine(self.id).disk.is_failing())
    }

    /// How many of its tasks have not ended.
    pub fn tasks(&self) -> usize {
        self.world.executor.count(self.id)
    }

    /// How many connections it has an end of, those included whose last bytes are on their way.
    pub fn connections(&self) -> usize {
        self.world.with(|state| state.network.connections_of(self.id))
    }

    /// Lets one way from `from` to `to` pass: as long as it takes, and as long as nothing gets
    /// through.
    async fn travel(&self, from: MachineId, to: MachineId) {
        let span =
            self.world.with(|state| network::delay(&state.network, &mut state.ground, from, to));
        Sleep::new(Arc::clone(&self.world), span).await;
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
            let dialled = state.network.dial(&mut state.ground, self.id, to);
            let from = state.machine(self.id).name.clone();
            match (&dialled, state.network.owner(to)) {
                (Ok(end), Some(owner)) => {
                    let to = state.machine(owner).name.clone();
                    let connection = end.connection;
                    state.observe(Event::Connected { connection, from: &from, to: &to });
                }
                _ => state.observe(Event::Refused { from: &from, address }),
            }
            dialled
        });
        dialled.map(|end| SimStream::new(Arc::clone(&self.world), end))
    }
}

impl Runtime for Machine {
    type Stream = SimStream;
    type Listener = SimPort;
    type Sleep = Sleep;

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

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.world.executor.spawn(self.id, Box::pin(task));
    }

    fn sleep(&self, span: Duration) -> Sleep {
        Sleep::new(Arc::clone(&self.world), span)
    }

    fn now(&self) -> Timestamp {
        self.world.with(|state| state.wall_clock(self.id))
    }

    fn uptime(&self) -> Duration {
        self.world.with(|state| state.ground.clock)
    }

    fn random(&self) -> u64 {
        self.world.with(|state| state.ground.chance.number())
    }
}
