//! `herd-client send`.

use crate::command::{Ran, run};
use crate::stub::{Answer, Stub, says};

/// Any line goes out as it is, be it a command or not.
#[test]
fn lines_go_out_as_they_are() {
    let stub = Stub::answering(|line| match line {
        "IAMAT x +1+1 1" => says("AT Ball +0.000000001 x +1+1 1\n"),
        "WHATSAT x 1 1" => says("AT Ball +0.000000001 x +1+1 1\n{\n}\n\n"),
        other => says(format!("? {other}\n")),
    });
    let address = stub.address();
    let send = |line: &str| run(&["send", "--server", &address, "--", line]);
    let at = "AT Ball +0.000000001 x +1+1 1\n";
    assert_eq!(send("IAMAT x +1+1 1"), Ran::expected(0, at, ""));
    assert_eq!(send("WHATSAT x 1 1"), Ran::expected(0, &format!("{at}{{\n}}\n\n"), ""));
    let stderr = format!("error: {address} calls this an invalid command\n");
    for line in ["  two\twords ", "--help", ""] {
        assert_eq!(send(line), Ran::expected(1, &format!("? {line}\n"), &stderr));
    }
}

/// Two lines would get two replies, of which one would be lost.
#[test]
fn a_line_break_is_bad_usage() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let ran = run(&["send", "a\nb", "--server", &stub.address()]);
    let stderr = "error: a command is one line, but there is a line break in \"a\\nb\"\n";
    assert_eq!(ran, Ran::expected(2, "", stderr));
    assert_eq!(stub.heard(), Vec::<String>::new());
}

/// The port of a server for its neighbors refuses everything, which looks like an unknown client.
#[test]
fn a_peer_port_is_recognized() {
    let stub = Stub::answering(|line| Answer::Close(format!("? {line}\n").into_bytes()));
    let address = stub.address();
    let stderr = format!(
        "error: {address} closes the connection after a command, as the peer port of a herd-server \
         does: choose the port on which it listens for clients (\"listen\" in herd.toml)\n"
    );
    let whatsat = ["whatsat", "--id", "x", "--server", &address];
    assert_eq!(run(&whatsat), Ran::expected(1, "? WHATSAT x 10 5\n", &stderr));
    let send = ["send", "IAMAT", "--server", &address];
    assert_eq!(run(&send), Ran::expected(1, "? IAMAT\n", &stderr));
    let iamat = ["iamat", "--id", "x", "--loc", "+1+1", "--time", "1", "--server", &address];
    assert_eq!(run(&iamat), Ran::expected(1, "? IAMAT x +1+1 1\n", &stderr));
}
