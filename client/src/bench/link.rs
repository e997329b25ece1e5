//! One connection of the load.

use super::breach::Breach;
use super::channel::Channel;
use super::clock::Clock;
use super::kind::Kind;
use super::load::Load;
use super::replies::Replies;
use super::scan::{NoReply, Outcome};
use super::tally::Tally;
use mio::net::TcpStream;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

/// A connection, the commands under way on it, and what of them has not been sent yet.
#[derive(Debug)]
pub(super) struct Link {
    channel: Channel,
    replies: Replies,
    runs: VecDeque<Run>,
    under_way: usize,
    unsent: Vec<u8>,
}

/// Commands of one kind that were sent together.
#[derive(Debug)]
struct Run {
    kind: Kind,
    left: usize,
    sent_at: Instant,
}

/// What a read brought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// How many commands were answered.
    pub(super) answered: usize,
    /// When they were read.
    pub(super) at: Instant,
    /// Whether more may wait to be read.
    pub(super) rest: Rest,
}

/// What a read left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing: the next bytes are a new event.
    None,
    /// There may be more.
    Perhaps,
}

impl Link {
    /// A link over a connection that is up and never blocks.
    pub(super) fn over(channel: Channel, replies: Replies) -> Self {
        Self { channel, replies, runs: VecDeque::new(), under_way: 0, unsent: Vec::new() }
    }

    /// The connection, to be registered.
    pub(super) fn stream(&mut self) -> &mut TcpStream {
        self.channel.stream()
    }

    /// How many commands wait for their replies.
    pub(super) fn under_way(&self) -> usize {
        self.under_way
    }

    /// The last refusal that came.
    pub(super) fn refusal(&self) -> String {
        self.replies.refusal()
    }

    /// Sends so many commands in one write, as far as there is room.
    pub(super) fn send(
        &mut self,
        count: usize,
        load: &mut Load,
        clock: &Clock,
    ) -> Result<(), Breach> {
        if count == 0 {
            return Ok(());
        }
        let begun = clock.now();
        let (time, first) = (clock.time_of(begun), self.runs.len());
        for _ in 0..count {
            let kind = load.push_next(time, &mut self.unsent);
            match self.runs.range_mut(first..).next_back().filter(|run| run.kind == kind) {
                Some(run) => run.left += 1,
                None => self.runs.push_back(Run { kind, left: 1, sent_at: begun }),
            }
        }
        self.under_way += count;
        // What writing the commands down took is not the server's latency.
        let sent_at = clock.now();
        self.runs.range_mut(first..).for_each(|run| run.sent_at = sent_at);
        self.flush()
    }

    /// Sends what could not be sent before.
    pub(super) fn flush(&mut self) -> Result<(), Breach> {
        let mut sent = 0;
        while sent < self.unsent.len() {
            match self.channel.write(&self.unsent[sent..]) {
                Ok(length) => sent += length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                Err(error) => return Err(Breach::Lost(error)),
            }
        }
        self.unsent.drain(..sent);
        match self.channel.flush() {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(Breach::Lost(error)),
            _ => Ok(()),
        }
    }

    /// Reads once, and counts the replies.
    pub(super) fn receive(
        &mut self,
        chunk: &mut [u8],
        tally: &mut Tally,
        clock: &Clock,
    ) -> Result<Received, Breach> {
        let length = match self.channel.read(chunk) {
            Ok(0) => return Err(Breach::Closed),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(Received { answered: 0, at: clock.now(), rest: Rest::None });
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return Err(Breach::Lost(error)),
        };
        let at = clock.now();
        let answered = self.take_in(&chunk[..length], at, tally)?;
        let interrupted = length == 0;
        // A read that does not fill the chunk has emptied the socket.
        let rest = if interrupted || length == chunk.len() { Rest::Perhaps } else { Rest::None };
        Ok(Received { answered, at, rest })
    }

    fn take_in(
        &mut self,
        mut rest: &[u8],
        at: Instant,
        tally: &mut Tally,
    ) -> Result<usize, Breach> {
        let before = self.under_way;
        while !rest.is_empty() {
            let run = self.runs.front_mut().ok_or_else(|| NoReply::of(rest))?;
            let (mut well, mut refused) = (0, 0);
            while well + refused < run.left {
                match self.replies.next(&mut rest, run.kind)? {
                    Some(Outcome::Well) => well += 1,
                    Some(Outcome::Refused) => refused += 1,
                    None => break,
                }
            }
            if well > 0 {
                tally.well(run.kind, at - run.sent_at, well as u64);
            }
            tally.refused(refused as u64);
            run.left -= well + refused;
            self.under_way -= well + refused;
            if run.left == 0 {
                self.runs.pop_front();
            }
        }
        Ok(before - self.under_way)
    }
}
