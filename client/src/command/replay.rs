//! `herd-client replay`.

use super::arguments::ReplayArguments;
use super::failure::Failure;
use super::file::{is_standard_input, read_file};
use super::output::{Output, say};
use super::paint::Ink;
use super::printable::printable_lines;
use herd::traffic::{Direction, Redactor, redacted};
use herd_client::script::{AfterFailure, Event, Runner, Script, Tally};
use std::borrow::Cow;
use std::io;

/// Runs the scripts one after the other, once all of them are read.
pub(super) async fn run(arguments: &ReplayArguments, output: &mut Output) -> Result<(), Failure> {
    let herd = arguments.server.herd()?;
    let start = arguments.server.server(&herd)?;
    let read = arguments.scripts.iter().map(|path| {
        let name = if is_standard_input(path) { "-".into() } else { path.display().to_string() };
        let script = Script::parse(&name, &read_file(path)?, &herd);
        script.map_err(|error| Failure::Usage(error.to_string()))
    });
    let scripts = read.collect::<Result<Vec<_>, Failure>>()?;
    for script in scripts.iter().filter(|script| !script.has_expectations()) {
        say(&format!("note: {} expects nothing, so it tests nothing", script.name()));
    }
    let after_failure = if arguments.keep_going { AfterFailure::GoOn } else { AfterFailure::Stop };
    let runner = Runner::new(start, after_failure);
    let runner = runner.with_timeout(arguments.server.timeout()?);
    let mut runner = runner.with_tls(arguments.server.tls.side()?);
    if let Some(credentials) = arguments.server.token.credentials()? {
        runner = runner.with_credentials(credentials);
    }
    for script in &scripts {
        show_line(Ink::Aside, &format!("# {}", script.name()), output)?;
        runner.run(script, |event| show(&event, output)).await?;
        if runner.tally().failures > 0 && after_failure == AfterFailure::Stop {
            break;
        }
    }
    conclude(runner.tally())
}

/// Says on stderr what came of it.
fn conclude(tally: Tally) -> Result<(), Failure> {
    let Tally { requests, met, failures } = tally;
    let summary =
        format!("requests answered: {requests}; expectations met: {met}; failures: {failures}");
    if failures > 0 {
        return Err(Failure::Outcome(summary));
    }
    say(&summary);
    Ok(())
}

/// Prints what happens: `> ` before what is said, `< ` before what is answered.
fn show(event: &Event<'_>, output: &mut Output) -> io::Result<()> {
    match event {
        Event::Server(server) => show_line(Ink::Aside, &format!("@{server}"), output),
        Event::Wait(span) => show_line(Ink::Aside, &format!("wait {span:?}"), output),
        Event::Request(line) => {
            let mut text = Vec::new();
            // A script may hold an AUTH, and what is printed may end up in a log.
            let line = redacted(line);
            let line = shown(&line, output);
            output.paint().push(Ink::Said, &[b"> ", &*line].concat(), &mut text);
            text.push(b'\n');
            output.write(&text)
        }
        Event::Reply(reply) => {
            let reply = Redactor::new(Direction::Out).redact(reply.as_bytes()).into_owned();
            output.write(&answered(&reply, output))
        }
        Event::Failure { script, line, message } => {
            say(&format!("{script}:{line}: {message}"));
            Ok(())
        }
    }
}

/// The bytes as they are, or without the characters that command a terminal, on a terminal.
fn shown<'b>(bytes: &'b [u8], output: &Output) -> Cow<'b, [u8]> {
    match output.is_terminal() {
        true => Cow::Owned(printable_lines(bytes).into_bytes()),
        false => Cow::Borrowed(bytes),
    }
}

fn show_line(ink: Ink, line: &str, output: &mut Output) -> io::Result<()> {
    let mut text = Vec::new();
    output.paint().push(ink, &shown(line.as_bytes(), output), &mut text);
    text.push(b'\n');
    output.write(&text)
}

/// A reply with a mark before each line, and the mark of an invalid command in alarm.
fn answered(reply: &[u8], output: &Output) -> Vec<u8> {
    let (mut text, paint) = (Vec::new(), output.paint());
    for line in shown(reply, output).split_inclusive(|&byte| byte == b'\n') {
        text.extend_from_slice(b"< ");
        match line.strip_prefix(b"?") {
            Some(rest) => {
                paint.push(Ink::Alarm, b"?", &mut text);
                text.extend_from_slice(rest);
            }
            None => text.extend_from_slice(line),
        }
    }
    text
}
