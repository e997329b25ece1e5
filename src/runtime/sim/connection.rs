//! Both directions of a connection, and its two ends.

use super::conditions::Conditions;
use super::ground::Ground;
use super::ids::{MachineId, Side};
use super::pipe::{Pipe, Segment};
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

/// A connection in a simulated network.
pub(super) struct SimConnection {
    ends: [End; 2],
    /// What the dialler and what the acceptor writes.
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
    /// The connection is gone, and the end's owner has not dropped it yet.
    Reset,
    /// Its owner has dropped it.
    Dropped,
    /// Its machine lost power: nobody was told.
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

    /// What this side writes.
    pub(super) fn pipe(&mut self, writer: Side) -> &mut Pipe {
        &mut self.pipes[writer as usize]
    }

    pub(super) fn poll_read(
        &mut self,
        ground: &mut Ground,
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
        pipe.poll_read(ground, conditions, cx, buffer).map(Ok)
    }

    pub(super) fn poll_write(
        &mut self,
        ground: &mut Ground,
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
        pipe.poll_write(ground, conditions, cx, bytes).map(Ok)
    }

    pub(super) fn close(
        &mut self,
        ground: &mut Ground,
        conditions: &Conditions,
        side: Side,
    ) -> io::Result<()> {
        if self.end(side).state != EndState::Open {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.pipe(side).close(ground, conditions);
        Ok(())
    }

    /// The owner of an end has dropped it. As TCP does, what it had not read resets the connection.
    pub(super) fn drop_end(&mut self, ground: &mut Ground, conditions: &Conditions, side: Side) {
        let was = self.end(side).state;
        if was == EndState::Vanished {
            return;
        }
        self.ends[side as usize].state = EndState::Dropped;
        let had_unread = self.pipe(side.other()).forget_unread();
        if was == EndState::Open && had_unread {
            self.pipe(side).send(ground, conditions, Segment::Reset);
        } else if was == EndState::Open {
            self.pipe(side).close(ground, conditions);
        }
    }

    /// The machine of this end has lost power.
    pub(super) fn vanish(&mut self, side: Side) {
        self.ends[side as usize].state = EndState::Vanished;
        self.pipe(side.other()).forget_unread();
    }

    /// Where this end has vanished there is room again, so whoever waits to write to it goes on, and
    /// learns of it when the bytes arrive.
    pub(super) fn probe(&mut self, ground: &mut Ground, side: Side) {
        if self.end(side).state == EndState::Vanished {
            self.pipe(side.other()).wake_writer(ground);
        }
    }

    /// A segment that `writer` sent has arrived.
    pub(super) fn arrive(
        &mut self,
        ground: &mut Ground,
        conditions: &Conditions,
        writer: Side,
        segment: Segment,
    ) {
        let reader = writer.other();
        match (segment, self.end(reader).state) {
            (Segment::Bytes(bytes), EndState::Open) => self.pipe(writer).take_in(ground, bytes),
            (Segment::End, EndState::Open) => self.pipe(writer).end(ground),
            (Segment::Reset, EndState::Open) => self.reset(ground, reader),
            // Nobody is there any more, and whoever still sends is told so.
            (Segment::Bytes(_) | Segment::End, EndState::Vanished)
            | (Segment::Bytes(_), EndState::Dropped) => {
                self.pipe(reader).send(ground, conditions, Segment::Reset);
            }
            (_, EndState::Reset | EndState::Dropped | EndState::Vanished) => {}
        }
    }

    /// Cuts the connection for both ends at once.
    pub(super) fn cut(&mut self, ground: &mut Ground) {
        for side in [Side::Dialler, Side::Acceptor] {
            self.pipe(side).forget_flight();
            if self.end(side).state == EndState::Open {
                self.reset(ground, side);
            }
        }
    }

    /// Whether nobody can see anything of this connection any more.
    pub(super) fn is_over(&self) -> bool {
        let is_gone = |end: &End| matches!(end.state, EndState::Dropped | EndState::Vanished);
        let is_quiet = self.pipes.iter().all(|pipe| pipe.next_due().is_none());
        self.ends.iter().all(is_gone) && is_quiet
    }

    /// An end learns that the connection is gone. Some systems let it read what had arrived before,
    /// and some do not.
    fn reset(&mut self, ground: &mut Ground, side: Side) {
        self.ends[side as usize].state = EndState::Reset;
        let forgets = ground.chance.one_in(2);
        let incoming = self.pipe(side.other());
        if forgets {
            incoming.forget_unread();
        }
        incoming.wake_reader(ground);
        self.pipe(side).wake_writer(ground);
    }
}
