//! The blocks about `herd-client`.

use super::LONG_AGO;
use super::likeness::assert_same_form;
use super::page::{Block, README};
use super::programs::{client, output, server};
use super::support::{Herd, Plan, eventually};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What comes before the arguments of `herd-client` in the README.
const CALLS: [&str; 2] = ["cargo run --release -p herd-client -- ", "herd-client "];

/// `herd-client` as a line of the README calls it, for a herd on other ports.
#[track_caller]
fn called(line: &str, herd: &Herd) -> Command {
    let arguments = CALLS.iter().find_map(|call| line.strip_prefix(call));
    let arguments = arguments.expect("the line calls herd-client").split(' ');
    let mut command = client();
    command.args(arguments).arg("--herd").arg(herd.folder().join("herd.toml"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

pub fn a_position_is_told_and_found(block: &Block) {
    let herd = Plan::ring().start();
    let lines: Vec<&str> = block.lines().collect();
    let [iamat, whatsat] = lines[..] else { panic!("there are two commands") };
    let (told, _) = output(&mut called(iamat, &herd));
    assert!(told.starts_with("AT Alford +"), "{told}");
    eventually("Welsh knows it", || {
        let output = called(whatsat, &herd).output().expect("the command runs");
        String::from_utf8_lossy(&output.stdout).starts_with(&told)
    });
}

/// Each word of a synopsis that begins with `--` is in the help.
pub fn options_exist(block: &Block) {
    for line in block.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (help, _) = output(client().args([words[1], "--help"]));
        assert_options(line, &help);
    }
}

/// Each word of `line` that begins with `--` is in `help`.
#[track_caller]
pub fn assert_options(line: &str, help: &str) {
    for word in line.split(|c: char| !c.is_ascii_lowercase() && c != '-') {
        assert!(
            !word.starts_with("--") || help.contains(word),
            "{word} of {line} is not in {help}"
        );
    }
}

pub fn a_table_is_printed(block: &Block) {
    let herd = Plan::ring().start();
    herd.iamat("Alford", "kiwi.cs.ucla.edu", "+34.068930-118.445127", LONG_AGO);
    let (command, shown) = block.command_and_output();
    assert_eq!(output(&mut called(command, &herd)).0.trim_end(), shown.trim_end());
}

pub fn the_script_holds(block: &Block) {
    let herd = Plan::ring().start();
    let script = herd.folder().join("readme.herd");
    fs::write(&script, block.text()).expect("the folder takes files");
    output(called("herd-client replay", &herd).arg(script));
}

pub fn the_scripts_of_the_examples_hold(block: &Block) {
    let herd = Plan::ring().start();
    let command = block.first().strip_suffix(" examples/scripts/*.herd");
    let command = command.expect("it plays all scripts of the examples");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scripts");
    let scripts = fs::read_dir(folder).expect("the examples have scripts");
    let mut scripts: Vec<_> = scripts.map(|entry| entry.expect("it can be read").path()).collect();
    scripts.sort();
    let (_, tally) = output(called(command, &herd).args(scripts));
    let shown = format!("They end with `{}`.", tally.trim_end());
    assert!(README.contains(&shown), "the README does not say: {shown}");
}

/// The figures are of another machine; the form is the same.
pub fn a_load_is_measured(block: &Block) {
    let herd = Plan::ring().start();
    let (command, shown) = block.command_and_output();
    let (report, _) = output(called(command, &herd).args(["--duration", "1"]));
    assert_same_form(&shown, &report);
}

/// What a server's command takes, as its help says it.
pub fn server_help() -> String {
    output(server().arg("--help")).0
}
