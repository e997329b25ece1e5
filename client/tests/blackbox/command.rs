//! Running the built command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a run of the command left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its exit status.
    pub status: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
}

impl Ran {
    /// A run as it should have been.
    pub fn expected(status: i32, stdout: &str, stderr: &str) -> Self {
        Self { status, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The command, not started yet.
pub fn herd_client(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herd-client"));
    command.args(arguments).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env_remove("HERD_TOKEN");
    command
}

/// Runs the command to its end.
pub fn run(arguments: &[&str]) -> Ran {
    herd_client(arguments).output().unwrap().into()
}

/// A file that goes away with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A file with this text.
    pub fn file(text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{count}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
