//! The command on a terminal.

use crate::command::herd_client;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;

/// Runs the command with its output on a terminal of 80 columns, and returns what the terminal was
/// sent.
pub fn run_on_terminal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 })
        .unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let line = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let mut command = herd_client(arguments);
    let mut child = command
        .env_remove("CLICOLOR")
        .env("TERM", "xterm")
        .envs(environment.iter().copied())
        .stdout(line)
        .spawn()
        .unwrap();
    // The terminal hangs up once nobody holds its line.
    drop(command);
    let (mut sent, mut terminal) = (Vec::new(), File::from(terminal));
    // Hanging up is an error to some systems and the end to others.
    let _ = terminal.read_to_end(&mut sent);
    assert!(child.wait().unwrap().success());
    String::from_utf8(sent).unwrap().replace("\r\n", "\n")
}
