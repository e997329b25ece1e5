//! The reading half of a simulated client's conversation.

use super::at_line::AtLine;
use super::awaited::Awaited;
use super::command::Command;
use super::model::Encounter;
use super::stage::Stage;
use super::wire::Replies;
use crate::runtime::Clock;
use crate::runtime::sim::{Machine, SimStream};
use futures_lite::io::ReadHalf;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Why a conversation ended early.
pub(super) enum End {
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

/// The reading half of a conversation: it checks every reply.
pub(super) struct Listener {
    pub(super) machine: Machine,
    pub(super) stage: Arc<Stage>,
    pub(super) server: usize,
    pub(super) name: String,
    pub(super) met: Encounter,
    /// How long it waits before it reads anything.
    pub(super) stall: Duration,
    /// How long it waits after each reply.
    pub(super) pace: Duration,
}

impl Listener {
    /// Checks replies until the connection ends.
    pub(super) async fn hear(
        &self,
        stream: ReadHalf<SimStream>,
        awaited: &Awaited,
    ) -> Result<(), End> {
        let heard = self.hear_all(stream, awaited).await;
        awaited.end();
        heard
    }

    async fn hear_all(&self, stream: ReadHalf<SimStream>, awaited: &Awaited) -> Result<(), End> {
        self.machine.sleep(self.stall).await;
        let mut replies = Replies::new(stream);
        // The newest lines that this connection has shown. Replies come in order, so later ones must
        // not be older.
        let mut shown: BTreeMap<Vec<u8>, AtLine> = BTreeMap::new();
        loop {
            let line = replies.line().await?;
            let next = awaited.pop();
            let (line, (command, mut floor)) = match (line, next) {
                (Some(line), Some(next)) => (line, next),
                (None, None) => return Ok(()),
                (Some(line), None) => {
                    let text = String::from_utf8_lossy(&line);
                    return Err(End::Broken(format!("{text:?} answers no command")));
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
            if !self.pace.is_zero() {
                self.machine.sleep(self.pace).await;
            }
        }
    }

    /// Checks one reply. Returns the line that the server has thereby shown to know.
    async fn check(
        &self,
        replies: &mut Replies<ReadHalf<SimStream>>,
        command: Command,
        floor: Option<AtLine>,
        line: Vec<u8>,
    ) -> Result<Option<AtLine>, End> {
        let wrong = || {
            let (text, line) = (command.line(), String::from_utf8_lossy(&line).into_owned());
            End::Broken(format!("{line:?} does not answer {:?}", String::from_utf8_lossy(&text)))
        };
        let is_refused = line == command.refusal();
        match &command {
            Command::Auth(entry) if line == entry.welcome() => Ok(None),
            Command::Auth(_) => Err(wrong()),
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
                    "no longer knows {}, but knew {floor:?}",
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
                    let rule = format!("knew {floor:?} and now says {known:?}");
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
