//! Arguments: help, mistakes, and where servers are found.

use crate::command::{Ran, Scratch, herd_client, run};
use crate::stub::Nobody;

/// A mistake is status 2, says what the argument takes, and calls no server.
#[test]
fn mistakes_are_explained() {
    let loc = "--loc takes decimal degrees with signs, as +34.068930-118.445127";
    let time = "--time takes seconds since 1970, as 1479413884.392014450";
    let iamat = ["iamat", "--id", "x"];
    let whatsat = ["whatsat", "--id", "x"];
    let good = ["--loc", "+34-118"];
    for (arguments, message) in [
        (
            [&["iamat", "--id", "two words"], &good[..]].concat(),
            "invalid client: \"two words\"; --id takes a name without white space".to_owned(),
        ),
        (
            [&["iamat", "--id", ""], &good[..]].concat(),
            "invalid client: \"\"; --id takes a name without white space".to_owned(),
        ),
        (
            [&iamat[..], &["--loc", "34N118W"]].concat(),
            format!("invalid position: \"34N118W\"; {loc}"),
        ),
        (
            [&iamat[..], &["--loc", "-91+0"]].concat(),
            "invalid position: \"-91+0\"; the latitude -91 is not within -90 and +90; the latitude \
             comes first: did you mean +0-91?"
                .to_owned(),
        ),
        (
            [&iamat[..], &good, &["--time", "noon"]].concat(),
            format!("invalid time: \"noon\"; {time}"),
        ),
        ([&iamat[..], &good, &["--time", "-5"]].concat(), format!("invalid time: \"-5\"; {time}")),
        (
            [&whatsat[..], &["--radius", "50.1"]].concat(),
            "invalid radius: \"50.1\"; --radius takes kilometres from 0 to 50".to_owned(),
        ),
        (
            [&whatsat[..], &["--radius", "-1"]].concat(),
            "invalid radius: \"-1\"; --radius takes kilometres from 0 to 50".to_owned(),
        ),
        (
            [&whatsat[..], &["--max", "21"]].concat(),
            "invalid max: \"21\"; --max takes a whole number from 0 to 20".to_owned(),
        ),
        (
            [&whatsat[..], &["--timeout", "soon"]].concat(),
            "--timeout must be a number of seconds from 0.001 to 86400 (got \"soon\")".to_owned(),
        ),
        (
            [&whatsat[..], &["--server", "Alfred"]].concat(),
            "unknown server \"Alfred\": the herd has Alford, Ball, Hamilton, Holiday, Welsh; name \
             one of them, or write HOST:PORT"
                .to_owned(),
        ),
        (
            [&whatsat[..], &["--server", "host:port"]].concat(),
            "invalid address \"host:port\": write HOST:PORT, for example \"127.0.0.1:12000\""
                .to_owned(),
        ),
        (
            [&whatsat[..], &["--herd", "/no/such/herd.toml"]].concat(),
            "cannot read /no/such/herd.toml: no such file".to_owned(),
        ),
        (vec!["replay", "/no/such/script"], "cannot read /no/such/script: no such file".to_owned()),
    ] {
        let expected = Ran::expected(2, "", &format!("error: {message}\n"));
        assert_eq!(run(&arguments), expected, "{arguments:?}");
    }
}

/// A command that no server takes is not worth a connection.
#[test]
fn an_overlong_command_is_bad_usage() {
    let id = "x".repeat(4096);
    let ran = run(&["whatsat", "--id", &id]);
    let stderr =
        "error: the command is 4109 bytes long, and servers take 4096: choose a shorter --id\n";
    assert_eq!(ran, Ran::expected(2, "", stderr));
    let ran = run(&["iamat", "--loc", "+1+1", "--time", "1", "--id", &id]);
    let stderr =
        "error: the command is 4109 bytes long, and servers take 4096: choose a shorter --id\n";
    assert_eq!(ran, Ran::expected(2, "", stderr));
}

/// The argument parser's own complaints have the same status as ours.
#[test]
fn unknown_and_missing_arguments_are_status_2() {
    for arguments in
        [&[][..], &["whereis"], &["iamat"], &["iamat", "--id", "x"], &["send"], &["replay"]]
    {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.stderr.is_empty());
    }
}

