//! One direction of a connection.

use super::conditions::Conditions;
use super::ground::Ground;
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Bytes from one end of a connection to the other: some on their way, some arrived and unread.
#[derive(Default)]
pub(super) struct Pipe {
    flight: VecDeque<(Duration, Segment)>,
    flight_bytes: usize,
    arrived: VecDeque<u8>,
    /// The writer has said that no more will come ...
    closed: bool,
    /// ... and the reader has heard it.
    ended: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// An alarm is set for the first segment on its way.
    pub(super) is_awaited: bool,
}

/// What travels at once.
pub(super) enum Segment {
    Bytes(Vec<u8>),
    /// No more will come.
    End,
    /// The connection is gone.
    Reset,
}

impl Pipe {
    /// Reads what has arrived; Ok(0) is the end.
    pub(super) fn poll_read(
        &mut self,
        ground: &mut Ground,
        conditions: &Conditions,
        cx: &Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<usize> {
        let mut count = self.arrived.len().min(buffer.len());
        if count == 0 {
            if self.ended || buffer.is_empty() {
                return Poll::Ready(0);
            }
            replace(&mut self.reader, cx);
            return Poll::Pending;
        }
        if ground.chance.one_in(conditions.short_read_one_in) {
            count = ground.chance.between(1..=count as u64) as usize;
        }
        for (slot, byte) in buffer.iter_mut().zip(self.arrived.drain(..count)) {
            *slot = byte;
        }
        ground.wake(&mut self.writer);
        Poll::Ready(count)
    }

    /// Sends as many of `bytes` as there is room for.
    pub(super) fn poll_write(
        &mut self,
        ground: &mut Ground,
        conditions: &Conditions,
        cx: &Context<'_>,
        bytes: &[u8],
    ) -> Poll<usize> {
        let held = self.flight_bytes + self.arrived.len();
        let room = conditions.buffer_bytes.saturating_sub(held);
        if room == 0 && !bytes.is_empty() {
            replace(&mut self.writer, cx);
            return Poll::Pending;
        }
        let count = room.min(bytes.len());
        let mut rest = &bytes[..count];
        let is_split = ground.chance.one_in(conditions.split_one_in);
        while !rest.is_empty() {
            let most = rest.len() as u64;
            let length =
                if is_split { ground.chance.between(1..=most) as usize } else { rest.len() };
            let (segment, later) = rest.split_at(length);
            self.send(ground, conditions, Segment::Bytes(segment.to_owned()));
            rest = later;
        }
        Poll::Ready(count)
    }

    /// Says that no more will come; saying it again changes nothing.
    pub(super) fn close(&mut self, ground: &mut Ground, conditions: &Conditions) {
        if !self.closed {
            self.closed = true;
            self.send(ground, conditions, Segment::End);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Puts a segment on its way. It does not overtake those before it.
    pub(super) fn send(&mut self, ground: &mut Ground, conditions: &Conditions, segment: Segment) {
        if let Segment::Bytes(bytes) = &segment {
            self.flight_bytes += bytes.len();
        }
        let due = ground.clock + ground.chance.span(&conditions.delay);
        let last = self.flight.back().map_or(Duration::ZERO, |&(due, _)| due);
        self.flight.push_back((due.max(last), segment));
    }

    /// When the next segment arrives.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.flight.front().map(|&(due, _)| due)
    }

    /// Takes the next segment that has arrived by now.
    pub(super) fn next_arrived(&mut self, now: Duration) -> Option<Segment> {
        let (_, segment) = self.flight.pop_front_if(|(due, _)| *due <= now)?;
        if let Segment::Bytes(bytes) = &segment {
            self.flight_bytes -= bytes.len();
        }
        Some(segment)
    }

    /// Bytes are there to be read.
    pub(super) fn take_in(&mut self, ground: &mut Ground, bytes: Vec<u8>) {
        self.arrived.extend(bytes);
        ground.wake(&mut self.reader);
    }

    /// The reader hears that no more will come.
    pub(super) fn end(&mut self, ground: &mut Ground) {
        self.ended = true;
        ground.wake(&mut self.reader);
    }

    /// Forgets what was not read, and says whether there was any.
    pub(super) fn forget_unread(&mut self) -> bool {
        let unread = !self.arrived.is_empty();
        self.arrived.clear();
        unread
    }

    /// Forgets what is on its way.
    pub(super) fn forget_flight(&mut self) {
        self.flight.clear();
        self.flight_bytes = 0;
    }

    pub(super) fn wake_reader(&mut self, ground: &mut Ground) {
        ground.wake(&mut self.reader);
    }

    pub(super) fn wake_writer(&mut self, ground: &mut Ground) {
        ground.wake(&mut self.writer);
    }

    pub(super) fn has_unread(&self) -> bool {
        !self.arrived.is_empty()
    }
}

fn replace(slot: &mut Option<Waker>, cx: &Context<'_>) {
    match slot {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *slot = Some(cx.waker().clone()),
    }
}
