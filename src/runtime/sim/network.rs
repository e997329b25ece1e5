//! The network of a simulated world.

use super::conditions::Conditions;
use super::connection::{End, SimConnection};
use super::ids::{MachineId, PipeId, Side, SimConnectionId};
use super::pipe::Segment;
use super::timeline::{Alarm, Timeline};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The first of the ports that the system chooses (RFC 6335, section 6).
const FIRST_DYNAMIC_PORT: u16 = 49_152;

/// How many connections may wait to be accepted at a port. Further ones are refused.
const BACKLOG_MAX: usize = 128;

/// All ports and connections. An address belongs to the machine that listens there, so even
/// 127.0.0.1 with a given port means the same place on all machines.
#[derive(Default)]
pub(super) struct Network {
    pub(super) conditions: Conditions,
    links: BTreeMap<(MachineId, MachineId), Conditions>,
    /// From which machine to which nothing gets through.
    blocked: BTreeSet<(MachineId, MachineId)>,
    /// After how many more bytes from one machine to another their connections are cut.
    cuts: BTreeMap<(MachineId, MachineId), usize>,
    powerless: BTreeSet<MachineId>,
    ports: BTreeMap<SocketAddr, ListeningPort>,
    /// The machine that last listened at each address.
    owners: BTreeMap<SocketAddr, MachineId>,
    connections: BTreeMap<SimConnectionId, SimConnection>,
    last_connection: SimConnectionId,
    last_dynamic_port: u16,
}

/// A port where a machine listens.
#[derive(Default)]
struct ListeningPort {
    backlog: VecDeque<SimConnectionId>,
    acceptor: Option<Waker>,
}

impl Network {
    /// Sets the conditions between two machines, in this direction only.
    pub(super) fn set_link(&mut self, from: MachineId, to: MachineId, conditions: Conditions) {
        self.links.insert((from, to), conditions);
    }

    /// The conditions from one machine to another.
    fn conditions(&self, from: MachineId, to: MachineId) -> &Conditions {
        self.links.get(&(from, to)).unwrap_or(&self.conditions)
    }

    /// Chooses how long the next segment between two machines travels.
    pub(super) fn delay(
        &self,
        timeline: &mut Timeline,
        from: MachineId,
        to: MachineId,
    ) -> Duration {
        timeline.chance.span(&self.conditions(from, to).delay)
    }

    /// Whether anything gets through from one machine to another.
    pub(super) fn carries(&self, from: MachineId, to: MachineId) -> bool {
        let powered = |machine| !self.powerless.contains(machine);
        powered(&from) && powered(&to) && !self.blocked.contains(&(from, to))
    }

    pub(super) fn block(&mut self, from: MachineId, to: MachineId) {
        self.blocked.insert((from, to));
    }

    /// Lets everything through again between two machines.
    pub(super) fn unblock(&mut self, timeline: &mut Timeline, from: MachineId, to: MachineId) {
        self.blocked.remove(&(from, to));
        self.await_all(timeline);
    }

    pub(super) fn unblock_all(&mut self, timeline: &mut Timeline) {
        self.blocked.clear();
        self.await_all(timeline);
    }

    /// Cuts the connections between two machines once this many more bytes have arrived from one of
    /// them at the other.
    pub(super) fn cut_after(&mut self, from: MachineId, to: MachineId, bytes: usize) {
        self.cuts.insert((from, to), bytes);
    }

    pub(super) fn cancel_cuts(&mut self) {
        self.cuts.clear();
    }

    /// Takes away the bytes that a cut keeps from arriving, and returns whether the cut is now.
    fn reaches_cut(&mut self, from: MachineId, to: MachineId, segment: &mut Segment) -> bool {
        let Some(left) = self.cuts.get_mut(&(from, to)) else { return false };
        let Segment::Bytes(bytes) = segment else { return false };
        bytes.truncate(*left);
        *left -= bytes.len();
        *left == 0
    }

    /// A machine loses power. It sends nothing any more, and the other sides are not told.
    pub(super) fn power_off(&mut self, machine: MachineId) {
        self.powerless.insert(machine);
        self.for_ends_of(machine, |connection, side| connection.vanish(side));
        // If the other side had dropped its end already, nobody holds the connection now.
        self.connections.retain(|_, connection| !connection.is_over());
    }

