//! Tokens: where the command has them from, and that it shows them to servers only.

use crate::command::{Ran, Scratch, herd_client, run};
use crate::stub::{Answer, Stub, says};

/// A server that knows one token.
fn guarded() -> Stub {
    Stub::answering(|line| match line {
        "AUTH van-7 s3cr3t" => says("OK van-7\n"),
        _ if line.starts_with("AUTH ") => Answer::Close(b"? AUTH\n".to_vec()),
        _ if line.starts_with("IAMAT x ") => says("AT Ball +0.000000001 x +1+1 1\n"),
        other => says(format!("? {other}\n")),
    })
}

fn with_variable(token: &str, arguments: &[&str]) -> Ran {
    herd_client(arguments).env("HERD_TOKEN", token).output().unwrap().into()
}

const AT: &str = "AT Ball +0.000000001 x +1+1 1\n";

/// Servers that need tokens would otherwise be of no use to the command.
#[test]
fn the_token_is_shown_before_anything_else() {
    let iamat = ["iamat", "--id", "x", "--loc", "+1+1", "--time", "1"];
    let send = ["send", "IAMAT x +1+1 1"];
    let file = Scratch::file("van-7 s3cr3t\n");
    for command in [&iamat[..], &send] {
        let stub = guarded();
        let address = stub.address();
        let arguments = [command, &["--server", &address]].concat();
        assert_eq!(with_variable("van-7:s3cr3t", &arguments), Ran::expected(0, AT, ""));
        let from_file = [&arguments[..], &["--token-file", file.path()]].concat();
        assert_eq!(with_variable("other:t0k3n", &from_file), Ran::expected(0, AT, ""));
        assert_eq!(with_variable("", &arguments), Ran::expected(0, AT, ""));
        let heard = ["AUTH van-7 s3cr3t", "IAMAT x +1+1 1"];
        assert_eq!(stub.heard(), [&heard[..], &heard, &heard[1..]].concat());
    }
    let stub = guarded();
    let address = stub.address();
    let script = Scratch::file("IAMAT x +1+1 1\nexpect AT Ball *\n");
    let replay = ["replay", script.path(), "--server", &address];
    assert_eq!(with_variable("van-7:s3cr3t", &replay).status, 0);
    assert_eq!(stub.heard(), ["AUTH van-7 s3cr3t", "IAMAT x +1+1 1"]);
}

/// The load generator speaks for itself, without the library's client.
#[test]
fn bench_shows_the_token_on_each_connection() {
    let stub = Stub::answering(|line| match line {
        "AUTH van-7 s3cr3t" => says("OK van-7\n"),
        other => says(format!(
            "AT Ball +0.000000001 {} +1+1 1\n",
            other.split(' ').nth(1).unwrap_or("x")
        )),
    });
    let address = stub.address();
    let arguments = [
        "bench",
        "--server",
        &address,
        "--pollute",
        "--connections",
        "2",
        "--depth",
        "1",
        "--count",
        "4",
        "--warmup",
        "0",
        "--clients",
        "1",
        "--json",
    ];
    let ran = with_variable("van-7:s3cr3t", &arguments);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let heard = stub.heard();
    assert_eq!(heard.iter().filter(|line| *line == "AUTH van-7 s3cr3t").count(), 2);
    let ran = with_variable("van-7:wr0ng", &arguments);
    assert!(ran.status != 0 || ran.stdout.contains("\"errors\""));
}

/// Whoever has the wrong token should read so, and nobody should read the token.
#[test]
fn a_token_that_is_not_accepted_is_explained_and_not_shown() {
    let stub = guarded();
    let address = stub.address();
    let arguments = ["send", "hello", "--server", &address];
    let refused = format!(
        "error: {address} refused the token of van-7: the name or the token is wrong, or it was \
         revoked\n"
    );
    assert_eq!(with_variable("van-7:wr0ng", &arguments), Ran::expected(1, "", &refused));
    let open = Stub::answering(|line| says(format!("? {line}\n")));
    let address = open.address();
    let arguments = ["send", "hello", "--server", &address];
    let none = format!(
        "error: {address} asks for no token: unset HERD_TOKEN and leave out --token-file\n"
    );
    assert_eq!(with_variable("van-7:s3cr3t", &arguments), Ran::expected(1, "", &none));
}

/// A token on the command line would be shown to everybody on the machine.
#[test]
fn what_is_no_token_is_bad_usage_and_not_shown() {
    let rule = "a token must be written NAME:TOKEN, as herd-server token new prints them";
    let ran = with_variable("s3cr3t", &["send", "hello"]);
    assert_eq!(ran, Ran::expected(2, "", &format!("error: HERD_TOKEN: {rule}\n")));
    let file = Scratch::file("s3cr3t");
    let ran = run(&["send", "hello", "--token-file", file.path()]);
    let expected = format!("error: {}: {rule}\n", file.path());
    assert_eq!(ran, Ran::expected(2, "", &expected));
    let ran = run(&["send", "hello", "--token", "s3cr3t"]);
    assert_eq!(ran.status, 2);
}

/// A script may hold a token, and what is printed may end up in a log.
#[test]
fn replay_does_not_print_tokens() {
    let stub = guarded();
    let script = Scratch::file("AUTH van-7 s3cr3t\nAUTH van-7 wr0ng\n");
    let ran = run(&["replay", script.path(), "--server", &stub.address()]);
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("> AUTH [hidden]\n< OK van-7\n"), "{printed}");
    assert!(!printed.contains("s3cr3t") && !printed.contains("wr0ng"), "{printed}");
}

/// What a token does not permit looks like a mistake in the command.
#[test]
fn a_refusal_names_the_token_that_may_be_the_reason() {
    let stub = guarded();
    let address = stub.address();
    let whatsat = ["whatsat", "--id", "y", "--server", &address];
    let stderr = format!(
        "error: {address} does not know y: tell it a position first, with herd-client iamat; or the \
         token of van-7 does not permit it\n"
    );
    let ran = with_variable("van-7:s3cr3t", &whatsat);
    assert_eq!(ran, Ran::expected(1, "? WHATSAT y 10 5\n", &stderr));
}
