//! Operational events on standard error.

use log::LevelFilter;
use rustix::stdio::{dup2_stdout, stderr};
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader, Write};
use std::thread::{self, JoinHandle};

/// Logging until this is dropped; what was logged before has been written then.
pub(super) struct Logging {
    writer: Option<JoinHandle<()>>,
}

/// Shows what the library logs, through femme: pretty in debug builds, NDJSON in release builds.
///
/// femme writes to standard output, always in color, and panics when it cannot. Answers go to
/// standard output and everything else to standard error; so standard output becomes a pipe here,
/// and a thread carries what comes through it to standard error, without color where nobody sees
/// it, and without complaint when nobody reads.
pub(super) fn start(level: LevelFilter) -> Logging {
    let writer = redirect().ok();
    femme::with_level(level);
    Logging { writer }
}

fn redirect() -> io::Result<JoinHandle<()>> {
    let (reader, pipe) = io::pipe()?;
    dup2_stdout(&pipe)?;
    thread::Builder::new().name("log".to_owned()).spawn(move || carry(reader))
}

/// Carries lines to standard error until the pipe's last writer is gone.
fn carry(pipe: PipeReader) {
    let colored = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        if !colored {
            remove_color(&mut line);
        }
        // Nobody may be there to read; the server runs on.
        let _ = io::stderr().write_all(&line);
        line.clear();
    }
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

impl Drop for Logging {
    fn drop(&mut self) {
        // Standard output was the pipe's only writer.
        let _ = io::stdout().flush();
        if dup2_stdout(stderr()).is_ok()
            && let Some(writer) = self.writer.take()
        {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_is_removed_and_nothing_else() {
        let mut line = b"\x1b[32m\x1b[1mherd\x1b[0m started\n".to_vec();
        remove_color(&mut line);
        assert_eq!(line, b"herd started\n");
    }
}
