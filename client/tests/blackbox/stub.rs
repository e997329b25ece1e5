//! A server that answers what a test tells it to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the stub does about a line.
pub enum Answer {
    /// It sends these bytes.
    Bytes(Vec<u8>),
    /// It sends these bytes one by one, each in a write of its own.
    Dribble(Vec<u8>),
    /// It sends nothing.
    Silence,
    /// It sends these bytes and closes the connection.
    Close(Vec<u8>),
}

/// The answer of a text.
pub fn says(text: impl Into<String>) -> Answer {
    Answer::Bytes(text.into().into_bytes())
}

/// A server in threads of its own. They end with the test's process.
pub struct Stub {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// A stub that answers each line, which comes without its LF, by `answer`.
    pub fn answering(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (answer, notes) = (Arc::new(answer), heard.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, notes) = (answer.clone(), notes.clone());
                thread::spawn(move || talk(stream.unwrap(), &*answer, &notes));
            }
        });
        Self { port, heard }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// All lines so far, of all connections.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// An address where nobody listens, and nobody can while this lives: it is the client's end of a
/// connection.
pub struct Nobody {
    _listener: TcpListener,
    stream: TcpStream,
}

impl Nobody {
    /// Takes an address.
    pub fn there() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        Self { _listener: listener, stream }
    }

    /// The address.
    pub fn address(&self) -> String {
        self.stream.local_addr().unwrap().to_string()
    }
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&str) -> Answer, notes: &Mutex<Vec<String>>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line)).into_owned();
        line.clear();
        notes.lock().unwrap().push(text.clone());
        // A client that went away is no matter of the stub's.
        let sent = match answer(&text) {
            Answer::Bytes(bytes) => stream.write_all(&bytes),
            Answer::Dribble(bytes) => bytes.chunks(1).try_for_each(|byte| stream.write_all(byte)),
            Answer::Silence => Ok(()),
            Answer::Close(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}
