//! How often clients may do what, in the simulated world: what is too much is late, never wrong.

use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use herd::access::AccessList;
use herd::config::{Herd, Limits};
use herd::places::{Answer, Places, PlacesError, Question};
use herd::runtime::sim::{Machine, Sim};
use herd::runtime::{Clock, Net, Spawn};
use herd::server::{Builder, Server};
use std::time::Duration;

const ALONE: &str = "[servers.Alford]\nlisten = '127.0.0.1:12000'";

/// The tokens "token-ops" and "token-map".
const ACCESS: &str = r#"
[[token]]
name = "ops"
sha256 = "8a614cb2ba0c93943279cc96da7ef50c8885b0b3e6d9ff566979a956444c8f05"
roles = ["operator"]

[[token]]
name = "map"
sha256 = "abc0e4372dd2daed6b262c9553c5e8fbfc8146006a11d13e53a988d52756321d"
roles = ["operator"]
rate = 5
"#;

/// A world with a server that has these limits.
fn world(limits: Limits, change: impl FnOnce(Builder<Machine>) -> Builder<Machine>) -> Sim {
    let (sim, herd) = (Sim::new(1), Herd::from_toml(ALONE).expect("the herd is good"));
    let machine = sim.machine("Alford");
    let name = "Alford".parse().expect("the name is legal");
    let builder = change(Server::builder(machine.clone(), &herd, &name).limits(limits));
    let server = sim.block_on(builder.bind()).expect("the port is free");
    machine.spawn(async { server.run().await.expect("there is no journal that could fail") });
    sim
}

fn guarded(builder: Builder<Machine>) -> Builder<Machine> {
    builder.access(AccessList::from_toml(ACCESS).expect("the list is good"))
}

/// Sends everything at once, and returns what came back and how long it took.
async fn exchange(client: &Machine, said: &str) -> (String, Duration) {
    let begin = client.uptime();
    let mut stream = client.connect("127.0.0.1:12000").await.expect("the server listens");
    stream.write_all(said.as_bytes()).await.expect("the server reads");
    stream.close().await.expect("the server reads");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.expect("the server answers in order");
    (heard, client.uptime() - begin)
}

/// IAMATs of so many clients in turn.
fn iamats(count: usize, clients: usize) -> String {
    let line = |number: usize| format!("IAMAT van-{} +1+1 {}\n", number % clients, 1000 + number);
    (0..count).map(line).collect()
}

/// Whether each IAMAT was taken, in order.
fn are_taken(heard: &str, count: usize) -> bool {
    let times = heard.lines().filter(|line| line.starts_with("AT Alford "));
    let times: Vec<_> = times.map(|line| line.rsplit(' ').next().map(str::to_owned)).collect();
    times == (0..count).map(|number| Some((1000 + number).to_string())).collect::<Vec<_>>()
}

fn seconds(span: Duration) -> u64 {
    (span + Duration::from_millis(500)).as_secs()
}

/// One client must not take all of a server's time from the others.
#[test]
fn commands_beyond_the_quota_of_an_address_are_answered_later() {
    let sim = world(Limits { commands_per_address: 100, ..Limits::default() }, |builder| builder);
    let client = sim.machine("client");
    // One second's worth comes at once, and two more seconds are waited for.
    let (heard, took) = sim.block_on(exchange(&client, &iamats(300, 3)));
    assert!(are_taken(&heard, 300), "{heard}");
    assert_eq!(seconds(took), 2);
    // A new connection brings no new quota.
    let (heard, took) = sim.block_on(exchange(&client, &iamats(100, 3)));
    assert!(are_taken(&heard, 100), "{heard}");
    assert_eq!(seconds(took), 1);
}

/// Two connections with one token share what it may do; an entry's own rate counts before the limit.
#[test]
fn commands_beyond_the_quota_of_a_token_are_answered_later() {
    let sim = world(Limits { commands_per_token: 100, ..Limits::default() }, guarded);
    let client = sim.machine("client");
    let said = format!("AUTH ops token-ops\n{}", iamats(149, 3));
    let both = future::zip(exchange(&client, &said), exchange(&client, &said));
    let ((one, _), (other, _)) = sim.block_on(both);
    for heard in [one, other] {
        assert!(heard.starts_with("OK ops\n") && are_taken(&heard, 149), "{heard}");
    }
    let begin = client.uptime();
    let said = format!("AUTH map token-map\n{}", iamats(20, 3));
    let (heard, took) = sim.block_on(exchange(&client, &said));
    assert!(are_taken(&heard, 20), "{heard}");
    assert!((2..=4).contains(&seconds(took)), "{took:?}");
    assert!(client.uptime() > begin);
}