    /// A machine has power again. Whoever sends on a connection from before gets a reset; so does
    /// whoever waits for room, because TCP probes a full window.
    pub(super) fn power_on(&mut self, timeline: &mut Timeline, machine: MachineId) {
        self.powerless.remove(&machine);
        self.for_ends_of(machine, |connection, side| connection.probe(timeline, side));
        self.await_all(timeline);
    }

    fn for_ends_of(&mut self, machine: MachineId, mut act: impl FnMut(&mut SimConnection, Side)) {
        for connection in self.connections.values_mut() {
            for side in [Side::Dialler, Side::Acceptor] {
                if connection.end(side).machine == machine {
                    act(connection, side);
                }
            }
        }
    }

    /// Opens a port. Port 0 is replaced by a free one.
    pub(super) fn listen(
        &mut self,
        machine: MachineId,
        mut address: SocketAddr,
    ) -> io::Result<SocketAddr> {
        if address.port() == 0 {
            address.set_port(self.free_port(address.ip()));
        }
        if self.ports.contains_key(&address) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        self.ports.insert(address, ListeningPort::default());
        self.owners.insert(address, machine);
        Ok(address)
    }

    /// Frees a port. Connections that wait to be accepted there are cut.
    pub(super) fn stop_listening(&mut self, timeline: &mut Timeline, address: SocketAddr) {
        let port = self.ports.remove(&address);
        let has_power = self.owner(address).is_some_and(|owner| !self.powerless.contains(&owner));
        for id in port.into_iter().flat_map(|port| port.backlog) {
            if let Some(connection) = self.connections.get_mut(&id).filter(|_| has_power) {
                connection.cut(timeline);
            }
            self.drop_end(timeline, PipeId { connection: id, writer: Side::Acceptor });
        }
    }

    /// The machine that listens at an address, or last did.
    pub(super) fn owner(&self, address: SocketAddr) -> Option<MachineId> {
        self.owners.get(&address).copied()
    }

    /// Makes a connection that waits to be accepted, and returns the dialler's end of it.
    pub(super) fn dial(
        &mut self,
        timeline: &mut Timeline,
        machine: MachineId,
        to: SocketAddr,
    ) -> io::Result<PipeId> {
        let address = SocketAddr::new(machine.ip(), self.free_port(machine.ip()));
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let owner = self.owner(to).ok_or_else(refused)?;
        let port = self.ports.get_mut(&to).ok_or_else(refused)?;
        if port.backlog.len() >= BACKLOG_MAX {
            return Err(refused());
        }
        self.last_connection += 1;
        let id = self.last_connection;
        port.backlog.push_back(id);
        timeline.wake(&mut port.acceptor);
        let connection = SimConnection::new(End::new(machine, address), End::new(owner, to));
        self.connections.insert(id, connection);
        Ok(PipeId { connection: id, writer: Side::Dialler })
    }

    /// Takes the next connection at a port, with the address that it comes from.
    pub(super) fn poll_accept(
        &mut self,
        cx: &Context<'_>,
        address: SocketAddr,
    ) -> Poll<io::Result<(PipeId, SocketAddr)>> {
        let Some(port) = self.ports.get_mut(&address) else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let Some(id) = port.backlog.pop_front() else {
            port.acceptor = Some(cx.waker().clone());
            return Poll::Pending;
        };
        let connection = self.connections.get(&id).expect("a backlog's connection is not over");
        let dialler = connection.end(Side::Dialler).address;
        Poll::Ready(Ok((PipeId { connection: id, writer: Side::Acceptor }, dialler)))
    }

    /// Calls `action` with one end of a connection, and sets the alarm for what that has sent.
    pub(super) fn at_end<T>(
        &mut self,
        timeline: &mut Timeline,
        end: PipeId,
        action: impl FnOnce(&mut SimConnection, &mut Timeline, &Conditions) -> T,
    ) -> Option<T> {
        let Self { links, conditions, connections, .. } = self;
        let connection = connections.get_mut(&end.connection)?;
        let way = (connection.end(end.writer).machine, connection.end(end.writer.other()).machine);
        let outcome = action(connection, timeline, links.get(&way).unwrap_or(conditions));
        self.await_arrival(timeline, end);
        Some(outcome)
    }

