//! One client.

use super::admission::Admission;
use super::ending::Ending;
use super::gate::Answer;
use super::greeting::{Foreign, Greeting};
use super::input::Input;
use super::last_read::LastRead;
use super::outbox::Outbox;
use super::patience::{Owes, Patience};
use super::wake::Wake;
use crate::node::{Lookup, Node};
use crate::protocol::{AUTH_REFUSED, LINE_BYTES_MAX, LineBuffer, Timestamp, write_invalid};
use crate::runtime::{self, Clock, Stream};
use crate::server::buffer_pool::Chunk;
use crate::server::connection::Connection;
use crate::server::core::Core;
use crate::server::deadline::Deadline;
use crate::server::live_limits::SeenLimits;
use crate::server::look_ahead::LookAhead;
use crate::server::lookups::{Asker, Lookups};
use crate::server::stop::StopWatch;
use crate::server::visitor::Visitor;
use futures_lite::future;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long the server waits for the client to hang up after the last reply, when it is the server
/// that ends the conversation. Closing while
/// the client still sends would reset the connection and take the last replies with it.
const LINGER: Duration = Duration::from_secs(1);

/// The most lines that are answered before others have their turn. It bounds what one client costs
/// all others: 128 commands take some 50 microseconds.
const LINES_A_TURN: usize = 128;

/// The size of replies that room is made for before a turn, in bytes of commands.
const REPLY_BYTES_EXPECTED: usize = LINES_A_TURN * 64;

/// One client's connection: its commands come in, its replies go out in order.
pub(in crate::server) struct Session<C: Clock, S: Stream> {
    core: Arc<Core<C>>,
    limits: SeenLimits,
    connection: Connection<S>,
    lines: LineBuffer,
    greeting: Greeting,
    admission: Admission<C>,
    ending: Ending,
    input: Input,
    /// When the bytes of the current chunk were read, by the wall clock and in uptime.
    received: Timestamp,
    received_at: Duration,
    outbox: Outbox,
    asker: Asker,
    stop: StopWatch,
    last_read: LastRead,
    deadline: Deadline<C>,
    /// For what the client has to wait for.
    delay: Deadline<C>,
    patience: Patience,
    /// How many lines were answered since others had their turn.
    lines_this_turn: usize,
}

