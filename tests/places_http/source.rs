//! A places service that is played: one connection, and what is said over it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a played service waits for the fetcher, so that a broken one fails the test.
const PATIENCE: Duration = Duration::from_secs(10);

/// A service that takes one connection, on a port that the system chose.
pub struct Source {
    listener: TcpListener,
    thread: JoinHandle<String>,
}

impl Source {
    /// A service that reads a request, then does as `reply` does, then closes the connection.
    pub fn after_request(reply: impl FnOnce(&mut TcpStream) + Send + 'static) -> Self {
        Self::with_connection(|mut stream| {
            let request = read_request(&mut stream);
            reply(&mut stream);
            request
        })
    }

    /// A service that reads a request and answers with these bytes.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::after_request(move |stream| stream.write_all(&bytes).expect("the fetcher reads"))
    }

    /// A service that answers with a whole response.
    pub fn answering(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::saying(format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// A service that does with its connection as `play` does, which returns the request.
    pub fn with_connection(play: impl FnOnce(TcpStream) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let door = listener.try_clone().expect("there is a free descriptor");
        let thread = thread::spawn(move || {
            let (stream, _) = door.accept().expect("the fetcher comes");
            stream.set_read_timeout(Some(PATIENCE)).expect("the patience is not zero");
            stream.set_write_timeout(Some(PATIENCE)).expect("the patience is not zero");
            play(stream)
        });
        Self { listener, thread }
    }

    /// The `host:port` it is at.
    pub fn address(&self) -> String {
        self.listener.local_addr().expect("a listener has an address").to_string()
    }

    /// The request that came, once the connection is over; and nobody may have come a second time.
    pub fn request(self) -> String {
        let request = self.thread.join().expect("the service was played to its end");
        self.listener.set_nonblocking(true).expect("a listener can be asked");
        let second = self.listener.accept().expect_err("one connection is enough");
        assert_eq!(second.kind(), ErrorKind::WouldBlock);
        request
    }
}

/// Reads a request's head, and as much of a body as the head says.
pub fn read_request(stream: &mut impl Read) -> String {
    read_request_or_end(stream).expect("the fetcher sends a whole head")
}

/// The same; None if the connection ends before a whole request has come.
pub fn read_request_or_end(stream: &mut impl Read) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        request.extend_from_slice(&byte);
    }
    let mut request = String::from_utf8(request).expect("a request's head is text");
    let length = request.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().expect("a length is a number"));
    stream.take(length).read_to_string(&mut request).expect("the fetcher sends a whole body");
    Some(request)
}

/// Waits until the fetcher has closed the connection.
pub fn wait_for_close(stream: &mut impl Read) {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::WouldBlock, "the connection was left open");
                return;
            }
        }
    }
}
