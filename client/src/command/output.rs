//! Where answers go.

use super::paint::Paint;
use super::printable::printable;
use std::env;
use std::io::{self, IsTerminal, Stdout, Write};

/// Standard output, and whether colors are welcome there.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: Stdout,
    paint: Paint,
}

impl Output {
    /// The output of this process: colored on a terminal, unless `NO_COLOR` holds anything
    /// (no-color.org).
    pub(crate) fn of_this_process() -> Self {
        let stdout = io::stdout();
        let unwelcome = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let paint = if stdout.is_terminal() && !unwelcome { Paint::Colors } else { Paint::Plain };
        Self { stdout, paint }
    }

    /// How texts are painted.
    pub(crate) fn paint(&self) -> Paint {
        self.paint
    }

    /// Writes and flushes, so that whoever waits at the other end of a pipe sees it now.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)?;
        self.stdout.flush()
    }
}

/// Says something on stderr, fit for a terminal; a closed one changes nothing about what there was
/// to say.
pub(crate) fn say(message: &str) {
    let lines: Vec<_> = message.split('\n').map(printable).collect();
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}
