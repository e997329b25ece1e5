//! The programs of this build.
//!
//! `cargo test --workspace` has built all of them before. Whoever runs these tests alone after a change
//! of the client or the example builds those first.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder that this build's programs are in.
fn folder() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_herd-server")).parent().expect("a program is in a folder")
}

/// `herd-client`, which is of another package.
pub fn client() -> Command {
    Command::new(built("herd-client", &["--package", "herd-client", "--bin", "herd-client"]))
}

/// The example `herd`.
pub fn example() -> Command {
    Command::new(built("examples/herd", &["--example", "herd"]))
}

pub fn server() -> Command {
    Command::new(env!("CARGO_BIN_EXE_herd-server"))
}

/// A program beside the server's. It is built if it is not there.
fn built(program: &str, target: &[&str]) -> PathBuf {
    let path = folder().join(program);
    if !path.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.arg("build").args(target).arg("--target-dir");
        cargo.arg(folder().parent().expect("a build has a folder of its own"));
        if folder().ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "{program} cannot be built");
    }
    path
}

/// Runs a program to its end, which must be a good one. Returns both of its outputs.
#[track_caller]
pub fn output(command: &mut Command) -> (String, String) {
    let output = command.stdin(Stdio::null()).output().expect("the program is there");
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert!(status.success(), "{command:?}: {status}\n{stdout}{stderr}");
    (stdout, stderr)
}
