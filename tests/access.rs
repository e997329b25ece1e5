//! Clients that must show who they are.

mod support;

use rustix::process::Signal;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use support::{Client, Herd, Plan, eventually};

/// Each token's text is "token-" and the name.
const VAN: &str = r#"
[[token]]
name = "van-7"
sha256 = "7c4fac9c926d847b23579c3919b8be86c9507d34c2700315958635de318dbd8b"
id = "van-7"
roles = ["device"]
"#;

const MAP: &str = r#"
[[token]]
name = "map"
sha256 = "abc0e4372dd2daed6b262c9553c5e8fbfc8146006a11d13e53a988d52756321d"
roles = ["reader"]
"#;

const OPERATOR: &str = r#"
[[token]]
name = "ops"
sha256 = "8a614cb2ba0c93943279cc96da7ef50c8885b0b3e6d9ff566979a956444c8f05"
roles = ["operator"]
"#;

fn guarded() -> Herd {
    Plan::alone("Alford").access(&format!("{VAN}{MAP}{OPERATOR}")).start()
}

/// A client that has shown its token.
#[track_caller]
fn holder(herd: &Herd, name: &str) -> Client {
    let mut client = herd.client("Alford");
    assert_eq!(client.ask(&format!("AUTH {name} token-{name}")), format!("OK {name}"));
    client
}

#[track_caller]
fn assert_refused(client: &mut Client, line: &str) {
    assert_eq!(client.ask(line), format!("? {line}"));
}

/// Writes another access.toml and has the server read it.
fn reload(herd: &mut Herd, access: &str) {
    fs::write(access_file(herd), access).expect("the file can be written");
    let told = |herd: &mut Herd| herd.server("Alford").log().matches("reload").count();
    let before = told(herd);
    herd.server("Alford").signal(Signal::HUP);
    eventually("the reload is told", || told(herd) > before);
}

/// An event is written line by line.
fn await_told(herd: &mut Herd, text: &str) {
    eventually(&format!("{text} is told"), || herd.server("Alford").log().contains(text));
}

fn access_file(herd: &Herd) -> PathBuf {
    herd.folder().join("access.toml")
}

/// Without it anybody who can dial the port could tell and ask everything.
#[test]
fn each_client_may_do_what_its_token_permits() {
    let herd = guarded();
    let mut stranger = herd.client("Alford");
    assert_refused(&mut stranger, "IAMAT van-7 +1+1 1001");
    assert_refused(&mut stranger, "WHATSAT van-7 0 0");
    let mut van = holder(&herd, "van-7");
    van.iamat("van-7", "+1+1", "1001");
    assert_refused(&mut van, "IAMAT van-8 +1+1 1001");
    assert_refused(&mut van, "WHATSAT van-7 0 0");
    let mut map = holder(&herd, "map");
    assert!(map.whatsat("van-7", "0", "0").0.contains(" van-7 +1+1 "));
    assert_refused(&mut map, "IAMAT van-7 +2+2 1002");
    let mut operator = holder(&herd, "ops");
    operator.iamat("van-8", "+3+3", "1003");
    assert!(operator.whatsat("van-7", "0", "0").0.contains(" van-7 +1+1 "));
    // Whoever has said nothing useful yet may still say who they are, and somebody else later.
    assert_eq!(stranger.ask("AUTH map token-map"), "OK map");
    stranger.whatsat("van-8", "0", "0");
    assert_eq!(stranger.ask("AUTH van-7 token-van-7"), "OK van-7");
    assert_refused(&mut stranger, "WHATSAT van-8 0 0");
}

/// Commands in one piece with the AUTH must not overtake it.
#[test]
fn commands_may_come_in_one_piece_with_the_auth() {
    let herd = guarded();
    let mut van = herd.client("Alford");
    van.send("AUTH van-7 token-van-7\nIAMAT van-7 +1+1 1001\nIAMAT van-8 +1+1 1001\n");
    assert_eq!(van.text(), "OK van-7");
    assert!(van.text().starts_with("AT Alford "));
    assert_eq!(van.text(), "? IAMAT van-8 +1+1 1001");
}

/// A token that is wrong by a letter is a secret as well.
#[test]
fn a_wrong_auth_is_answered_late_never_sent_back_and_closed() {
    let herd = guarded();
    for wrong in [
        "AUTH van-7 token-map",
        "AUTH nobody token-map",
        "AUTH van-7",
        "AUTH",
        "auth van-7 token-van-7",
        "AUTH van-7 token-van-7 x",
        &format!("AUTH van-7 {}", "x".repeat(5_000)),
    ] {
        let mut client = herd.client("Alford");
        let begin = Instant::now();
        client.send(format!("hello\n{wrong}\nIAMAT van-7 +1+1 1001\n"));
        assert_eq!(client.text(), "? hello");
        assert_eq!(client.rest(), b"? AUTH\n");
        assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    }
    let mut map = holder(&herd, "map");
    assert_refused(&mut map, "WHATSAT van-7 0 0");
    map.send("AUTH map token-van-7\n");
    assert_eq!(map.rest(), b"? AUTH\n");
}

/// Servers without an access file are those of before.
#[test]
fn without_access_auth_is_an_invalid_command_like_any_other() {
    let herd = Plan::alone("Alford").start();
    assert_refused(&mut herd.client("Alford"), "AUTH van-7 token-van-7");
}

