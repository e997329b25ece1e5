//! `herd-client whatsat`.

use crate::command::{Ran, herd_client, run};
use crate::stub::{Answer, Stub, says};
use std::process::Stdio;

const AT: &str = "AT Alford +0.263873386 kiwi +34.068930-118.445127 1479413884.392014450\n";
const JSON: &str =
    "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"n\" : 1.50\n}\n\n";

fn whatsat<'a>(server: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["whatsat", "--id", "kiwi", "--server", server], more].concat()
}

/// The defaults are 10 km and 5 places; the layout and the digits are the server's; no color goes
/// into a pipe.
#[test]
fn the_reply_is_printed() {
    let stub = Stub::answering(|_| Answer::Dribble(format!("{AT}{JSON}").into_bytes()));
    let ran = run(&whatsat(&stub.address(), &[]));
    assert_eq!(ran, Ran::expected(0, &format!("{AT}{}\n", JSON.trim_end()), ""));
    assert_eq!(stub.heard(), ["WHATSAT kiwi 10 5"]);
}

/// `--raw` is for comparing bytes: the empty line is part of the reply.
#[test]
fn raw_is_byte_for_byte() {
    let stub = Stub::answering(|_| says(format!("{AT}{{\"n\":1.50}}\n\n")));
    let ran =
        run(&whatsat(&stub.address(), &["--format", "raw", "--radius", "0.50", "--max", "020"]));
    assert_eq!(ran, Ran::expected(0, &format!("{AT}{{\"n\":1.50}}\n\n"), ""));
    assert_eq!(stub.heard(), ["WHATSAT kiwi 0.50 020"]);
}

/// A reply on one line is laid out for the eye.
#[test]
fn one_line_is_laid_out() {
    let stub = Stub::answering(|_| says(format!("{AT}{{\"b\":1,\"a\":[]}}\n\n")));
    let ran = run(&whatsat(&stub.address(), &[]));
    assert_eq!(ran, Ran::expected(0, &format!("{AT}{{\n  \"b\": 1,\n  \"a\": []\n}}\n"), ""));
}

/// An unknown client is the one reason for a question mark, and there is something to do about it.
#[test]
fn an_unknown_client_is_status_1() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let ran = run(&whatsat(&stub.address(), &[]));
    let stderr = format!(
        "error: {} does not know kiwi: tell it a position first, with herd-client iamat\n",
        stub.address()
    );
    assert_eq!(ran, Ran::expected(1, "? WHATSAT kiwi 10 5\n", &stderr));
}

/// `herd-client whatsat | head -1` must not end in an error.
#[test]
fn a_broken_pipe_is_success() {
    let stub = Stub::answering(|_| says(format!("{AT}{JSON}")));
    let address = stub.address();
    let mut command = herd_client(&whatsat(&address, &[]));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The pipe closes here, before the command has anything to write.
    drop(child.stdout.take());
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran, Ran::expected(0, "", ""));
}
