//! A simulated client that talks with one server after another.

use super::at_line::AtLine;
use super::command::Command;
use super::model::Encounter;
use super::stage::Stage;
use super::wire::Replies;
use crate::runtime::sim::{Chance, Machine, SimStream};
use crate::runtime::{self, Clock, Net};
use futures_lite::io::{ReadHalf, WriteHalf, split};
use futures_lite::{AsyncWriteExt, future};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest conversation with a server that has no faults. It is longer than the slowest source
/// of places, stalls and pauses together.
const CONVERSATION_MAX: Duration = Duration::from_secs(120);

/// Talks with random servers until the load ends.
pub(super) struct Talker {
    pub(super) machine: Machine,
    pub(super) stage: Arc<Stage>,
    /// The address for clients of each server.
    pub(super) addresses: Arc<[String]>,
    pub(super) clients: Arc<[String]>,
    pub(super) pause_max: Duration,
    pub(super) chance: Chance,
}

/// What the writing half of a conversation has said and the reading half has not heard answered.
type Awaited = Mutex<VecDeque<(Command, Option<AtLine>)>>;

/// Why a conversation ended early.
enum End {
    /// The connection failed.
    Io(io::Error),
    /// The server broke a rule.
    Broken(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        End::Io(error)
    }
}

impl Talker {
    pub(super) async fn run(mut self) {
        while !self.stage.is_over() && self.stage.broken().is_ok() {
            let server = self.chance.index(self.addresses.len());
            self.converse(server).await;
            self.pause().await;
        }
        self.stage.talker_ends();
    }

    async fn pause(&mut self) {
        let span = self.chance.span(&(Duration::ZERO..=self.pause_max));
        self.machine.sleep(span).await;
    }

