//! The default herd, all five servers in one process, and a conversation with them over TCP.
//!
//! `cargo run --release --example herd` talks and then stays up for `herd-client` until Ctrl-C;
//! with `-- --once` it ends after the conversation. `-- --herd FILE` takes a herd with servers of the
//! same names on other ports.

use async_signal::{Signal, Signals};
use async_std::io::{BufReader, prelude::BufReadExt};
use async_std::net::TcpStream;
use async_std::task::{self, JoinHandle};
use futures_lite::{AsyncWriteExt, StreamExt};
use herd::config::Herd;
use herd::config::text::read_text;
use herd::journal::JournalError;
use herd::protocol::Timestamp;
use herd::runtime::{AsyncStd, Clock};
use herd::server::{Server, Stop};
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::net::Shutdown;
use std::process::{self, ExitCode};
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the arguments say.
struct Options {
    once: bool,
    herd: Herd,
}

impl Options {
    fn read() -> Outcome<Self> {
        let mut options = Self { once: false, herd: Herd::default_herd() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--once" => options.once = true,
                "--herd" => {
                    let path = arguments.next().ok_or("--herd needs a FILE")?;
                    options.herd = Herd::from_toml(read_text(&fs::read(path)?)?)?;
                }
                other => {
                    let known = "there are only --once and --herd FILE";
                    return Err(format!("{other} is not known here; {known}").into());
                }
            }
        }
        Ok(options)
    }
}

fn run() -> Outcome<()> {
    let Options { once, herd } = Options::read()?;
    task::block_on(async {
        let running = start(&herd).await?;
        converse(&herd).await?;
        if !once {
            stay_until_interrupted().await?;
        }
        for (stop, server) in running {
            stop.request();
            server.await?;
        }
        Ok(())
    })
}

/// Starts every server of the herd as a task.
async fn start(herd: &Herd) -> Outcome<Vec<(Stop, JoinHandle<Result<(), JournalError>>)>> {
    say("Five servers, each talking with its neighbors only:\n");
    let mut running = Vec::new();
    for config in herd.servers() {
        let server = Server::builder(AsyncStd::new(), herd, config.name()).bind().await?;
        let neighbors: Vec<_> = config.neighbors().iter().map(|n| n.name().as_str()).collect();
        let (name, address) = (server.name().as_str().to_owned(), server.client_address());
        say(&format!("    {name:<8}  {address}  talks with {}", neighbors.join(" and ")));
        running.push((server.stop(), task::spawn(server.run())));
    }
    Ok(running)
}

async fn converse(herd: &Herd) -> Outcome<()> {
    let now = AsyncStd::new().now();
    let (earlier, later) = (now.saturating_sub(Duration::from_secs(60)), now);

    heading("A position told to one server ...");
    tell(herd, "Alford", &iamat("+34.068930-118.445127", earlier)).await?;
    heading("... is known to all. What is within 10 km, two places at most?");
    wait_until_known(herd, "Ball", earlier).await?;
    tell(herd, "Ball", "WHATSAT kiwi.cs.ucla.edu 10 2").await?;

    heading("The client has moved to Paris and tells another server.");
    tell(herd, "Welsh", &iamat("+48.8566+2.3522", later)).await?;
    heading("A minute-old message arrives late. It is answered, and changes nothing:");
    tell(herd, "Hamilton", &iamat("+34.068930-118.445127", earlier)).await?;
    heading("Newest wins, everywhere.");
    wait_until_known(herd, "Holiday", later).await?;
    tell(herd, "Holiday", "WHATSAT kiwi.cs.ucla.edu 5 1").await?;

    heading("What is no command comes back with a question mark.");
    tell(herd, "Alford", "WHEREIS kiwi.cs.ucla.edu").await
}

/// Prints a line. Where nobody reads any more, as behind `head`, the program ends.
fn say(line: &str) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        process::exit(i32::from(error.kind() != io::ErrorKind::BrokenPipe));
    }
}

fn heading(text: &str) {
    say(&format!("\n{text}\n"));
}

fn iamat(position: &str, time: Timestamp) -> String {
    format!("IAMAT kiwi.cs.ucla.edu {position} {time}")
}

/// Sends a command to a server, and prints both sides of the exchange.
async fn tell(herd: &Herd, server: &str, command: &str) -> Outcome<()> {
    say(&format!("    to {server}: {command}"));
    for line in ask(herd, server, command).await?.lines() {
        say(&format!("    {line}"));
    }
    Ok(())
}

/// Sends a command to a server over a connection of its own, and returns the whole reply.
async fn ask(herd: &Herd, server: &str, command: &str) -> Outcome<String> {
    let config = herd.server(&server.parse()?).ok_or("the herd has no such server")?;
    let mut stream = TcpStream::connect(
        config.listen().expect("the default herd has ports for clients").to_string(),
    )
    .await?;
    stream.write_all(format!("{command}\n").as_bytes()).await?;
    stream.shutdown(Shutdown::Write)?;
    let lines: Vec<String> = BufReader::new(stream).lines().try_collect().await?;
    Ok(lines.join("\n"))
}

/// Asks a server until it has heard of the position with this time; that takes a moment.
async fn wait_until_known(herd: &Herd, server: &str, time: Timestamp) -> Outcome<()> {
    for _ in 0..500 {
        let reply = ask(herd, server, "WHATSAT kiwi.cs.ucla.edu 0 0").await?;
        if reply.lines().next().is_some_and(|at| at.ends_with(&time.to_string())) {
            return Ok(());
        }
        task::sleep(Duration::from_millis(10)).await;
    }
    Err(format!("{server} has not heard of the position within five seconds").into())
}

async fn stay_until_interrupted() -> Outcome<()> {
    // Before it says so: who reads that may end it at once.
    let mut signals = Signals::new([Signal::Int, Signal::Term])?;
    heading("The herd stays up until Ctrl-C. From another terminal:");
    say("    cargo run --release -p herd-client -- iamat --id x --loc +34-118");
    say("    cargo run --release -p herd-client -- whatsat --id x --server Welsh");
    signals.next().await;
    Ok(())
}
