//! `herd-client replay`.

use crate::command::{Ran, Scratch, herd_client, run};
use crate::stub::{Nobody, Stub, says};

/// Two servers, as a herd.toml knows them: one that takes positions, one that knows places.
struct TwoServers {
    alford: Stub,
    ball: Stub,
    herd: Scratch,
}

impl TwoServers {
    fn start() -> Self {
        let alford = Stub::answering(|line| match line.strip_prefix("IAMAT ") {
            Some(fields) => says(format!("AT Alford +0.5 {fields}\n")),
            None => says(format!("? {line}\n")),
        });
        let ball = Stub::answering(|_| {
            says("AT Alford +0.5 kiwi +34-118 1\n{\n   \"status\" : \"OK\"\n}\n\n")
        });
        let herd = Scratch::file(&format!(
            "[servers.Alford]\nlisten = \"{}\"\npeer_listen = \"127.0.0.1:0\"\n\
             [servers.Ball]\nlisten = \"{}\"\npeer_listen = \"127.0.0.1:0\"\n",
            alford.address(),
            ball.address()
        ));
        Self { alford, ball, herd }
    }

    fn replay(&self, arguments: &[&str]) -> Ran {
        run(&[&["replay", "--herd", self.herd.path()], arguments].concat())
    }
}

/// A whole conversation with two servers: what is said, what is answered, and a tally at the end.
#[test]
fn a_conversation_is_printed_as_it_happens() {
    let servers = TwoServers::start();
    let script = Scratch::file(
        "# a position\nIAMAT kiwi +34-118 1\nexpect AT Alford * kiwi *\n\nwait 1ms\n@Ball\n\
         WHATSAT kiwi 10 5\nexpect AT Alford * kiwi *\nexpect-json /status \"OK\"\n\
         @Alford\nsend what ever {1}\nexpect ? what ever *",
    );
    let ran = servers.replay(&[script.path()]);
    let stdout = format!(
        "# {}\n@Alford\n> IAMAT kiwi +34-118 1\n< AT Alford +0.5 kiwi +34-118 1\nwait 1ms\n@Ball\n\
         > WHATSAT kiwi 10 5\n< AT Alford +0.5 kiwi +34-118 1\n< {{\n<    \"status\" : \"OK\"\n\
         < }}\n< \n@Alford\n> what ever {{1}}\n< ? what ever {{1}}\n",
        script.path()
    );
    let stderr = "requests answered: 3; expectations met: 4; failures: 0\n";
    assert_eq!(ran, Ran::expected(0, &stdout, stderr));
    assert_eq!(servers.alford.heard(), ["IAMAT kiwi +34-118 1", "what ever {1}"]);
    assert_eq!(servers.ball.heard(), ["WHATSAT kiwi 10 5"]);
}

/// The first failure ends the run, also of the scripts after it.
#[test]
fn the_first_failure_ends_the_run() {
    let servers = TwoServers::start();
    let script = Scratch::file("ONE\nexpect TWO\nTHREE\n");
    let ran = servers.replay(&[script.path(), script.path()]);
    let path = script.path();
    let stdout = format!("# {path}\n@Alford\n> ONE\n< ? ONE\n");
    let stderr = format!(
        "{path}:2: expected TWO, but the reply is ? ONE\n\
         error: requests answered: 1; expectations met: 0; failures: 1\n"
    );
    assert_eq!(ran, Ran::expected(1, &stdout, &stderr));
}

/// `--keep-going` runs on to the end of all scripts and counts, over servers that are not there.
#[test]
fn keep_going_counts() {
    let servers = TwoServers::start();
    let nobody = Nobody::there();
    let nobody = nobody.address();
    let script = Scratch::file(&format!(
        "ONE\nexpect TWO\n@{nobody}\nTHREE\nexpect ? THREE\n@Ball\nWHATSAT kiwi 1 1\n\
         expect-json /status \"NO\"\n"
    ));
    let good = Scratch::file("IAMAT k +1+1 1\nexpect AT Alford +0.5 k +1+1 1\n");
    let ran = servers.replay(&["--keep-going", script.path(), good.path()]);
    let path = script.path();
    let stderr = format!(
        "{path}:2: expected TWO, but the reply is ? ONE\n\
         {path}:4: no server at {nobody}: connection refused; is a herd-server running there?\n\
         {path}:5: expected ? THREE, but there is no reply\n\
         {path}:8: expected /status \"NO\", but it is \"OK\"\n\
         error: requests answered: 3; expectations met: 1; failures: 4\n"
    );
    assert_eq!((ran.status, ran.stderr), (1, stderr));
}

/// All is well: status 0, and the tally is no answer.
#[test]
fn success_is_status_0() {
    let servers = TwoServers::start();
    let script = Scratch::file("IAMAT k +1+1 1\nexpect AT Alford * * *1 1\n");
    let ran = servers.replay(&[script.path(), "--server", "Alford"]);
    let stdout =
        format!("# {}\n@Alford\n> IAMAT k +1+1 1\n< AT Alford +0.5 k +1+1 1\n", script.path());
    let stderr = "requests answered: 1; expectations met: 1; failures: 0\n";
    assert_eq!(ran, Ran::expected(0, &stdout, stderr));
}

/// A mistake in any script is found before anything is sent.
#[test]
fn a_script_with_a_mistake_is_bad_usage() {
    let servers = TwoServers::start();
    let good = Scratch::file("ONE\n");
    let bad = Scratch::file("ONE\nwait a minute\n");
    let ran = servers.replay(&[good.path(), bad.path()]);
    let stderr = format!(
        "error: {}:2: invalid time to wait \"a minute\": write 200ms or 2s, an hour at most\n",
        bad.path()
    );
    assert_eq!(ran, Ran::expected(2, "", &stderr));
    assert_eq!(servers.alford.heard(), Vec::<String>::new());
}

/// The scripts that come with the herd must be scripts for the default herd.
#[test]
fn the_examples_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/scripts");
    let herd = herd::config::Herd::default_herd();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read(&path).unwrap();
        herd_client::script::Script::parse(&name, &text, &herd).unwrap();
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["flooding.herd", "invalid-commands.herd", "newest-wins.herd"]);
}

/// A pipe can hold a script, and one that expects nothing must not look like a test that passed.
#[test]
fn standard_input_is_a_script() {
    let servers = TwoServers::start();
    let script = Scratch::file("\u{feff}@Ball\r\nFOO\r\n");
    let mut command = herd_client(&["replay", "-", "--herd", servers.herd.path()]);
    let ran = command.stdin(std::fs::File::open(script.path()).unwrap()).output().unwrap();
    let stderr = "note: - expects nothing, so it tests nothing\n\
                  requests answered: 1; expectations met: 0; failures: 0\n";
    assert_eq!(
        Ran::from(ran),
        Ran::expected(0, "# -\n@Ball\n> FOO\n< AT Alford +0.5 kiwi +34-118 1\n", stderr)
    );
}
