//! A simulated client that talks with one server after another.

use super::at_line::AtLine;
use super::awaited::Awaited;
use super::command::Command;
use super::entry::Entry;
use super::listener::{End, Listener};
use super::manner::Manner;
use super::model::Encounter;
use super::stage::Stage;
use crate::runtime::sim::{Chance, Machine, SimStream};
use crate::runtime::{self, Clock, Net};
use futures_lite::io::{WriteHalf, split};
use futures_lite::{AsyncWriteExt, future};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The longest conversation with a server that has no faults. It is longer than the slowest source
/// of places, stalls and pauses together.
const CONVERSATION_MAX: Duration = Duration::from_secs(120);

/// Talks with servers.
pub(super) struct Talker {
    pub(super) machine: Machine,
    pub(super) stage: Arc<Stage>,
    /// The address for clients of each server.
    pub(super) addresses: Arc<[String]>,
    pub(super) clients: Arc<[String]>,
    pub(super) pause_max: Duration,
    pub(super) chance: Chance,
    pub(super) entry: Entry,
}

impl Talker {
    /// Talks with random servers until the load ends.
    pub(super) async fn run(mut self) {
        while !self.stage.is_over() && self.stage.broken().is_ok() {
            let server = self.chance.index(self.addresses.len());
            let manner = Manner::draw(&mut self.chance);
            self.converse(server, manner).await;
            self.pause().await;
        }
        self.stage.talker_ends();
    }

    /// Talks with one server, without a pause, until that ends the conversation.
    pub(super) async fn run_until_stopped(mut self, server: usize) {
        self.converse(server, Manner::UntilStopped).await;
        self.stage.talker_ends();
    }

    async fn pause(&mut self) {
        let span = self.chance.span(&(Duration::ZERO..=self.pause_max));
        self.machine.sleep(span).await;
    }

    /// One connection, from dialling to its end.
    async fn converse(&mut self, server: usize, manner: Manner) {
        let before = self.stage.model().meet(server);
        let connecting = self.machine.connect(&self.addresses[server]);
        let connected = runtime::timeout(&self.machine, Duration::from_secs(5), connecting).await;
        let met = self.stage.model().meet(server);
        let outcome = match connected {
            Some(Ok(stream)) => {
                let (machine, stage) = (self.machine.clone(), Arc::clone(&self.stage));
                let patience = patience(machine, stage, server, met, manner);
                let talk = self.talk(server, met, manner, stream);
                future::or(async { Some(talk.await) }, async {
                    patience.await;
                    None
                })
                .await
            }
            Some(Err(error)) => Some(Err(End::Io(error))),
            None => None,
        };
        self.judge(server, before, outcome);
    }

    /// Whether a conversation ended as it must.
    fn judge(&self, server: usize, before: Encounter, outcome: Option<Result<(), End>>) {
        let model = self.stage.model();
        let excused = !model.is_untroubled(server, before);
        let name = model.name(server);
        match outcome {
            Some(Ok(())) => {}
            Some(Err(End::Broken(rule))) => self.stage.broke(format!("{name}: {rule}")),
            Some(Err(End::Io(_))) | None if excused => {}
            Some(Err(End::Io(error))) => {
                self.stage.broke(format!("{name} cut off a client without a reason: {error}"));
            }
            None => self.stage.broke(format!("{name} left a client without its replies")),
        }
    }

    async fn talk(
        &mut self,
        server: usize,
        met: Encounter,
        manner: Manner,
        stream: SimStream,
    ) -> Result<(), End> {
        let awaited = Awaited::default();
        let is_endless = manner.without_pause().is_some();
        let stalls = self.chance.one_in(15) && !is_endless;
        let stall = self.chance.span(&(Duration::ZERO..=Duration::from_secs(6)));
        let listener = Listener {
            machine: self.machine.clone(),
            stage: Arc::clone(&self.stage),
            server,
            name: self.stage.model().name(server).to_owned(),
            met,
            stall: if stalls { stall } else { Duration::ZERO },
            pace: manner.pace(&mut self.chance),
        };
        // Some clients hang up before they have all replies.
        let hangs_up = self.chance.one_in(10) && !is_endless;
        let span = self.chance.span(&(Duration::ZERO..=Duration::from_millis(500)));
        let machine = self.machine.clone();
        let (reader, writer) = split(stream);
        let heard = listener.hear(reader, &awaited);
        let said = self.say(server, manner, writer, &awaited);
        let talk = async {
            let (said, heard) = future::zip(said, heard).await;
            heard?;
            Ok(said?)
        };
        let hang_up = async {
            match hangs_up {
                true => machine.sleep(span).await,
                false => future::pending().await,
            }
            Ok(())
        };
        future::or(talk, hang_up).await
    }

