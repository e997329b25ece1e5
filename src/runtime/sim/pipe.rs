//! One direction of a connection.

use super::conditions::Conditions;
use super::timeline::Timeline;
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Bytes from one end of a connection to the other, either on their way or arrived and unread.
#[derive(Default)]
pub(super) struct Pipe {
    flight: VecDeque<(Duration, Segment)>,
    flight_bytes: usize,
    arrived: VecDeque<u8>,
    /// The writer has closed this direction.
    closed: bool,
    /// The reader has learned that the writer closed it.
    ended: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// Whether an alarm is set for the first segment on its way.
    pub(super) is_awaited: bool,
}

/// What travels as one piece.
pub(super) enum Segment {
    Bytes(Vec<u8>),
    /// The writer has closed this direction.
    End,
    /// The connection is reset.
    Reset,
}

impl Pipe {
    /// Reads what has arrived; 0 bytes are the end.
    pub(super) fn poll_read(
        &mut self,
        timeline: &mut Timeline,
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
        if timeline.chance.one_in(conditions.short_read_one_in) {
            count = timeline.chance.between(1..=count as u64) as usize;
        }
        for (slot, byte) in buffer.iter_mut().zip(self.arrived.drain(..count)) {
            *slot = byte;
        }
        timeline.wake(&mut self.writer);
        Poll::Ready(count)
    }

    /// Sends as many of `bytes` as there is room for, and returns their number.
    pub(super) fn poll_write(
        &mut self,
        timeline: &mut Timeline,
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
        let is_split = timeline.chance.one_in(conditions.split_one_in);
        while !rest.is_empty() {
            let most = rest.len() as u64;
            let length =
                if is_split { timeline.chance.between(1..=most) as usize } else { rest.len() };
            let (segment, later) = rest.split_at(length);
            self.send(timeline, conditions, Segment::Bytes(segment.to_owned()));
            rest = later;
        }
        Poll::Ready(count)
    }

    /// Closes this direction. Closing it again changes nothing.
    pub(super) fn close(&mut self, timeline: &mut Timeline, conditions: &Conditions) {
        if !self.closed {
            self.closed = true;
            self.send(timeline, conditions, Segment::End);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Sends a segment, which arrives after those before it.
    pub(super) fn send(
        &mut self,
        timeline: &mut Timeline,
        conditions: &Conditions,
        segment: Segment,
    ) {
        if let Segment::Bytes(bytes) = &segment {
            self.flight_bytes += bytes.len();
        }
        let due = timeline.clock + timeline.chance.span(&conditions.delay);
        let last = self.flight.back().map_or(Duration::ZERO, |&(due, _)| due);
        self.flight.push_back((due.max(last), segment));
    }

    /// When the next segment arrives.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.flight.front().map(|&(due, _)| due)
    }

    /// Takes the next segment, if it has arrived by now.
    pub(super) fn next_arrived(&mut self, now: Duration) -> Option<Segment> {
        let (_, segment) = self.flight.pop_front_if(|(due, _)| *due <= now)?;
        if let Segment::Bytes(bytes) = &segment {
            self.flight_bytes -= bytes.len();
        }
        Some(segment)
    }

    /// Bytes have arrived.
    pub(super) fn take_in(&mut self, timeline: &mut Timeline, bytes: Vec<u8>) {
        self.arrived.extend(bytes);
        timeline.wake(&mut self.reader);
    }

    /// The end has arrived: the reader learns that no more will come.
    pub(super) fn end(&mut self, timeline: &mut Timeline) {
        self.ended = true;
        timeline.wake(&mut self.reader);
    }

    /// Drops what was not read, and returns whether there was anything.
    pub(super) fn forget_unread(&mut self) -> bool {
        let unread = !self.arrived.is_empty();
        self.arrived.clear();
        unread
    }

    /// Drops what is on its way.
    pub(super) fn forget_flight(&mut self) {
        self.flight.clear();
        self.flight_bytes = 0;
    }

    pub(super) fn wake_reader(&mut self, timeline: &mut Timeline) {
        timeline.wake(&mut self.reader);
    }

    pub(super) fn wake_writer(&mut self, timeline: &mut Timeline) {
        timeline.wake(&mut self.writer);
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
