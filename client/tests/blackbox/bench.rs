//! `herd-client bench`.

#[cfg(unix)]
use crate::command::herd_client;
use crate::command::{Ran, Scratch, run};
use crate::stub::{Answer, Nobody, Stub, says};
#[cfg(unix)]
use crate::terminal::run_on_terminal;
use herd::config::Herd;
use herd::runtime::AsyncStd;
use herd::server::Server;
use serde_json::Value;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A server that answers each IAMAT.
fn alford() -> Stub {
    Stub::answering(|line| says(line.replace("IAMAT", "AT Alford +0.000000001") + "\n"))
}

/// A server of the library, which ends with the test's process, and its address.
fn solo() -> String {
    let herd = "[servers.Solo]\nlisten = '127.0.0.1:0'\npeer_listen = '127.0.0.1:0'";
    let herd = Herd::from_toml(herd).unwrap();
    let name = "Solo".parse().unwrap();
    let server = Server::builder(AsyncStd::new(), &herd, &name).bind();
    let server = async_std::task::block_on(server).unwrap();
    let address = server.client_address().to_string();
    async_std::task::spawn(server.run());
    address
}

/// Runs `bench` without a warm-up.
fn bench(servers: &[&str], more: &str) -> Ran {
    let servers = servers.iter().flat_map(|server| ["--server", server]);
    let arguments = ["bench", "--pollute", "--warmup", "0"].into_iter().chain(servers);
    run(&arguments.chain(more.split_whitespace()).collect::<Vec<_>>())
}

fn figures(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// A count is exact, whatever the batches are, and a server takes each command for a good one.
#[test]
fn a_server_answers_the_whole_load() {
    let server = solo();
    for (shape, commands) in [
        ("--connections 1 --depth 1 --count 1", 1),
        ("--connections 7 --depth 3 --count 500", 500),
        ("--connections 2 --depth 10000 --count 30000", 30_000),
    ] {
        let ran = bench(&[&server], &format!("{shape} --clients 10 --json"));
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shape}");
        let figures = figures(&ran);
        assert_eq!(figures["commands"], commands, "{shape}");
        assert_eq!(figures["errors"], 0);
        assert_eq!(figures["latency_us"]["iamat"]["count"], commands);
        assert_eq!(figures["latency_us"]["whatsat"], Value::Null);
    }
}