/// A token that was stolen must be of no use from the moment on in which it is taken back.
#[test]
fn a_revoked_token_loses_its_connections_and_the_others_go_on() {
    let mut herd = guarded();
    let (mut van, mut map) = (holder(&herd, "van-7"), holder(&herd, "map"));
    reload(&mut herd, &format!("{MAP}{OPERATOR}"));
    assert_eq!(van.rest(), b"");
    assert_refused(&mut map, "WHATSAT van-7 0 0");
    holder(&herd, "map");
    let mut again = herd.client("Alford");
    again.send("AUTH van-7 token-van-7\n");
    assert_eq!(again.rest(), b"? AUTH\n");
    // Other rights for the same token hold for connections that are open.
    reload(&mut herd, &MAP.replace("reader", "operator"));
    map.iamat("van-7", "+1+1", "1001");
    await_told(&mut herd, "reloaded the certificates, the limits and the tokens");
}

/// A typing error must neither lock everybody out nor let everybody in.
#[test]
fn a_mistake_in_a_file_keeps_what_was_there_and_is_told() {
    let mut herd = guarded();
    let mut van = holder(&herd, "van-7");
    let file = access_file(&herd).display().to_string();
    reload(&mut herd, &VAN.replace("device", "driver"));
    await_told(&mut herd, "reload failed: everything stays as it was");
    let mistake = "token van-7: unknown role \"driver\": write device, reader or operator";
    await_told(&mut herd, &format!("{file}:6: {mistake}"));
    van.iamat("van-7", "+1+1", "1001");
    holder(&herd, "map");
    // A mistake in herd.toml keeps the tokens as well.
    let herd_file = herd.folder().join("herd.toml");
    let text = fs::read_to_string(&herd_file).expect("it is there");
    fs::write(&herd_file, text.replace("heartbeat_ms = 200", "heartbeat_ms = 0"))
        .expect("the file can be written");
    reload(&mut herd, MAP);
    van.iamat("van-7", "+2+2", "1002");
    // Access does not come and go with a signal.
    fs::write(&herd_file, text.replace("[access]\nfile = \"access.toml\"\n", ""))
        .expect("the file can be written");
    reload(&mut herd, MAP);
    await_told(&mut herd, "[access] comes and goes only when the server is started again");
    assert_refused(&mut herd.client("Alford"), "IAMAT van-7 +1+1 1");
}

/// An operator who sees an attack must not have to restart servers.
#[test]
fn limits_are_read_anew() {
    let mut herd = guarded();
    let file = herd.folder().join("herd.toml");
    let text = fs::read_to_string(&file).expect("it is there");
    let limits = "heartbeat_ms = 200\nconnections_per_address = 1\nclients = 1\nidle_seconds = 1";
    fs::write(&file, text.replace("heartbeat_ms = 200", limits)).expect("it can be written");
    let mut operator = holder(&herd, "ops");
    operator.iamat("van-1", "+1+1", "1001");
    operator.iamat("van-2", "+1+1", "1001");
    reload(&mut herd, OPERATOR);
    assert_refused(&mut operator, "IAMAT van-3 +1+1 1001");
    assert_eq!(herd.client("Alford").drain(), 0);
    // An open connection has the new idle time from what it does next.
    assert_eq!(operator.rest(), b"");
}

fn herd_server(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_herd-server"));
    let ran = command.args(arguments).stdin(Stdio::null()).output();
    ran.expect("the server's program is there")
}

/// What `token new` prints is all that is needed to let somebody in.
#[test]
fn a_new_token_lets_its_holder_in() {
    let mut herd = guarded();
    let ran = herd_server(&["token", "new", "--role", "device", "--id", "van-8", "--rate", "50"]);
    assert_eq!((ran.status.code(), ran.stderr), (Some(0), Vec::new()));
    let text = String::from_utf8(ran.stdout).expect("it is text");
    let (prose, entry) = text.split_once("[[token]]").expect("there is an entry");
    let token = prose.lines().find_map(|line| line.strip_prefix("    ")).expect("it is shown");
    reload(&mut herd, &format!("{VAN}[[token]]{entry}"));
    let mut van = herd.client("Alford");
    assert_eq!(van.ask(&format!("AUTH van-8 {token}")), "OK van-8");
    van.iamat("van-8", "+1+1", "1001");
    let none = herd_server(&["token", "new", "--role", "device"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(none.stdout.is_empty());
}

/// Redis was found open on the internet by the thousand before it did the same.
#[test]
fn a_server_that_strangers_could_dial_does_not_start() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let file = folder.path().join("herd.toml");
    fs::write(folder.path().join("access.toml"), VAN).expect("there is room for a file");
    let start = |text: &str| {
        fs::write(&file, text).expect("there is room for a file");
        let file = file.to_str().expect("the folder's name is text");
        let ran = herd_server(&["A", "--herd", file, "--ephemeral", "--no-traffic-log"]);
        (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let clients =
        "A cannot start: protected mode: anybody who can dial 0.0.0.0:0 could tell and ask";
    let neighbors = "A cannot start: protected mode: anybody who can dial [::]:0 could follow";
    for (text, message) in [
        ("[servers.A]\nlisten = '0.0.0.0:0'", clients),
        ("[servers.A]\nlisten = '127.0.0.1:0'\npeer_listen = '[::]:0'", neighbors),
        (
            "[servers.A]\nlisten = '0.0.0.0:0'\npeer_listen = '[::]:0'\n[access]\nfile = 'access.toml'",
            neighbors,
        ),
    ] {
        let (status, log) = start(text);
        assert_eq!(status, Some(1), "{log}");
        assert!(log.contains(message) && log.contains("protected_mode = false"), "{log}");
    }
}
