//! `herd-client whatsat`.

use super::arguments::{Form, WhatsatArguments};
use super::failure::Failure;
use super::geojson::geojson;
use super::iamat::{client_id, usage};
use super::json_text;
use super::nearby::Nearby;
use super::output::{Output, say};
use super::paint::Paint;
use super::places_json::places_json;
use super::places_table::places_table;
use super::printable::printable_bytes;
use super::send::{Conversation, command_line};
use herd::protocol::{ClientId, MaxResults, Radius};
use herd_client::{PlacesReply, Reply};
use std::ffi::OsStr;

/// Asks what is near a client, and prints the answer.
pub(super) async fn run(arguments: &WhatsatArguments, output: &mut Output) -> Result<(), Failure> {
    let form = arguments.form();
    let id = client_id(arguments.id.as_encoded_bytes())?;
    let line = line(arguments, id)?;
    let mut conversation = Conversation::begin(&arguments.server).await?;
    let reply = conversation.send(&line).await?;
    if let Reply::Places(places) = &reply {
        return show(places, form, output);
    }
    match form {
        Form::Raw => output.write_as_received(reply.as_bytes())?,
        Form::Text => output.write(&shown_line(reply.first_line()))?,
        // A program that reads a table, an object or a map must find nothing else there.
        Form::Table | Form::Json | Form::GeoJson => (),
    }
    conversation.check_port().await?;
    Err(Failure::Outcome(format!(
        "{} does not know {id}: tell it a position first, with herd-client iamat{}",
        conversation.server(),
        conversation.of_token()
    )))
}

fn show(places: &PlacesReply, form: Form, output: &mut Output) -> Result<(), Failure> {
    match form {
        Form::Raw => output.write_as_received(places.as_bytes())?,
        Form::Json => {
            let json = places_json(&places.at().at(), places.json()).map_err(broken)?;
            output.write(&json_after(Vec::new(), &json, output.paint()))?;
        }
        Form::Text => {
            let line = shown_line(places.at().as_bytes().trim_ascii_end());
            output.write(&json_after(line, places.json(), output.paint()))?;
        }
        Form::Table => {
            let nearby = nearby(places)?;
            let from = places.at().at().position().coordinates();
            output.write(&places_table(&nearby, from, output))?;
            remark(&nearby);
        }
        Form::GeoJson => {
            let nearby = nearby(places)?;
            let json = geojson(&places.at().at(), &nearby).map_err(broken)?;
            output.write(&json_after(Vec::new(), &json, output.paint()))?;
            remark(&nearby);
        }
    }
    Ok(())
}

fn json_after(mut text: Vec<u8>, json: &str, paint: Paint) -> Vec<u8> {
    json_text::push(json, paint, &mut text);
    text.push(b'\n');
    text
}

fn nearby(places: &PlacesReply) -> Result<Nearby<'_>, Failure> {
    Nearby::parse(places.json()).map_err(broken)
}

fn remark(nearby: &Nearby<'_>) {
    nearby.remarks().iter().for_each(|remark| say(remark));
}

fn broken(error: serde_json::Error) -> Failure {
    let (line, column) = (error.line(), error.column());
    Failure::Outcome(format!(
        "the JSON of the reply is no Nearby Search: wrong at line {line} column {column}; \
         see --format raw"
    ))
}

/// A line of the reply, fit for a terminal.
fn shown_line(line: &[u8]) -> Vec<u8> {
    (printable_bytes(line) + "\n").into_bytes()
}

/// The radius of `--radius`.
pub(super) fn radius(text: &OsStr) -> Result<Radius, Failure> {
    Radius::parse(text.as_encoded_bytes())
        .map_err(|error| usage(error, "--radius takes kilometres from 0 to 50"))
}

/// The number of `--max`.
pub(super) fn max(text: &OsStr) -> Result<MaxResults, Failure> {
    MaxResults::parse(text.as_encoded_bytes())
        .map_err(|error| usage(error, "--max takes a whole number from 0 to 20"))
}

/// The command, with each number as it was written.
fn line(arguments: &WhatsatArguments, id: ClientId<'_>) -> Result<Vec<u8>, Failure> {
    radius(&arguments.radius)?;
    max(&arguments.max)?;
    let (radius, max) = (arguments.radius.as_encoded_bytes(), arguments.max.as_encoded_bytes());
    command_line(&[b"WHATSAT", id.as_bytes(), radius, max])
}
