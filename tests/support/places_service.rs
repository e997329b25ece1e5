//! A local service that takes the place of Google's.

use super::clock::DEADLINE;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// An HTTP service that answers each request as the test wants it. Its threads end with the test's
/// process, or when the askers hang up.
#[derive(Debug)]
pub struct PlacesService {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl PlacesService {
    /// Starts it; `answer` gets the first line of each request, and the connection to answer on,
    /// which is closed when it returns.
    pub fn start(answer: impl Fn(&str, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port left");
        let address = listener.local_addr().expect("a listener has an address");
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let (noted, answer) = (Arc::clone(&requests), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read_request(&stream) else { return };
                    noted.lock().expect("no test panics here").push(request.clone());
                    answer(&request, stream);
                });
            }
        });
        Self { address, requests }
    }

    /// Answers every request with these bytes.
    pub fn that_sends(response: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::start(move |_, stream| send(stream, response.as_ref()))
    }

    /// What `--places-url` is for it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first lines of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics here").clone()
    }
}

/// The first line of a request, once all of it has come.
fn read_request(stream: &TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(DEADLINE)).ok()?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next()?;
    lines.any(|line| line.is_empty()).then_some(first)
}

/// Sends a response, as much of it as the asker takes.
pub fn send(mut stream: TcpStream, response: &[u8]) {
    let _ = stream.write_all(response);
}

/// Waits until the asker hangs up.
pub fn wait_for_hang_up(mut stream: TcpStream) {
    let _ = stream.read(&mut [0]);
}

/// A whole response of HTTP.
pub fn response(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: \
         close\r\n\r\n{body}",
        body.len()
    )
}

/// Holds answers back until it is opened.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn open(&self) {
        *self.0.0.lock().expect("nobody panics at a gate") = true;
        self.0.1.notify_all();
    }

    pub fn wait(&self) {
        self.wait_at_most(DEADLINE);
    }

    /// Waits until it is opened, at most for `span`.
    pub fn wait_at_most(&self, span: Duration) {
        let closed = self.0.0.lock().expect("nobody panics at a gate");
        let waited = self.0.1.wait_timeout_while(closed, span, |open| !*open);
        drop(waited.expect("nobody panics at a gate"));
    }
}