/// Somebody who makes up client after client must not fill the memory at once, and whoever moves a
/// known client is not held up.
#[test]
fn new_clients_beyond_the_quota_are_taken_later() {
    let limits = Limits { new_clients_per_address: 100, ..Limits::default() };
    let sim = world(limits, |builder| builder);
    let client = sim.machine("client");
    let (heard, took) = sim.block_on(exchange(&client, &iamats(500, 500)));
    assert!(are_taken(&heard, 500), "{heard}");
    assert!((3..=5).contains(&seconds(took)), "{took:?}");
    sim.block_on(client.sleep(Duration::from_secs(3)));
    let (heard, took) = sim.block_on(exchange(&client, &iamats(500, 500)));
    assert!(are_taken(&heard, 500), "{heard}");
    assert_eq!(seconds(took), 0);
}

/// A client that is held up for longer than the idle time has done nothing wrong.
#[test]
fn waiting_for_a_quota_is_no_idling() {
    let second = Duration::from_secs(1);
    let limits = Limits {
        commands_per_address: 1,
        idle: Some(second),
        line: second,
        stall: second,
        ..Limits::default()
    };
    let sim = world(limits, |builder| builder);
    let (heard, took) = sim.block_on(exchange(&sim.machine("client"), &iamats(6, 1)));
    assert!(are_taken(&heard, 6), "{heard}");
    // The end of the input is read after the last wait.
    assert!((5..=6).contains(&seconds(took)), "{took:?}");
}

/// A source of places that somebody else is paid for.
struct Paid;

#[herd::async_trait]
impl Places for Paid {
    async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
        Ok(Answer::from_json(b"{\"results\":[],\"status\":\"OK\"}".to_vec())
            .expect("it is a reply"))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// Each question to a remote source may cost money.
#[test]
fn questions_to_remote_sources_have_a_quota_of_their_own() {
    let limits = Limits { remote_lookups_per_token: 2, ..Limits::default() };
    let sim = world(limits.clone(), |builder| guarded(builder).places(Paid));
    let client = sim.machine("client");
    let asked = "WHATSAT van-0 1 1\n".repeat(3);
    let said = format!("AUTH ops token-ops\n{}{asked}", iamats(1, 1));
    let statuses = |heard: &str| {
        let found = heard.matches("OVER_QUERY_LIMIT").count();
        (heard.matches("\"OK\"").count(), found)
    };
    let (heard, _) = sim.block_on(exchange(&client, &said));
    assert_eq!(statuses(&heard), (2, 1), "{heard}");
    let text = "this token has used up its questions to places services for today";
    assert!(heard.contains(text), "{heard}");
    // Another token has its own, the next day is another one, and the gazetteer costs nothing.
    let (heard, _) = sim.block_on(exchange(&client, &said.replace("ops", "map")));
    assert_eq!(statuses(&heard), (2, 1), "{heard}");
    sim.block_on(client.sleep(Duration::from_secs(86_400)));
    let (heard, _) = sim.block_on(exchange(&client, &said));
    assert_eq!(statuses(&heard), (2, 1), "{heard}");
    let sim = world(limits, guarded);
    let (heard, _) = sim.block_on(exchange(&sim.machine("client"), &said));
    assert_eq!(statuses(&heard).1, 0, "{heard}");
}

/// Whoever says nothing must not keep a slot.
#[test]
fn a_client_that_shows_no_token_is_disconnected() {
    let sim = world(Limits::default(), guarded);
    let client = sim.machine("client");
    let took = sim.block_on(async {
        let begin = client.uptime();
        let mut stream = client.connect("127.0.0.1:12000").await.expect("the server listens");
        stream.write_all(b"hello\n").await.expect("the server reads");
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.expect("the server hangs up in order");
        assert_eq!(heard, b"? hello\n");
        client.uptime() - begin
    });
    assert_eq!(seconds(took), 10);
}
