//! `herd-client whatsat`.

use super::failure::Failure;
use super::iamat::{client_id, usage};
use super::json_text;
use super::options::WhatsatArguments;
use super::output::Output;
use super::printable::printable_bytes;
use super::send::{Conversation, command_line};
use herd::protocol::{ClientId, MaxResults, Radius};
use herd_client::Reply;

/// Asks what is near a client, and prints the answer.
pub(super) async fn run(arguments: &WhatsatArguments, output: &mut Output) -> Result<(), Failure> {
    let id = client_id(arguments.id.as_encoded_bytes())?;
    let line = line(arguments, id)?;
    let mut conversation = Conversation::begin(&arguments.server).await?;
    let reply = conversation.send(&line).await?;
    match &reply {
        Reply::Places(places) if !arguments.raw => {
            let mut text = shown_line(places.at().as_bytes().trim_ascii_end());
            json_text::push(places.json(), output.paint(), &mut text);
            text.push(b'\n');
            output.write(&text)?;
        }
        _ => output.write(reply.as_bytes())?,
    }
    match reply {
        Reply::Places(_) => Ok(()),
        Reply::At(_) | Reply::Invalid(_) | Reply::Nothing => Err(Failure::Outcome(format!(
            "{} does not know {id}: tell it a position first, with herd-client iamat",
            conversation.server()
        ))),
    }
}

/// A line of the reply, fit for a terminal.
fn shown_line(line: &[u8]) -> Vec<u8> {
    (printable_bytes(line) + "\n").into_bytes()
}

/// The command, with each number as it was written.
fn line(arguments: &WhatsatArguments, id: ClientId<'_>) -> Result<Vec<u8>, Failure> {
    let radius = arguments.radius.as_encoded_bytes();
    Radius::parse(radius)
        .map_err(|error| usage(error, "--radius takes kilometres from 0 to 50"))?;
    let max = arguments.max.as_encoded_bytes();
    MaxResults::parse(max)
        .map_err(|error| usage(error, "--max takes a whole number from 0 to 20"))?;
    command_line(&[b"WHATSAT", id.as_bytes(), radius, max])
}
