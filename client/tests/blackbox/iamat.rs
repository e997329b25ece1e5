//! `herd-client iamat`.

use crate::command::{Ran, run};
use crate::stub::{Nobody, Stub, says};
use herd::protocol::Timestamp;
use herd_client::now;

fn alford() -> Stub {
    Stub::answering(|line| says(line.replace("IAMAT", "AT Alford +0.000000001") + "\n"))
}

/// The line goes out as it was typed, and the answer comes back as it is.
#[test]
fn the_at_line_is_printed() {
    let stub = alford();
    let arguments = ["iamat", "--id", "kiwi", "--loc", "+34-118", "--time", "1479413884.5"];
    let ran = run(&[&arguments[..], &["--server", &stub.address()]].concat());
    let stdout = "AT Alford +0.000000001 kiwi +34-118 1479413884.5\n";
    assert_eq!(ran, Ran::expected(0, stdout, ""));
    assert_eq!(stub.heard(), ["IAMAT kiwi +34-118 1479413884.5"]);
}

/// South of the equator a position begins with a hyphen, which must not be taken for an option.
#[test]
fn southern_positions_are_no_options() {
    let stub = alford();
    let server = format!("--server={}", stub.address());
    for loc in [&["--loc", "-33.8688+151.2093"][..], &["--loc=-33.8688+151.2093"]] {
        let ran = run(&[&["iamat", "--id", "x", "--time", "1", &server], loc].concat());
        let stdout = "AT Alford +0.000000001 x -33.8688+151.2093 1\n";
        assert_eq!(ran, Ran::expected(0, stdout, ""));
    }
}

/// Without `--time` the position is stamped with the moment of sending, to the nanosecond.
#[test]
fn the_time_of_sending_is_the_default() {
    let stub = alford();
    let before = now();
    let ran = run(&["iamat", "--id", "x", "--loc", "+34-118", "--server", &stub.address()]);
    let after = now();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let heard = stub.heard();
    let time = heard[0].strip_prefix("IAMAT x +34-118 ").unwrap();
    let sent = Timestamp::parse(time.as_bytes()).unwrap();
    assert!(before <= sent && sent <= after, "{before} {sent} {after}");
    assert_eq!(time.split_once('.').unwrap().1.len(), 9);
}

/// A refused position is an answer on stdout, a reason on stderr, and status 1 for scripts.
#[test]
fn a_question_mark_is_status_1() {
    let stub = Stub::answering(|line| says(format!("? {line}\n")));
    let arguments = ["iamat", "--id", "x", "--loc", "+34-118", "--time", "9999999999"];
    let ran = run(&[&arguments[..], &["--server", &stub.address()]].concat());
    let stderr = format!(
        "error: {} refused the position: its time is too far in that server's future, or the server \
         takes no more clients\n",
        stub.address()
    );
    assert_eq!(ran, Ran::expected(1, "? IAMAT x +34-118 9999999999\n", &stderr));
}

/// Who forgot to start the server should read so.
#[test]
fn no_server_is_status_1() {
    let nobody = Nobody::there();
    let address = nobody.address();
    let ran = run(&["iamat", "--id", "x", "--loc", "+34-118", "--server", &address]);
    let stderr = format!(
        "error: no server at {address}: connection refused; is a herd-server running there?\n"
    );
    assert_eq!(ran, Ran::expected(1, "", &stderr));
}
