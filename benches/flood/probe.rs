//! One client that does nothing wrong.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A probe that takes longer than this counts as this long.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Opens a connection, tells a position and waits for the whole reply; how long that took.
pub fn once(server: SocketAddr) -> Duration {
    let begin = Instant::now();
    exchange(server).map_or(TIMEOUT, |()| begin.elapsed())
}

fn exchange(server: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&server, TIMEOUT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    stream.write_all(
        format!("IAMAT probe +1+1 {}.{:09}\n", now.as_secs(), now.subsec_nanos()).as_bytes(),
    )?;
    let mut byte = [0];
    while byte != *b"\n" {
        stream.read_exact(&mut byte)?;
    }
    Ok(())
}

/// How long probes took.
#[derive(Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency);
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = |share: f64| {
            let index = ((sorted.len() - 1) as f64 * share) as usize;
            sorted.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
        };
        write!(f, "{:>7.2} {:>7.2} {:>6.1}", at(0.5), at(0.99), at(1.0))
    }
}
