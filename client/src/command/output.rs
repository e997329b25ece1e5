//! Where answers go.

use super::paint::Paint;
use super::printable::printable_lines;
use std::env;
use std::ffi::OsString;
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
    /// The output of this process: colored on a terminal, unless the environment says that colors
    /// are unwelcome.
    pub(crate) fn of_this_process() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let paint = if terminal && colors_are_welcome(|name| env::var_os(name)) {
            Paint::Colors
        } else {
            Paint::Plain
        };
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

    /// Writes what a server sent. A pipe gets the bytes as they came; a terminal gets them without the
    /// characters that would command it.
    pub(crate) fn write_as_received(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.is_terminal() {
            true => self.write(printable_lines(bytes).as_bytes()),
            false => self.write(bytes),
        }
    }

    /// Whether this is a terminal, which obeys the characters that command it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// Writes and flushes, so that whoever waits at the other end of a pipe sees it now.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)?;
        self.stdout.flush()
    }
}

/// Whether the environment allows colors: not with a `NO_COLOR` that holds anything (no-color.org),
/// with `CLICOLOR=0` (bixense.com/clicolors), or on a terminal that says it has none.
fn colors_are_welcome(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let no_color = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let cli_color_is_off = variable("CLICOLOR").is_some_and(|value| value == "0");
    let dumb = variable("TERM").is_some_and(|value| value.is_empty() || value == "dumb");
    !no_color && !cli_color_is_off && !dumb
}

/// Says something on stderr, fit for a terminal; a closed one changes nothing about what there was
/// to say.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{}", printable_lines(message.as_bytes()));
}

fn terminal_width(stdout: &Stdout) -> usize {
    let told = terminal_size_of(stdout).map(|(Width(columns), _)| usize::from(columns));
    // Some pseudo-terminals have no columns at all.
    told.filter(|&columns| columns > 0).unwrap_or(WIDTH_DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Emacs' shell and the logs of build servers show escapes as they are.
    #[test]
    fn the_environment_decides_about_colors() {
        for (environment, welcome) in [
            (&[][..], true),
            (&[("TERM", "xterm"), ("NO_COLOR", ""), ("CLICOLOR", "1")], true),
            (&[("TERM", "dumb")], false),
            (&[("TERM", "")], false),
            (&[("NO_COLOR", "1")], false),
            (&[("TERM", "xterm"), ("CLICOLOR", "0")], false),
        ] {
            let variable = |name: &str| {
                environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            assert_eq!(colors_are_welcome(variable), welcome, "{environment:?}");
        }
    }
}
