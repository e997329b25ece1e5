//! A simulated world, for whoever drives it.

use super::chance::Chance;
use super::conditions::Conditions;
use super::event::NetworkEvent;
use super::files::Files;
use super::ids::MachineId;
use super::machine::Machine;
use super::machine_state::MachineState;
use super::sleep::SimSleep;
use super::world::World;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// How a machine goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The program is killed. Its tasks end where they are, and the system closes its connections.
    Process,
    /// The machine loses power as well. Whoever talks with it hears nothing more, and what its disk
    /// had not synchronized is lost or torn.
    Power,
}

/// A world in one thread, with virtual time. Everything in it follows from one seed.
///
/// Its [machines](Self::machine) are [`Runtime`](crate::runtime::Runtime)s: servers and programs
/// run on them unchanged. Tasks run only within [`block_on`](Self::block_on),
/// [`run_for`](Self::run_for) and [`run_until`](Self::run_until); when all tasks wait, time jumps
/// to the next moment at which something happens. Dropping it ends all tasks.
pub struct Sim {
    world: Arc<World>,
}

impl Sim {
    /// An empty world.
    pub fn new(seed: u64) -> Self {
        Self { world: Arc::new(World::new(seed)) }
    }

    /// The machine of this name. It is created if there is none.
    pub fn machine(&self, name: &str) -> Machine {
        let id = self.world.with(|state| {
            let known = state.machines.iter().position(|machine| machine.name == name);
            let index = known.unwrap_or_else(|| {
                let name = name.to_owned();
                let files = Files::default();
                state.machines.push(MachineState { name, clock_ahead_ns: 0, files });
                state.machines.len() - 1
            });
            MachineId(u16::try_from(index).expect("a world has at most 65,536 machines"))
        });
        Machine { world: Arc::clone(&self.world), id }
    }

    /// Virtual time since the world began.
    pub fn elapsed(&self) -> Duration {
        self.world.with(|state| state.timeline.clock)
    }

