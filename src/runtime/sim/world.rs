//! What all handles of a simulated world share.

use super::event::{NetworkEvent, Observer};
use super::executor::{Executor, TaskId};
use super::ids::{MachineId, PipeId};
use super::machine_state::MachineState;
use super::network::Network;
use super::timeline::{Alarm, Timeline};
use crate::protocol::Timestamp;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// When a world begins: noon of November 17th, 2016 (UTC), in seconds since 1970.
const WALL_CLOCK_BEGINS: u64 = 1_479_384_000;

/// How many tasks may run at one moment of virtual time. More than that is an endless circle.
const RUNS_PER_MOMENT_MAX: u64 = 10_000_000;

/// Everything in a world.
pub(super) struct World {
    pub(super) executor: Executor,
    state: Mutex<WorldState>,
    /// Raised when something gets through again in the network.
    pub(super) unblocked: event_listener::Event,
}

/// Everything in a world except its tasks.
pub(super) struct WorldState {
    pub(super) timeline: Timeline,
    pub(super) network: Network,
    pub(super) machines: Vec<MachineState>,
    pub(super) observer: Option<Observer>,
    runs_of_moment: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let state = WorldState {
            timeline: Timeline::new(seed),
            network: Network::default(),
            machines: Vec::new(),
            observer: None,
            runs_of_moment: 0,
        };
        Self {
            executor: Executor::default(),
            state: Mutex::new(state),
            unblocked: event_listener::Event::new(),
        }
    }

    /// Calls `action` with the state. Tasks that it wakes are woken after that, when nothing is
    /// locked any more: a waker may run any code, even code that uses this world.
    pub(super) fn with<T>(&self, action: impl FnOnce(&mut WorldState) -> T) -> T {
        let mut state = self.state.lock().expect("nothing panics while it holds the world");
        let outcome = action(&mut state);
        let woken = std::mem::take(&mut state.timeline.woken);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        outcome
    }

    /// Lets time pass until a task is ready, and takes that task; None if nothing is left to
    /// happen.
    pub(super) fn next_task(&self) -> Option<TaskId> {
        loop {
            let ready = self.executor.next_ready(|count| {
                self.with(|state| {
                    state.runs_of_moment += 1;
                    state.timeline.chance.index(count)
                })
            });
            if let Some(task) = ready {
                self.with(|state| {
                    state.timeline.note(task);
                    let runs = state.runs_of_moment;
                    assert!(runs < RUNS_PER_MOMENT_MAX, "tasks wake each other in a circle");
                });
                return Some(task);
            }
            if !self.with(WorldState::advance) {
                return None;
            }
        }
    }

    /// Runs a task until it waits or ends.
    pub(super) fn run(&self, id: TaskId) {
        let Some((mut future, waker)) = self.executor.take(id) else { return };
        let waker = Waker::from(waker);
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(()) => self.executor.forget(id),
            Poll::Pending => drop(self.executor.put_back(id, future)),
        }
    }
}

impl WorldState {
    /// Moves on to the next moment at which something happens. Returns false if there is none.
    fn advance(&mut self) -> bool {
        self.runs_of_moment = 0;
        let due = self.timeline.advance();
        let goes_on = !due.is_empty();
        for alarm in due {
            match alarm {
                Alarm::Wake(waker) => self.timeline.woken.push(waker),
                Alarm::Deliver(pipe) => self.network.deliver(&mut self.timeline, pipe),
            }
        }
        goes_on
    }

    /// What a machine's wall clock shows.
    pub(super) fn wall_clock(&self, machine: MachineId) -> Timestamp {
        let begins = Timestamp::from_nanos(WALL_CLOCK_BEGINS * 1_000_000_000);
        let right = begins.saturating_add(self.timeline.clock);
        let ahead = self.machine(machine).clock_ahead_ns;
        let span = Duration::from_nanos(ahead.unsigned_abs());
        if ahead < 0 { right.saturating_sub(span) } else { right.saturating_add(span) }
    }

    pub(super) fn machine(&self, id: MachineId) -> &MachineState {
        &self.machines[id.0 as usize]
    }

    pub(super) fn machine_mut(&mut self, id: MachineId) -> &mut MachineState {
        &mut self.machines[id.0 as usize]
    }

    pub(super) fn observe(&mut self, event: NetworkEvent<'_>) {
        if let Some(observer) = &mut self.observer {
            observer(self.timeline.clock, event);
        }
    }

    /// Tells the observer what was written at an end of a connection.
    pub(super) fn observe_sent(&mut self, end: PipeId, bytes: &[u8]) {
        let Some((from, to)) = self.network.machines(end) else { return };
        let Self { machines, observer, .. } = self;
        let Some(observer) = observer else { return };
        let (from, to) = (&machines[from.0 as usize].name, &machines[to.0 as usize].name);
        let event = NetworkEvent::Sent { connection: end.connection, from, to, bytes };
        observer(self.timeline.clock, event);
    }

    /// The address of `host:port`, where the host is the name of a machine, `localhost` or an IP
    /// address.
    pub(super) fn resolve(&self, address: &str) -> io::Result<SocketAddr> {
        let invalid = || {
            let message = format!("no such address in this world: {address:?}");
            io::Error::new(io::ErrorKind::InvalidInput, message)
        };
        let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
        let port = port.parse().map_err(|_| invalid())?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let named =
            (0..).map(MachineId).zip(&self.machines).find(|(_, machine)| machine.name == host);
        let ip = match named {
            Some((id, _)) => id.ip(),
            None if host == "localhost" => IpAddr::from(Ipv4Addr::LOCALHOST),
            None => host.parse().map_err(|_| invalid())?,
        };
        Ok(SocketAddr::new(ip, port))
    }
}