    /// Sends commands, then closes the writing direction.
    async fn say(
        &mut self,
        server: usize,
        manner: Manner,
        mut stream: WriteHalf<SimStream>,
        awaited: &Awaited,
    ) -> io::Result<()> {
        if self.entry == Entry::Guarded {
            self.send(server, Command::Auth(self.entry), &mut stream, awaited).await?;
        }
        if let Some((span, depth)) = manner.without_pause() {
            self.say_without_pause(server, span, depth, &mut stream, awaited).await?;
            return stream.close().await;
        }
        let mut earlier = Vec::new();
        for _ in 0..self.chance.between(1..=12) {
            let command = self.next_command(&mut earlier);
            self.send(server, command, &mut stream, awaited).await?;
            if manner == Manner::Pausing {
                self.pause().await;
            }
        }
        stream.close().await
    }

    /// Sends positions for this long, each newer than the one before, with up to `depth` of them
    /// unanswered.
    async fn say_without_pause(
        &mut self,
        server: usize,
        span: Duration,
        depth: usize,
        stream: &mut WriteHalf<SimStream>,
        awaited: &Awaited,
    ) -> io::Result<()> {
        let ends = self.machine.uptime().saturating_add(span);
        let mut number = 0;
        while self.machine.uptime() < ends && !awaited.is_over() {
            if awaited.len() >= depth {
                self.machine.sleep(Duration::from_millis(1)).await;
                continue;
            }
            number += 1;
            let time = self.machine.now().saturating_add(Duration::from_nanos(number));
            let command = Command::position(&mut self.chance, &self.clients, time);
            self.send(server, command, stream, awaited).await?;
        }
        Ok(())
    }

    /// Sends a command, after the model has heard of it.
    async fn send(
        &self,
        server: usize,
        command: Command,
        stream: &mut WriteHalf<SimStream>,
        awaited: &Awaited,
    ) -> io::Result<()> {
        let line = command.line();
        let floor = self.announce(server, &command);
        awaited.push(command, floor);
        stream.write_all(&line).await
    }

    /// A new command, or one that was sent before.
    fn next_command(&mut self, earlier: &mut Vec<Command>) -> Command {
        if !earlier.is_empty() && self.chance.one_in(8) {
            return self.chance.pick(earlier).clone();
        }
        let now = self.machine.now();
        let command = Command::draw(&mut self.chance, &self.clients, now);
        earlier.push(command.clone());
        command
    }

    /// Tells the model what is about to be sent. Returns the line that the server must already know
    /// of the client in question.
    fn announce(&self, server: usize, command: &Command) -> Option<AtLine> {
        let mut model = self.stage.model();
        match command {
            Command::IamAt(said) => {
                model.say(server, said.clone(), self.machine.uptime());
                None
            }
            Command::WhatsAt { client, .. } => model.floor(server, client).cloned(),
            Command::Auth(_) | Command::Invalid(_) => None,
        }
    }
}

/// Completes when a conversation has taken too long. It also completes when the load is over and
/// the server has had a fault, except for conversations that the server must end.
async fn patience(
    machine: Machine,
    stage: Arc<Stage>,
    server: usize,
    met: Encounter,
    manner: Manner,
) {
    let ends = machine.uptime() + CONVERSATION_MAX;
    while machine.uptime() < ends {
        machine.sleep(Duration::from_secs(1)).await;
        let is_excused = stage.is_over() && !stage.model().is_untroubled(server, met);
        if is_excused && manner != Manner::UntilStopped {
            return;
        }
    }
}