    /// Runs the world until `future` completes.
    ///
    /// # Panics
    /// When nothing is left to happen, so that the future would wait for ever, and when tasks wake
    /// each other endlessly while no time passes.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let (id, waker) = self.world.executor.new_waker();
        let own = Waker::from(Arc::clone(&waker));
        waker.wake();
        loop {
            let task = self.world.next_task().expect("something is left to happen in the world");
            if task != id {
                self.world.run(task);
            } else if let Poll::Ready(outcome) =
                future.as_mut().poll(&mut Context::from_waker(&own))
            {
                return outcome;
            }
        }
    }

    /// Runs the world for `span`.
    pub fn run_for(&self, span: Duration) {
        self.block_on(SimSleep::new(Arc::clone(&self.world), span));
    }

    /// Runs the world until `condition` holds, for at most `span`. Returns whether it holds.
    pub fn run_until(&self, span: Duration, mut condition: impl FnMut() -> bool) -> bool {
        let ends = self.elapsed() + span;
        while !condition() {
            match self.world.next_task() {
                Some(task) if self.elapsed() <= ends => self.world.run(task),
                _ => return false,
            }
        }
        true
    }

    /// Sets the conditions of the whole network, from the next byte on.
    pub fn set_conditions(&self, conditions: Conditions) {
        self.world.with(|state| state.network.conditions = conditions);
    }

    /// Sets the conditions from one machine to another, in this direction only.
    pub fn set_link(&self, from: &Machine, to: &Machine, conditions: Conditions) {
        self.world.with(|state| state.network.set_link(from.id, to.id, conditions));
    }

    /// Lets nothing through from one machine to another, until it is [unblocked](Self::unblock).
    /// Bytes on their way wait, and so do attempts to connect.
    pub fn block(&self, from: &Machine, to: &Machine) {
        self.world.with(|state| state.network.block(from.id, to.id));
    }

    /// Lets everything through again from one machine to another, including what waited.
    pub fn unblock(&self, from: &Machine, to: &Machine) {
        self.world.with(|state| state.network.unblock(&mut state.timeline, from.id, to.id));
        self.world.unblocked.notify(usize::MAX);
    }

    /// Lets everything through between all machines.
    pub fn unblock_all(&self) {
        self.world.with(|state| state.network.unblock_all(&mut state.timeline));
        self.world.unblocked.notify(usize::MAX);
    }

    /// Resets all connections between two machines, at both ends. Returns how many there were.
    pub fn cut(&self, one: &Machine, other: &Machine) -> usize {
        self.world.with(|state| state.network.cut(&mut state.timeline, one.id, other.id))
    }

    /// Resets all connections between two machines, at both ends, as soon as this many more bytes
    /// have arrived from one machine at the other. Whatever is behind these bytes is lost. A second
    /// call for the same direction replaces the first one.
    pub fn cut_after(&self, from: &Machine, to: &Machine, bytes: usize) {
        self.world.with(|state| state.network.cut_after(from.id, to.id, bytes));
    }

    /// Cancels what [`cut_after`](Self::cut_after) has announced and has not happened yet.
    pub fn cancel_cuts(&self) {
        self.world.with(|state| state.network.cancel_cuts());
    }

    /// Ends all tasks of a machine, wherever they are. After [`Crash::Power`] the machine
    /// is off until [`restart`](Self::restart).
    pub fn crash(&self, machine: &Machine, how: Crash) {
        if how == Crash::Power {
            self.world.with(|state| state.network.power_off(machine.id));
        }
        drop(self.world.executor.kill(machine.id));
        if how == Crash::Power {
            self.world.with(|state| {
                let mut chance = Chance::new(state.timeline.chance.number());
                state.machine_mut(machine.id).files.lose_power(&mut chance);
            });
        }
    }

    /// Gives a machine power again. Nothing runs on it until something is spawned.
    pub fn restart(&self, machine: &Machine) {
        self.world.with(|state| state.network.power_on(&mut state.timeline, machine.id));
        self.world.unblocked.notify(usize::MAX);
    }

    /// Calls `observer` with everything that happens in the network from now on, and with the
    /// virtual time. It must not touch the world.
    pub fn observe(&self, observer: impl FnMut(Duration, NetworkEvent<'_>) + Send + 'static) {
        self.world.with(|state| state.observer = Some(Box::new(observer)));
    }

    /// A hash of everything that has happened. Two runs of a seed have the same one; other runs
    /// almost certainly have another.
    pub fn fingerprint(&self) -> u64 {
        self.world.with(|state| state.timeline.fingerprint())
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // Tasks hold handles of the world, so without this neither would ever be freed.
        drop(self.world.executor.kill_all());
        self.world.with(|state| state.observer = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{Listener, Net};
    use futures_lite::{AsyncReadExt, AsyncWriteExt};
    use std::collections::BTreeSet;
    use std::io::ErrorKind;

    /// What arrives of ten bytes over a connection that is cut after five of them.
    fn arrives_before_cut(seed: u64) -> Vec<u8> {
        let sim = Sim::new(seed);
        let (writer, reader) = (sim.machine("writer"), sim.machine("reader"));
        sim.cut_after(&writer, &reader, 5);
        sim.block_on(async {
            let port = reader.listen("127.0.0.1:12000").await.expect("the port is free");
            let mut sent = writer.connect("127.0.0.1:12000").await.expect("somebody listens");
            let (mut stream, _) = port.accept().await.expect("a connection waits");
            sent.write_all(b"helloworld").await.expect("the connection is up");
            let mut arrived = Vec::new();
            let end = stream.read_to_end(&mut arrived).await.map_err(|error| error.kind());
            assert_eq!(end, Err(ErrorKind::ConnectionReset));
            arrived
        })
    }

    /// Without such cuts, a link would hardly ever break in the middle of a batch. As after every
    /// reset, a program may also find that nothing is left of what had arrived.
    #[test]
    fn a_cut_after_some_bytes_lets_no_others_through() {
        let arrived: BTreeSet<Vec<u8>> = (0..100).map(arrives_before_cut).collect();
        let whole = arrived.iter().map(Vec::as_slice).max();
        assert_eq!(whole, Some(&b"hello"[..]));
        assert!(arrived.contains(&b""[..]), "{arrived:?}");
        assert!(arrived.iter().all(|bytes| b"hello".starts_with(bytes)), "{arrived:?}");
    }
}