/// Help is an answer: on stdout, with status 0, and no wider than a terminal.
#[test]
fn help_fits_a_terminal() {
    for subcommand in
        [None, Some("iamat"), Some("whatsat"), Some("send"), Some("replay"), Some("bench")]
    {
        let arguments: Vec<_> = subcommand.into_iter().chain(["--help"]).collect();
        let ran = run(&arguments);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        let wide: Vec<_> = ran.stdout.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(wide, Vec::<&str>::new());
    }
    let version = format!("herd-client {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"]), Ran::expected(0, &version, ""));
}

/// A herd.toml says where its servers are, and its first one is asked when none is named.
#[test]
fn a_herd_file_says_where_servers_are() {
    let (first, second) = (Nobody::there(), Nobody::there());
    let (first, second) = (first.address(), second.address());
    let herd = Scratch::file(&format!(
        "[servers.Zeta]\nlisten = \"{first}\"\npeer_listen = \"127.0.0.1:0\"\n\
         [servers.Beta]\nlisten = \"{second}\"\npeer_listen = \"127.0.0.1:0\"\n"
    ));
    let whatsat = ["whatsat", "--id", "x", "--herd", herd.path()];
    for (server, address, name) in [
        (&[][..], &first, "Zeta"),
        (&["--server", "Beta"], &second, "Beta"),
        (&["--server", &second], &second, "Beta"),
    ] {
        let stderr = format!(
            "error: no server at {address}: connection refused; is herd-server {name} running?\n"
        );
        let ran = run(&[&whatsat[..], server].concat());
        assert_eq!(ran, Ran::expected(1, "", &stderr));
    }
}

/// A mistake in a herd.toml is told with file and line.
#[test]
fn a_wrong_herd_file_is_bad_usage() {
    let herd = Scratch::file("[servers.A]\nlisten = \"here\"\n");
    let ran = run(&["send", "x", "--herd", herd.path()]);
    let stderr = format!(
        "error: {}:2: invalid address \"here\": write HOST:PORT, for example \
         \"127.0.0.1:12000\"\n",
        herd.path()
    );
    assert_eq!(ran, Ran::expected(2, "", &stderr));
}

/// An ID is bytes, not text.
#[cfg(unix)]
#[test]
fn an_id_needs_not_be_utf_8() {
    use crate::stub::{Stub, says};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let stub = Stub::answering(|_| says("? \n"));
    let mut command = herd_client(&["whatsat", "--server", &stub.address(), "--id"]);
    let output = command.arg(OsStr::from_bytes(b"\xff")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stub.heard(), ["WHATSAT \u{fffd} 10 5", ""]);
}

/// Arguments that are no text must end in a message, not in a panic of the argument parser.
#[cfg(unix)]
#[test]
fn no_argument_panics() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"\xff");
    for arguments in [
        &["send", "x", "--server"][..],
        &["send", "x", "--herd"],
        &["iamat", "--id", "x", "--loc"],
        &["iamat", "--id", "x", "--loc", "+34-118", "--time"],
        &["whatsat", "--id", "x", "--radius"],
        &["whatsat", "--id", "x", "--max"],
        &["whatsat", "--id", "x", "--format"],
        &["replay"],
        &[],
    ] {
        let output = herd_client(arguments).arg(odd).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

/// A misspelt word is answered with the right one.
#[test]
fn misspelt_arguments_are_guessed() {
    for (arguments, meant) in [
        (&["wahtsat", "--id", "x"][..], "whatsat"),
        (&["whatsat", "--id", "x", "--sever", "A"], "--server"),
    ] {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(meant) && !ran.stderr.contains('\u{fffd}'), "{}", ran.stderr);
    }
}

/// A full disk must not look like success, and a closed pipe not like a failure.
#[cfg(target_os = "linux")]
#[test]
fn every_output_tells_a_full_disk_from_a_closed_pipe() {
    use std::process::Stdio;
    for arguments in
        [&["--help"][..], &["--version"], &["bench", "--help"], &["man"], &["completions", "bash"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = herd_client(arguments);
        let ran: Ran = command
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap()
            .into();
        assert_eq!(ran.status, 1, "{arguments:?}");
        assert!(ran.stderr.starts_with("error: cannot write the answer: "), "{}", ran.stderr);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran: Ran = herd_client(arguments).stdout(writer).output().unwrap().into();
        assert_eq!(ran, Ran::expected(0, "", ""), "{arguments:?}");
    }
}