    /// The machine at this end, and the one at the other end.
    pub(super) fn machines(&self, end: PipeId) -> Option<(MachineId, MachineId)> {
        let connection = self.connections.get(&end.connection)?;
        let machine = |side| connection.end(side).machine;
        Some((machine(end.writer), machine(end.writer.other())))
    }

    pub(super) fn drop_end(&mut self, timeline: &mut Timeline, end: PipeId) {
        self.at_end(timeline, end, |connection, timeline, conditions| {
            connection.drop_end(timeline, conditions, end.writer);
        });
        self.forget_if_over(end.connection);
    }

    /// Hands over the segments that have arrived at the end of a pipe.
    pub(super) fn deliver(&mut self, timeline: &mut Timeline, id: PipeId) {
        let Some(connection) = self.connections.get_mut(&id.connection) else { return };
        connection.pipe(id.writer).is_awaited = false;
        let from = connection.end(id.writer).machine;
        let to = connection.end(id.writer.other()).machine;
        let back = PipeId { writer: id.writer.other(), ..id };
        if !self.carries(from, to) {
            return;
        }
        while let Some(connection) = self.connections.get_mut(&id.connection)
            && let Some(mut segment) = connection.pipe(id.writer).next_arrived(timeline.clock)
        {
            let is_cut = self.reaches_cut(from, to, &mut segment);
            self.at_end(timeline, back, |connection, timeline, conditions| {
                connection.arrive(timeline, conditions, id.writer, segment);
            });
            if is_cut {
                self.cuts.remove(&(from, to));
                self.cut(timeline, from, to);
            }
        }
        self.await_arrival(timeline, id);
        self.forget_if_over(id.connection);
    }

    /// Cuts all connections between two machines, and returns their number.
    pub(super) fn cut(
        &mut self,
        timeline: &mut Timeline,
        one: MachineId,
        other: MachineId,
    ) -> usize {
        let mut count = 0;
        for connection in self.connections.values_mut() {
            let ends = [Side::Dialler, Side::Acceptor].map(|side| connection.end(side).machine);
            if ends == [one, other] || ends == [other, one] {
                connection.cut(timeline);
                count += 1;
            }
        }
        self.connections.retain(|_, connection| !connection.is_over());
        count
    }

    /// How many connections a machine has an end of.
    pub(super) fn connections_of(&self, machine: MachineId) -> usize {
        let has_end = |connection: &&SimConnection| {
            [Side::Dialler, Side::Acceptor]
                .map(|side| connection.end(side).machine)
                .contains(&machine)
        };
        self.connections.values().filter(has_end).count()
    }

    /// Sets an alarm for the next arrival, if a segment is on its way and has no alarm yet.
    fn await_arrival(&mut self, timeline: &mut Timeline, id: PipeId) {
        let Some(connection) = self.connections.get_mut(&id.connection) else { return };
        let pipe = connection.pipe(id.writer);
        if let Some(due) = pipe.next_due().filter(|_| !pipe.is_awaited) {
            pipe.is_awaited = true;
            timeline.set_alarm(due.max(timeline.clock), Alarm::Deliver(id));
        }
    }

    /// Sets the alarms for everything that an obstacle has held up.
    fn await_all(&mut self, timeline: &mut Timeline) {
        let ids: Vec<_> = self.connections.keys().copied().collect();
        for connection in ids {
            for writer in [Side::Dialler, Side::Acceptor] {
                self.await_arrival(timeline, PipeId { connection, writer });
            }
        }
    }

    fn forget_if_over(&mut self, id: SimConnectionId) {
        if self.connections.get(&id).is_some_and(SimConnection::is_over) {
            self.connections.remove(&id);
        }
    }

    fn free_port(&mut self, ip: IpAddr) -> u16 {
        loop {
            let next = self.last_dynamic_port.checked_add(1).unwrap_or(FIRST_DYNAMIC_PORT);
            self.last_dynamic_port = next.max(FIRST_DYNAMIC_PORT);
            let address = SocketAddr::new(ip, self.last_dynamic_port);
            if !self.ports.contains_key(&address) {
                return self.last_dynamic_port;
            }
        }
    }
}
