//! One client.

use super::outbox::Outbox;
use crate::node::Node;
use crate::protocol::{LINE_BYTES_MAX, LineBuffer, Timestamp};
use crate::runtime::{self, Runtime, Stream};
use crate::server::buffer_pool::{CHUNK_BYTES, Chunk};
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::deadline::Deadline;
use crate::server::look_ahead::LookAhead;
use crate::server::stop::StopWatch;
use futures_lite::future;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long a server that stops waits for the client to hang up after its last reply. Closing while
/// the client still sends would reset the connection and take the last replies with it.
const LINGER: Duration = Duration::from_secs(1);

/// A client that always has something to say gives way to others after this many exchanges.
const TURNS_AT_A_TIME: u32 = 16;

/// One client's connection: its commands come in, its replies go out in order.
pub(in crate::server) struct Session<C: Runtime, S: Stream> {
    core: Arc<Core<C>>,
    connection: Connection<S>,
    lines: LineBuffer,
    input: Input,
    /// When the bytes of the current chunk were read.
    received: Timestamp,
    outbox: Outbox,
    stop: StopWatch,
    deadline: Deadline<C>,
    /// When something last went in or out, in the runtime's uptime.
    last_progress: Duration,
}

/// Where a client's commands are.
enum Input {
    /// On their way.
    Awaited,
    /// Here, and not all taken in yet: the outbox may have to make room first.
    Here(Chunk),
    /// All here, but the last line, which had no LF, is not taken in yet.
    Ended,
    /// All taken in.
    Done,
}

/// Why a session wakes.
enum Wake {
    /// Something went in or out.
    Progress,
    /// The time for something to go in or out has passed.
    TimeIsUp,
    /// The server forces its sessions to end.
    Forced,
}

impl<C: Runtime, S: Stream> Session<C, S> {
    pub(in crate::server) fn new(core: Arc<Core<C>>, connection: Connection<S>) -> Self {
        Self {
            stop: core.stop.watch(),
            last_progress: core.clock.uptime(),
            core,
            connection,
            lines: LineBuffer::new(LINE_BYTES_MAX),
            input: Input::Awaited,
            received: Timestamp::default(),
            outbox: Outbox::default(),
            deadline: Deadline::new(),
        }
    }

    /// Serves the client until it has hung up and has all its replies, until it is too slow, or
    /// until the server stops.
    pub(in crate::server) async fn run(mut self) -> io::Result<()> {
        let mut turns = 0_u32;
        loop {
            if self.take_in() {
                self.core.kept.commit().await.map_err(io::Error::other)?;
            }
            if matches!(self.input, Input::Done) && self.outbox.is_empty() {
                break;
            }
            match future::poll_fn(|cx| self.poll_wake(cx)).await? {
                Wake::Progress => self.last_progress = self.core.clock.uptime(),
                Wake::TimeIsUp | Wake::Forced => return Ok(()),
            }
            turns += 1;
            if self.is_busy() || turns.is_multiple_of(TURNS_AT_A_TIME) {
                future::yield_now().await;
            }
        }
        self.connection.close_writing().await?;
        if self.core.stop.is_requested() {
            let clock = self.core.clock.clone();
            runtime::timeout(&clock, LINGER, self.hang_up()).await;
        }
        Ok(())
    }

    /// Answers as many commands as are here and as the outbox has room for, with the node locked
    /// once. Whether there was anything to answer.
    fn take_in(&mut self) -> bool {
        if !self.has_commands() || !self.has_room(0) {
            return false;
        }
        let core = Arc::clone(&self.core);
        let mut node = core.kept.node();
        match std::mem::replace(&mut self.input, Input::Awaited) {
            Input::Here(chunk) => self.take_in_chunk(&mut node, chunk),
            Input::Ended => self.take_in_last_line(&mut node),
            other @ (Input::Awaited | Input::Done) => self.input = other,
        }
        true
    }

