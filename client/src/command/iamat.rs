//! `herd-client iamat`.

use super::arguments::IamatArguments;
use super::failure::Failure;
use super::output::Output;
use super::position_advice::position_advice;
use super::send::{Conversation, command_line};
use herd::protocol::{ClientId, InvalidField, Position, Timestamp};
use herd_client::{Reply, now};

/// Tells where a client is, and prints the server's AT line.
pub(super) async fn run(arguments: &IamatArguments, output: &mut Output) -> Result<(), Failure> {
    let id = client_id(arguments.id.as_encoded_bytes())?;
    let position = Position::parse(arguments.loc.as_encoded_bytes())
        .map_err(|error| usage(error, &position_advice(&arguments.loc.to_string_lossy())))?;
    let time = arguments.time.as_ref().map(|time| time.as_encoded_bytes());
    if let Some(time) = time {
        Timestamp::parse(time).map_err(|error| {
            usage(error, "--time takes seconds since 1970, as 1479413884.392014450")
        })?;
    }
    let line = |now: Timestamp| {
        let now = now.to_string();
        let time = time.unwrap_or(now.as_bytes());
        command_line(&[b"IAMAT", id.as_bytes(), &position.text(), time])
    };
    // Whether it is too long shows before anybody is called, with any time.
    line(now())?;
    let mut conversation = Conversation::begin(&arguments.server).await?;
    let reply = conversation.send(&line(now())?).await?;
    output.write_as_received(reply.as_bytes())?;
    if let Reply::At(_) = reply {
        return Ok(());
    }
    conversation.check_port().await?;
    Err(Failure::Outcome(format!(
        "{} refused the position: its time is too far in that server's future, or the server takes \
         no more clients{}",
        conversation.server(),
        conversation.of_token()
    )))
}

/// The ID of a client, as `--id` has it.
pub(super) fn client_id(text: &[u8]) -> Result<ClientId<'_>, Failure> {
    ClientId::parse(text).map_err(|error| usage(error, "--id takes a name without white space"))
}

/// An argument is wrong; `form` says what it should be.
pub(super) fn usage(error: InvalidField, form: &str) -> Failure {
    Failure::Usage(format!("{error}; {form}"))
}
