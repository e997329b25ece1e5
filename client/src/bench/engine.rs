//! What drives the load: one thread, all connections.

use super::bench_error::BenchError;
use super::breach::Breach;
use super::budget::Budget;
use super::dial::dial;
use super::load::Load;
use super::pipeline::{Pipeline, Rest};
use super::plan::Plan;
use super::progress::{Progress, Stage};
use super::remarks::Remarks;
use super::stopwatch::Stopwatch;
use super::tally::Tally;
use mio::{Events, Interest, Poll, Token};
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Bytes read at a time, over all connections one after the other: some twenty replies to a WHATSAT.
const CHUNK_BYTES: usize = 256 * 1024;

/// Events taken from the system at a time.
const EVENTS_MAX: usize = 1024;

/// The pause between two reports of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// The connections of a measurement, and what goes over them.
///
/// It uses mio instead of the runtime that the rest of Herd uses: a load generator must cost
/// little, and must cost the same whatever it loads.
pub(super) struct Engine<'a> {
    plan: &'a Plan,
    poll: Poll,
    /// None where the connection broke.
    pipelines: Vec<Option<Pipeline>>,
    load: Load,
    stopwatch: Stopwatch,
    chunk: Box<[u8]>,
    remarks: Remarks,
    ending: Ending,
}

/// How a measurement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// When the whole plan has been carried out.
    Planned,
    /// As soon as the commands under way are answered, because the caller asked to stop early.
    Early,
}

/// The result of a stage.
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
    /// How many commands wait for their replies, over all pipelines.
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
        let mut pipelines = Vec::with_capacity(plan.connections.size());
        for (number, server) in (0..plan.connections.size()).zip(plan.servers.iter().cycle()) {
            let channel = dial(server, plan.tls.as_ref(), number, plan.timeout)?;
            let mut pipeline = Pipeline::over(channel, plan.dialect.replies());
            if let Some(credentials) = &plan.credentials {
                pipeline.authenticate(credentials);
            }
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry()
                .register(pipeline.stream(), Token(number), interest)
                .map_err(BenchError::System)?;
            pipelines.push(Some(pipeline));
        }
        Ok(Self {
            plan,
            poll,
            pipelines,
            load: Load::of(plan),
            stopwatch: Stopwatch::start(),
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
        let mut state = StageState::begin(stage, budget, self.stopwatch.now());
        for number in 0..self.pipelines.len() {
            self.with_pipeline(number, &mut state, |engine, pipeline, state| {
                engine.top_up(pipeline, depth, state.begun, state)
            });
        }
        while state.under_way > 0 {
            self.wait(&mut events).map_err(BenchError::System)?;
            for event in &events {
                self.with_pipeline(event.token().0, &mut state, Self::turn);
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

    /// Reports progress, and gives up if no reply has come for too long.
    fn look_around(
        &mut self,
        state: &mut StageState,
        on_progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
    ) {
        let now = self.stopwatch.now();
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
            Some(breach) if self.pipelines.iter().all(Option::is_none) => {
                Err(BenchError::AllBroken(breach.to_owned()))
            }
            _ => Ok(StageResult { tally: state.tally, took: self.stopwatch.now() - state.begun }),
        }
    }

    /// Does something with a pipeline that is up, and keeps the count of the commands under way. If
    /// the connection breaks, the pipeline is removed, and its commands under way count as lost.
    fn with_pipeline(
        &mut self,
        number: usize,
        state: &mut StageState,
        act: impl FnOnce(&mut Self, &mut Pipeline, &mut StageState) -> Result<(), Breach>,
    ) {
        let Some(mut pipeline) = self.pipelines[number].take() else { return };
        state.under_way -= pipeline.under_way();
        match act(self, &mut pipeline, state) {
            Ok(()) => {
                state.under_way += pipeline.under_way();
                self.pipelines[number] = Some(pipeline);
            }
            Err(breach) => {
                state.tally.lost(pipeline.under_way());
                let server = &self.plan.servers[number % self.plan.servers.len()];
                self.remarks.breach(server, &breach);
            }
        }
    }

    /// Handles an event: replies have come, or there is room again to send.
    fn turn(&mut self, pipeline: &mut Pipeline, state: &mut StageState) -> Result<(), Breach> {
        pipeline.flush()?;
        loop {
            let errors_before = state.tally.errors();
            let received = pipeline.receive(&mut self.chunk, &mut state.tally, &self.stopwatch)?;
            if state.tally.errors() > errors_before {
                self.remarks.refusal(|| pipeline.refusal());
            }
            if received.answered > 0 {
                state.last_answer = received.at;
                self.top_up(pipeline, received.answered, received.at, state)?;
            }
            if received.rest == Rest::None {
                return Ok(());
            }
        }
    }

    /// Sends the wanted number of commands, or as many as the budget still allows.
    fn top_up(
        &mut self,
        pipeline: &mut Pipeline,
        wanted: usize,
        now: Instant,
        state: &mut StageState,
    ) -> Result<(), Breach> {
        let granted = state.budget.grant(wanted, now);
        pipeline.send(granted, &mut self.load, &self.stopwatch)
    }

    fn give_up(&mut self, state: &mut StageState) {
        for number in 0..self.pipelines.len() {
            self.with_pipeline(number, state, |engine, pipeline, _| match pipeline.under_way() {
                0 => Ok(()),
                _ => Err(Breach::Silent(engine.plan.timeout)),
            });
        }
    }
}
