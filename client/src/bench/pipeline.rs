//! One connection of the load.

use super::breach::Breach;
use super::channel::Channel;
use super::kind::Kind;
use super::load::Load;
use super::replies::Replies;
use super::scan::{NoReply, Outcome};
use super::stopwatch::Stopwatch;
use super::tally::Tally;
use crate::credentials::Credentials;
use mio::net::TcpStream;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

/// A connection, the commands under way on it, and the bytes of them that have not been sent yet.
#[derive(Debug)]
pub(super) struct Pipeline {
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

/// The result of a read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received {
    /// How many commands were answered.
    pub(super) answered: usize,
    /// When they were read.
    pub(super) at: Instant,
    /// Whether there may be more to read.
    pub(super) rest: Rest,
}

/// Whether a read emptied the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It did: the system reports the next bytes with a new event.
    None,
    /// It may not have.
    Perhaps,
}

impl Pipeline {
    /// A pipeline over a connection that is up and never blocks.
    pub(super) fn over(channel: Channel, replies: Replies) -> Self {
        Self { channel, replies, runs: VecDeque::new(), under_way: 0, unsent: Vec::new() }
    }

    /// Shows the server a token before anything else.
    pub(super) fn authenticate(&mut self, credentials: &Credentials) {
        self.unsent.extend_from_slice(&credentials.line());
        self.unsent.push(b'\n');
        self.replies.await_auth();
    }

    /// The connection, so that it can be registered.
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

    /// Sends `count` commands in one write. What the socket does not take now is sent later.
    pub(super) fn send(
        &mut self,
        count: usize,
        load: &mut Load,
        stopwatch: &Stopwatch,
    ) -> Result<(), Breach> {
        if count == 0 {
            return Ok(());
        }
        let begun = stopwatch.now();
        let (time, first) = (stopwatch.time_of(begun), self.runs.len());
        for _ in 0..count {
            let kind = load.push_next(time, &mut self.unsent);
            match self.runs.range_mut(first..).next_back().filter(|run| run.kind == kind) {
                Some(run) => run.left += 1,
                None => self.runs.push_back(Run { kind, left: 1, sent_at: begun }),
            }
        }
        self.under_way += count;
        // The time that it took to write the commands into the buffer is not the server's latency.
        let sent_at = stopwatch.now();
        self.runs.range_mut(first..).for_each(|run| run.sent_at = sent_at);
        self.flush()
    }

    /// Sends what the socket has not taken yet.
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
        stopwatch: &Stopwatch,
    ) -> Result<Received, Breach> {
        let length = match self.channel.read(chunk) {
            Ok(0) => return Err(Breach::Closed),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(Received { answered: 0, at: stopwatch.now(), rest: Rest::None });
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return Err(Breach::Lost(error)),
        };
        let at = stopwatch.now();
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
