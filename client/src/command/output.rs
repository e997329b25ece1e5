//! Where answers go.

use super::paint::Paint;
use super::printable::printable;
use std::env;
use std::io::{self, IsTerminal, Stdout, Write};
use terminal_size::{Width, terminal_size_of};

/// The width of a terminal that does not tell its own.
const WIDTH_DEFAULT: usize = 80;

/// Standard output, and whether colors are welcome there.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: Stdout,
    paint: Paint,
    width: Option<usize>,
}

impl Output {
    /// The output of this process: colored on a terminal, unless `NO_COLOR` holds anything
    /// (no-color.org).
    pub(crate) fn of_this_process() -> Self {
        let stdout = io::stdout();
        let unwelcome = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let terminal = stdout.is_terminal();
        let paint = if terminal && !unwelcome { Paint::Colors } else { Paint::Plain };
        let width = terminal.then(|| terminal_width(&stdout));
        Self { stdout, paint, width }
    }

    /// How texts are painted.
    pub(crate) fn paint(&self) -> Paint {
        self.paint
    }

    /// How many columns there are; None when this is no terminal, where lines need not end.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
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

fn terminal_width(stdout: &Stdout) -> usize {
    let told = terminal_size_of(stdout).map(|(Width(columns), _)| usize::from(columns));
    // Some pseudo-terminals have no columns at all.
    told.filter(|&columns| columns > 0).unwrap_or(WIDTH_DEFAULT)
}
