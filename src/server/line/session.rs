//! One client.

use super::greeting::{Foreign, Greeting};
use super::outbox::Outbox;
use super::patience::{Owes, Patience};
use crate::node::Node;
use crate::protocol::{LINE_BYTES_MAX, LineBuffer, Timestamp, write_invalid};
use crate::runtime::{self, Clock, Stream};
use crate::server::buffer_pool::Chunk;
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::deadline::Deadline;
use crate::server::look_ahead::LookAhead;
use crate::server::lookups::Asker;
use crate::server::stop::StopWatch;
use futures_lite::future;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long the server waits for the client to hang up after the last reply, when it is the server
/// that ends the conversation. Closing while
/// the client still sends would reset the connection and take the last replies with it.
const LINGER: Duration = Duration::from_secs(1);

/// The most bytes that are read from a client after the server was asked to stop: what the client has
/// sent before is mostly less, and one that never pauses must not keep the server.
const LAST_BYTES_MAX: usize = 256 * 1024;

/// How long a client is read from after the server was asked to stop.
const LAST_READ_SPAN: Duration = Duration::from_secs(1);

/// The most lines that are answered before others have their turn. It bounds what one client costs
/// all others: 128 commands take some 50 microseconds.
const LINES_A_TURN: usize = 128;

/// The size of replies that room is made for before a turn, in bytes of commands.
const REPLY_BYTES_EXPECTED: usize = LINES_A_TURN * 64;

/// One client's connection: its commands come in, its replies go out in order.
pub(in crate::server) struct Session<C: Clock, S: Stream> {
    core: Arc<Core<C>>,
    connection: Connection<S>,
    lines: LineBuffer,
    greeting: Greeting,
    /// The other protocol that the client speaks, after which nothing is taken from it.
    foreign: Option<Foreign>,
    input: Input,
    /// When the bytes of the current chunk were read, by the wall clock and in uptime.
    received: Timestamp,
    received_at: Duration,
    outbox: Outbox,
    asker: Asker,
    stop: StopWatch,
    /// How many bytes may still be read once the server was asked to stop, and until when in uptime.
    last_bytes: usize,
    last_read_ends: Option<Duration>,
    deadline: Deadline<C>,
    patience: Patience,
    /// How many lines were answered since others had their turn.
    lines_this_turn: usize,
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

impl<C: Clock, S: Stream> Session<C, S> {
    pub(in crate::server) fn new(core: Arc<Core<C>>, connection: Connection<S>) -> Self {
        Self {
            stop: core.stop.watch(),
            last_bytes: LAST_BYTES_MAX,
            last_read_ends: None,
            patience: Patience::new(core.clock.uptime()),
            lines_this_turn: 0,
            asker: Asker::default(),
            outbox: Outbox::new(Arc::clone(&core.allowance)),
            core,
            connection,
            lines: LineBuffer::new(LINE_BYTES_MAX),
            greeting: Greeting::default(),
            foreign: None,
            input: Input::Awaited,
            received: Timestamp::default(),
            received_at: Duration::ZERO,
            deadline: Deadline::new(),
        }
    }