    /// One connection, from dialling to its end.
    async fn converse(&mut self, server: usize) {
        let before = self.stage.model().meet(server);
        let connecting = self.machine.connect(&self.addresses[server]);
        let connected = runtime::timeout(&self.machine, Duration::from_secs(5), connecting).await;
        let met = self.stage.model().meet(server);
        let outcome = match connected {
            Some(Ok(stream)) => {
                let (machine, stage) = (self.machine.clone(), Arc::clone(&self.stage));
                let patience = patience(machine, stage, server, met);
                let talk = self.talk(server, met, stream);
                future::or(async { Some(talk.await) }, async {
                    patience.await;
                    None
                })
                .await
            }
            Some(Err(error)) => Some(Err(End::Io(error))),
            None => None,
        };
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

    async fn talk(&mut self, server: usize, met: Encounter, stream: SimStream) -> Result<(), End> {
        let name = self.stage.model().name(server).to_owned();
        let awaited = Awaited::default();
        let listener = Listener {
            machine: self.machine.clone(),
            stage: Arc::clone(&self.stage),
            server,
            name,
            met,
            stall: self
                .chance
                .one_in(15)
                .then(|| self.chance.span(&(Duration::ZERO..=Duration::from_secs(6)))),
        };
        // Some clients hang up before they have all replies.
        let hangs_up = self.chance.one_in(10);
        let span = self.chance.span(&(Duration::ZERO..=Duration::from_millis(500)));
        let machine = self.machine.clone();
        let (reader, writer) = split(stream);
        let heard = listener.hear(reader, &awaited);
        let said = self.say(server, writer, &awaited);
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

    /// Says some commands, each once the model knows of it, and then that no more will come.
    async fn say(
        &mut self,
        server: usize,
        mut stream: WriteHalf<SimStream>,
        awaited: &Awaited,
    ) -> io::Result<()> {
        let pipelines = self.chance.one_in(3);
        let mut earlier = Vec::new();
        for _ in 0..self.chance.between(1..=12) {
            let command = self.next_command(&mut earlier);
            let line = command.line();
            let floor = self.announce(server, &command);
            awaited.lock().expect("nothing panics while it holds them").push_back((command, floor));
            stream.write_all(&line).await?;
            if !pipelines {
                self.pause().await;
            }
        }
        stream.close().await
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

    /// Tells the model what is about to be said; returns what the server must know by now of the
    /// client that is asked for.
    fn announce(&self, server: usize, command: &Command) -> Option<AtLine> {
        let mut model = self.stage.model();
        match command {
            Command::IamAt(said) => {
                model.say(server, said.clone(), self.machine.uptime());
                None
            }
            Command::WhatsAt { client, .. } => model.floor(server, client).cloned(),
            Command::Invalid(_) => None,
        }
    }
}

/// Completes when a conversation has taken too long, or need not be waited for: the load is over,
/// and something has happened to the server.
async fn patience(machine: Machine, stage: Arc<Stage>, server: usize, met: Encounter) {
    let ends = machine.uptime() + CONVERSATION_MAX;
    while machine.uptime() < ends {
        machine.sleep(Duration::from_secs(1)).await;
        if stage.is_over() && !stage.model().is_untroubled(server, met) {
            return;
        }
    }
}

/// The half of a conversation that hears replies and checks them.
struct Listener {
    machine: Machine,
    stage: Arc<Stage>,
    server: usize,
    name: String,
    met: Encounter,
    /// Before it listens, it waits so long.
    stall: Option<Duration>,
}

impl Listener {
    async fn hear(&self, stream: ReadHalf<SimStream>, awaited: &Awaited) -> Result<(), End> {
        if let Some(stall) = self.stall {
            self.machine.sleep(stall).await;
        }
        let mut replies = Replies::new(stream);
        // What this very connection has shown: replies come in order, and so does knowledge.
        let mut shown: BTreeMap<Vec<u8>, AtLine> = BTreeMap::new();
        loop {
            let line = replies.line().await?;
            let next = awaited.lock().expect("nothing panics while it holds them").pop_front();
            let (line, (command, mut floor)) = match (line, next) {
                (Some(line), Some(next)) => (line, next),
                (None, None) => return Ok(()),
                (Some(line), None) => {
                    let text = String::from_utf8_lossy(&line);
                    return Err(End::Broken(format!("{text:?} answers nothing")));
                }
                (None, Some(_)) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            };
            if let Command::WhatsAt { client, .. } = &command {
                floor = floor.max(shown.get(client).cloned());
            }
            if let Some(known) = self.check(&mut replies, command, floor, line).await? {
                let floor = shown.entry(known.client().to_owned()).or_insert_with(|| known.clone());
                *floor = known.max(floor.clone());
            }
            self.stage.count_reply();
        }
    }

    /// Checks one reply; returns the line that it shows to be known.
    async fn check(
        &self,
        replies: &mut Replies<ReadHalf<SimStream>>,
        command: Command,
        floor: Option<AtLine>,
        line: Vec<u8>,
    ) -> Result<Option<AtLine>, End> {
        let wrong = || {
            let (text, line) = (command.line(), String::from_utf8_lossy(&line).into_owned());
            End::Broken(format!("{line:?} is no reply to {:?}", String::from_utf8_lossy(&text)))
        };
        let is_refused = line == command.refusal();
        match &command {
            Command::Invalid(_) if is_refused => Ok(None),
            Command::Invalid(_) => Err(wrong()),
            Command::IamAt(said) => {
                let reply = AtLine::parse(&line).ok_or_else(wrong)?;
                if !Command::acknowledges(said, &self.name, &reply) {
                    return Err(wrong());
                }
                self.observe(reply)
            }
            Command::WhatsAt { client, .. } if is_refused => match floor {
                Some(floor) => Err(End::Broken(format!(
                    "{} is not known any more, but {floor:?} was",
                    String::from_utf8_lossy(client)
                ))),
                None => Ok(None),
            },
            Command::WhatsAt { client, .. } => {
                let known = AtLine::parse(&line).ok_or_else(wrong)?;
                let rest = replies.paragraph().await?;
                if known.client() != client || !command.is_answered(&line, &rest) {
                    return Err(wrong());
                }
                if let Some(floor) = floor.filter(|floor| *floor > known) {
                    let rule = format!("went back from {floor:?} to {known:?}");
                    return Err(End::Broken(rule));
                }
                self.observe(known)
            }
        }
    }

    fn observe(&self, line: AtLine) -> Result<Option<AtLine>, End> {
        let now = self.machine.uptime();
        let mut model = self.stage.model();
        model.observe(self.server, self.met, line.clone(), now).map_err(End::Broken)?;
        Ok(Some(line))
    }
}