impl<C: Clock, S: Stream> Session<C, S> {
    pub(in crate::server) fn new(
        core: Arc<Core<C>>,
        connection: Connection<S>,
        visitor: &Visitor,
    ) -> Self {
        Self {
            admission: Admission::new(Arc::clone(&core), visitor),
            limits: core.limits.seen(),
            stop: core.stop.watch(),
            last_read: LastRead::default(),
            patience: Patience::new(core.clock.uptime()),
            lines_this_turn: 0,
            asker: Asker::default(),
            outbox: Outbox::new(Arc::clone(&core.allowance)),
            core,
            connection,
            lines: LineBuffer::new(LINE_BYTES_MAX),
            greeting: Greeting::default(),
            ending: Ending::default(),
            input: Input::Awaited,
            received: Timestamp::default(),
            received_at: Duration::ZERO,
            deadline: Deadline::new(),
            delay: Deadline::new(),
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
            if self.is_over() {
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
        runtime::timeout(&clock, self.limits.stall, closed).await.transpose()?;
        if self.core.stop.is_requested() || self.ending.is_by_server() {
            runtime::timeout(&clock, LINGER, self.connection.drain()).await;
        }
        Ok(())
    }

    /// Answers as many commands as are here, as the outbox has room for and as the client may give
    /// now, with the node locked once. Whether there was anything to answer.
    fn take_in(&mut self) -> bool {
        self.limits.refresh(&self.core.limits);
        self.end_if_revoked();
        if !self.has_commands() || !self.has_room(0) {
            return false;
        }
        let wanted = LINES_A_TURN.saturating_sub(self.lines_this_turn);
        let lines_max = self.admission.lines_max(wanted, &self.limits);
        if self.admission.waits_until().is_some() {
            return false;
        }
        let core = Arc::clone(&self.core);
        let mut node = core.kept.node();
        self.outbox.holding_mut().set_command_bytes(0);
        let (lines_before, clients_before) = (self.lines_this_turn, node.log().len());
        match std::mem::replace(&mut self.input, Input::Awaited) {
            Input::Here(chunk) => self.take_in_chunk(&mut node, chunk, lines_before + lines_max),
            Input::Ended => self.take_in_last_line(&mut node),
            other @ (Input::Awaited | Input::Done) => self.input = other,
        }
        let new_clients = node.log().len() - clients_before;
        drop(node);
        let lines = self.lines_this_turn - lines_before;
        self.admission.note_used(lines, new_clients, &self.limits);
        true
    }

    /// Answers lines until `lines_end` were answered in this turn.
    fn take_in_chunk(&mut self, node: &mut Node, mut chunk: Chunk, lines_end: usize) {
        let mut replies = Vec::with_capacity(chunk.bytes().len().min(REPLY_BYTES_EXPECTED) * 3 / 2);
        let mut rest = chunk.bytes();
        let mut look_ahead = LookAhead::default();
        while !rest.is_empty() && self.lines_this_turn < lines_end && self.has_room(replies.len()) {
            look_ahead.line(node, rest);
            let Some(line) = self.lines.next_line(&mut rest) else { break };
            if let Some(foreign) = self.greeting.line(line) {
                write_invalid(line.text(), &mut replies);
                self.push(replies);
                return self.refuse(foreign);
            }
            self.lines_this_turn += 1;
            self.patience.note_line_end();
            match self.admission.answer(node, line, self.received, &mut replies) {
                Answer::Given(None) => {}
                Answer::Given(Some(lookup)) => {
                    self.push(std::mem::take(&mut replies));
                    self.look_up(lookup);
                }
                Answer::AuthRefused => {
                    self.push(replies);
                    return self.refuse_auth();
                }
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

    fn take_in_last_line(&mut self, node: &mut Node) {
        self.input = Input::Done;
        let Some(line) = self.lines.finish() else { return };
        self.lines_this_turn += 1;
        let mut replies = Vec::new();
        match self.admission.answer(node, line, self.received, &mut replies) {
            Answer::Given(None) => self.push(replies),
            Answer::Given(Some(lookup)) => self.look_up(lookup),
            Answer::AuthRefused => self.refuse_auth(),
        }
    }

    /// Has the places for a reply looked up, if the client's token may still ask for some today.
    fn look_up(&mut self, lookup: Lookup) {
        if self.admission.may_look_up(&self.limits) {
            self.outbox.push_lookup(Box::pin(self.core.lookups.reply(&mut self.asker, lookup)));
        } else {
            self.push(Lookups::<C>::over_quota(lookup));
        }
    }

    /// Takes nothing more from a client whose token is no longer good.
    fn end_if_revoked(&mut self) {
        if self.admission.is_revoked() {
            self.outbox.holding_mut().set_command_bytes(0);
            self.input = Input::Done;
            self.ending.note_by_server();
        }
    }

    /// The client has shown no good token: nothing more is taken from it.
    fn refuse_auth(&mut self) {
        self.admission.report_refused();
        self.ending.refuse_auth(self.core.clock.uptime());
        self.input = Input::Done;
    }

    /// The client speaks another protocol: nothing of what it says is a command.
    fn refuse(&mut self, foreign: Foreign) {
        if let Some(times) = self.core.foreign_protocol.note(self.core.clock.uptime()) {
            let server = &self.core.name;
            log::warn!(server:%, protocol:% = foreign, times; "refused another protocol on the client port");
        }
        self.ending.note_by_server();
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

    /// Looks at everything that a session waits for.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Wake>> {
        let mut progress = self.poll_replies(cx)? | self.poll_delay(cx);
        let is_held_up = self.admission.waits_until().is_some();
        if matches!(self.input, Input::Awaited) && self.has_room(0) && !is_held_up {
            progress |= self.poll_input(cx)?;
        }
        progress |= self.has_commands() && self.has_room(0) && !is_held_up;
        progress |= self.poll_revoked(cx);
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
        if let Input::Here(chunk) = &mut self.input {
            chunk.set_aside();
        }
        // Others have their turn now.
        self.lines_this_turn = 0;
        Poll::Pending
    }

    /// When the client must have done what is expected of it.
    fn due(&self) -> Option<Duration> {
        let patience = self.patience.ends(self.owes(), &self.limits);
        let auth = self.admission.auth_due().filter(|_| !self.ending.is_by_server());
        [patience, auth].into_iter().flatten().min()
    }

    /// Waits for what the client has to wait for: its quota, or the refusal of its AUTH. Whether that
    /// is over.
    fn poll_delay(&mut self, cx: &mut Context<'_>) -> bool {
        let is_refusal = self.outbox.is_empty() && self.ending.auth_refusal_due().is_some();
        let waits_until =
            self.ending.auth_refusal_due().filter(|_| is_refusal).or(self.admission.waits_until());
        let Some(due) = waits_until else { return false };
        let is_over = self.delay.poll(cx, &self.core.clock, due).is_ready();
        if is_refusal && is_over {
            self.ending.note_auth_refused();
            self.push(AUTH_REFUSED.to_vec());
        } else if is_over || self.stop.poll_requested(cx).is_ready() {
            self.admission.resume();
            self.patience.note_resumed(self.core.clock.uptime());
        } else {
            return false;
        }
        true
    }

    /// Whether the client's token is no longer good, and something was still expected of it.
    fn poll_revoked(&mut self, cx: &mut Context<'_>) -> bool {
        let is_talking = !matches!(self.input, Input::Done);
        let revoked = self.admission.poll_revoked(cx).is_ready();
        revoked && is_talking
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

    /// Reads; whether there is something new. A server that stops reads what is here already, as
    /// far as [`LastRead`] goes, and takes no line whose LF is not: half a line may read as a whole other one.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let stops = self.core.stop.is_requested();
        if stops && self.last_read.is_enough(self.core.clock.uptime()) {
            self.input = Input::Done;
            return Ok(true);
        }
        let bytes_max = self.outbox.holding().read_bytes_max(&self.limits);
        match self.connection.poll_read_up_to(cx, bytes_max)? {
            Poll::Ready(chunk) => {
                self.received = self.core.clock.now();
                self.received_at = self.core.clock.uptime();
                self.patience.note_heard(self.received_at);
                if stops {
                    self.last_read.note(chunk.bytes().len());
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

    /// Whether everything is taken in and everything is said.
    fn is_over(&self) -> bool {
        let is_done = matches!(self.input, Input::Done) && self.outbox.is_empty();
        is_done && self.ending.auth_refusal_due().is_none()
    }

    fn has_commands(&self) -> bool {
        matches!(self.input, Input::Here(_) | Input::Ended)
    }

    /// Whether more commands may be answered, with `bytes` of replies not in the outbox yet.
    fn has_room(&self, bytes: usize) -> bool {
        self.outbox.holding().has_room(bytes, &self.limits)
    }

    /// What is expected of the client. While it waits for a source of places or for its quota, only
    /// that counts.
    fn owes(&self) -> Owes {
        let is_held_up =
            self.admission.waits_until().is_some() || self.ending.auth_refusal_due().is_some();
        match (self.outbox.is_sending(), self.outbox.is_empty()) {
            (true, _) => Owes::Taking,
            (false, true) if !is_held_up => Owes::Presence,
            (false, _) => Owes::Nothing,
        }
    }
}
