//! A load run: a thousand clients ask what is near them while the source of places hangs, and
//! another client goes on telling where it is. Prints how long everybody waited.

use async_std::io::prelude::*;
use async_std::io::{BufReader, ReadExt};
use async_std::net::{SocketAddr, TcpListener, TcpStream};
use async_std::task;
use herd::config::Herd;
use herd::fetch::{Careful, FETCH_TIMEOUT, SurfFetcher};
use herd::places::{Coalesced, Google, Remote};
use herd::runtime::AsyncStd;
use herd::server::Server;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

const CLIENTS: usize = 1_000;

/// The end of the reply that stands for an error.
const ERROR_END: &str = "\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \
                         \"status\" : \"UNKNOWN_ERROR\"\n}\n\n";

fn main() -> Result<(), Box<dyn Error>> {
    task::block_on(async {
        let service = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", service.local_addr()?);
        task::spawn(take_in_and_say_nothing(service));

        let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
        let fetcher =
            Careful::new(AsyncStd::new(), SurfFetcher::new(AsyncStd::new()), FETCH_TIMEOUT);
        let places = Remote::new(fetcher, Google::new("a-key".parse()?).with_base(&base)?);
        let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?)
            .places(Coalesced::new(places));
        let server = server.bind().await?;
        let (address, stop) = (server.client_address(), server.stop());
        let running = task::spawn(server.run());

        show("IAMAT before", tell_for(address, Duration::from_secs(2)).await?);
        for round in ["WHATSAT, the service hangs", "WHATSAT, it is known to be down"] {
            let over = Arc::new(AtomicBool::new(false));
            let teller = task::spawn(tell_until(address, Arc::clone(&over)));
            let askers: Vec<_> = (0..CLIENTS).map(|n| task::spawn(ask(address, n))).collect();
            let mut waits = Vec::new();
            for asker in askers {
                waits.push(asker.await?);
            }
            over.store(true, Relaxed);
            show(round, waits);
            show("IAMAT meanwhile", teller.await?);
        }
        stop.request();
        running.await?;
        Ok(())
    })
}

/// A service in an outage: connections come about, and that is all.
async fn take_in_and_say_nothing(service: TcpListener) {
    let mut held = Vec::new();
    while let Ok((stream, _)) = service.accept().await {
        held.push(stream);
    }
}

/// Tells a place of its own and asks what is near it: how long until the whole reply was there.
async fn ask(address: SocketAddr, number: usize) -> io::Result<Duration> {
    let mut stream = TcpStream::connect(address).await?;
    let line = format!("IAMAT asker{number} +34.{number:04}-118 1479413884\n");
    stream.write_all(line.as_bytes()).await?;
    let mut at = String::new();
    BufReader::new(stream.clone()).read_line(&mut at).await?;
    let begin = Instant::now();
    stream.write_all(format!("WHATSAT asker{number} 10 5\n").as_bytes()).await?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await?;
    let is_whole = reply.strip_prefix(&at).is_some_and(|json| {
        json.starts_with("{\n   \"error_message\" : \"") && json.ends_with(ERROR_END)
    });
    assert!(is_whole, "not the reply that stands for an error: {reply}");
    Ok(begin.elapsed())
}

async fn tell_for(address: SocketAddr, span: Duration) -> io::Result<Vec<Duration>> {
    let over = Arc::new(AtomicBool::new(false));
    let teller = task::spawn(tell_until(address, Arc::clone(&over)));
    task::sleep(span).await;
    over.store(true, Relaxed);
    teller.await
}

/// Tells where it is up to a thousand times a second: how long each reply took.
async fn tell_until(address: SocketAddr, over: Arc<AtomicBool>) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    let mut replies = BufReader::new(stream.clone());
    let (mut waits, mut reply) = (Vec::new(), String::new());
    while !over.load(Relaxed) || waits.is_empty() {
        let begin = Instant::now();
        stream.write_all(b"IAMAT teller +34-118 1479413884\n").await?;
        replies.read_line(&mut reply).await?;
        waits.push(begin.elapsed());
        assert!(reply.starts_with("AT Solo "), "{reply}");
        reply.clear();
        task::sleep(Duration::from_millis(1)).await;
    }
    Ok(waits)
}

fn show(what: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let of = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let (count, half, most, all) = (waits.len(), of(50), of(99), of(100));
    println!(
        "{what:<33}{count:>6} replies, half within {half:.1?}, 99 % {most:.1?}, all {all:.1?}"
    );
}