    fn take_in_chunk(&mut self, node: &mut Node, mut chunk: Chunk) {
        let mut replies = Vec::with_capacity(chunk.bytes().len() * 3 / 2 + 64);
        let mut rest = chunk.bytes();
        let mut look_ahead = LookAhead::default();
        while self.has_room(replies.len()) {
            look_ahead.line(node, rest);
            let Some(line) = self.lines.next_line(&mut rest) else {
                self.outbox.push(replies);
                return;
            };
            if let Some(lookup) = node.command(line, self.received, &mut replies) {
                self.outbox.push(std::mem::take(&mut replies));
                self.outbox.push_lookup(Box::pin(self.core.lookups.reply(lookup)));
            }
        }
        self.outbox.push(replies);
        let left = rest.len();
        chunk.keep_last(left);
        self.input = Input::Here(chunk);
    }

    fn take_in_last_line(&mut self, node: &mut Node) {
        self.input = Input::Done;
        let Some(line) = self.lines.finish() else { return };
        let mut replies = Vec::new();
        match node.command(line, self.received, &mut replies) {
            Some(lookup) => self.outbox.push_lookup(Box::pin(self.core.lookups.reply(lookup))),
            None => self.outbox.push(replies),
        }
    }

    /// Looks at everything that a session waits for.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Wake>> {
        let mut progress = self.outbox.poll_lookups(cx);
        let Self { connection, outbox, .. } = self;
        if let Poll::Ready(sent) = outbox.poll_send(|bytes| connection.poll_write(cx, bytes)) {
            sent?;
            progress = true;
        }
        if matches!(self.input, Input::Awaited) && self.has_room(0) {
            progress |= self.poll_input(cx)?;
        }
        progress |= self.has_commands() && self.has_room(0);
        if progress {
            return Poll::Ready(Ok(Wake::Progress));
        }
        if self.stop.poll_forced(cx).is_ready() {
            return Poll::Ready(Ok(Wake::Forced));
        }
        if let Some(due) = self.due()
            && self.deadline.poll(cx, &self.core.clock, due).is_ready()
        {
            return Poll::Ready(Ok(Wake::TimeIsUp));
        }
        Poll::Pending
    }

    /// Reads; whether there is something new. A server that stops takes only what is here already,
    /// and no line whose LF is not: half a line may read as a whole other one.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        match self.connection.poll_read(cx)? {
            Poll::Ready(chunk) => {
                self.received = self.core.clock.now();
                let ended = chunk.bytes().is_empty();
                self.input = if ended { Input::Ended } else { Input::Here(chunk) };
                Ok(true)
            }
            Poll::Pending if self.stop.poll_requested(cx).is_ready() => {
                self.input = Input::Done;
                Ok(true)
            }
            Poll::Pending => Ok(false),
        }
    }

    fn has_commands(&self) -> bool {
        matches!(self.input, Input::Here(_) | Input::Ended)
    }

    /// Whether more commands may be answered, with so many bytes of replies not in the outbox yet.
    fn has_room(&self, bytes: usize) -> bool {
        self.outbox.unsent_bytes() + bytes < self.core.limits.unsent_bytes
            && self.outbox.lookups() < self.core.limits.lookups_per_connection
    }

    /// Whether the client sends faster than it is answered.
    fn is_busy(&self) -> bool {
        matches!(&self.input, Input::Here(chunk) if chunk.bytes().len() == CHUNK_BYTES)
    }

    /// When the session ends if nothing goes in or out until then. While a source of places is
    /// waited for, only that source's time counts.
    fn due(&self) -> Option<Duration> {
        if self.outbox.is_sending() {
            return Some(self.last_progress + self.core.limits.stall);
        }
        let idle = self.core.limits.idle?;
        self.outbox.is_empty().then_some(self.last_progress + idle)
    }

    /// Reads until the client hangs up, and forgets what it says.
    async fn hang_up(&mut self) {
        while future::poll_fn(|cx| self.connection.poll_read(cx))
            .await
            .is_ok_and(|chunk| !chunk.bytes().is_empty())
        {
            future::yield_now().await;
        }
    }
}
