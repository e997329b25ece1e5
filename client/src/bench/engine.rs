//! What drives the load: one thread, all connections.

use super::bench_error::BenchError;
use super::breach::Breach;
use super::budget::Budget;
use super::clock::Clock;
use super::dial::dial;
use super::link::{Link, Rest};
use super::load::Load;
use super::plan::Plan;
use super::progress::{Progress, Stage};
use super::remarks::Remarks;
use super::tally::Tally;
use mio::{Events, Interest, Poll, Token};
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Bytes read at a time, over all connections one after the other: some twenty replies to a WHATSAT.
const CHUNK_BYTES: usize = 256 * 1024;

/// Events taken from the system at a time.
const EVENTS_MAX: usize = 1024;

/// Between two words on how far a stage is.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// The connections of a measurement, and what goes over them.
///
/// It is driven by mio and not by the runtime that the rest of Herd is written for: a generator must
/// cost little, and the same, whatever it loads.
pub(super) struct Engine<'a> {
    plan: &'a Plan,
    poll: Poll,
    /// None where the connection broke.
    links: Vec<Option<Link>>,
    load: Load,
    clock: Clock,
    chunk: Box<[u8]>,
    remarks: Remarks,
    ending: Ending,
}

/// How a measurement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Once all that was planned is done.
    Planned,
    /// As soon as what is under way is answered, since the caller asked for that.
    Early,
}

/// What a stage came to.
#[derive(Debug)]
pub(super) struct StageResult {
    /// What was answered.
    pub(super) tally: Tally,
    /// From the first command sent to the last reply.
    pub(super) took: Duration,
}

/// A stage under way.
struct StageState {
    budget: Budget,
    tally: Tally,
    /// How many commands wait for their replies, over all links.
    under_way: usize,
    begun: Instant,
    last_answer: Instant,
    progress: Progress,
}

impl StageState {
    fn begin(stage: Stage, budget: Budget, now: Instant) -> Self {
        let progress = Progress::at_start(stage, budget, now);
        let tally = Tally::new();
        Self { budget, tally, under_way: 0, begun: now, last_answer: now, progress }
    }
}

impl<'a> Engine<'a> {
    /// Opens all connections.
    pub(super) fn connect(plan: &'a Plan) -> Result<Self, BenchError> {
        let poll = Poll::new().map_err(BenchError::System)?;
        let mut links = Vec::with_capacity(plan.connections.size());
        for (number, server) in (0..plan.connections.size()).zip(plan.servers.iter().cycle()) {
            let channel = dial(server, plan.tls.as_ref(), number, plan.timeout)?;
            let mut link = Link::over(channel, plan.dialect.replies());
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry()
                .register(link.stream(), Token(number), interest)
                .map_err(BenchError::System)?;
            links.push(Some(link));
        }
        Ok(Self {
            plan,
            poll,
            links,
            load: Load::of(plan),
            clock: Clock::start(),
            chunk: vec![0; CHUNK_BYTES].into(),
            remarks: Remarks::default(),
            ending: Ending::Planned,
        })
    }

    /// What went wrong so far.
    pub(super) fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Keeps `depth` commands under way on each connection until the budget is used up, and waits for
    /// the last replies.
    pub(super) fn run(
        &mut self,
        stage: Stage,
        budget: Budget,
        depth: usize,
        on_progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<StageResult, BenchError> {
        let mut events = Events::with_capacity(EVENTS_MAX);
        let budget = if self.ending == Ending::Early { Budget::Count(0) } else { budget };
        let mut state = StageState::begin(stage, budget, self.clock.now());
        for number in 0..self.links.len() {
            self.with_link(number, &mut state, |engine, link, state| {
                engine.top_up(link, depth, state.begun, state)
            });
        }
        while state.under_way > 0 {
            self.wait(&mut events).map_err(BenchError::System)?;
            for event in &events {
                self.with_link(event.token().0, &mut state, Self::turn);
            }
            self.look_around(&mut state, on_progress);
        }
        self.conclude(state)
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        match self.poll.poll(events, Some(PROGRESS_EVERY)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            waited => waited,
        }
    }

    /// Tells how far the stage is, and gives up waiting when it has been too long.
    fn look_around(
        &mut self,
        state: &mut StageState,
        on_progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) {
        let now = self.clock.now();
        if state.progress.is_due(now, PROGRESS_EVERY) {
            state.progress.advance(now, state.tally.answered());
            if on_progress(&state.progress).is_break() {
                self.ending = Ending::Early;
                state.budget = Budget::Count(0);
            }
        }
        if now - state.last_answer > self.plan.timeout {
            self.give_up(state);
        }
    }

    fn conclude(&self, state: StageState) -> Result<StageResult, BenchError> {
        match self.remarks.first_breach() {
            Some(breach) if self.links.iter().all(Option::is_none) => {
                Err(BenchError::AllBroken(breach.to_owned()))
            }
            _ => Ok(StageResult { tally: state.tally, took: self.clock.now() - state.begun }),
        }
    }

    /// Does something with a link that is up, and keeps the count of what is under way. What breaks
    /// the link takes it away, with all that was under way on it.
    fn with_link(
        &mut self,
        number: usize,
        state: &mut StageState,
        act: impl FnOnce(&mut Self, &mut Link, &mut StageState) -> Result<(), Breach>,
    ) {
        let Some(mut link) = self.links[number].take() else { return };
        state.under_way -= link.under_way();
        match act(self, &mut link, state) {
            Ok(()) => {
                state.under_way += link.under_way();
                self.links[number] = Some(link);
            }
            Err(breach) => {
                state.tally.lost(link.under_way());
                let server = &self.plan.servers[number % self.plan.servers.len()];
                self.remarks.breach(server, &breach);
            }
        }
    }

    /// Something has come, or there is room again to send.
    fn turn(&mut self, link: &mut Link, state: &mut StageState) -> Result<(), Breach> {
        link.flush()?;
        loop {
            let errors_before = state.tally.errors();
            let received = link.receive(&mut self.chunk, &mut state.tally, &self.clock)?;
            if state.tally.errors() > errors_before {
                self.remarks.refusal(|| link.refusal());
            }
            if received.answered > 0 {
                state.last_answer = received.at;
                self.top_up(link, received.answered, received.at, state)?;
            }
            if received.rest == Rest::None {
                return Ok(());
            }
        }
    }

    /// Sends as many commands as the budget allows of those wanted.
    fn top_up(
        &mut self,
        link: &mut Link,
        wanted: usize,
        now: Instant,
        state: &mut StageState,
    ) -> Result<(), Breach> {
        let granted = state.budget.grant(wanted, now);
        link.send(granted, &mut self.load, &self.clock)
    }

    fn give_up(&mut self, state: &mut StageState) {
        for number in 0..self.links.len() {
            self.with_link(number, state, |engine, link, _| match link.under_way() {
                0 => Ok(()),
                _ => Err(Breach::Silent(engine.plan.timeout)),
            });
        }
    }
}
