//! A connection: two ends and two directions.

use super::conditions::Conditions;
use super::ids::{MachineId, Side};
use super::pipe::{Pipe, Segment};
use super::timeline::Timeline;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// A connection in the simulated network.
pub(super) struct SimConnection {
    ends: [End; 2],
    /// What the dialler writes, and what the acceptor writes.
    pipes: [Pipe; 2],
}

/// One end of a connection.
pub(super) struct End {
    pub(super) machine: MachineId,
    pub(super) address: SocketAddr,
    state: EndState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EndState {
    Open,
    /// The connection was reset, and the program still holds this end.
    Reset,
    /// The program has dropped this end.
    Dropped,
    /// The machine lost power, and the other side does not know.
    Vanished,
}

impl End {
    pub(super) fn new(machine: MachineId, address: SocketAddr) -> Self {
        Self { machine, address, state: EndState::Open }
    }
}

impl SimConnection {
    pub(super) fn new(dialler: End, acceptor: End) -> Self {
        Self { ends: [dialler, acceptor], pipes: [Pipe::default(), Pipe::default()] }
    }

    pub(super) fn end(&self, side: Side) -> &End {
        &self.ends[side as usize]
    }

    /// The direction that this side writes into.
    pub(super) fn pipe(&mut self, writer: Side) -> &mut Pipe {
        &mut self.pipes[writer as usize]
    }

    pub(super) fn poll_read(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        side: Side,
        cx: &Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let is_reset = self.end(side).state != EndState::Open;
        let pipe = self.pipe(side.other());
        if is_reset && !pipe.has_unread() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        pipe.poll_read(timeline, conditions, cx, buffer).map(Ok)
    }

    pub(super) fn poll_write(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        side: Side,
        cx: &Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.end(side).state != EndState::Open {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let pipe = self.pipe(side);
        if pipe.is_closed() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        pipe.poll_write(timeline, conditions, cx, bytes).map(Ok)
    }

    pub(super) fn close(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        side: Side,
    ) -> io::Result<()> {
        if self.end(side).state != EndState::Open {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.pipe(side).close(timeline, conditions);
        Ok(())
    }

    /// A program has dropped its end. As with TCP, bytes that it had not read reset the connection.
    pub(super) fn drop_end(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        side: Side,
    ) {
        let was = self.end(side).state;
        if was == EndState::Vanished {
            return;
        }
        self.ends[side as usize].state = EndState::Dropped;
        let had_unread = self.pipe(side.other()).forget_unread();
        if was == EndState::Open && had_unread {
            self.pipe(side).send(timeline, conditions, Segment::Reset);
        } else if was == EndState::Open {
            self.pipe(side).close(timeline, conditions);
        }
    }

    /// The machine of this end has lost power.
    pub(super) fn vanish(&mut self, side: Side) {
        self.ends[side as usize].state = EndState::Vanished;
        self.pipe(side.other()).forget_unread();
    }

    /// If this end has vanished, there is room for more bytes now. So the other side can write again,
    /// and learns that the connection is gone when the bytes arrive.
    pub(super) fn probe(&mut self, timeline: &mut Timeline, side: Side) {
        if self.end(side).state == EndState::Vanished {
            self.pipe(side.other()).wake_writer(timeline);
        }
    }

    /// A segment that `writer` sent has arrived.
    pub(super) fn arrive(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        writer: Side,
        segment: Segment,
    ) {
        let reader = writer.other();
        match (segment, self.end(reader).state) {
            (Segment::Bytes(bytes), EndState::Open) => self.pipe(writer).take_in(timeline, bytes),
            (Segment::End, EndState::Open) => self.pipe(writer).end(timeline),
            (Segment::Reset, EndState::Open) => self.reset(timeline, reader),
            // The end is gone, so whoever still sends gets a reset.
            (Segment::Bytes(_) | Segment::End, EndState::Vanished)
            | (Segment::Bytes(_), EndState::Dropped) => {
                self.pipe(reader).send(timeline, conditions, Segment::Reset);
            }
            (_, EndState::Reset | EndState::Dropped | EndState::Vanished) => {}
        }
    }

    /// Resets the connection at both ends at once.
    pub(super) fn cut(&mut self, timeline: &mut Timeline) {
        for side in [Side::Dialler, Side::Acceptor] {
            self.pipe(side).forget_flight();
            if self.end(side).state == EndState::Open {
                self.reset(timeline, side);
            }
        }
    }

    /// Whether both ends are gone and nothing is on its way.
    pub(super) fn is_over(&self) -> bool {
        let is_gone = |end: &End| matches!(end.state, EndState::Dropped | EndState::Vanished);
        let is_quiet = self.pipes.iter().all(|pipe| pipe.next_due().is_none());
        self.ends.iter().all(is_gone) && is_quiet
    }

    /// An end learns that the connection was reset. Some systems still let it read what had arrived
    /// before; some do not.
    fn reset(&mut self, timeline: &mut Timeline, side: Side) {
        self.ends[side as usize].state = EndState::Reset;
        let forgets = timeline.chance.one_in(2);
        let incoming = self.pipe(side.other());
        if forgets {
            incoming.forget_unread();
        }
        incoming.wake_reader(timeline);
        self.pipe(side).wake_writer(timeline);
    }
}
