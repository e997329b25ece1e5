//! Operational events on standard error.

use super::event_buffer::EventBuffer;
use log::LevelFilter;
use rustix::stdio::{dup2_stdout, stderr};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader, Write};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

/// How long the end of the process waits for somebody to read the last events.
const LAST_EVENTS: Duration = Duration::from_secs(1);

/// Logging, until it is [finished](Self::finish).
pub(super) struct Logging {
    buffer: Arc<EventBuffer>,
    carrier: Option<JoinHandle<()>>,
}

/// Shows what the library logs, through femme: readable text in debug builds, NDJSON in release
/// builds.
///
/// femme writes to standard output, always in color, and panics when it cannot. Answers belong on
/// standard output and events on standard error. So standard output becomes a pipe here. One thread
/// empties it into a buffer and never waits for anything else; another one writes the buffer to
/// standard error. If nobody reads standard error, only that second thread stands still: the server
/// goes on, and the events that do not fit into the buffer are counted.
pub(super) fn start(level: LevelFilter) -> Logging {
    let buffer = Arc::new(EventBuffer::default());
    let carrier = redirect(&buffer).ok();
    femme::with_level(level);
    Logging { buffer, carrier }
}

fn redirect(buffer: &Arc<EventBuffer>) -> io::Result<JoinHandle<()>> {
    let (reader, pipe) = io::pipe()?;
    let (filled, emptied) = (Arc::clone(buffer), Arc::clone(buffer));
    let writer = move || emptied.write_to(io::stderr(), dropped_event);
    thread::Builder::new().name("log-writer".to_owned()).spawn(writer)?;
    let carrier = move || carry(reader, &filled);
    let carrier = thread::Builder::new().name("log".to_owned()).spawn(carrier)?;
    dup2_stdout(&pipe)?;
    Ok(carrier)
}

/// Carries lines from the pipe to the buffer, until the pipe's last writer is gone.
fn carry(pipe: PipeReader, buffer: &EventBuffer) {
    let colored = io::stderr().is_terminal() && wants_color(|name| std::env::var_os(name));
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        if !colored {
            remove_color(&mut line);
        }
        buffer.add(&line);
        line.clear();
    }
}

/// Whether the environment allows color on a terminal: not with NO_COLOR (unless it is empty, see
/// no-color.org), with CLICOLOR=0, or on a terminal that is dumb or of no type.
fn wants_color(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is = |name, expected: &str| variable(name).is_some_and(|value| value == expected);
    is_set("TERM") && !is("TERM", "dumb") && !is("CLICOLOR", "0") && !is_set("NO_COLOR")
}

/// Removes the sequences that begin with ESC and end with `m`.
fn remove_color(line: &mut Vec<u8>) {
    let mut in_sequence = false;
    line.retain(|&byte| {
        let begins = byte == 0x1b;
        let kept = !begins && !in_sequence;
        in_sequence = begins || in_sequence && byte != b'm';
        kept
    });
}

/// The event that says how many others were dropped, in the form that femme gives to events. It
/// cannot go through femme: its pipe may be full.
fn dropped_event(dropped: u64) -> String {
    const MESSAGE: &str = "events were dropped: standard error was not read fast enough";
    if cfg!(debug_assertions) {
        return format!("herd_server::logging {MESSAGE}\n    events {dropped}\n");
    }
    let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    format!("{{\"level\":40,\"time\":{time},\"msg\":\"{MESSAGE}\",\"events\":{dropped}}}\n")
}

impl Logging {
    /// Where to add lines for standard error that are no events, without waiting for a reader.
    pub(super) fn buffer(&self) -> Arc<EventBuffer> {
        Arc::clone(&self.buffer)
    }

    /// Ends logging once everything is written, and `last_line` after it. If nobody reads standard
    /// error, it gives up after [`LAST_EVENTS`].
    pub(super) fn finish(mut self, last_line: Option<String>) {
        let Some(carrier) = self.carrier.take() else {
            last_line.into_iter().for_each(super::output::complain);
            return;
        };
        let _ = io::stdout().flush();
        // Standard output was the pipe's only writer, so the carrier reads what is left and ends.
        if dup2_stdout(stderr()).is_ok() {
            let _ = carrier.join();
        }
        if let Some(line) = last_line {
            self.buffer.add(format!("{line}\n").as_bytes());
        }
        self.buffer.close(LAST_EVENTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Escape sequences on a terminal that does not know them make events unreadable.
    #[test]
    fn the_environment_decides_about_color() {
        let colored = |set: &[(&str, &str)]| {
            let find = |name: &str| set.iter().find(|(known, _)| *known == name);
            wants_color(|name| find(name).map(|(_, value)| value.into()))
        };
        assert!(colored(&[("TERM", "xterm")]));
        assert!(colored(&[("TERM", "xterm"), ("NO_COLOR", ""), ("CLICOLOR", "1")]));
        for refusal in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb"), ("TERM", "")] {
            assert!(!colored(&[refusal, ("TERM", "xterm")]), "{refusal:?}");
        }
        assert!(!colored(&[]));
    }

    #[test]
    fn color_is_removed_and_nothing_else() {
        let mut line = b"\x1b[32m\x1b[1mherd\x1b[0m started\n".to_vec();
        remove_color(&mut line);
        assert_eq!(line, b"herd started\n");
    }
}
