//! A places service that is played over any number of connections, and counts them.

use super::source::read_request_or_end;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a service does with the connection once it has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It waits for the next request.
    Keep,
    /// It closes the connection without a word.
    Close,
}

/// What came to a service so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub connections: usize,
    pub requests: Vec<String>,
    /// How many connections this side has closed.
    pub closed: usize,
}

/// A service on a port that the system chose. Its threads end with the test's process, or when the
/// fetcher closes its connections.
pub struct Service {
    address: String,
    seen: Arc<Mutex<Seen>>,
}

impl Service {
    /// Starts it; `play` gets the number of each request, from 0, and the connection.
    pub fn start(play: impl Fn(usize, &mut TcpStream) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address").to_string();
        let (seen, play) = (Arc::<Mutex<Seen>>::default(), Arc::new(play));
        let noted = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, play) = (Arc::clone(&noted), Arc::clone(&play));
                lock(&seen).connections += 1;
                thread::spawn(move || {
                    converse(stream, &seen, &*play);
                    lock(&seen).closed += 1;
                });
            }
        });
        Self { address, seen }
    }

    /// Answers every request with the same body, and keeps the connection.
    pub fn answering(status: &str, body: &str) -> Self {
        let response = response(status, body);
        Self::start(move |_, stream| {
            stream.write_all(response.as_bytes()).expect("the fetcher reads");
            Then::Keep
        })
    }

    /// The `host:port` it is at.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().expect("no service panics while it notes")
}

fn converse(
    mut stream: TcpStream,
    seen: &Mutex<Seen>,
    play: &dyn Fn(usize, &mut TcpStream) -> Then,
) {
    while let Some(request) = read_request_or_end(&mut stream) {
        let number = {
            let mut seen = lock(seen);
            seen.requests.push(request);
            seen.requests.len() - 1
        };
        if play(number, &mut stream) == Then::Close {
            return;
        }
    }
}

/// A whole response that leaves the connection open.
pub fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
