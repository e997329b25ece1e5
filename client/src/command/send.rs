//! `herd-client send`, and what the other subcommands share of it.

use super::arguments::{SendArguments, ServerArguments};
use super::failure::Failure;
use super::output::Output;
use herd::access::TokenName;
use herd::config::Transport;
use herd::protocol::LINE_BYTES_MAX;
use herd::runtime::AsyncStd;
use herd_client::{Client, Destination, Problem, Reply};

/// Sends any line, and prints the reply as it comes.
pub(super) async fn run(arguments: &SendArguments, output: &mut Output) -> Result<(), Failure> {
    let mut conversation = Conversation::begin(&arguments.server).await?;
    let reply = conversation.send(arguments.line.as_encoded_bytes()).await?;
    output.write_as_received(reply.as_bytes())?;
    match reply {
        Reply::At(_) | Reply::Places(_) | Reply::Authenticated(_) | Reply::Nothing => Ok(()),
        Reply::Invalid(_) => {
            conversation.check_port().await?;
            let server = conversation.server();
            Err(Failure::Outcome(format!("{server} calls this an invalid command")))
        }
    }
}

/// A connection with the server that the arguments name.
pub(super) struct Conversation {
    server: Destination,
    client: Client,
    /// The token that was shown.
    token: Option<TokenName>,
}

impl Conversation {
    /// Connects, and shows the server the token if there is one.
    pub(super) async fn begin(arguments: &ServerArguments) -> Result<Self, Failure> {
        let server = arguments.server(&arguments.herd()?)?;
        let credentials = arguments.token.credentials()?;
        let (timeout, address, runtime) = (arguments.timeout()?, server.address(), AsyncStd::new());
        let connected = match server.transport() {
            Transport::Plain => Client::connect_on(runtime, timeout, address).await,
            Transport::Tls => {
                Client::connect_tls_on(runtime, timeout, address, &arguments.tls.side()?).await
            }
        };
        let failure = |error| Failure::Outcome(server.explain(&error));
        let mut client = connected.map_err(failure)?;
        if let Some(credentials) = &credentials {
            client.authenticate(credentials).await.map_err(failure)?;
        }
        let token = credentials.map(|credentials| credentials.name().clone());
        Ok(Self { server, client, token })
    }

    /// The server.
    pub(super) fn server(&self) -> &Destination {
        &self.server
    }

    /// What else may be the reason of a refusal.
    pub(super) fn of_token(&self) -> String {
        let reason = |name| format!("; or the token of {name} does not permit it");
        self.token.as_ref().map_or_else(String::new, reason)
    }

    /// After a refusal: fails if what refused is the port that servers use among each other. That port
    /// closes a connection after the first line that it does not know, and a client port never does.
    pub(super) async fn check_port(&mut self) -> Result<(), Failure> {
        match self.client.send(b"").await {
            Err(error) if matches!(error.problem(), Problem::Closed | Problem::Lost(_)) => {
                Err(Failure::Outcome(format!(
                    "{} closes the connection after a command, as the peer port of a herd-server \
                     does: choose the port on which it listens for clients (\"listen\" in herd.toml)",
                    self.server.address()
                )))
            }
            _ => Ok(()),
        }
    }

    /// Sends one line and returns the reply.
    pub(super) async fn send(&mut self, line: &[u8]) -> Result<Reply, Failure> {
        self.client.send(line).await.map_err(|error| match error.problem() {
            Problem::LineBreak(_) => Failure::Usage(error.to_string()),
            _ => Failure::Outcome(self.server.explain(&error)),
        })
    }
}

/// A command out of its fields, when it is not too long for a server.
pub(super) fn command_line(fields: &[&[u8]]) -> Result<Vec<u8>, Failure> {
    let line = fields.join(&b' ');
    if line.len() <= LINE_BYTES_MAX {
        return Ok(line);
    }
    Err(Failure::Usage(format!(
        "the command is {} bytes long, and servers take {LINE_BYTES_MAX}: choose a shorter --id",
        line.len()
    )))
}