    /// Serves the client until it has hung up and has all its replies, until it is too slow, or
    /// until the server stops.
    pub(in crate::server) async fn run(mut self) -> io::Result<()> {
        loop {
            if self.take_in() {
                self.core.kept.commit().await.map_err(io::Error::other)?;
                // Whatever was committed before the server was drained still reaches the neighbors.
                // Anything later would not, so its replies must not go out.
                if self.core.stop.is_drained() {
                    return Ok(());
                }
            }
            if matches!(self.input, Input::Done) && self.outbox.is_empty() {
                break;
            }
            match future::poll_fn(|cx| self.poll_wake(cx)).await? {
                Wake::Progress => {}
                Wake::TimeIsUp | Wake::Forced => return Ok(()),
            }
            if self.lines_this_turn >= LINES_A_TURN {
                self.lines_this_turn = 0;
                future::yield_now().await;
            }
        }
        let clock = self.core.clock.clone();
        // Over TLS, the last word takes room in the connection, which a client may not make.
        let closed = self.connection.close_writing();
        runtime::timeout(&clock, self.core.limits.stall, closed).await.transpose()?;
        if self.core.stop.is_requested() || self.foreign.is_some() {
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
        self.outbox.holding_mut().set_command_bytes(0);
        match std::mem::replace(&mut self.input, Input::Awaited) {
            Input::Here(chunk) => self.take_in_chunk(&mut node, chunk),
            Input::Ended => self.take_in_last_line(&mut node),
            other @ (Input::Awaited | Input::Done) => self.input = other,
        }
        true
    }

    fn take_in_chunk(&mut self, node: &mut Node, mut chunk: Chunk) {
        let mut replies = Vec::with_capacity(chunk.bytes().len().min(REPLY_BYTES_EXPECTED) * 3 / 2);
        let mut rest = chunk.bytes();
        let mut look_ahead = LookAhead::default();
        while !rest.is_empty()
            && self.lines_this_turn < LINES_A_TURN
            && self.has_room(replies.len())
        {
            look_ahead.line(node, rest);
            let Some(line) = self.lines.next_line(&mut rest) else { break };
            if let Some(foreign) = self.greeting.line(line) {
                write_invalid(line.text(), &mut replies);
                self.push(replies);
                return self.refuse(foreign);
            }
            self.lines_this_turn += 1;
            self.patience.note_line_end();
            if let Some(lookup) = node.command(line, self.received, &mut replies) {
                self.push(std::mem::take(&mut replies));
                self.outbox.push_lookup(Box::pin(self.core.lookups.reply(&mut self.asker, lookup)));
            }
        }
        let left = rest.len();
        self.push(replies);
        if left > 0 {
            chunk.keep_last(left);
            self.keep(chunk);
        } else {
            self.patience.note_line(self.lines.partial_bytes() > 0, self.received_at);
        }
    }

    /// Keeps commands that are not taken in yet. They count until they are.
    fn keep(&mut self, chunk: Chunk) {
        self.outbox.holding_mut().set_command_bytes(chunk.bytes().len());
        self.input = Input::Here(chunk);
    }

    /// The client speaks another protocol: nothing of what it says is a command.
    fn refuse(&mut self, foreign: Foreign) {
        if let Some(times) = self.core.foreign_protocol.note(self.core.clock.uptime()) {
            let server = &self.core.name;
            log::warn!(server:%, protocol:% = foreign, times; "refused another protocol on the client port");
        }
        self.foreign = Some(foreign);
        self.input = Input::Done;
    }

    /// Adds replies that are ready. If they are the first ones to wait, the client has its full time
    /// to take them.
    fn push(&mut self, replies: Vec<u8>) {
        if !self.outbox.is_sending() {
            self.patience.note_taken(self.received_at);
        }
        self.outbox.push(replies);
    }

    fn take_in_last_line(&mut self, node: &mut Node) {
        self.input = Input::Done;
        let Some(line) = self.lines.finish() else { return };
        let mut replies = Vec::new();
        match node.command(line, self.received, &mut replies) {
            Some(lookup) => {
                self.outbox.push_lookup(Box::pin(self.core.lookups.reply(&mut self.asker, lookup)))
            }
            None => self.push(replies),
        }
    }

    /// Looks at everything that a session waits for.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Wake>> {
        let mut progress = self.poll_replies(cx)?;
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
        if let Some(due) = self.patience.ends(self.owes(), &self.core.limits)
            && self.deadline.poll(cx, &self.core.clock, due).is_ready()
        {
            return Poll::Ready(Ok(Wake::TimeIsUp));
        }
        if let Input::Here(chunk) = &mut self.input {
            chunk.set_aside();
        }
        // Others have their turn now.
        self.lines_this_turn = 0;
        Poll::Pending
    }

    /// Drives lookups and sends what is ready; whether anything moved.
    fn poll_replies(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let was_sending = self.outbox.is_sending();
        let has_looked_up = self.outbox.poll_lookups(cx);
        if has_looked_up {
            self.lines_this_turn = LINES_A_TURN;
        }
        let Self { connection, outbox, .. } = self;
        let sent = outbox.poll_send(|bytes| connection.poll_write(cx, bytes));
        if sent.is_ready() || (outbox.is_sending() && !was_sending) {
            self.patience.note_taken(self.core.clock.uptime());
        }
        match sent {
            Poll::Ready(sent) => sent.map(|()| true),
            Poll::Pending => Ok(has_looked_up),
        }
    }

    /// Reads; whether there is something new. A server that stops reads what is here already, up
    /// to [`LAST_BYTES_MAX`], and takes no line whose LF is not: half a line may read as a whole other one.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let stops = self.core.stop.is_requested();
        if stops && self.has_read_enough() {
            self.input = Input::Done;
            return Ok(true);
        }
        let bytes_max = self.outbox.holding().read_bytes_max(&self.core.limits);
        match self.connection.poll_read_up_to(cx, bytes_max)? {
            Poll::Ready(chunk) => {
                self.received = self.core.clock.now();
                self.received_at = self.core.clock.uptime();
                self.patience.note_heard(self.received_at);
                if stops {
                    self.last_bytes = self.last_bytes.saturating_sub(chunk.bytes().len());
                }
                if let Some(foreign) = self.greeting.bytes(chunk.bytes()) {
                    self.refuse(foreign);
                } else if chunk.bytes().is_empty() {
                    self.input = Input::Ended;
                } else {
                    self.keep(chunk);
                }
                Ok(true)
            }
            Poll::Pending if self.stop.poll_requested(cx).is_ready() => {
                self.input = Input::Done;
                Ok(true)
            }
            Poll::Pending => Ok(false),
        }
    }

    /// Whether a server that stops has read what the client had sent before. Where the connection
    /// holds little at a time, the bytes alone would take a client that never pauses too long.
    fn has_read_enough(&mut self) -> bool {
        let now = self.core.clock.uptime();
        let ends = *self.last_read_ends.get_or_insert(now + LAST_READ_SPAN);
        self.last_bytes == 0 || now > ends
    }

    fn has_commands(&self) -> bool {
        matches!(self.input, Input::Here(_) | Input::Ended)
    }

    /// Whether more commands may be answered, with `bytes` of replies not in the outbox yet.
    fn has_room(&self, bytes: usize) -> bool {
        self.outbox.holding().has_room(bytes, &self.core.limits)
    }

    /// What is expected of the client. While a source of places is waited for, only that source's
    /// time counts.
    fn owes(&self) -> Owes {
        match (self.outbox.is_sending(), self.outbox.is_empty()) {
            (true, _) => Owes::Taking,
            (false, true) => Owes::Presence,
            (false, false) => Owes::Nothing,
        }
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