/// Who asks for a client must find it, so all are told of first, and that is not measured.
#[test]
fn questions_find_everybody() {
    let ran = bench(&[&solo()], "--whatsat 50 --count 200 --clients 90 --depth 4 --json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let figures = figures(&ran);
    assert_eq!(figures["commands"], 200);
    assert_eq!(figures["unmeasured_commands"], 90);
    let count = |kind: &str| figures["latency_us"][kind]["count"].as_u64().unwrap();
    assert_eq!(count("iamat") + count("whatsat"), 200);
    assert!(count("whatsat") > 0);
}

/// A duration and a warm-up end by themselves, and only one of them counts.
#[test]
fn time_ends() {
    let server = solo();
    let arguments = "--duration 0.2 --warmup 0.1 --connections 4 --json --server";
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    let ran = run(&[&["bench"], &arguments[..], &[&server]].concat());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let figures = figures(&ran);
    assert!(figures["seconds"].as_f64().unwrap() >= 0.2);
    assert!(figures["commands"].as_u64().unwrap() > 0);
    assert!(figures["unmeasured_commands"].as_u64().unwrap() > 0);
}

/// Several servers get equal shares.
#[test]
fn connections_are_dealt_out() {
    let stubs = [alford(), alford()];
    let addresses = stubs.each_ref().map(Stub::address);
    let servers = addresses.each_ref().map(String::as_str);
    let ran = bench(&servers, "--connections 4 --depth 2 --count 8 --json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(figures(&ran)["servers"], Value::from(servers.to_vec()));
    assert_eq!(stubs.map(|stub| stub.heard().len()), [4, 4]);
}

/// The figures are tables for people, with the numbers under their headings.
#[test]
fn people_get_tables() {
    let ran = bench(&[&alford().address()], "--count 100");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let lines: Vec<Vec<_>> =
        ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let [summary, figures, nothing, latencies, iamat] = &lines[..] else { panic!("{ran:?}") };
    assert_eq!(summary[..], ["COMMANDS", "SECONDS", "COMMANDS/S", "ERRORS"]);
    assert_eq!((figures[0], figures[3]), ("100", "0"));
    assert!(nothing.is_empty());
    assert_eq!(latencies[..4], ["LATENCY,", "µs", "COUNT", "MIN"]);
    assert_eq!((iamat[0], iamat[1], iamat.len()), ("IAMAT", "100", 8));
}

/// Headings are bold on a terminal, as those of other tables.
#[cfg(unix)]
#[test]
fn a_terminal_gets_colors() {
    let address = alford().address();
    let arguments = ["bench", "--pollute", "--warmup", "0", "--count", "3", "--server", &address];
    assert!(run_on_terminal(&arguments, &[]).starts_with("\x1b[1mCOMMANDS\x1b[0m"));
}

/// A refusal is no success, and one wants to know what was refused. The figures are there all the
/// same.
#[test]
fn refusals_are_errors() {
    let stub = Stub::answering(|_| Answer::Dribble(b"? what\n".to_vec()));
    let ran = bench(&[&stub.address()], "--count 10 --depth 4 --connections 2 --json");
    let figures = figures(&ran);
    assert_eq!((&figures["commands"], &figures["errors"]), (&Value::from(10), &Value::from(10)));
    assert_eq!(figures["latency_us"], Value::Object(serde_json::Map::new()));
    let stderr = "error: commands refused or lost: 10; the first refusal: ? what\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (1, stderr));
}

/// A connection that breaks takes what was under way with it, and the others go on.
#[test]
fn a_broken_connection_is_counted() {
    let (good, bad) = (alford(), Stub::answering(|_| Answer::Close(Vec::new())));
    let servers = [good.address(), bad.address()];
    let ran = bench(&servers.each_ref().map(|s| s.as_str()), "--count 20 --connections 2 --json");
    let figures = figures(&ran);
    assert_eq!((&figures["commands"], &figures["errors"]), (&Value::from(19), &Value::from(1)));
    assert_eq!(figures["broken_connections"], 1);
    let stderr = format!(
        "error: commands refused or lost: 1; connections that broke: 1; the first one: {}: the \
         server closed the connection\n",
        servers[1]
    );
    assert_eq!((ran.status, ran.stderr), (1, stderr));
}

/// Figures of nothing would be worse than none.
#[test]
fn without_connections_there_are_no_figures() {
    for (answer, reason) in [
        ("", "the server closed the connection"),
        ("HTTP/1.1 400 Bad Request\r\n", "this is no reply: \"HTTP/1.1 400 Bad Request\""),
        ("AT x\nAT x\n", "this is no reply: \"AT x\""),
    ] {
        let stub = Stub::answering(move |_| Answer::Close(answer.into()));
        let ran = bench(&[&stub.address()], "--count 20 --connections 1 --json");
        let stderr =
            format!("error: all connections broke; the first one: {}: {reason}\n", stub.address());
        assert_eq!(ran, Ran::expected(1, "", &stderr));
    }
}

/// Who forgot to start a server should read so, and which.
#[test]
fn no_server_is_status_1() {
    let (alford, nobody) = (alford(), Nobody::there());
    let address = nobody.address();
    let no_server = format!("error: no server at {address}: connection refused");
    let ran = bench(&[&alford.address(), &address], "");
    let stderr = format!("{no_server}; is a herd-server running there?\n");
    assert_eq!(ran, Ran::expected(1, "", &stderr));
    let herd = Scratch::file(&format!(
        "[servers.Zeta]\nlisten = \"{address}\"\npeer_listen = \"127.0.0.1:0\"\n"
    ));
    let ran = bench(&["Zeta"], &format!("--herd {}", herd.path()));
    let stderr = format!("{no_server}; is herd-server Zeta running?\n");
    assert_eq!(ran, Ran::expected(1, "", &stderr));
    let ran = bench(&[&address], "--against redis");
    assert_eq!(ran, Ran::expected(1, "", &format!("{no_server}\n")));
}

/// Redis is loaded in its own protocol, so that it can be compared.
#[test]
fn redis_gets_its_own_commands() {
    let stub = Stub::answering(|line| match line.starts_with(['+', '-']) {
        true => says("+OK\r\n"),
        false => Answer::Silence,
    });
    let ran = bench(&[&stub.address()], "--against redis --count 40 --connections 1 --json");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let figures = figures(&ran);
    assert_eq!((&figures["against"], &figures["commands"]), (&"redis".into(), &40.into()));
    let heard = stub.heard();
    assert_eq!(heard[..4], ["*3\r", "$3\r", "SET\r", "$27\r"]);
    assert_eq!(heard.len(), 40 * 7);
}

/// A mistake is status 2, says what the argument takes, and calls no server.
#[test]
fn mistakes_are_explained() {
    for (arguments, message) in [
        ("--connections 0", "--connections must be a whole number from 1 to 10000 (got \"0\")"),
        (
            "--connections 10001",
            "--connections must be a whole number from 1 to 10000 (got \"10001\")",
        ),
        ("--depth 0", "--depth must be a whole number from 1 to 10000 (got \"0\")"),
        ("--depth -1", "--depth must be a whole number from 1 to 10000 (got \"-1\")"),
        ("--clients x", "--clients must be a whole number from 1 to 10000000 (got \"x\")"),
        ("--count 0", "--count must be a whole number from 1 to 4294967295 (got \"0\")"),
        ("--whatsat 101", "--whatsat must be a whole number from 0 to 100 (got \"101\")"),
        ("--duration 0", "--duration must be more than 0"),
        ("--duration nan", "--duration must be a number of seconds from 0 to 86400 (got \"nan\")"),
        ("--timeout 0", "--timeout must be a number of seconds from 0.001 to 86400 (got \"0\")"),
        ("--radius 51", "invalid radius: \"51\"; --radius takes kilometres from 0 to 50"),
        ("--max 21", "invalid max: \"21\"; --max takes a whole number from 0 to 20"),
        (
            "--connections 10000 --depth 1000",
            "connections times depth are 10000000 commands under way, and at most 1000000 may be; \
             lower --connections or --depth",
        ),
        (
            "--against redis --whatsat 1",
            "what SET has stored cannot be asked for by place, but GEOADD's can; choose \
             --redis-command GEOADD",
        ),
        (
            "--server host:port",
            "invalid address \"host:port\": write HOST:PORT, for example \
          \"127.0.0.1:12000\"",
        ),
    ] {
        let expected = Ran::expected(2, "", &format!("error: {message}\n"));
        let arguments: Vec<_> =
            ["bench", "--server", "Alford"].into_iter().chain(arguments.split(' ')).collect();
        assert_eq!(run(&arguments), expected, "{arguments:?}");
    }
    for arguments in [&["--count", "1", "--duration", "1"][..], &["--against", "tile38"]] {
        let ran = run(&[&["bench"], arguments].concat());
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

/// A limit of the system's should be told before anybody is called, with what to do about it.
#[cfg(unix)]
#[test]
fn too_few_descriptors_are_explained() {
    let script =
        format!("ulimit -n 64; exec {} bench --server Alford", env!("CARGO_BIN_EXE_herd-client"));
    let ran = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    let stderr = "error: 50 connections need 82 open files, and this process may have 64: raise the \
                  limit with ulimit -n, or lower --connections\n";
    assert_eq!(Ran::from(ran), Ran::expected(2, "", stderr));
}

/// A measurement that went to the first server of a herd by default would fill a live one.
#[test]
fn bench_chooses_no_server_by_itself() {
    let stderr = "error: bench adds invented clients to the servers that it loads: name them with \
                  --server\n";
    for against in ["herd", "redis"] {
        assert_eq!(run(&["bench", "--against", against]), Ran::expected(2, "", stderr));
    }
}

/// The clients of a measurement stay, so a second one on the same server must be meant.
#[test]
fn clients_of_an_earlier_bench_are_found() {
    let server = solo();
    let bench = ["bench", "--server", &server, "--warmup", "0", "--count", "1", "--fill", "--json"];
    assert_eq!(run(&bench).status, 0);
    let stderr = format!(
        "error: {server} already knows clients (bench-000000000000000000000 is one of them), and \
         bench would add more, which stay there: choose a server without clients, or write \
         --pollute\n"
    );
    assert_eq!(run(&bench), Ran::expected(2, "", &stderr));
    assert_eq!(run(&[&bench[..], &["--pollute"]].concat()).status, 0);
}

/// Whoever ends a measurement early wants to see what it has cost so much time to find out.
#[cfg(unix)]
#[test]
fn an_interrupt_prints_what_was_measured() {
    use rustix::process::{Pid, Signal, kill_process};
    let stub = alford();
    let address = stub.address();
    let arguments = ["bench", "--pollute", "--warmup", "0", "--json", "--server", &address];
    let mut command = herd_client(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while stub.heard().len() < 100 {
        assert!(Instant::now() < deadline, "bench sends nothing");
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    let stderr = "error: interrupted: these figures are about what was measured until then\n";
    assert_eq!((ran.status, ran.stderr.as_str()), (130, stderr));
    assert!(figures(&ran)["commands"].as_u64().unwrap() > 0);
}
