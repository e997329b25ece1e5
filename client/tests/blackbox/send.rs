//! `herd-client send`.

use crate::command::{Ran, run};
use crate::stub::{Stub, says};

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
